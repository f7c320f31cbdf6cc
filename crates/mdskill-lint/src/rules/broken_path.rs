//! SK302: a code span or a sentence names a reference or asset that does not exist.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind;
use crate::mentions::{self, Mention};
use crate::parsed_skill::{ParsedSkill, Role};
use crate::references::path_kind::Confidence;
use crate::references::resolve::Destination;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK302",
    name: "broken-path",
    severity: Severity::Error,
    summary: "a path into references/, resources/ or assets/ does not exist",
    why: "Skills name their files in code spans, and an agent tries to read them: 325 are missing in the SKILL.md files of 2,672 public skills.",
    example: "Read `references/rules.md`",
    how_to_fix: "add the file, or correct or remove the path",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let broken = mentions::all(skill).filter(|mention| {
        is_in_text(mention)
            && mention.resolved.confidence == Confidence::Strong
            && *mention.destination() == Destination::Missing
    });
    let finding = |mention: Mention<'_>| {
        let target = &mention.link.target;
        let message = format!("`{target}` does not exist in the skill");
        let severity = match mention.page.role {
            Role::SkillMd => Severity::Error,
            Role::SupportingPage => Severity::Warning,
            Role::Auxiliary => Severity::Info,
        };
        mention
            .finding(message, RULE.how_to_fix)
            .with_severity(severity)
    };
    broken.map(finding).collect()
}

/// Whether the path is in the text itself, not in a command or a code block.
fn is_in_text(mention: &Mention<'_>) -> bool {
    let kind = mention.link.kind;
    matches!(kind, LinkKind::CodeSpan | LinkKind::Prose)
}
