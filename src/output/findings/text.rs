//! The format for people: each finding with its source line, a mark, and help.

use anstyle::{AnsiColor, Style};

use super::fold::{Block, blocks, place_list};
use super::place;
use super::snippet::{self, Snippet};
use crate::operations::validate::Report;
use crate::output::styled::Styled;
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
pub(crate) fn text(report: &Report, page: &Page) -> Option<Styled> {
    let (blocks, more) = blocks(report, page.least, page.max, page.max > 0);
    let texts = blocks.iter().map(|block| render(block, page.width));
    let texts: Vec<Styled> = texts.chain(more.map(Styled::from)).collect();
    (!texts.is_empty()).then(|| Styled::join(texts, "\n\n"))
}

fn render(block: &Block<'_>, width: usize) -> Styled {
    let (found, more) = (block[0], &block[1..]);
    let style = style_of(found.severity);
    let number = found.start.line.to_string();
    let margin = " ".repeat(number.len());
    let mut lines = vec![
        Styled::with(style, &format!("{}[{}]", found.severity, found.code))
            .push_with(BOLD, &format!(": {}", found.message)),
        Styled::from(&margin)
            .push_with(GUTTER, "-->")
            .push(&format!(" {}", location(found))),
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
        let bar = || Styled::from(format!("{margin} ")).push_with(GUTTER, "|");
        lines.push(bar());
        let numbered = Styled::with(GUTTER, &format!("{number} |"));
        lines.push(numbered.push(&format!(" {line}")).trim_end());
        lines.push(bar().push(&format!(" {space}")).push_with(style, &mark));
    }
    let mut note = |name: &str, text: &str| {
        let line = Styled::from(format!("{margin} ")).push_with(GUTTER, "=");
        let line = line.push(" ").push_with(HELP, name);
        lines.push(line.push(&format!(": {text}")));
    };
    if !found.help.is_empty() {
        note("help", &found.help);
    }
    if let Some(fix) = &found.fix {
        note("fix", &fix_line(fix));
    }
    if let Some(Snippet { line, .. }) = snippet::replaced(found, width) {
        let number = Styled::with(GUTTER, &number).push(" ");
        lines.push(number.push_with(ADDED, &format!("+ {line}")));
    }
    if !more.is_empty() {
        let places = place_list(found, more);
        lines.push(Styled::from(format!(
            "{margin} … {} similar: {places}; use `--max 0` to show each",
            more.len()
        )));
    }
    Styled::join(lines, "\n")
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
