//! Texts in HTML.

use std::fmt::Write as _;

/// Adds a text to HTML, as content or as the value of an attribute in double quotes. Characters that
/// change the direction of the text around them, and controls, are written as their numbers, because a
/// reader would see another text than an agent.
pub(crate) fn push(html: &mut String, text: &str) {
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let escaped = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            c if is_deceptive(c) => "",
            _ => continue,
        };
        html.push_str(&text[from..at]);
        html.push_str(escaped);
        if escaped.is_empty() {
            let _infallible = write!(html, "\u{27e8}U+{:04X}\u{27e9}", u32::from(c));
        }
        from = at + c.len_utf8();
    }
    html.push_str(&text[from..]);
}

/// Returns a text as HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    push(&mut html, text);
    html
}

/// Whether a character is a control, an override of the direction, or an invisible tag.
const fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn text_can_be_content_and_attribute() {
        assert_eq!(
            escape("<a href=\"'x'\">&amp;</a>"),
            "&lt;a href=&quot;&#39;x&#39;&quot;&gt;&amp;amp;&lt;/a&gt;"
        );
        assert_eq!(escape("a\u{202e}b\0\t\nä"), "a⟨U+202E⟩b⟨U+0000⟩\t\nä");
    }
}
