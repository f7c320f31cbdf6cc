//! SK302: a code span or a sentence names a reference or asset that is not there.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind;
use crate::mentions::{self, Mention};
use crate::parsed_skill::{ParsedSkill, Role};
use crate::references::path_kind::Confidence;
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK302",
    name: "broken-path",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "a path into references/, resources/ or assets/ is not in the skill",
    why: "Code spans are how skills name their files, and an agent tries to read them: 325 in the SKILL.md of 2,672 public skills.",
    example: "Read `references/rules.md`",
    mend: "add the file, or correct or remove the path",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let broken = mentions::all(skill).filter(|mention| {
        is_told(mention)
            && mention.resolved.confidence == Confidence::Strong
            && *mention.destination() == Destination::Missing
    });
    let finding = |mention: Mention<'_>| {
        let target = &mention.link.target;
        let message = format!("`{target}` is named here, but the skill does not have it");
        let severity = match mention.page.role {
            Role::SkillMd => Severity::Error,
            Role::SupportingPage => Severity::Warning,
            Role::Auxiliary => Severity::Info,
        };
        mention.finding(message, RULE.mend).as_severe_as(severity)
    };
    broken.map(finding).collect()
}

/// Whether the text itself names the path, not a command or a block of code in it.
fn is_told(mention: &Mention<'_>) -> bool {
    let kind = mention.link.kind;
    matches!(kind, LinkKind::CodeSpan | LinkKind::Prose)
}
