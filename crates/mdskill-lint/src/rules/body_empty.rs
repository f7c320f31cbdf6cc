//! SK401: `SKILL.md` has no instructions.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK401",
    name: "body-empty",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "no instructions after the frontmatter",
    why: "The specification permits it, and an agent that loads the skill learns nothing.",
    example: "---\nname: pdf\ndescription: Reads PDFs\n---",
    mend: "write what the agent is to do",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let page = skill.skill_page();
    let empty =
        page.filter(|page| page.body_offset > 0 && page.text[page.body_offset..].trim().is_empty());
    let finding = empty.map(|_| {
        let message =
            "there is nothing after the frontmatter: an agent that loads the skill learns nothing";
        Finding::about(SKILL_FILE, message, "")
    });
    finding.into_iter().collect()
}
