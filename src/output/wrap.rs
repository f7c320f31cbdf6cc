//! Wraps sentences at words.

use unicode_width::UnicodeWidthStr;

/// Minimum width of a wrapped line, in columns.
const MIN_WIDTH: usize = 20;

/// Wraps `text` at words so that its lines have at most `width` columns, if the words are short
/// enough. All lines but the first, which follows a label, are indented by `indent` columns. Text
/// in backticks is not wrapped, so that a command can be copied.
pub(crate) fn wrap(text: &str, width: usize, indent: usize) -> String {
    let limit = width.saturating_sub(indent).max(MIN_WIDTH);
    let mut wrapped = String::with_capacity(text.len());
    let mut used = 0;
    for word in words(text) {
        let columns = word.trim_end().width();
        if used > 0 && used + columns > limit {
            wrapped.truncate(wrapped.trim_end().len());
            wrapped.push('\n');
            wrapped.push_str(&" ".repeat(indent));
            used = 0;
        }
        wrapped.push_str(word);
        used += word.width();
    }
    wrapped
}

/// Splits after each space that is not between backticks; the spaces stay with their words.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut is_code) = (0, false);
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c == '`' {
            is_code = !is_code && text[at + 1..].contains('`');
        }
        let is_last_space = c == ' ' && characters.peek().is_some_and(|(_, next)| *next != ' ');
        // Spaces at the beginning are an indent, not a word.
        if is_last_space && !is_code && !text[start..at].trim().is_empty() {
            words.push(&text[start..=at]);
            start = at + 1;
        }
    }
    words.push(&text[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrap_breaks_at_words_and_indents() {
        assert_eq!(
            wrap("one two three four five six seven", 30, 7),
            "one two three four five\n       six seven"
        );
        assert_eq!(wrap("short", 30, 7), "short");
        assert_eq!(wrap("", 30, 7), "");
    }

    #[test]
    fn wrap_keeps_commands_and_long_words_whole() {
        assert_eq!(
            wrap("run `mdskill update pdf --force` to go on", 30, 0),
            "run\n`mdskill update pdf --force`\nto go on"
        );
        let word = "x".repeat(50);
        assert_eq!(
            wrap(&format!("a {word} b"), 30, 2),
            format!("a\n  {word}\n  b")
        );
        assert_eq!(
            wrap("a single ` is a character like others", 24, 0),
            "a single ` is a\ncharacter like others"
        );
    }

    #[test]
    fn wrap_counts_columns() {
        assert_eq!(
            wrap("技能技能技能 技能技能技能", 24, 0),
            "技能技能技能\n技能技能技能"
        );
        assert_eq!(
            wrap("  indented text of many words", 20, 0),
            "  indented text of\nmany words"
        );
    }
}
