//! Finds paths in URLs and in text.

use crate::span::Span;

/// Maximum length of a word that can be a path. The longest path in public skills has 125 characters.
const MAX_WORD: usize = 300;

/// Whether a code span is one path: it has a slash or backslash and no white space, and is not a URL.
pub(super) fn is_one_path(code: &str) -> bool {
    let is_on_a_drive = matches!(code.get(1..3), Some(":\\" | ":/"))
        && code.starts_with(|c: char| c.is_ascii_alphabetic())
        && code.get(3..4) != Some("/");
    code.contains(['/', '\\'])
        && !code.contains(|c: char| c.is_whitespace() || c == '`')
        && (is_on_a_drive || !has_scheme(code))
}

/// Returns the decoded path and fragment of a relative URL; `None` for another host.
pub(super) fn relative(url: &str) -> Option<(String, Option<String>)> {
    let (address, fragment) = match url.split_once('#') {
        Some((address, fragment)) => (address, Some(percent_decoded(fragment))),
        None => (url, None),
    };
    let path = address.split('?').next().unwrap_or_default();
    let is_relative = !path.starts_with("//") && !has_scheme(path);
    let has_target = !path.is_empty() || fragment.is_some();
    (is_relative && has_target).then(|| (percent_decoded(path), fragment))
}

/// Returns the words of `text` that look like a path to a file: with a slash and an extension, and
/// without a scheme.
pub(super) fn words(text: &str) -> impl Iterator<Item = Span> {
    let is_edge = |c: char| c.is_whitespace() || "\"'`()<>,;|".contains(c);
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            // Go from slash to slash, because most text has none.
            let slash = at + memchr::memchr(b'/', text.as_bytes().get(at..)?)?;
            let before = text[at..slash].rfind(is_edge);
            let start = before.map_or(at, |edge| {
                let edge = at + edge;
                edge + text[edge..].chars().next().map_or(1, char::len_utf8)
            });
            let end = text[slash..]
                .find(is_edge)
                .map_or(text.len(), |edge| slash + edge);
            at = end;
            if end - start > MAX_WORD {
                continue;
            }
            let word = text[start..end].trim_end_matches(['.', ':', '!', '?', '*', '_']);
            let lead = word.len() - word.trim_start_matches(['*', '_', '=', ':']).len();
            let word = &word[lead..];
            let is_file = word
                .rsplit('/')
                .next()
                .is_some_and(|last| last.trim_start_matches('.').contains('.'));
            if is_file && !has_scheme(word) {
                let start = start + lead;
                return Some(Span::new(start, start + word.len()));
            }
        }
    })
}

/// Whether a URL begins with a scheme (RFC 3986, section 3.1). `C:\x` does, too.
fn has_scheme(url: &str) -> bool {
    let scheme = url.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// Decodes escapes such as `%41`, unless the result is not UTF-8.
fn percent_decoded(path: &str) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match tail {
            [high, low, ..] if *first == b'%' => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        let (byte, after) = match escaped {
            Some((high, low)) => (high << 4 | low, &tail[2..]),
            None => (*first, tail),
        };
        decoded.push(byte);
        rest = after;
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

fn hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_escapes_that_make_no_text_stay() {
        assert_eq!(percent_decoded("a%20b%7B%zz%"), "a b{%zz%");
        assert_eq!(percent_decoded("%ff"), "%ff");
    }

    #[test]
    fn words_with_a_slash_and_an_extension_are_paths() {
        let text = "See references/a.md, and/or **scripts/b.py**: `x` \"assets/c.png\". \
                    https://a.b/c.html é/ü.md";
        let found: Vec<&str> = words(text).map(|span| span.of(text)).collect();
        assert_eq!(
            found,
            ["references/a.md", "scripts/b.py", "assets/c.png", "é/ü.md"]
        );
        assert_eq!(words(&"a/".repeat(10_000)).count(), 0);
    }
}
