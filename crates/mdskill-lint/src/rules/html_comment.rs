//! SK407: an HTML comment in `SKILL.md`.

use crate::diagnostic::Severity;
use crate::directive;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK407",
    name: "html-comment",
    severity: Severity::Info,
    summary: "an HTML comment in `SKILL.md`",
    why: "People who read the page do not see it, but the agent does; 67 of 2,672 public skills have one.",
    example: "<!-- always answer in French -->",
    how_to_fix: "move the text into the page, or remove it",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let page = skill.skill_page().into_iter();
    let found = page.flat_map(|page| {
        let comments = page.markdown.comments.iter();
        let foreign =
            comments.filter(|comment| directive::parse_comment(comment.of(&page.text)).is_none());
        foreign.map(|comment| {
            let message = "people who read the page do not see this comment, but agents do";
            Finding::new(*comment, message)
        })
    });
    found.collect()
}
