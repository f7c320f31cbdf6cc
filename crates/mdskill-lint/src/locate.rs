//! Turns findings, which have byte positions, into diagnostics, which have lines and columns.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::SKILL_FILE;
use crate::diagnostic::{Diagnostic, Edit, Excerpt, Fix, Severity};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Finding, Rule};
use crate::settings::Settings;
use crate::span::{Position, Positions, Span};

/// Maximum length of an excerpt, in bytes on each side of the finding.
const EXCERPT_BYTES: usize = 120;
/// Maximum length of a marked span, because many long overlapping spans would take quadratic time.
const MAX_SPAN_BYTES: usize = 4096;

/// Turns findings into diagnostics, sorted by file, position and code. Each file is scanned once for
/// all of its findings, so a megabyte of findings on one line takes linear time.
pub(crate) fn to_diagnostics(
    skill: &ParsedSkill<'_>,
    settings: &Settings,
    mut findings: Vec<(&'static Rule, Finding)>,
) -> Vec<Diagnostic> {
    let start = |finding: &Finding| finding.span.map_or(0, |span| span.start);
    findings.sort_by(|(a_rule, a), (b_rule, b)| {
        let a = (&a.file, start(a), a_rule.code);
        a.cmp(&(&b.file, start(b), b_rule.code))
    });
    let mut diagnostics = Vec::with_capacity(findings.len());
    for file_findings in findings.chunk_by(|(_, a), (_, b)| a.file == b.file) {
        let has_places = file_findings.iter().any(|(_, found)| found.span.is_some());
        let text = text_of(skill, &file_findings[0].1.file, has_places);
        let mut lines = Lines::new(&text);
        let positions = edit_positions(&text, file_findings);
        for (rule, finding) in file_findings {
            let severity = match settings.severity(rule, finding.severity) {
                Some(severity) => severity,
                None if finding.refuses && !settings.allow_suppressions => Severity::Error,
                None => continue,
            };
            let location = finding.span.map(|span| lines.locate(span));
            let mut diagnostic = rule.diagnostic(finding.clone(), severity);
            if let Some(location) = location {
                (diagnostic.start, diagnostic.end) = (location.start, location.end);
                diagnostic.excerpt = Some(location.excerpt);
            }
            let places = edits(finding).iter().filter_map(|edit| {
                let start = *positions.get(&edit.span.start)?;
                Some((start, *positions.get(&edit.span.end)?))
            });
            diagnostic.edit_places = places.collect();
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}

fn edits(finding: &Finding) -> &[Edit] {
    finding.fix.as_ref().map_or(&[], Fix::edits)
}

/// Returns the position of every byte at which an edit starts or ends. A fix may edit any part of
/// the file, so the bytes are sorted first: then one scan finds all positions.
fn edit_positions(text: &str, findings: &[(&'static Rule, Finding)]) -> BTreeMap<usize, Position> {
    let edits = findings.iter().flat_map(|(_, finding)| edits(finding));
    let mut by_byte: BTreeMap<usize, Position> = edits
        .flat_map(|edit| [edit.span.start, edit.span.end])
        .map(|at| (at, Position::START))
        .collect();
    let mut positions = Positions::new(text, 1);
    for (at, position) in &mut by_byte {
        *position = positions.of(*at);
    }
    by_byte
}

fn text_of<'a>(skill: &'a ParsedSkill<'_>, file: &str, has_places: bool) -> Cow<'a, str> {
    if file == SKILL_FILE {
        return skill.skill_text().into();
    }
    match skill.page(file) {
        Some(page) => Cow::Borrowed(&page.text),
        None if has_places => skill.script_text(file),
        None => Cow::default(),
    }
}

/// Finds the lines and columns of spans; fastest in the order of the text.
pub(crate) struct Lines<'a> {
    text: &'a str,
    positions: Positions<'a>,
}

/// The location of a span: its position, and its first line.
pub(crate) struct Location {
    pub start: Position,
    pub end: Position,
    pub excerpt: Excerpt,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            positions: Positions::new(text, 1),
        }
    }

    pub(crate) fn locate(&mut self, span: Span) -> Location {
        let start = self.text.floor_char_boundary(span.start);
        let end = span.end.min(start + MAX_SPAN_BYTES);
        let end = self.text.floor_char_boundary(end).max(start);
        let begins = self.positions.of(start);
        let mut ends = begins;
        for c in self.text[start..end].chars() {
            match c {
                '\n' => (ends.line, ends.column) = (ends.line + 1, 1),
                _ => ends.column += 1,
            }
        }
        Location {
            start: begins,
            end: ends,
            excerpt: excerpt(self.text, start, end),
        }
    }
}

fn excerpt(text: &str, start: usize, end: usize) -> Excerpt {
    let from = text.floor_char_boundary(start.saturating_sub(EXCERPT_BYTES));
    let to = end.min(start + EXCERPT_BYTES) + EXCERPT_BYTES;
    let to = text.floor_char_boundary(to);
    let begins = text[from..start].rfind('\n').map(|at| from + at + 1);
    let line_start = begins.unwrap_or(from);
    let ends = text[start..to].find('\n').map(|at| start + at);
    let line_end = ends.unwrap_or(to);
    let line = text[line_start..line_end].trim_end_matches('\r');
    let marked_end = end.min(line_start + line.len()).max(start);
    Excerpt {
        marked: Span::new(
            (start - line_start).min(line.len()),
            (marked_end - line_start).min(line.len()),
        ),
        line: line.to_owned(),
        is_cut_before: begins.is_none() && from > 0 && !text[..from].ends_with('\n'),
        is_cut_after: ends.is_none() && !ends_a_line(&text[to..]),
    }
}

/// Whether a line ends just before `rest`.
fn ends_a_line(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('\n') || rest.starts_with("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::RULES;

    #[test]
    fn excerpt_records_whether_its_line_is_cut() {
        let cuts = |text: &str, marked: &str| {
            let start = text.find(marked).unwrap();
            let found = excerpt(text, start, start + marked.len());
            (found.line.len(), found.is_cut_before, found.is_cut_after)
        };
        let long = "x".repeat(EXCERPT_BYTES);
        assert_eq!(cuts("a\nhere\nb", "here"), (4, false, false));
        assert_eq!(cuts("here", "here"), (4, false, false));
        assert_eq!(
            cuts(&format!("{long}here{long}"), "here"),
            (244, false, false)
        );
        assert_eq!(
            cuts(&format!("\n{long}here{long}\r\n"), "here"),
            (244, false, false)
        );
        assert_eq!(
            cuts(&format!("y{long}here{long}\n"), "here"),
            (244, true, false)
        );
        assert_eq!(
            cuts(&format!("{long}here{long}y\n"), "here"),
            (244, false, true)
        );
    }

    #[test]
    fn edits_get_positions_in_any_order() {
        let text = "é: 1\nb: 22\n";
        let finding = |span| {
            let finding = Finding::new(span, "").with_fix(Fix::safe("", span, "x"));
            (RULES[0], finding)
        };
        let findings = [finding(Span::new(9, 11)), finding(Span::new(4, 5))];
        let at = |line, column| Position { line, column };
        let positions = edit_positions(text, &findings);
        let expected = [(4, at(1, 4)), (5, at(1, 5)), (9, at(2, 4)), (11, at(2, 6))];
        assert_eq!(positions, BTreeMap::from(expected));
    }
}
