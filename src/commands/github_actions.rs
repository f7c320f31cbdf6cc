//! The summary file of `update` and `outdated`, and their output in GitHub Actions.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::Session;
use super::update::SummaryArgs;
use crate::fs::{self, At, atomic};
use crate::install::InstallError;
use crate::operations::OpError;
use crate::operations::update::Report;
use crate::output::findings;
use crate::output::github::annotations;
use crate::output::printer::Printer;
use crate::output::pull_request::{MAX_BODY_BYTES, summary};
use crate::redact::redact;

/// Masks the tokens of the environment, before anything else is printed.
pub(super) fn hide_tokens(session: &Session<'_>) {
    let env = &session.context.env;
    if env.in_actions {
        for token in &env.tokens {
            Printer::mask(token.secret());
        }
    }
}

/// Returns the file of `--summary`. An invalid path is an error before anything else is done.
pub(super) fn summary_file(
    session: &Session<'_>,
    arguments: &SummaryArgs,
) -> Result<Option<PathBuf>, OpError> {
    let Some(file) = &arguments.file else {
        return Ok(None);
    };
    let file = session.context.env.current_dir.join(file);
    if file.is_dir() || file.file_name().is_none() {
        return Err(OpError::Usage(format!(
            "--summary needs a file, but {} is a folder",
            file.display()
        )));
    }
    Ok(Some(file))
}

/// Writes the summary with the diff of each skill to the file, and the output for the runner.
pub(super) fn write(
    session: &Session<'_>,
    file: Option<&Path>,
    report: &Report,
    differences: &BTreeMap<String, String>,
) -> Result<(), OpError> {
    if session.context.env.in_actions {
        write_for_runner(session, report, &|max| summary(report, differences, max));
    }
    let Some(file) = file else {
        return Ok(());
    };
    let page = summary(report, differences, MAX_BODY_BYTES);
    write_file(file, redact(&page).as_bytes()).map_err(|error| InstallError::Fs(error).into())
}

/// Replaces a file, or writes to a device such as `/dev/stdout`.
fn write_file(file: &Path, bytes: &[u8]) -> Result<(), fs::Error> {
    match std::fs::metadata(file) {
        Ok(there) if !there.is_file() => std::fs::write(file, bytes).at("write", file),
        _ => atomic::write(file, bytes),
    }
}

/// Prints annotations, and appends to the outputs and the summary of the step.
fn write_for_runner(session: &Session<'_>, report: &Report, page: &dyn Fn(usize) -> String) {
    let (env, printer) = (&session.context.env, session.printer);
    for command in &annotations::annotations(report) {
        printer.command_aside(command);
    }
    if let Some(file) = &env.step_output {
        let outputs = annotations::outputs(report);
        let written = append(file).and_then(|mut file| file.write_all(redact(&outputs).as_bytes()));
        warn(printer, file, written);
    }
    if let Some(file) = &env.step_summary {
        let title = format!(
            "### mdskill {}\n\n",
            if report.dry_run { "outdated" } else { "update" }
        );
        append_summary(printer, file, |max| {
            let max = max.checked_sub(title.len() + 1)?;
            Some(format!("{title}{}\n", page(max)))
        });
    }
}

/// Appends a page to the step summary, if it fits. Returns whether it was written.
pub(super) fn append_summary(
    printer: &Printer,
    file: &Path,
    page: impl Fn(usize) -> Option<String>,
) -> bool {
    let written = || -> std::io::Result<bool> {
        let mut file = append(file)?;
        // The limit includes the output of earlier commands of the step.
        let used = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let max = findings::MAX_STEP_SUMMARY_BYTES.saturating_sub(used);
        let Some(page) = page(max) else {
            return Ok(false);
        };
        file.write_all(redact(&page).as_bytes())?;
        Ok(true)
    };
    warn(printer, file, written()).unwrap_or(false)
}

fn append(file: &Path) -> std::io::Result<std::fs::File> {
    OpenOptions::new().append(true).create(true).open(file)
}

fn warn<T>(printer: &Printer, file: &Path, written: Result<T, impl Display>) -> Option<T> {
    let report = |error| printer.warn(&format!("failed to write {}: {error}", file.display()));
    written.map_err(report).ok()
}
