//! [`validate`]: every problem of a skill at once, with its place and its remedy.

pub mod registry;
pub mod rule;

mod hedge;
mod mention;
mod required;
mod rules;
mod tree;

use crate::diagnostic::Diagnostic;
use crate::skill::SkillView;
use rule::Context;

/// Returns what every rule finds in `skill`, sorted by file, line, column and code.
#[must_use]
pub fn validate(skill: &SkillView<'_>) -> Vec<Diagnostic> {
    let context = Context::new(skill);
    let found = registry::RULES
        .iter()
        .flat_map(|rule| rule.diagnostics(&context));
    let mut diagnostics: Vec<Diagnostic> = found.collect();
    diagnostics.sort_by(|a, b| place(a).cmp(&place(b)));
    diagnostics
}

fn place(diagnostic: &Diagnostic) -> (&str, usize, usize, &str) {
    let Diagnostic {
        file,
        line,
        column,
        code,
        ..
    } = diagnostic;
    (file, *line, *column, code)
}

#[cfg(test)]
mod tests;
