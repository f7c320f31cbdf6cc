//! SK004: lines end with CRLF.

use crate::diagnostic::{Change, Edit, Fix, Safety, Severity};
use crate::parsed_skill::{Page, ParsedSkill};
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK004",
    name: "crlf",
    severity: Severity::Info,
    summary: "some or all lines end with CRLF",
    why: "Clients read both, but commands that are copied from the file fail in a Unix shell, and every tool that writes LF changes the whole file; 85 of 15,780 published versions have CRLF.",
    example: "name: pdf\\r\\n",
    how_to_fix: "convert the line ends to LF, and add `*.md text eol=lf` to `.gitattributes`",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum number of edits of one fix (the longest public file has 2,723 lines). With more, one
/// edit replaces the whole text.
const MAX_EDITS: usize = 10_000;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    skill.pages.iter().filter_map(finding).collect()
}

fn finding(page: &Page<'_>) -> Option<Finding> {
    let text: &str = &page.text;
    let first = text.find("\r\n")?;
    let with_cr = text.matches("\r\n").count();
    let all = text.matches('\n').count();
    let message = match with_cr == all {
        true => "every line ends with CRLF".to_owned(),
        false => format!("{with_cr} of {all} lines end with CRLF, the others with LF"),
    };
    let change = match with_cr <= MAX_EDITS {
        true => ends(text).collect(),
        false => vec![Edit {
            span: Span::new(0, text.len()),
            replacement: with_lf(text),
        }],
    };
    let found = Finding::in_file(page.path, Span::at(first), message);
    Some(found.with_fix(Fix {
        title: "convert line ends to LF".to_owned(),
        safety: Safety::Safe,
        change: Change::Edit(change),
    }))
}

/// Returns the lines of a text, each with the part that remains when the line ends with LF.
fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text.split_inclusive('\n');
    lines.map(|line| match line.strip_suffix('\n') {
        // All carriage returns, because one that is left would form a CRLF again.
        Some(line) => (line, line.trim_end_matches('\r')),
        None => (line, line),
    })
}

/// Returns the edits that remove the carriage returns at line ends.
fn ends(text: &str) -> impl Iterator<Item = Edit> {
    let mut start = 0;
    let removed = lines(text).map(move |(line, kept)| {
        let span = Span::new(start + kept.len(), start + line.len());
        start += line.len() + 1;
        span
    });
    let removed = removed.filter(|span| span.start < span.end);
    removed.map(|span| Edit {
        span,
        replacement: String::new(),
    })
}

fn with_lf(text: &str) -> String {
    let kept: Vec<&str> = lines(text).map(|(_, kept)| kept).collect();
    let last = if text.ends_with('\n') { "\n" } else { "" };
    kept.join("\n") + last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fix_changes_only_line_ends() {
        for (text, fixed) in [
            ("a\r\nb\rc\nd\r\n", "a\nb\rc\nd\n"),
            ("a\r\r\n\r\nb", "a\n\nb"),
            ("é\r\nb\r", "é\nb\r"),
        ] {
            let mut edited = text.to_owned();
            let edits: Vec<Edit> = ends(text).collect();
            for Edit { span, replacement } in edits.iter().rev() {
                edited.replace_range(span.start..span.end, replacement);
            }
            assert_eq!(edited, fixed, "{text:?}");
            assert_eq!(with_lf(text), fixed, "{text:?}");
        }
    }
}
