//! [`Quoted`]: an invalid value, rewritten in quotes.

use crate::span::Span;

/// The longest value that is shown in full, in characters (the median published description has
/// 184). A longer one is shown by its beginning and end.
const SHOWN_CHARS: usize = 300;
const SHOWN_HEAD: usize = 100;
const SHOWN_TAIL: usize = 40;

/// A value as it should be written: in quotes, or as a list with all its entries inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// The span of the current value, with all its lines, in bytes of the file.
    pub span: Span,
    /// The new text.
    pub replacement: String,
    /// The new first line, with a long value shortened.
    pub line: String,
    /// Whether the value can only be a text.
    pub is_certain: bool,
    /// The key of a field that wrong indentation made a part of the value. Quoting the value would
    /// lose the field.
    pub swallowed: Option<String>,
}

/// Quotes the value at byte `start` of `yaml`.
pub(super) fn quoted(yaml: &str, start: usize) -> Quoted {
    let prefix = line_before(yaml, start).trim_start();
    let span = Span::new(start, value_end(yaml, start));
    let written = span.of(yaml);
    let mut more = written.lines().skip(1);
    let is_certain = !written.contains(" #")
        && !has_several_quoted(written)
        && !more.any(looks_like_more_than_text);
    let swallowed = written.lines().skip(1).find_map(field_key);
    let text = folded(written);
    let text = without_broken_quotes(&text);
    Quoted {
        swallowed: swallowed.map(str::to_owned),
        span,
        replacement: quote(text),
        line: format!("{prefix}{}", quote(&shortened(text))),
        is_certain,
    }
}

/// Quotes an entry within brackets, up to the next comma or bracket.
pub(super) fn quoted_entry(yaml: &str, start: usize) -> Quoted {
    let rest = yaml[start..].lines().next().unwrap_or_default();
    let entry = rest.split([',', '[', ']', '{', '}']).next();
    let entry = entry.unwrap_or_default().trim_end();
    Quoted {
        span: Span::new(start, start + entry.len()),
        replacement: quote(entry),
        line: quote(&shortened(entry)),
        is_certain: false,
        swallowed: None,
    }
}

/// Moves the entries after a list into it: `[a, b] - c` becomes `[a, b, c]` (86 of the 314 invalid
/// files in the history of published skills). `[file] - all of it` is a text.
pub(super) fn with_entries_inside(yaml: &str, list: Span) -> Option<Quoted> {
    let after = yaml[list.end..].lines().next()?.trim_end();
    let span = Span::new(list.start, list.end + after.len());
    let inner = list.of(yaml).strip_prefix('[')?.strip_suffix(']')?;
    let inner = inner.trim_end().trim_end_matches(',');
    let entries: Vec<&str> = after
        .trim_start()
        .strip_prefix("- ")?
        .split(" - ")
        .map(str::trim)
        .collect();
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let are_words = entries
        .iter()
        .all(|entry| !entry.is_empty() && entry.chars().all(is_word));
    let is_last_line = value_end(yaml, list.start) == span.end;
    let replacement = format!("[{inner}, {}]", entries.join(", "));
    (are_words && is_last_line && inner.contains(',')).then(|| Quoted {
        span,
        line: shortened(&replacement),
        replacement,
        is_certain: true,
        swallowed: None,
    })
}

/// Returns the line of byte `at` up to it.
pub(super) fn line_before(yaml: &str, at: usize) -> &str {
    yaml[..at].rsplit('\n').next().unwrap_or_default()
}

/// Returns the column of the key of the value at byte `start`, or of the `-` before it. Lines that
/// are indented deeper continue the value.
fn indent(yaml: &str, start: usize) -> usize {
    let line = line_before(yaml, start);
    match line.trim_start_matches([' ', '-']) {
        "" => line.trim_end().len().saturating_sub(1),
        key => line.len() - key.len(),
    }
}

/// Returns the end of the value, which includes blank lines only if more of it follows.
fn value_end(yaml: &str, start: usize) -> usize {
    let indent = indent(yaml, start);
    let mut lines = yaml[start..].split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let mut reached = start + first.len();
    let mut end = start + first.trim_end().len();
    for line in lines {
        let text = line.trim_start_matches(' ');
        if !text.trim().is_empty() {
            if line.len() - text.len() <= indent {
                break;
            }
            end = reached + line.trim_end().len();
        }
        reached += line.len();
    }
    end
}

/// Whether a value has several quoted parts. `"a" + "b"` may be a list or a sum; `"a" b` and
/// `'it's'` are texts.
fn has_several_quoted(written: &str) -> bool {
    let quote = written.chars().next();
    let quote = quote.filter(|c| matches!(c, '"' | '\''));
    quote.is_some_and(|quote| written.matches(quote).count() > 3)
}

/// Whether a line could also be a field or an entry of a list.
fn looks_like_more_than_text(line: &str) -> bool {
    let line = line.trim_start();
    let first_word = line.split(' ').next().unwrap_or_default();
    line.starts_with("- ") || first_word.trim_end().ends_with(':')
}

/// Returns the key of a line that looks like a field of a skill: `license: MIT`, not `Note: x`.
fn field_key(line: &str) -> Option<&str> {
    let (key, value) = line.trim_start().split_once(':')?;
    let is_key = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | '_');
    let is_field = !key.is_empty() && key.chars().all(is_key);
    (is_field && (value.is_empty() || value.starts_with(' '))).then_some(key)
}

/// Joins lines like YAML: a line break becomes a space, blank lines become line breaks.
fn folded(written: &str) -> String {
    let mut text = String::with_capacity(written.len());
    let mut blank = 0;
    for line in written.lines().map(str::trim) {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        match blank {
            0 if text.is_empty() => {}
            0 => text.push(' '),
            _ => text.extend(std::iter::repeat_n('\n', blank)),
        }
        blank = 0;
        text.push_str(line);
    }
    text
}

/// Removes the outer quotes of a value with more quotes inside, such as `'it's here'` and
/// `"a "b" c"`, in which a quote opens inside another. `"a" + "b"` is left unchanged.
fn without_broken_quotes(value: &str) -> &str {
    let within = |quote: char| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        let first = inner.find(quote)?;
        let opens = inner[..first].ends_with(' ') && !inner[first + 1..].starts_with(' ');
        (opens || value.matches(quote).count() % 2 == 1).then_some(inner)
    };
    within('\'').or_else(|| within('"')).unwrap_or(value)
}

fn shortened(value: &str) -> String {
    let count = value.chars().count();
    if count <= SHOWN_CHARS {
        return value.to_owned();
    }
    let head: String = value.chars().take(SHOWN_HEAD).collect();
    let tail: String = value.chars().skip(count - SHOWN_TAIL).collect();
    format!("{head} … {tail}")
}

/// Returns `text` as a quoted YAML value, without escapes if possible.
#[must_use]
pub fn quote(text: &str) -> String {
    if !text.contains(['"', '\\', '\n']) {
        format!("\"{text}\"")
    } else if !text.contains(['\'', '\n']) {
        format!("'{text}'")
    } else {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{}\"", escaped.replace('\n', "\\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_is_quoted_in_its_line() {
        let yaml = "name: a\nx: say \"b\": c\n  more\n\nlast: 'it's'";
        let line = |yaml, start| quoted(yaml, start).line;
        assert_eq!(line(yaml, 11), "x: 'say \"b\": c more'");
        assert_eq!(line(yaml, 36), "last: \"it's\"");
        assert_eq!(line("- *.ts", 2), "- \"*.ts\"");
        assert_eq!(line("a: \"it's\" x", 3), "a: \"\\\"it's\\\" x\"");
        assert_eq!(line("a: \"say \"b\" c\"", 3), "a: 'say \"b\" c'");
        assert_eq!(line("a: \"b\" + \"c\"", 3), "a: '\"b\" + \"c\"'");
    }

    #[test]
    fn all_lines_of_a_value_are_replaced() {
        let yaml = "a: b: c\r\n  d\r\n\r\n  e\r\n\r\nf: g";
        let value = quoted(yaml, 3);
        assert_eq!(value.span.of(yaml), "b: c\r\n  d\r\n\r\n  e");
        assert_eq!(value.replacement, "\"b: c d\\ne\"");
        assert!(value.is_certain);
        assert!(!quoted("a: b: c\n  d: e", 3).is_certain);
        assert!(!quoted("a: b: c # d", 3).is_certain);
        let list = |yaml| with_entries_inside(yaml, Span::new(3, 9)).map(|list| list.replacement);
        let inside = Some("[b, c, d, e-f]".to_owned());
        assert_eq!(list("a: [b, c]   - d - e-f\nx: y"), inside);
        assert_eq!(list("a: [b, c] - d: e"), None);
        assert_eq!(list("a: [b, c] d"), None);
        assert_eq!(list("a: [bbbb] - d"), None);
        assert_eq!(list("a: [b, c] - d\n  - e"), None);
        assert_eq!(quoted_entry("{a: *b c, d: e}", 4).replacement, "\"*b c\"");
    }

    #[test]
    fn long_value_is_shortened() {
        let line = quoted(&"é".repeat(500), 0).line;
        assert_eq!(line.chars().count(), 2 + SHOWN_HEAD + 3 + SHOWN_TAIL);
    }
}
