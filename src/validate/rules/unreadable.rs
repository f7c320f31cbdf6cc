//! SK008: something in the skill is no file, or can't be read.

use crate::diagnostic::Severity;
use crate::skill::discover::SKILL_FILE;
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};
use crate::view::EntryKind;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK008",
    name: "unreadable",
    severity: Severity::Warning,
    is_on: true,
    // It depends on who reads: what has no permission here may have it elsewhere.
    blocks_loading: false,
    summary: "something in the skill is no plain file, or can't be read",
    why: "What can't be read was not checked, and an agent may not be able to read it either.",
    example: "pdf/SKILL.md with the mode 000",
    mend: "let its owner read it (`chmod -R u+rX`)",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let entry = context.entry(SKILL_FILE);
    let link = entry.and_then(|entry| match &entry.kind {
        EntryKind::Link { target } => Some(target),
        _ => None,
    });
    let link = link.map(|target| {
        let message = format!("`{SKILL_FILE}` is a link to `{target}`, and links are not followed");
        let help = "put the file itself there; nothing in it was checked";
        Finding::about(SKILL_FILE, message, help).as_severe_as(Severity::Error)
    });
    let unreadable = context.unreadable.iter();
    let unreadable = unreadable
        .map(|(path, why)| Finding::about(path, format!("`{path}` can't be read: {why}"), ""));
    link.into_iter().chain(unreadable).collect()
}
