//! SK002: `SKILL.md` is not UTF-8.

use crate::diagnostic::Severity;
use crate::frontmatter::{Fault, FrontmatterError};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK002",
    name: "not-utf8",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "`SKILL.md` is not UTF-8",
    why: "Clients read it as UTF-8 text, and Codex fails on it; 1 of 15,780 published versions.",
    example: "name: caf\\xe9",
    how_to_fix: "save the file as UTF-8",
    check: Check::InvalidFrontmatter(check),
    ..Rule::DEFAULT
};

fn check(_: &ParsedSkill<'_>, error: &FrontmatterError) -> Option<Finding> {
    matches!(error.fault, Fault::NotUtf8 { .. }).then(|| error.into())
}
