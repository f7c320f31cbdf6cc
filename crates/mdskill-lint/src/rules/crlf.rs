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

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    skill.pages.iter().filter_map(finding).collect()
}

fn finding(page: &Page<'_>) -> Option<Finding> {
    let text: &str = &page.text;
    let mut returns = memchr::memchr_iter(b'\r', text.as_bytes());
    let first = returns.find(|at| text.as_bytes().get(at + 1) == Some(&b'\n'))?;
    let edits = line_end_edits(text);
    let all = text.matches('\n').count();
    let message = match edits.len() {
        count if count == all => "every line ends with CRLF".to_owned(),
        count => format!("{count} of {all} lines end with CRLF, the others with LF"),
    };
    let finding = Finding::in_file(page.path, Span::at(first), message);
    Some(finding.with_fix(Fix {
        title: "convert line ends to LF".to_owned(),
        safety: Safety::Safe,
        change: Change::Edit(edits),
    }))
}

/// Returns the edits that remove the carriage returns at line ends.
fn line_end_edits(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (end, _) in text.match_indices('\n') {
        // All carriage returns, because one that is left would form a CRLF again.
        let start = text[..end].trim_end_matches('\r').len();
        if start < end {
            edits.push(Edit {
                span: Span::new(start, end),
                replacement: String::new(),
            });
        }
    }
    edits
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
            for Edit { span, replacement } in line_end_edits(text).iter().rev() {
                edited.replace_range(span.start..span.end, replacement);
            }
            assert_eq!(edited, fixed, "{text:?}");
        }
    }
}
