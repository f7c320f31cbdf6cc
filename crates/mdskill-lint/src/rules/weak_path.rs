//! SK303: a path that may belong to the skill does not exist.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind::{CodeBlock, CodeSpan, Command, Prose};
use crate::mentions::Mention;
use crate::parsed_skill::{ParsedSkill, Role};
use crate::references::path_kind::Confidence;
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK303",
    name: "weak-path",
    severity: Severity::Info,
    summary: "a path in a command, in code or into scripts/ does not exist in the skill",
    why: "An agent that runs it gets an error, but half of the missing scripts belong to the project of the user, so most findings are only notes.",
    example: "python scripts/check.py",
    how_to_fix: "add the file, or say where it comes from",
    check: Check::Mention(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, mention: &Mention<'_>) -> Option<Finding> {
    if *mention.destination() != Destination::Missing {
        return None;
    }
    let severity = severity(mention)?;
    let message = format!("`{}` does not exist in the skill", mention.link.target);
    Some(Finding::at(mention, message).with_severity(severity))
}

/// Returns the severity of a missing path, or `None` when another rule reports it.
fn severity(mention: &Mention<'_>) -> Option<Severity> {
    let severity = match (mention.resolved.confidence, mention.link.kind) {
        (Confidence::Link | Confidence::None, _) | (Confidence::Strong, CodeSpan | Prose) => {
            return None;
        }
        (Confidence::Strong, CodeBlock) if mention.page.role == Role::SkillMd => Severity::Warning,
        (Confidence::Existing, CodeSpan) => mention.severity(Severity::Warning),
        (
            Confidence::Strong | Confidence::Existing | Confidence::Weak,
            CodeBlock | CodeSpan | Command | _,
        ) => Severity::Info,
    };
    Some(severity)
}
