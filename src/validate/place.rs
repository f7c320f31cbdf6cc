//! From findings, which know bytes, to diagnostics, which know lines.

use crate::diagnostic::{Diagnostic, Excerpt};
use crate::skill::discover::SKILL_FILE;
use crate::span::{Position, Positions, Span};
use crate::validate::context::Context;
use crate::validate::rule::{Finding, Rule};
use crate::validate::settings::Settings;

/// Longest part of a line that is kept to show it, in bytes on each side of the finding.
const EXCERPT_BYTES: usize = 120;
/// Longest piece whose end is looked for: pieces within pieces would cost their product.
const MAX_SPAN_BYTES: usize = 4096;

/// Turns findings into diagnostics, sorted by file, place and code. One walk through each file
/// serves all of its findings, so that a megabyte of them on one line stays linear.
pub(super) fn place(
    context: &Context<'_>,
    settings: &Settings,
    mut findings: Vec<(&'static Rule, Finding)>,
) -> Vec<Diagnostic> {
    let start = |finding: &Finding| finding.span.map_or(0, |span| span.start);
    findings.sort_by(|(a_rule, a), (b_rule, b)| {
        let a = (&a.file, start(a), a_rule.code);
        a.cmp(&(&b.file, start(b), b_rule.code))
    });
    let mut diagnostics = Vec::with_capacity(findings.len());
    for of_file in findings.chunk_by(|(_, a), (_, b)| a.file == b.file) {
        let text = text_of(context, &of_file[0].1.file);
        let mut lines = Lines::new(text);
        for (rule, finding) in of_file {
            let Some(severity) = settings.severity(rule, finding.severity) else {
                continue;
            };
            let located = finding.span.map(|span| lines.locate(span));
            let (start, end, excerpt) = match located {
                Some((start, end, excerpt)) => (start, end, Some(excerpt)),
                None => (Position::START, Position::START, None),
            };
            diagnostics.push(Diagnostic {
                code: rule.code,
                severity,
                file: finding.file.clone(),
                start,
                end,
                message: finding.message.clone(),
                help: match finding.help.as_str() {
                    "" => rule.mend.to_owned(),
                    help => help.to_owned(),
                },
                blocks_loading: rule.blocks_loading,
                excerpt,
                fix: finding.fix.clone(),
            });
        }
    }
    diagnostics
}

fn text_of<'a>(context: &'a Context<'_>, file: &str) -> &'a str {
    if file == SKILL_FILE {
        return context.skill_text();
    }
    context.page(file).map_or("", |page| &page.text)
}

/// The lines of a text, asked for in the order of the text.
pub(super) struct Lines<'a> {
    text: &'a str,
    positions: Positions<'a>,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            positions: Positions::new(text, 1),
        }
    }

    /// Returns where a piece begins and ends, and its first line.
    pub fn locate(&mut self, span: Span) -> (Position, Position, Excerpt) {
        let start = floor(self.text, span.start);
        let end = floor(self.text, span.end.min(start + MAX_SPAN_BYTES)).max(start);
        let begins = self.positions.of(start);
        let mut ends = begins;
        for c in self.text[start..end].chars() {
            match c {
                '\n' => (ends.line, ends.column) = (ends.line + 1, 1),
                _ => ends.column += 1,
            }
        }
        (begins, ends, excerpt(self.text, start, end))
    }
}

fn excerpt(text: &str, start: usize, end: usize) -> Excerpt {
    let from = floor(text, start.saturating_sub(EXCERPT_BYTES));
    let to = floor(
        text,
        (end.min(start + EXCERPT_BYTES) + EXCERPT_BYTES).min(text.len()),
    );
    let line_start = text[from..start]
        .rfind('\n')
        .map_or(from, |at| from + at + 1);
    let rest = &text[start..to];
    let line_end = start + rest.find('\n').unwrap_or(rest.len());
    let line = text[line_start..line_end].trim_end_matches('\r');
    let marked_end = end.min(line_start + line.len()).max(start);
    Excerpt {
        marked: Span::new(
            (start - line_start).min(line.len()),
            (marked_end - line_start).min(line.len()),
        ),
        line: line.to_owned(),
    }
}

/// Returns the nearest edge of a character at or before byte `at`.
fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}
