//! The format for people: each finding with its source line, a mark, and help.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::fold::{Block, blocks, place_list};
use super::place;
use super::snippet::{self, Snippet};
use crate::operations::validate::Report;
use crate::output::sanitize;
use mdskill_lint::diagnostic::{Diagnostic, Fix, Safety, Severity};

const GUTTER: Style = AnsiColor::Blue.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const ADDED: Style = AnsiColor::Green.on_default();
const BOLD: Style = Style::new().bold();

/// The options of the text format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// The lowest severity that is shown.
    pub(crate) least: Severity,
    /// Maximum number of findings; 0 shows all of them, without folding.
    pub(crate) max: usize,
    /// Maximum width of a source line, in columns.
    pub(crate) width: usize,
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
pub(crate) fn text(report: &Report, page: &Page) -> String {
    let (blocks, more) = blocks(report, page.least, page.max, page.max > 0);
    let texts = blocks.iter().map(|block| render(block, page.width));
    texts.chain(more).collect::<Vec<_>>().join("\n\n")
}

fn render(block: &Block<'_>, width: usize) -> String {
    let (found, more) = (block[0], &block[1..]);
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
            sanitize::line(&location(found))
        ),
    ];
    // The line follows the number, a space, a bar, and a space.
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
    let mut note = |name: &str, text: &str| {
        lines.push(format!(
            "{margin} {GUTTER}={GUTTER:#} {HELP}{name}{HELP:#}: {}",
            sanitize::line(text)
        ));
    };
    if !found.help.is_empty() {
        note("help", &found.help);
    }
    if let Some(fix) = &found.fix {
        note("fix", &fix_line(fix));
    }
    if let Some(Snippet { line, .. }) = snippet::replaced(found, width) {
        lines.push(format!(
            "{GUTTER}{number}{GUTTER:#} {ADDED}+ {line}{ADDED:#}"
        ));
    }
    let mut text = lines.join("\n");
    if !more.is_empty() {
        let _ = write!(
            text,
            "\n{margin} … {} similar: {}; use `--max 0` to show each",
            more.len(),
            sanitize::line(&place_list(found, more))
        );
    }
    text
}

/// Returns the title of a fix, and the flags that apply it.
fn fix_line(fix: &Fix) -> String {
    let flags = match fix.safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--fix --unsafe",
    };
    format!("{} ({flags})", fix.title)
}

/// Returns the place of a finding; a finding about a whole file has no line.
fn location(found: &Diagnostic) -> String {
    match found.excerpt {
        Some(_) => place(found),
        None => found.file.clone(),
    }
}
