//! SK310: a reference that is reachable only through another reference.

use std::collections::{HashSet, VecDeque};

use crate::diagnostic::Severity;
use crate::mentions::{self, Mention};
use crate::parsed_skill::{Page, ParsedSkill};
use crate::references::path_kind;
use crate::references::resolve::Destination;
use crate::references::unreferenced_files::UnreferencedFiles;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK310",
    name: "deep-reference",
    severity: Severity::Info,
    summary: "a reference that SKILL.md names only through another reference",
    why: "The specification recommends references one level deep from SKILL.md; 152 files of public skills are deeper.",
    example: "SKILL.md names references/a.md, and only that names references/b.md",
    how_to_fix: "mention the file in SKILL.md",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let Some(skill_md) = skill.skill_page() else {
        return Vec::new();
    };
    let others = skill.pages.iter().map(|page| page.path);
    let others = others.filter(|path| *path != skill_md.path);
    let mut unnamed = UnreferencedFiles::new(others);
    if unnamed.is_empty() {
        return Vec::new();
    }
    unnamed.mark_mentioned(skill.skill_text(), skill_md.path);
    let mut seen: HashSet<&str> = HashSet::from([skill_md.path]);
    let mut waiting: VecDeque<&Page<'_>> = VecDeque::from([skill_md]);
    // A file that SKILL.md mentions by its file name is as near as one that it links to.
    for page in skill
        .pages
        .iter()
        .filter(|page| !unnamed.contains(page.path))
    {
        if seen.insert(page.path) {
            waiting.push_back(page);
        }
    }
    let mut found = Vec::new();
    while let Some(page) = waiting.pop_front() {
        for mention in mentions::of_page(page) {
            if let Destination::Inside(path) = mention.destination()
                && let Some(next) = skill.page(path)
                && seen.insert(next.path)
            {
                waiting.push_back(next);
                let is_deep = page.path != skill_md.path && path_kind::is_reference_file(path);
                found.extend(is_deep.then(|| finding(&mention, path)));
            }
        }
    }
    found
}

fn finding(mention: &Mention<'_>, path: &str) -> Finding {
    let message = format!("`{path}` is mentioned here, but not in SKILL.md");
    Finding::at(mention, message)
}
