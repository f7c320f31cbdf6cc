//! Prints the report of `validate` in the requested format.

use std::time::Duration;

use super::github_actions::append_summary;
use super::validate::{FindingsFormat as Format, ValidateArgs};
use super::{Session, usage};
use crate::operations::OpError;
use crate::operations::validate::{Fixed, Fixes, PageText, Report};
use crate::output::findings::{self, Page};
use crate::output::printer::Printer;
use crate::output::styled::Styled;
use mdskill_lint::diagnostic::Severity;

/// Default maximum of findings in the text format: as many as a user fixes before the next run.
const DEFAULT_MAX: usize = 100;
/// Width of source lines if the output is not a terminal.
const DEFAULT_WIDTH: usize = 140;

/// The output options.
#[derive(Debug)]
pub(super) struct Output {
    format: Format,
    severity: Option<Severity>,
    max: Option<usize>,
}

impl Output {
    /// Reads the flags; `is_json` is the flag `--json`.
    pub(super) fn of(arguments: &ValidateArgs, is_json: bool) -> Result<Self, OpError> {
        let asked = if arguments.concise {
            Some(Format::Concise)
        } else {
            arguments.format
        };
        let format = match (asked, is_json) {
            (None | Some(Format::Json), true) => Format::Json,
            (Some(_), true) => {
                let both = "--json cannot be used with another --format";
                return Err(OpError::Usage(both.to_owned()));
            }
            (asked, false) => asked.unwrap_or(Format::Text),
        };
        if arguments.max.is_some() && !matches!(format, Format::Text | Format::Concise) {
            let only = "--max can be used only with --format text or --format concise";
            return Err(OpError::Usage(only.to_owned()));
        }
        let severity = arguments.severity.as_deref().map(str::parse).transpose();
        Ok(Self {
            format,
            severity: severity.map_err(usage)?,
            max: arguments.max,
        })
    }

    /// Returns the lowest severity that is fixed. Findings below it are hidden in the text format, so
    /// fixing them would be surprising.
    pub(super) fn lowest_fixed(&self) -> Severity {
        self.severity.unwrap_or(Severity::Warning)
    }

    /// Returns the lowest severity that is printed. Programs get all findings by default.
    fn least(&self) -> Severity {
        let least = match self.format {
            Format::Json | Format::Sarif => Severity::Info,
            _ => Severity::Warning,
        };
        self.severity.unwrap_or(least)
    }
}

/// Prints the findings to stdout, and in formats for people the totals to stderr.
pub(super) fn print(session: &Session<'_>, report: &mut Report, output: &Output, took: Duration) {
    let printer = session.printer;
    let least = output.least();
    let is_for_people = matches!(
        output.format,
        Format::Text | Format::Concise | Format::Github
    );
    for note in &report.notes {
        printer.warn(note);
    }
    if let Some(fixes) = report.fixes.as_ref().filter(|_| is_for_people) {
        print_fixes(printer, fixes);
        if fixes.diff.is_some() {
            if fixes.fixed.is_empty() {
                printer.status("Found", "nothing to fix");
            }
            return;
        }
    }
    match output.format {
        Format::Text if page_of(report).is_some() => {
            // Stdout gets the fixed page.
            for line in findings::concise(report, least, 0) {
                printer.item(&line.plain());
            }
        }
        Format::Text => {
            let page = Page {
                least,
                max: output.max.unwrap_or(DEFAULT_MAX),
                width: Printer::width().unwrap_or(DEFAULT_WIDTH),
            };
            if let Some(text) = findings::text(report, &page) {
                printer.data(text);
            }
        }
        Format::Concise => {
            let lines = findings::concise(report, least, output.max.unwrap_or(0));
            if !lines.is_empty() {
                printer.data(Styled::join(lines, "\n"));
            }
        }
        Format::Json => {
            report.keep_from(least);
            printer.report("validate", report);
        }
        Format::Sarif => printer.value(&findings::sarif(report, least)),
        Format::Junit => printer.data(Styled::block(&findings::junit(report, least))),
        Format::Github => annotate(session, report, least),
    }
    if is_for_people {
        printer.status("Validated", &findings::summary(report, least, took));
    }
    if let Some(page) = page_of(report).filter(|_| is_for_people) {
        Printer::page(&page.0);
    }
}

fn page_of(report: &Report) -> Option<&PageText> {
    report.fixes.as_ref()?.text.as_ref()
}

/// Prints the fixes: the file, the rule, the change, and how many times it was applied.
fn print_fixes(printer: &Printer, fixes: &Fixes) {
    let verb = match &fixes.diff {
        Some(diff) => {
            printer.diff(diff);
            "Would fix"
        }
        None => "Fixed",
    };
    let same = |a: &Fixed, b: &Fixed| (&a.file, a.code, &a.title) == (&b.file, b.code, &b.title);
    for group in fixes.fixed.chunk_by(same) {
        let times = match group.len() {
            1 => String::new(),
            many => format!(" ({many} times)"),
        };
        let one = &group[0];
        let sentence = format!("{}: {} {}{times}", one.file, one.code, one.title);
        printer.status(verb, &sentence);
    }
    for kept in &fixes.kept {
        printer.warn(&format!("{} was not fixed: {}", kept.file, kept.reason));
    }
    for refused in &fixes.refused {
        printer.warn(&format!("{}: {}", refused.file, refused.reason));
    }
}

fn annotate(session: &Session<'_>, report: &Report, least: Severity) {
    let printer = session.printer;
    let (commands, rest) = findings::annotate(report, least);
    for command in &commands {
        printer.command(command);
    }
    let more = rest.len();
    if more == 0 {
        return;
    }
    let file = session.context.env.step_summary.as_ref();
    let is_written = file.is_some_and(|file| {
        let page = |max| findings::step_summary(&report.summary, &rest, max);
        append_summary(printer, file, page)
    });
    printer.data(&if is_written {
        format!("{more} more findings are in the step summary only: GitHub shows 10 of a kind")
    } else {
        format!("{more} more findings are not shown: GitHub shows 10 of a kind; use --format text --max 0 to show all")
    });
}
