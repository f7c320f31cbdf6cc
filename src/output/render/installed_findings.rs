//! Prints the findings in skills that are installed, or would be.

use std::collections::BTreeSet;

use super::join_names;
use crate::hint::mdskill;
use crate::operations::findings::Found;
use crate::operations::report::Change;
use crate::output::printer::Printer;
use crate::output::text::count;
use mdskill_lint::diagnostic::Severity;

/// Maximum number of errors in installed skills that are printed individually.
const MAX_ERRORS: usize = 20;

/// Prints the findings in the new versions of skills: each error, each new warning of the audit, and the
/// number of other warnings. The
/// folders on disk have these versions only if this is not a dry run.
pub(super) fn findings<'a>(
    printer: &Printer,
    found: impl Iterator<Item = &'a Found>,
    changes: impl Iterator<Item = &'a Change>,
    dry_run: bool,
) {
    let changes: Vec<&Change> = changes.collect();
    // What the audit finds is dangerous, and not only wrong, so it is not just counted.
    let is_shown = |found: &&Found| {
        found.is_error() || found.diagnostic.is_warning_of_audit() && !found.is_known
    };
    let (errors, mut warnings): (Vec<_>, Vec<_>) = found.partition(is_shown);
    for found in errors.iter().take(MAX_ERRORS) {
        let diagnostic = &found.diagnostic;
        let file = match change_of(&changes, found) {
            Some(change) if dry_run => {
                let file = diagnostic.file.strip_prefix(&found.skill);
                format!("{}{}", change.spec, file.unwrap_or(&diagnostic.file))
            }
            _ => diagnostic.file.clone(),
        };
        printer.warn(&format!(
            "{file}:{}: {} [{}]",
            diagnostic.start.line, diagnostic.message, diagnostic.code
        ));
    }
    let hidden = errors.get(MAX_ERRORS..).unwrap_or_default();
    warnings.retain(|found| found.diagnostic.severity == Severity::Warning);
    let mut counts = Vec::new();
    for (found, noun) in [(hidden, "more problem"), (&warnings, "warning")] {
        if !found.is_empty() {
            counts.push(count(found.len(), noun));
        }
    }
    let with_findings = || hidden.iter().chain(&warnings);
    let skills: BTreeSet<&str> = with_findings().map(|found| &*found.skill).collect();
    if skills.is_empty() {
        return;
    }
    let subjects: BTreeSet<&str> = with_findings()
        .map(|found| match change_of(&changes, found) {
            Some(change) if dry_run => &*change.spec,
            Some(change) => &*change.name,
            None => &*found.skill,
        })
        .collect();
    let subjects: Vec<&str> = subjects.into_iter().collect();
    let (subjects, others) = join_names(&subjects);
    printer.note(
        "Found",
        &format!(
            "{} in {}; run {} to show them{others}",
            counts.join(" and "),
            count(skills.len(), "skill"),
            printer.command_line(mdskill("validate").words(subjects))
        ),
    );
}

fn change_of<'a>(changes: &[&'a Change], found: &Found) -> Option<&'a Change> {
    let mut changes = changes.iter().copied();
    changes.find(|change| change.places.contains(&found.skill))
}
