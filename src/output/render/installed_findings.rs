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
/// number of other warnings and of notes of the audit. The folders on disk have these versions only if this is not a dry run.
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
    let mut notes = warnings.clone();
    // The author of a skill may have written the text that makes a finding a note, so notes are not hidden.
    notes.retain(|found| found.diagnostic.is_note_of_audit() && !found.is_known);
    warnings.retain(|found| found.diagnostic.severity == Severity::Warning);
    let mut counts = Vec::new();
    let kinds = [
        (hidden, "more problem"),
        (&warnings, "warning"),
        (&notes, "note"),
    ];
    for (found, noun) in kinds {
        if !found.is_empty() {
            counts.push(count(found.len(), noun));
        }
    }
    let with_findings = || hidden.iter().chain(&warnings).chain(&notes);
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
    let mut command = mdskill("validate").words(subjects);
    if !notes.is_empty() {
        command = command.then("--severity info");
    }
    printer.note(
        "Found",
        &format!(
            "{} in {}; run {} to show them{others}",
            counts.join(" and "),
            count(skills.len(), "skill"),
            printer.command_line(command)
        ),
    );
}

fn change_of<'a>(changes: &[&'a Change], found: &Found) -> Option<&'a Change> {
    let mut changes = changes.iter().copied();
    changes.find(|change| change.places.contains(&found.skill))
}
