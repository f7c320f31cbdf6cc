//! How `validate` tells what it found: the flags, and the ways out.

use std::time::Duration;

use super::github_actions::append_summary;
use super::{Session, usage};
use crate::cli::{FindingsFormat as Format, ValidateArgs};
use crate::ops::OpError;
use crate::ops::validate::{Fixed, Fixes, PageText, Report};
use crate::ui::findings::{self, Page};
use crate::ui::printer::Printer;
use mdskill_lint::diagnostic::Severity;

/// How many findings a page of text shows: as many as somebody mends before they run it again.
const MAX_OF_TEXT: usize = 100;
/// How wide a line of a file may be when nothing says how wide the reader's lines are.
const WIDTH_OF_A_PIPE: usize = 140;

/// What the flags say about telling.
#[derive(Debug)]
pub(super) struct Telling {
    format: Format,
    severity: Option<Severity>,
    max: Option<usize>,
}

impl Telling {
    /// Reads the flags; `is_json` says that there was `--json`.
    pub(super) fn of(arguments: &ValidateArgs, is_json: bool) -> Result<Self, OpError> {
        let asked = match arguments.concise {
            true => Some(Format::Concise),
            false => arguments.format,
        };
        let format = match (asked, is_json) {
            (None | Some(Format::Json), true) => Format::Json,
            (Some(_), true) => {
                let both = "--json is a format of its own: leave it out, or the other one";
                return Err(OpError::Usage(both.to_owned()));
            }
            (asked, false) => asked.unwrap_or(Format::Text),
        };
        if arguments.max.is_some() && !matches!(format, Format::Text | Format::Concise) {
            let only = "--max goes with --format text and --format concise only";
            return Err(OpError::Usage(only.to_owned()));
        }
        let severity = arguments.severity.as_deref().map(str::parse).transpose();
        Ok(Self {
            format,
            severity: severity.map_err(usage)?,
            max: arguments.max,
        })
    }

    /// From which severity on findings are mended: what people see, whatever reads it.
    pub(super) fn least_mended(&self) -> Severity {
        self.severity.unwrap_or(Severity::Warning)
    }

    /// Programs get all and choose themselves; the rest is for people.
    fn least(&self) -> Severity {
        let least = match self.format {
            Format::Json | Format::Sarif => Severity::Info,
            _ => Severity::Warning,
        };
        self.severity.unwrap_or(least)
    }
}

/// Tells what was found: data on standard output, and for people the sum of it on standard error.
pub(super) fn tell(session: &Session<'_>, report: &mut Report, telling: &Telling, took: Duration) {
    let printer = session.printer;
    let least = telling.least();
    let is_for_people = matches!(
        telling.format,
        Format::Text | Format::Concise | Format::Github
    );
    for note in &report.notes {
        printer.warn(note);
    }
    if let Some(fixes) = report.fixes.as_ref().filter(|_| is_for_people) {
        tell_fixes(printer, fixes);
        if fixes.diff.is_some() {
            return;
        }
    }
    match telling.format {
        Format::Text if page_of(report).is_some() => {
            // The mended page is what goes to standard output.
            for line in findings::concise(report, least, 0) {
                printer.item(&line);
            }
        }
        Format::Text => {
            let page = Page {
                least,
                max: telling.max.unwrap_or(MAX_OF_TEXT),
                width: printer.width().unwrap_or(WIDTH_OF_A_PIPE),
            };
            let text = findings::text(report, &page);
            if !text.is_empty() {
                printer.data(&text);
            }
        }
        Format::Concise => {
            let lines = findings::concise(report, least, telling.max.unwrap_or(0));
            if !lines.is_empty() {
                printer.data(&lines.join("\n"));
            }
        }
        Format::Json => {
            report.keep_from(least);
            printer.report("validate", report);
        }
        Format::Sarif => printer.value(&findings::sarif(report, least)),
        Format::Junit => printer.data(&findings::junit(report, least)),
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

/// Tells what was mended: a file, a rule and what was done to a line, with how many times.
fn tell_fixes(printer: &Printer, fixes: &Fixes) {
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
        printer.warn(&format!("{} is not mended: {}", kept.file, kept.reason));
    }
    for refused in &fixes.refused {
        printer.warn(&format!("{}: {}", refused.file, refused.reason));
    }
}

fn annotate(session: &Session<'_>, report: &Report, least: Severity) {
    let printer = session.printer;
    let annotated = findings::annotate(report, least);
    for command in &annotated.commands {
        printer.command(command);
    }
    let more = annotated.rest.len();
    if more == 0 {
        return;
    }
    let file = session.context.env.step_summary();
    let is_told = file.is_some_and(|file| {
        let told = |room| findings::step_summary(&report.summary, &annotated.rest, room);
        append_summary(printer, &file, told)
    });
    printer.data(&match is_told {
        true => format!("{more} more findings are in the step summary only: GitHub shows 10 of a kind"),
        false => format!("{more} more findings are not shown: GitHub shows 10 of a kind; --format text --max 0 tells them all"),
    });
}
