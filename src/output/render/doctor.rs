//! Prints the report of `doctor`.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::operations::doctor::{Check, Report, Section, Status};
use crate::output::printer::Printer;
use crate::output::sanitize;
use crate::output::styled::Styled;
use crate::output::text::count;

/// The width up to which names are aligned, in columns.
const MAX_NAME: usize = 24;
/// The width of the mark and the spaces around it, in columns.
const MARK: usize = 4;
/// The width of a terminal below which a value is on its own line.
const NARROW: usize = 50;
/// The width of a terminal below which lines are not indented.
const TINY: usize = 28;
/// The width to which lines are wrapped on a wider terminal.
const MAX_WIDTH: usize = 120;

/// Prints all sections; `has_unicode` selects the marks.
pub(crate) fn doctor(printer: &Printer, report: &Report, has_unicode: bool) {
    let layout = Layout {
        printer,
        width: Printer::width().map(|width| width.min(MAX_WIDTH)),
        has_unicode,
    };
    for section in &report.sections {
        layout.section(section);
    }
    let problems = count(report.problems, "problem");
    let warnings = count(report.warnings, "warning");
    printer.status("Finished", &format!("{problems}, {warnings}"));
}

struct Layout<'a> {
    printer: &'a Printer,
    width: Option<usize>,
    has_unicode: bool,
}

impl Layout<'_> {
    fn section(&self, section: &Section) {
        let bold = Style::new().bold();
        let title = match &section.subject {
            Some(subject) => format!("{} {subject}", section.name),
            None => section.name.to_owned(),
        };
        self.printer.data(Styled::with(bold, &title));
        let names = section
            .checks
            .iter()
            .map(|check| sanitize::line(&check.name).width());
        let name_width = names.filter(|width| *width <= MAX_NAME).max();
        for check in &section.checks {
            self.check(check, name_width.unwrap_or_default());
        }
    }

    fn check(&self, check: &Check, name_width: usize) {
        let style = style_of(check.status);
        let mark = self.mark(check.status);
        let name = sanitize::line(&check.name);
        let gap = " ".repeat(name_width.saturating_sub(name.width()));
        let indent = MARK + name_width + 2;
        let line = Styled::from("  ").push_with(style, &mark.to_string());
        let line = line.push(" ").push(&name);
        let (line, indent) = if self.width.is_some_and(|width| width < NARROW) {
            let indent = self.indent();
            (line.push_break().push(&" ".repeat(indent)), indent)
        } else {
            (line.push(&gap).push("  "), indent)
        };
        let value = self.wrapped(Style::new(), &check.value, indent);
        self.printer.data(line.append(&value));
        if let Some(problem) = &check.problem {
            let problem = self.wrapped(style, problem, self.indent());
            let indent = Styled::from(" ".repeat(self.indent()));
            self.printer.data(indent.append(&problem));
        }
        if let Some(hint) = &check.hint {
            let cyan = AnsiColor::Cyan.on_default().bold();
            let label = match self.indent() {
                0 => 0,
                indent => indent + "hint: ".len(),
            };
            let hint = self.wrapped(Style::new(), hint, label);
            let line = Styled::from(" ".repeat(self.indent())).push_with(cyan, "hint");
            self.printer.data(line.push(": ").append(&hint));
        }
    }

    /// Returns the columns before a value or a sentence on its own line.
    fn indent(&self) -> usize {
        let is_tiny = self.width.is_some_and(|width| width < TINY);
        if is_tiny { 0 } else { MARK }
    }

    fn wrapped(&self, style: Style, text: &str, indent: usize) -> Styled {
        Styled::wrapped(style, text, self.width.map(|width| (width, indent)))
    }

    /// Returns a mark of one column; ASCII for a terminal that may not have others.
    fn mark(&self, status: Status) -> char {
        match (status, self.has_unicode) {
            (Status::Ok, true) => '✓',
            (Status::Ok, false) => '+',
            (Status::Warning, _) => '!',
            (Status::Problem, true) => '✗',
            (Status::Problem, false) => 'x',
        }
    }
}

fn style_of(status: Status) -> Style {
    match status {
        Status::Ok => AnsiColor::Green.on_default(),
        Status::Warning => AnsiColor::Yellow.on_default(),
        Status::Problem => AnsiColor::Red.on_default(),
    }
}
