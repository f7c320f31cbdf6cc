//! The page for people: each finding with its line, a mark below it, and what to do.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::fold::{Block, blocks, place_list, worst};
use super::snippet::{self, Snippet};
use super::{place, shown};
use crate::ops::validate::Report;
use crate::ui::sanitize;
use mdskill_lint::diagnostic::{Diagnostic, Fix, Safety, Severity};

const GUTTER: Style = AnsiColor::Blue.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const BOLD: Style = Style::new().bold();

/// What of the report is shown, and how wide.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// The mildest severity that is shown.
    pub least: Severity,
    /// How many findings are shown in full; 0 is all, and then none is folded.
    pub max: usize,
    /// Columns that a line of a file may take.
    pub width: usize,
}

/// Returns the colour of a severity.
pub(super) fn style_of(severity: Severity) -> Style {
    let color = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

/// Returns the findings by file, a block each, with empty lines between.
#[must_use]
pub fn text(report: &Report, page: &Page) -> String {
    let found = shown(report, page.least).map(|found| &found.diagnostic);
    let all = blocks(found, page.max > 0);
    let (blocks, left_out) = match page.max {
        0 => (all, Vec::new()),
        max => worst(all, max, |block| block.first.severity),
    };
    let left_out: usize = left_out.iter().map(Block::findings).sum();
    let mut told: Vec<String> = blocks.iter().map(|block| tell(block, page.width)).collect();
    if left_out > 0 {
        told.push(format!("… and {left_out} more; --max 0 shows them"));
    }
    told.join("\n\n")
}

fn tell(block: &Block<'_>, width: usize) -> String {
    let found = block.first;
    let style = style_of(found.severity);
    let number = found.start.line.to_string();
    let margin = " ".repeat(number.len());
    let mut lines = vec![
        format!(
            "{style}{}[{}]{style:#}{BOLD}: {}{BOLD:#}",
            found.severity,
            found.code,
            sanitize::line(&found.message)
        ),
        format!(
            "{margin}{GUTTER}-->{GUTTER:#} {}",
            sanitize::line(&where_of(found))
        ),
    ];
    // The number, a space, a bar and a space stand before the line.
    let width = width.saturating_sub(number.len() + 3).max(20);
    if let Some(excerpt) = &found.excerpt {
        let Snippet {
            line,
            indent,
            width,
        } = snippet::excerpt(excerpt, width);
        let (space, mark) = (" ".repeat(indent), "^".repeat(width));
        lines.push(format!("{margin} {GUTTER}|{GUTTER:#}"));
        lines.push(
            format!("{GUTTER}{number} |{GUTTER:#} {line}")
                .trim_end()
                .to_owned(),
        );
        lines.push(format!(
            "{margin} {GUTTER}|{GUTTER:#} {space}{style}{mark}{style:#}"
        ));
    }
    let mut note = |name: &str, said: &str| {
        lines.push(format!(
            "{margin} {GUTTER}={GUTTER:#} {HELP}{name}{HELP:#}: {}",
            sanitize::line(said)
        ));
    };
    if !found.help.is_empty() {
        note("help", &found.help);
    }
    if let Some(fix) = &found.fix {
        note("fix", &offer(fix));
    }
    if let Some(Snippet { line, .. }) = snippet::replaced(found, width) {
        lines.push(format!(
            "{GUTTER}{number}{GUTTER:#} {ADDED}+ {line}{ADDED:#}"
        ));
    }
    let mut told = lines.join("\n");
    if !block.more.is_empty() {
        let _ = write!(
            told,
            "\n{margin} … {} more like it: {}; --max 0 shows each",
            block.more.len(),
            sanitize::line(&place_list(block))
        );
    }
    told
}

/// What a program offers to do, and how to ask for it.
fn offer(fix: &Fix) -> String {
    let flags = match fix.safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--fix --unsafe",
    };
    format!("{} ({flags})", fix.title)
}

/// What is about a file as a whole has no line.
fn where_of(found: &Diagnostic) -> String {
    match found.excerpt {
        Some(_) => place(found),
        None => found.file.clone(),
    }
}
