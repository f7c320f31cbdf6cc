//! Strangers' text on a terminal: controls, bidi and invisible characters are shown, not obeyed.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use mdskill_lint::path::is_hidden;

/// Returns `text` on one line, with everything that a terminal would obey escaped.
#[must_use]
pub fn line(text: &str) -> String {
    escape(text, |c| c == '\n' || c == '\t', " ")
}

/// Returns `text` with its lines, and everything else that a terminal would obey escaped.
#[must_use]
pub fn block(text: &str) -> String {
    let clean = |text: &str| escape(text.trim_end_matches('\r'), |c| c == '\t', "    ");
    let lines: Vec<String> = text.split('\n').map(clean).collect();
    lines.join("\n")
}

/// Returns a piece of a line of a file, to be shown above a caret: as [`line()`], with a tab as
/// wide as four spaces. What is cleaned in pieces is the same as what is cleaned at once.
#[must_use]
pub fn source(text: &str) -> String {
    escape(text, |c| c == '\t', "    ")
}

/// Returns a JSON text that means the same, in which nothing is invisible or a command of a CI
/// log. All that is escaped here stands inside strings; other controls JSON itself escapes.
#[must_use]
pub fn json(text: &str) -> String {
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

/// Returns `text` as a CI log may have it, without what GitHub Actions would run as a command:
/// a line that begins with `::` behind spaces, and `##[` anywhere in a line. Source:
/// `TryParseV2` and `TryParse` in `ActionCommand.cs` of actions/runner.
#[must_use]
pub fn without_commands(text: &str) -> String {
    let tame = |line: &str| {
        if line.trim_start().starts_with("::") {
            format!("\\{line}")
        } else {
            line.to_owned()
        }
    };
    let lines: Vec<String> = text.split('\n').map(tame).collect();
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

/// Returns as much of `text` as `width` columns hold, with `…` where it was cut.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let mut kept = String::new();
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used + 1 > width {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    kept
}

/// Returns as much of the end of `text` as `width` columns hold, with `…` where it was cut.
#[must_use]
pub fn cut_before(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 0;
    let mut from = text.len();
    for (at, c) in text.char_indices().rev() {
        used += c.width().unwrap_or(0);
        if used + 1 > width {
            break;
        }
        from = at;
    }
    format!("…{}", &text[from..])
}

/// Returns a word as a shell takes it: a path from a repository must not become a command of its own
/// when somebody pastes what a hint shows.
#[must_use]
pub fn for_shell(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./@:+~^".contains(c);
    if !word.is_empty() && !word.starts_with(['-', '~']) && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_that_it_would_obey() {
        assert_eq!(
            line("a\u{1b}[31mred\nb\u{202e}c"),
            "a\\u{1b}[31mred b\\u{202e}c"
        );
        assert_eq!(block("a\n\u{7}b\r\n"), "a\n\\u{7}b\n");
        assert_eq!(line("ünï 技"), "ünï 技");
    }

    #[test]
    fn json_means_what_it_meant() {
        let text = "[\n \"a\u{202e}\u{e0041}##[error]\"\n]";
        let cleaned = json(text);
        assert_eq!(cleaned, "[\n \"a\\u202e\\udb40\\udc41##\\u005berror]\"\n]");
        let read = |text| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&cleaned), read(text));
    }

    #[test]
    fn no_line_of_a_log_is_a_command() {
        assert_eq!(
            without_commands("a :: b\n  ::error::forged\n"),
            "a :: b\n\\  ::error::forged\n"
        );
        assert_eq!(without_commands("a ##[error]b"), "a #\\#[error]b");
    }

    #[test]
    fn a_cut_counts_columns() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(cut("技技技", 5), "技技…");
        assert_eq!(cut_before("short", 5), "short");
        assert_eq!(cut_before("longer", 5), "…nger");
        assert_eq!(cut_before("技技技", 4), "…技");
    }

    #[test]
    fn what_is_pasted_into_a_shell_stays_one_word() {
        assert_eq!(for_shell("acme/skills/one@v1.2"), "acme/skills/one@v1.2");
        assert_eq!(for_shell("acme/s/x; rm -rf ~"), "'acme/s/x; rm -rf ~'");
        assert_eq!(for_shell("a'$(b)"), r"'a'\''$(b)'");
        assert_eq!(for_shell(""), "''");
    }
}
