//! How `update` and `outdated` tell what changes, besides the terminal: in a file that was asked
//! for, and in a run of GitHub Actions. Elsewhere none of the latter happens.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Session;
use crate::cli::SummaryArgs;
use crate::fs::{self, At, atomic};
use crate::install::InstallError;
use crate::ops::OpError;
use crate::ops::update::Report;
use crate::ui::findings;
use crate::ui::github::annotations;
use crate::ui::printer::Printer;
use crate::ui::pull_request::{PULL_REQUEST_ROOM, summary};

/// Has the runner hide the environment's tokens, before anything else is printed.
pub(super) fn hide_tokens(session: &Session<'_>) {
    let env = &session.context.env;
    if env.in_actions() {
        for token in env.tokens() {
            session.printer.mask(token.secret());
        }
    }
}

/// Where it is told.
#[derive(Debug)]
pub(super) struct Told {
    file: Option<PathBuf>,
}

impl Told {
    /// Reads the flags. What can't become a file is refused before anything is done.
    pub(super) fn in_file(session: &Session<'_>, arguments: &SummaryArgs) -> Result<Self, OpError> {
        let file = arguments.file.as_ref();
        let file = file.map(|file| session.context.env.current_dir.join(file));
        match &file {
            Some(file) if file.is_dir() || file.file_name().is_none() => Err(OpError::Usage(
                format!("--summary takes a file, and {} is a folder", file.display()),
            )),
            _ => Ok(Self { file }),
        }
    }

    /// Whether the differences are shown anywhere.
    pub(super) fn wants_differences(&self, session: &Session<'_>) -> bool {
        let env = &session.context.env;
        self.file.is_some() || env.in_actions() && env.step_summary().is_some()
    }

    /// Tells what changes, with the difference of each skill as git writes it.
    pub(super) fn tell(
        &self,
        session: &Session<'_>,
        report: &Report,
        differences: &BTreeMap<String, String>,
    ) -> Result<(), OpError> {
        let differences = |name: &str| differences.get(name).cloned();
        if session.context.env.in_actions() {
            tell_runner(session, report, &|room| summary(report, &differences, room));
        }
        let Some(file) = &self.file else {
            return Ok(());
        };
        let page = summary(report, &differences, PULL_REQUEST_ROOM);
        write(file, page.as_bytes()).map_err(|error| InstallError::Fs(error).into())
    }
}

/// Replaces a file; what is none, such as `/dev/stdout`, is written into.
fn write(file: &Path, bytes: &[u8]) -> Result<(), fs::Error> {
    match std::fs::metadata(file) {
        Ok(there) if !there.is_file() => std::fs::write(file, bytes).at("write", file),
        _ => atomic::write(file, bytes),
    }
}

/// Annotates, and appends to the step's outputs and its summary.
fn tell_runner(session: &Session<'_>, report: &Report, page: &dyn Fn(usize) -> String) {
    let (env, printer) = (&session.context.env, session.printer);
    for command in &annotations::annotations(report) {
        printer.command_aside(command);
    }
    if let Some(file) = env.step_output() {
        let outputs = annotations::outputs(report).map(|output| output.to_string());
        let written =
            append(&file).and_then(|mut file| file.write_all(outputs.concat().as_bytes()));
        warn(printer, &file, written);
    }
    if let Some(file) = env.step_summary() {
        let title = format!(
            "### mdskill {}\n\n",
            if report.dry_run { "outdated" } else { "update" }
        );
        append_summary(printer, &file, |room| {
            let room = room.checked_sub(title.len() + 1)?;
            Some(format!("{title}{}\n", page(room)))
        });
    }
}

/// Appends to a step's summary what has room there; returns whether it did.
pub(super) fn append_summary(
    printer: &Printer,
    file: &Path,
    page: impl Fn(usize) -> Option<String>,
) -> bool {
    let written = || -> std::io::Result<bool> {
        let mut file = append(file)?;
        // What earlier commands of the step wrote counts too.
        let used = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let room = findings::MAX_STEP_SUMMARY_BYTES.saturating_sub(used);
        let Some(page) = page(room) else {
            return Ok(false);
        };
        file.write_all(page.as_bytes())?;
        Ok(true)
    };
    warn(printer, file, written()).unwrap_or(false)
}

fn append(file: &Path) -> std::io::Result<std::fs::File> {
    OpenOptions::new().append(true).create(true).open(file)
}

fn warn<T>(printer: &Printer, file: &Path, written: Result<T, impl Display>) -> Option<T> {
    let told = |error| printer.warn(&format!("{} can't be written: {error}", file.display()));
    written.map_err(told).ok()
}
