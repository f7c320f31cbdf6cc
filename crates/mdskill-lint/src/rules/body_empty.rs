//! SK401: `SKILL.md` has no instructions.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK401",
    name: "body-empty",
    severity: Severity::Warning,
    summary: "no instructions after the frontmatter",
    why: "The specification permits it, but an agent that loads the skill gets no instructions.",
    example: "---\nname: pdf\ndescription: Reads PDFs\n---",
    how_to_fix: "write instructions for the agent",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let page = skill.skill_page().into_iter();
    let empty =
        page.filter(|page| page.body_offset > 0 && page.text[page.body_offset..].trim().is_empty());
    let message = "there is no text after the frontmatter: an agent that loads the skill gets no instructions";
    empty.map(|_| Finding::about(SKILL_FILE, message)).collect()
}
