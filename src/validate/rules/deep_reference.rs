//! SK310: a reference is first reached through another reference.

use std::collections::{HashSet, VecDeque};

use crate::diagnostic::Severity;
use crate::validate::context::{Context, Page};
use crate::validate::mention::{self, Mention};
use crate::validate::resolve::{self, Destination};
use crate::validate::rule::{Check, Finding, Fixable, Rule};
use crate::validate::stems::Stems;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK310",
    name: "deep-reference",
    severity: Severity::Info,
    is_on: true,
    blocks_loading: false,
    summary: "SKILL.md names a reference only through another one",
    why: "The specification recommends references one level deep; agents read the beginning of a chain only.",
    example: "SKILL.md names references/a.md, and only that names references/b.md",
    mend: "name the file in SKILL.md",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(skill_md) = context.skill_page() else {
        return Vec::new();
    };
    let mut unnamed = Stems::new(context.pages.iter().map(|page| page.path));
    unnamed.strike(context.skill_text(), skill_md.path);
    let mut seen: HashSet<&str> = HashSet::from([skill_md.path]);
    let mut waiting: VecDeque<&Page<'_>> = VecDeque::from([skill_md]);
    // What SKILL.md names by its name alone is as near as what it links to.
    for page in context.pages.iter().filter(|page| !unnamed.has(page.path)) {
        if seen.insert(page.path) {
            waiting.push_back(page);
        }
    }
    let mut found = Vec::new();
    while let Some(page) = waiting.pop_front() {
        for mention in mention::of_page(page) {
            if let Destination::Inside(path) = mention.destination()
                && let Some(next) = context.page(path)
                && seen.insert(next.path)
            {
                waiting.push_back(next);
                let is_deep = page.path != skill_md.path && resolve::is_reference_file(path);
                found.extend(is_deep.then(|| finding(&mention, path)));
            }
        }
    }
    found
}

fn finding(mention: &Mention<'_>, path: &str) -> Finding {
    let message = format!("`{path}` is named here, but not in SKILL.md");
    mention.finding(message, RULE.mend)
}
