//! The words of source code, for pages and for terminals.

pub use hl_lite::Kind;

use crate::escape;

/// The longest code whose words are distinguished.
pub const MAX_BYTES: usize = 1 << 20;

/// A programming language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language(hl_lite::Lang);

impl Language {
    /// Returns the language of a code block: the first word after its fence, such as `python` in
    /// `python title="x"`.
    #[must_use]
    pub fn of_fence(info: &str) -> Option<Self> {
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '{' | ':');
        let word = info.trim_start_matches(['{', '.']);
        let word = word.split(is_end).next().unwrap_or_default();
        hl_lite::Lang::from_slug(word).map(Self)
    }

    /// Returns the language of a file.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        hl_lite::Lang::from_path(path).map(Self)
    }
}

/// Splits a text into pieces of one kind, which together are the text. Without a language, or for a
/// long text, there is one piece.
#[must_use]
pub fn pieces(language: Option<Language>, text: &str) -> Vec<(Kind, &str)> {
    match language.filter(|_| text.len() <= MAX_BYTES) {
        Some(Language(language)) => {
            let spans = hl_lite::highlight(language, text).into_iter();
            spans.map(|span| (span.kind, span.text)).collect()
        }
        None => vec![(Kind::Plain, text)],
    }
}

/// Returns the HTML of each line of a text. No element goes over the end of a line.
pub(crate) fn lines(language: Option<Language>, text: &str) -> Vec<String> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut lines = vec![String::new()];
    for (kind, piece) in pieces(language, text) {
        for (at, part) in piece.split('\n').enumerate() {
            if at > 0 {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                push(line, kind, part.strip_suffix('\r').unwrap_or(part));
            }
        }
    }
    lines
}

/// Returns the HTML of a code block.
pub(crate) fn block(language: Option<Language>, text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    for (kind, piece) in pieces(language, text) {
        push(&mut html, kind, piece);
    }
    html
}

fn push(html: &mut String, kind: Kind, text: &str) {
    match class_of(kind).filter(|_| !text.trim().is_empty()) {
        Some(class) => {
            html.push_str("<i class=");
            html.push_str(class);
            html.push('>');
            escape::push(html, text);
            html.push_str("</i>");
        }
        None => escape::push(html, text),
    }
}

/// Returns the class of a kind of word; most words have none.
const fn class_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Keyword => Some("k"),
        Kind::String => Some("s"),
        Kind::Comment => Some("c"),
        Kind::Number | Kind::Constant | Kind::Attribute => Some("n"),
        Kind::Type | Kind::Function | Kind::Property | Kind::Tag => Some("f"),
        Kind::Variable => Some("v"),
        Kind::Plain | Kind::Operator | Kind::Punctuation => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_complete_html() {
        let language = Language::of_fence("python title=x");
        let html = lines(language, "x = \"\"\"<a\nb>\"\"\"\n# c\n");
        assert_eq!(
            html,
            [
                "x = <i class=s>&quot;&quot;&quot;&lt;a</i>",
                "<i class=s>b&gt;&quot;&quot;&quot;</i>",
                "<i class=c># c</i>"
            ]
        );
        assert_eq!(lines(None, "a\r\n\r\n<b>"), ["a", "", "&lt;b&gt;"]);
        assert_eq!(lines(None, ""), [""]);
    }
}
