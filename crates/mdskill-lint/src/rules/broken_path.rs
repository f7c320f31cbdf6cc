//! SK302: a code span or a sentence names a reference or asset that does not exist.

use crate::diagnostic::Severity;
use crate::markdown::LinkKind;
use crate::mentions::Mention;
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
    check: Check::Mention(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, mention: &Mention<'_>) -> Option<Finding> {
    let is_in_text = matches!(mention.link.kind, LinkKind::CodeSpan | LinkKind::Prose);
    let is_broken = mention.resolved.confidence == Confidence::Strong
        && *mention.destination() == Destination::Missing;
    if !is_in_text || !is_broken {
        return None;
    }
    let severity = mention.severity(match mention.page.role {
        Role::SkillMd => Severity::Error,
        Role::SupportingPage | Role::Auxiliary => Severity::Warning,
    });
    let message = format!("`{}` does not exist in the skill", mention.link.target);
    Some(Finding::at(mention, message).with_severity(severity))
}
