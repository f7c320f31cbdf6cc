//! Prints the findings in skills that are installed.

use std::collections::BTreeSet;

use crate::operations::findings::Found;
use crate::output::printer::Printer;
use crate::output::text::count;
use mdskill_lint::diagnostic::Severity;

/// Maximum number of errors in installed skills that are printed individually.
const MAX_ERRORS: usize = 20;

/// Prints the findings of installed skills: each error, and the number of warnings.
pub(super) fn findings<'a>(printer: &Printer, found: impl Iterator<Item = &'a Found>) {
    let (errors, mut warnings): (Vec<_>, Vec<_>) = found.partition(|found| found.is_error());
    for found in errors.iter().take(MAX_ERRORS) {
        let diagnostic = &found.diagnostic;
        printer.warn(&format!(
            "{}:{}: {} [{}]",
            diagnostic.file, diagnostic.start.line, diagnostic.message, diagnostic.code
        ));
    }
    let hidden = errors.get(MAX_ERRORS..).unwrap_or_default();
    warnings.retain(|found| found.diagnostic.severity == Severity::Warning);
    let mut counts = Vec::new();
    for (found, noun) in [(hidden, "more error"), (&warnings, "warning")] {
        if !found.is_empty() {
            counts.push(count(found.len(), noun));
        }
    }
    let skills: BTreeSet<&str> = hidden
        .iter()
        .chain(&warnings)
        .map(|found| &*found.skill)
        .collect();
    let name = match skills.first() {
        None => return,
        Some(only) if skills.len() == 1 => only,
        Some(_) => "NAME",
    };
    let counts = counts.join(" and ");
    printer.note(
        "Validated",
        &format!(
            "{counts} in {}; run {} to show them",
            count(skills.len(), "skill"),
            printer.command_line(&format!("validate {name}"))
        ),
    );
}
