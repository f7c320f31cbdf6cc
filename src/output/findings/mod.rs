//! The output formats of `validate`.
//!
//! Each format is a function of the report. The report contains text of skills, so each format
//! sanitizes and escapes it.

mod concise;
mod fold;
mod github;
mod junit;
mod sarif;
mod snippet;
mod step_summary;
mod text;

use std::fmt::Write;
use std::time::Duration;

use super::text::count;
use crate::operations::validate::{Found, Report};
use mdskill_lint::diagnostic::{Diagnostic, Safety, Severity};

pub(crate) use concise::concise;
pub(crate) use github::annotate;
pub(crate) use junit::junit;
pub(crate) use sarif::sarif;
pub(crate) use step_summary::{MAX_BYTES as MAX_STEP_SUMMARY_BYTES, step_summary};
pub(crate) use text::{Page, text};

/// Returns the findings that are shown: those of `least` severity and worse.
fn shown(report: &Report, least: Severity) -> impl Iterator<Item = &Found> {
    let all = report.diagnostics.iter();
    all.filter(move |found| found.diagnostic.severity >= least)
}

/// Returns `file:line:column`, as editors jump to it.
fn place(found: &Diagnostic) -> String {
    format!("{}:{}:{}", found.file, found.start.line, found.start.column)
}

/// Returns the totals in one sentence, with the number of fixable findings.
pub(crate) fn summary(report: &Report, least: Severity, took: Duration) -> String {
    let summary = &report.summary;
    let (skills, new) = match &summary.since {
        None => (count(summary.skills, "skill"), ""),
        Some(since) => (
            format!(
                "{} of {} changed since {}",
                summary.skills,
                count(summary.skills + since.unchanged, "skill"),
                since.git_ref
            ),
            "new ",
        ),
    };
    let mut sentence = format!(
        "{skills} in {:.2} s: {}, {}, {}",
        took.as_secs_f64(),
        count(summary.errors, &format!("{new}error")),
        count(summary.warnings, &format!("{new}warning")),
        count(summary.infos, &format!("{new}note"))
    );
    if summary.infos > 0 && least > Severity::Info {
        sentence.push_str(" (--severity info shows them)");
    }
    let fixes = || shown(report, least).filter_map(|found| found.diagnostic.fix.as_ref());
    let safe = fixes().filter(|fix| fix.safety == Safety::Safe).count();
    let all = fixes().count();
    if safe > 0 {
        let _ = write!(sentence, "; {safe} fixable with --fix");
    }
    if all > safe {
        let more = all - safe;
        let _ = write!(sentence, "; {more} fixable with --fix --unsafe");
    }
    sentence
}

#[cfg(test)]
mod tests;
