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
/// without a scheme. A `#fragment` is not part of them.
pub(super) fn words(text: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            // Go from slash to slash, because most text has none.
            let slash = at + memchr::memchr(b'/', text.as_bytes().get(at..)?)?;
            let start = start_of_word(text, at, slash);
            let end = end_of_word(text, slash);
            at = end;
            if end - start > MAX_WORD {
                continue;
            }
            let word = &text[start..end];
            let is_url = has_scheme(word.trim_start_matches(EMPHASIS));
            let word = word.split('#').next().unwrap_or_default();
            let word = word.trim_end_matches(['.', ':', '!', '?', '*', '_', '…']);
            let lead = word.len() - word.trim_start_matches(EMPHASIS).len();
            let word = &word[lead..];
            let is_file = word
                .rsplit('/')
                .next()
                .is_some_and(|last| last.trim_start_matches('.').contains('.'));
            if is_file && !is_url {
                let start = start + lead;
                return Some(Span::new(start, start + word.len()));
            }
        }
    })
}

/// Marks before a path.
const EMPHASIS: [char; 4] = ['*', '_', '=', ':'];

/// Whether a character is before or after a path, but not in it. Punctuation that is not ASCII is,
/// because texts in Chinese and Japanese have no spaces. `…` can be a placeholder in a path.
fn is_edge(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_whitespace() || "\"'`()<>,;|".contains(c);
    }
    !c.is_alphanumeric() && c != '…' && !unicode_normalization::char::is_combining_mark(c)
}

/// Whether a letter is from a script without spaces between words, or that joins particles to
/// words: Thai, Chinese, Japanese, Korean.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Returns the start of the word around the slash: `参见references/a.md` begins at `r`.
fn start_of_word(text: &str, from: usize, slash: usize) -> usize {
    let start_after = |from: usize, ends: fn(char) -> bool| {
        let at = from + text[from..slash].rfind(ends)?;
        Some(at + text[at..].chars().next().map_or(1, char::len_utf8))
    };
    let start = start_after(from, is_edge).unwrap_or(from);
    // `规范/a.md` is a path in a folder with a Chinese name.
    let letter = start_after(start, is_unspaced).filter(|at| *at < slash);
    letter.unwrap_or(start)
}

/// Returns the end of the word around the slash: `references/a.md文件` ends after `md`.
fn end_of_word(text: &str, slash: usize) -> usize {
    let rest = &text[slash..];
    let end = rest.find(is_edge).unwrap_or(rest.len());
    let word = &rest[..end];
    let is_after_extension = |at: usize| {
        let extension = word[..at].rsplit(['.', '/']).next().unwrap_or_default();
        let is_short = (1..=8).contains(&extension.len());
        is_short
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && word[..at - extension.len()].ends_with('.')
    };
    let mut letters = word.match_indices(is_unspaced).map(|(at, _)| at);
    slash + letters.find(|at| is_after_extension(*at)).unwrap_or(end)
}

/// Whether a URL begins with a scheme (RFC 3986, section 3.1), or with a user and a host as in
/// `git@github.com:owner/repo`. `C:\x` does, too.
fn has_scheme(url: &str) -> bool {
    let scheme = url.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.split_once(':').is_some_and(|(scheme, _)| {
        let name = scheme.split_once('@').map_or(scheme, |(user, _)| user);
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '@'))
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

    #[test]
    fn paths_end_at_letters_and_punctuation_of_texts_without_spaces() {
        for (text, expected) in [
            (
                "运行（完整流程请参阅 reference/capture.md）",
                &["reference/capture.md"][..],
            ),
            (
                "读取references/a.md，再读「references/b.md」。",
                &["references/a.md", "references/b.md"],
            ),
            (
                "见references/a.md和references/b.md文件",
                &["references/a.md", "references/b.md"],
            ),
            (
                "references/a.mdを参照：assets/x.html。",
                &["references/a.md", "assets/x.html"],
            ),
            ("references/a.md를 읽는다", &["references/a.md"]),
            ("อ่านreferences/a.mdก่อน", &["references/a.md"]),
            (
                "读 references/规范.md 与 规范/a.md",
                &["references/规范.md", "规范/a.md"],
            ),
            (
                "“references/a.md”—‘references/b.md’…",
                &["references/a.md", "references/b.md"],
            ),
            ("→references/a.md→", &["references/a.md"]),
            ("参见https://a.b/references/c.md，", &[]),
        ] {
            let found: Vec<&str> = words(text).map(|span| span.of(text)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn fragments_and_addresses_are_not_paths() {
        for (text, expected) in [
            ("references/a.md#set-up.", &["references/a.md"][..]),
            ("references/a.md#v1.2, docs/b#c.d", &["references/a.md"]),
            (
                "git@github.com:references/a.md ssh://git@a.b/references/c.md",
                &[],
            ),
            (
                "vscode://file/references/a.md ipfs://x/references/a.md",
                &[],
            ),
            ("**https://a.b/references/a.md**", &[]),
        ] {
            let found: Vec<&str> = words(text).map(|span| span.of(text)).collect();
            assert_eq!(found, expected, "{text}");
        }
        for url in [
            "git@github.com:o/r.git",
            "mailto:a@b.c",
            "ipfs://x",
            "file:///x",
            "tel:1",
        ] {
            assert_eq!(relative(url), None, "{url}");
        }
        assert!(relative("logo@2x.png").is_some());
    }
}
