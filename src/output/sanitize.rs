//! Escapes control, bidi, and invisible characters of text from repositories.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use mdskill_lint::path::is_hidden;

/// Returns `text` on one line, with hidden characters escaped.
pub(crate) fn line(text: &str) -> String {
    escape(text, |c| c == '\n' || c == '\t', " ")
}

/// Returns `text` with its lines, and hidden characters escaped.
pub(crate) fn block(text: &str) -> String {
    let clean = |text: &str| escape(text.trim_end_matches('\r'), |c| c == '\t', "    ");
    let lines: Vec<String> = text.split('\n').map(clean).collect();
    lines.join("\n")
}

/// Returns a part of a line like [`line()`], but with four spaces for a tab. The parts of a line can be
/// sanitized individually, so that a mark can be placed below one.
pub(crate) fn source(text: &str) -> String {
    escape(text, |c| c == '\t', "    ")
}

/// Returns an equivalent JSON text without hidden characters and workflow commands. These can occur
/// only in strings, where JSON allows escapes; control characters are escaped already.
pub(crate) fn json(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c != '\n' && is_hidden(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(cleaned, "\\u{unit:04x}");
                }
            }
            c => cleaned.push(c),
        }
    }
    cleaned.replace("##[", "##\\u005b")
}

/// Returns `text` without the workflow commands that GitHub Actions would execute in a log: a line
/// that begins with `::` after spaces, and `##[` anywhere in a line. Source:
/// `TryParseV2` and `TryParse` in `ActionCommand.cs` of actions/runner.
pub(crate) fn without_commands(text: &str) -> String {
    let escape = |line: &str| {
        if line.trim_start().starts_with("::") {
            format!("\\{line}")
        } else {
            line.to_owned()
        }
    };
    let lines: Vec<String> = text.split('\n').map(escape).collect();
    lines.join("\n").replace("##[", "#\\#[")
}

fn escape(text: &str, is_space: impl Fn(char) -> bool, space: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if is_space(c) => cleaned.push_str(space),
            c if is_hidden(c) => cleaned.extend(c.escape_unicode()),
            c => cleaned.push(c),
        }
    }
    cleaned
}

/// Cuts `text` to `width` columns, with `…` at its end if it was cut.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = first_columns(text.chars(), width);
    kept.push('…');
    kept.into_iter().collect()
}

/// Cuts `text` to `width` columns, with `…` at its start if it was cut.
pub(crate) fn cut_before(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut kept = first_columns(text.chars().rev(), width);
    kept.push('…');
    kept.into_iter().rev().collect()
}

/// Returns the first characters that leave one of `width` columns free.
fn first_columns(characters: impl Iterator<Item = char>, width: usize) -> Vec<char> {
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used < width
    };
    characters.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped() {
        assert_eq!(
            line("a\u{1b}[31mred\nb\u{202e}c"),
            "a\\u{1b}[31mred b\\u{202e}c"
        );
        assert_eq!(block("a\n\u{7}b\r\n"), "a\n\\u{7}b\n");
        assert_eq!(line("ünï 技"), "ünï 技");
    }

    #[test]
    fn sanitized_json_is_equivalent() {
        let text = "[\n \"a\u{202e}\u{e0041}##[error]\"\n]";
        let cleaned = json(text);
        assert_eq!(cleaned, "[\n \"a\\u202e\\udb40\\udc41##\\u005berror]\"\n]");
        let read = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&cleaned), read(text));
    }

    #[test]
    fn log_lines_are_not_workflow_commands() {
        assert_eq!(
            without_commands("a :: b\n  ::error::forged\n"),
            "a :: b\n\\  ::error::forged\n"
        );
        assert_eq!(without_commands("a ##[error]b"), "a #\\#[error]b");
    }

    #[test]
    fn cut_counts_columns() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(cut("技技技", 5), "技技…");
        assert_eq!(cut_before("short", 5), "short");
        assert_eq!(cut_before("longer", 5), "…nger");
        assert_eq!(cut_before("技技技", 4), "…技");
    }
}
