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
    let (errors, others): (Vec<_>, Vec<_>) = found.partition(|found| found.is_error());
    for found in errors.iter().take(MAX_ERRORS) {
        let diagnostic = &found.diagnostic;
        printer.warn(&format!(
            "{}:{}: {} [{}]",
            diagnostic.file, diagnostic.start.line, diagnostic.message, diagnostic.code
        ));
    }
    let mut counts = Vec::new();
    let mut skills = BTreeSet::new();
    let mut tally = |number: usize, noun: &str, of: &[&'a Found]| {
        if number > 0 {
            counts.push(count(number, noun));
            skills.extend(of.iter().map(|found| found.skill.as_str()));
        }
    };
    let hidden = errors.get(MAX_ERRORS..).unwrap_or_default();
    tally(hidden.len(), "more error", hidden);
    let is_warning = |found: &&'a Found| found.diagnostic.severity == Severity::Warning;
    let warnings: Vec<_> = others.into_iter().filter(is_warning).collect();
    tally(warnings.len(), "warning", &warnings);
    if counts.is_empty() {
        return;
    }
    let (number, name) = (skills.len(), skills.first().copied().unwrap_or_default());
    let name = if number == 1 { name } else { "NAME" };
    let counts = counts.join(" and ");
    printer.note(
        "Validated",
        &format!(
            "{counts} in {}; run {} to show them",
            count(number, "skill"),
            printer.command_line(&format!("validate {name}"))
        ),
    );
}
