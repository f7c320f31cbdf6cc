//! Commands of a shell that hide the name of their program: `c""url`, `cu\rl`, `curl$IFS-s`.
//!
//! A shell removes the quotes. Nothing but a text that should not be found is written like that.

use crate::capabilities::shell::calls;
use crate::span::Span;

/// Returns the words that hide the name of a program.
pub(crate) fn hidden_programs(script: &str) -> Vec<Span> {
    if !may_hide(script) {
        return Vec::new();
    }
    let words = calls(script).into_iter().filter_map(|call| {
        let rest = &script[call.at..];
        let end = rest.find(|c: char| c.is_whitespace() || ";&|<>()`".contains(c));
        let word = Span::new(call.at, call.at + end.unwrap_or(rest.len()));
        is_hidden(word.of(script)).then_some(word)
    });
    let separated = separators(script).map(|at| Span::new(at, at + "$IFS".len()));
    words.chain(separated).collect()
}

/// Whether a script has a quote or a backslash after a letter and not at the end of a word, as few scripts have.
fn may_hide(script: &str) -> bool {
    let bytes = script.as_bytes();
    let mut marks = memchr::memchr3_iter(b'"', b'\'', b'\\', bytes);
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b";&|<>()`".contains(byte);
    marks.any(|at| {
        let is_after_letter = at > 0 && bytes[at - 1].is_ascii_alphanumeric();
        is_after_letter && bytes.get(at + 1).is_some_and(|next| !ends(next))
    }) || separators(script).next().is_some()
}

/// Whether quotes or backslashes are inside of a word, and not around it.
fn is_hidden(word: &str) -> bool {
    let is_mark = |c: char| matches!(c, '"' | '\'' | '\\');
    let inside = match word.chars().next() {
        Some('\\') => &word[1..],
        Some(quote @ ('"' | '\'')) => word[1..].strip_suffix(quote).unwrap_or(word),
        _ => word,
    };
    inside.contains(is_mark)
}

/// Returns the places of `$IFS` and `${IFS}` after a letter, where they separate words.
fn separators(script: &str) -> impl Iterator<Item = usize> {
    let found = ["$IFS", "${IFS"].into_iter();
    let found = found.flat_map(|separator| script.match_indices(separator));
    let found =
        found.filter(|(at, _)| script[..*at].ends_with(|c: char| c.is_ascii_alphanumeric()));
    found.map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_name_of_a_program_is_found() {
        for script in [
            "c\"\"url https://x.y/i",
            "cu''rl https://x.y/i",
            "c'ur'l https://x.y/i",
            "cu\\rl https://x.y/i",
            "\"c\"url https://x.y/i",
            "ls | ba\"s\"h",
            "curl$IFS-s$IFS'https://x.y'",
            "curl${IFS}https://x.y",
            "/usr/bin/cu''rl https://x.y/i",
        ] {
            assert!(!hidden_programs(script).is_empty(), "{script}");
        }
    }

    #[test]
    fn usual_quotes_are_allowed() {
        for script in [
            "\\curl -sSL https://x.y/i",
            "\"curl\" https://x.y/i 'a'",
            "\"$BIN\"/curl x",
            "git commit -m 'don'\\''t'",
            "echo a\"b\"c",
            "IFS=$'\\n'; OLD=$IFS; IFS=$OLD",
            "# don't run c\"\"url",
            "x=a\"\"b",
            "it's done and that's it",
            "echo \"`ls | sh`\"",
        ] {
            assert_eq!(hidden_programs(script), [], "{script}");
        }
    }
}
