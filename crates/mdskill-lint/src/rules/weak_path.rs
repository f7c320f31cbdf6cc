//! SK303: a path that may belong to the skill does not exist.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind::{CodeBlock, CodeSpan, Command, Prose};
use crate::mentions::{self, Mention};
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
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let missing =
        mentions::all(skill).filter(|mention| *mention.destination() == Destination::Missing);
    let found = missing.filter_map(|mention| {
        let severity = severity(&mention)?;
        let target = &mention.link.target;
        let message = format!("`{target}` does not exist in the skill");
        Some(
            mention
                .finding(message, RULE.how_to_fix)
                .with_severity(severity),
        )
    });
    found.collect()
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
