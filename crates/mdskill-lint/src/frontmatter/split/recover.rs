//! Explains missing `---` lines, by the forms of the 294 files without frontmatter and the 2
//! unclosed ones in the history of published skills.

use super::is_fence;
use crate::frontmatter::error::{Before, Fault, Preamble};
use crate::span::Span;

/// Returns the text before a frontmatter further down, or in place of one, if any.
pub(super) fn before(whole: &str) -> Option<Before> {
    if let Some(span) = formatted(whole) {
        return Some(Before {
            what: Preamble::Heading,
            span,
            closing: None,
        });
    }
    let mut lines = whole.split_inclusive('\n');
    let above = lines.by_ref().take_while(|line| !is_fence(line));
    let length = above.map(str::len).sum();
    lines.next().and_then(key_of)?;
    let text = whole[..length].trim_start_matches('\u{feff}').trim();
    let opener = text.chars().take_while(|c| matches!(c, '`' | '~'));
    let fence = &text[..opener.count()];
    let what = match text {
        "" => Preamble::Blank,
        _ if text.starts_with("<!--") && text.ends_with("-->") => Preamble::Comment,
        _ if text.chars().all(|c| c == '_') => Preamble::Rule,
        _ if fence.len() >= 3 && !text.contains('\n') => Preamble::Fence,
        _ => Preamble::Text,
    };
    let closing = match what {
        Preamble::Fence => last_line(whole).filter(|line| line.of(whole).trim() == fence),
        _ => None,
    };
    Some(Before {
        what,
        span: Span::new(0, length),
        closing,
    })
}

/// Returns a rule and a heading `name: …` at the top, which some formatters make of a frontmatter.
fn formatted(whole: &str) -> Option<Span> {
    let lines = whole.split_inclusive('\n');
    let mut lines = lines.filter(|line| !line.trim().is_empty());
    let rule = lines.next()?.trim();
    let heading = lines.next()?;
    let is_rule = rule.len() >= 3 && rule.chars().all(|c| matches!(c, '_' | '*' | '-'));
    let field = heading.trim_start_matches('#');
    let is_field = key_of(field.trim()).is_some_and(|key| matches!(key, "name" | "description"));
    let end = whole.find(heading)? + heading.trim_end().len();
    (is_rule && field.len() < heading.len() && is_field).then_some(Span::new(0, end))
}

fn last_line(whole: &str) -> Option<Span> {
    let text = whole.trim_end();
    let start = text.rfind('\n')? + 1;
    Some(Span::new(start, whole.len()))
}

/// Returns the fault of a frontmatter that is opened before byte `from` and never closed.
pub(super) fn unclosed(whole: &str, from: usize) -> Fault {
    let lines = whole[from..].lines();
    let headings = lines.filter_map(|line| key_of(line.trim_start_matches('#').trim_start()));
    let mut headings = headings.filter(|key| matches!(*key, "name" | "description"));
    let first = whole[from..].lines().find(|line| !line.trim().is_empty());
    let is_heading = first.is_some_and(|line| line.starts_with('#'));
    if is_heading {
        Fault::Unclosed {
            heading: headings.next().map(str::to_owned),
            closes_at: None,
        }
    } else {
        Fault::Unclosed {
            heading: None,
            closes_at: end_of_fields(&whole[from..]).map(|end| from + end),
        }
    }
}

/// Returns the end of the last line that can belong to a frontmatter, if the rest is clearly
/// Markdown: a heading, text after a blank line, or nothing.
fn end_of_fields(yaml: &str) -> Option<usize> {
    let (mut reached, mut end, mut after_blank) = (0, 0, false);
    for line in yaml.split_inclusive('\n') {
        let is_field = line.starts_with([' ', '-']) || key_of(line).is_some();
        if line.trim().is_empty() {
            after_blank = true;
        } else if is_field {
            (end, after_blank) = (reached + line.len(), false);
        } else {
            let is_markdown = after_blank || line.starts_with('#');
            return (end > 0 && is_markdown).then_some(end);
        }
        reached += line.len();
    }
    (end > 0).then_some(end)
}

/// Returns the key of a `key: value` line.
fn key_of(line: &str) -> Option<&str> {
    let (key, value) = line.split_once(':')?;
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let is_field = !key.is_empty() && key.chars().all(is_key);
    (is_field && (value.is_empty() || value.starts_with(char::is_whitespace))).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_before_the_frontmatter_is_classified() {
        let shape = |text: &str| before(text).map(|before| (before.what, before.span.end));
        assert_eq!(shape(""), None);
        assert_eq!(shape("# Title\n\n---\n\ntext: a\n"), None);
        let front = "---\nname: a\n---\n";
        let of = |above: &str| {
            shape(&format!("{above}{front}")).map(|(what, end)| {
                assert_eq!(end, above.len());
                what
            })
        };
        assert_eq!(of("\n \n"), Some(Preamble::Blank));
        assert_eq!(of("\u{feff}\r\n"), Some(Preamble::Blank));
        assert_eq!(of("<!-- a\nb -->\n"), Some(Preamble::Comment));
        assert_eq!(of("____\n"), Some(Preamble::Rule));
        assert_eq!(of("````skill\n"), Some(Preamble::Fence));
        assert_eq!(of("# A\n"), Some(Preamble::Text));
        let heading = "____\n\n## name: a description: b";
        let whole = format!("{heading}\n\n# A\n");
        assert_eq!(shape(&whole), Some((Preamble::Heading, heading.len())));
        assert_eq!(shape("____\n\n## names\n"), None);
    }

    #[test]
    fn code_fence_around_a_file_has_two_ends() {
        let text = "```skill\n---\nname: a\n---\nb\n```\n\n";
        let before = before(text).unwrap();
        assert_eq!(before.closing.unwrap().of(text), "```\n\n");
    }

    #[test]
    fn unclosed_frontmatter_ends_before_the_markdown() {
        let rest = |text: &str| match unclosed(text, 4) {
            Fault::Unclosed { closes_at, .. } => closes_at.map(|at| text[at..].to_owned()),
            other => panic!("{other}"),
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(rest("---\nname: a\n\n# A\n"), some("\n# A\n"));
        assert_eq!(rest("---\nname: a\n# A\n"), some("# A\n"));
        assert_eq!(rest("---\nname: a\n\nText.\n"), some("\nText.\n"));
        assert_eq!(rest("---\nname: >\n  a\n"), some(""));
        assert_eq!(rest("---\nname: a\ntext\n"), None);
        assert_eq!(rest("---\n# A\n"), None);
        let heading = unclosed("---\n\n## name: a\n", 4);
        assert!(heading.to_string().contains("`name` was turned into"));
    }
}
