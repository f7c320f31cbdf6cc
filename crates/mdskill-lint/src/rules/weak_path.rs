//! SK303: a path that may be the skill's own is not there.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind::{CodeBlock, CodeSpan, Command, Prose};
use crate::mentions::{self, Mention};
use crate::parsed_skill::{ParsedSkill, Role};
use crate::references::path_kind::Confidence;
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK303",
    name: "weak-path",
    severity: Severity::Info,
    is_on: true,
    blocks_loading: false,
    summary: "a path in a command, in code or into scripts/ is not in the skill",
    why: "An agent that runs it finds nothing; but half of the missing scripts are the user's own, so most of these are only told.",
    example: "python scripts/check.py",
    mend: "add the file, or say whose it is",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let missing =
        mentions::all(skill).filter(|mention| *mention.destination() == Destination::Missing);
    let found = missing.filter_map(|mention| {
        let severity = severity(&mention)?;
        let target = &mention.link.target;
        let message = format!("`{target}` is named here, but the skill does not have it");
        Some(mention.finding(message, RULE.mend).as_severe_as(severity))
    });
    found.collect()
}

/// Returns how much a missing path matters, nothing when another rule tells of it.
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
