//! Prints the number of the skills that are hidden.

use crate::operations::resolve::HiddenSkill;
use crate::output::printer::Printer;
use crate::output::text::totals;
use crate::skill::hidden::Hidden;

/// Prints how many skills of a repository are left out, and why.
pub(super) fn print_hidden(printer: &Printer, hidden: &[HiddenSkill]) {
    let number = |reason| hidden.iter().filter(|skill| skill.reason == reason).count();
    let copies = number(Hidden::Copy);
    let mut parts = totals([
        (number(Hidden::Nested), "inside other skills"),
        (number(Hidden::Fixture), "in tests"),
        (number(Hidden::Dependency), "in dependencies"),
        (number(Hidden::Environment), "in virtual environments"),
        (number(Hidden::Internal), "internal"),
    ]);
    if let Some(last) = parts.last_mut() {
        last.push_str(" (--hidden includes them)");
    }
    if copies > 0 {
        let noun = if copies == 1 { "copy" } else { "copies" };
        parts.push(format!("{copies} identical {noun}"));
    }
    if !parts.is_empty() {
        printer.note("Left out", &parts.join(", "));
    }
}
