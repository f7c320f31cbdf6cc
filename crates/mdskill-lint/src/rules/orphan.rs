//! SK309: a file in `references/` that no file of the skill mentions.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::frontmatter::MAX_SKILL_MD_BYTES;
use crate::parsed_skill::ParsedSkill;
use crate::references::name_patterns::NamePatterns;
use crate::references::unreferenced_files::UnreferencedFiles;
use crate::references::{path_index, path_kind};
use crate::rule::{Check, Finding, Rule};
use crate::skill_files::EntryKind;

pub(crate) const RULE: Rule = Rule {
    code: "SK309",
    name: "orphan",
    severity: Severity::Warning,
    summary: "a file in references/ that no file of the skill mentions",
    why: "Agents read only the files that the instructions mention; 80 files of public skills are never read.",
    example: "references/forms.md, and no file says `forms`",
    how_to_fix: "mention it in SKILL.md, or remove it",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum number of bytes of other files that are read to find a mention; 99 of 100 public skills
/// have less than one megabyte in total. Above it, nothing is reported, because an unread file may
/// mention any other.
const MAX_BYTES: u64 = 16 << 20;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let Some(skill_md) = skill.skill_page() else {
        return Vec::new();
    };
    // Its files are checked with the skill around it, whose pages may mention them.
    if skill.is_in_another_skill() {
        return Vec::new();
    }
    let candidates = skill.pages.iter().map(|page| page.path);
    let candidates = candidates.filter(|path| is_candidate(path));
    let mut unnamed = UnreferencedFiles::new(candidates.chain(nested_candidates(skill)));
    unnamed.mark_mentioned(skill.skill_text(), skill_md.path);
    for page in skill.pages.iter().filter(|page| page.path != SKILL_FILE) {
        if !unnamed.is_empty() {
            unnamed.mark_mentioned(&page.text, page.path);
        }
    }
    if !strike_other_files(skill, &mut unnamed) {
        return Vec::new();
    }
    if unnamed.is_empty() {
        return Vec::new();
    }
    let mut patterns = NamePatterns::default();
    for page in &skill.pages {
        patterns.read(&page.text, &page.markdown);
    }
    let files = unnamed.into_files().into_iter();
    let orphans = files.filter(|path| !patterns.has(path));
    let finding = |path| {
        let message = format!("no file of the skill mentions `{path}`");
        Finding::about(path, message)
    };
    orphans.map(finding).collect()
}

/// Returns the candidates in nested skills, if those skills leave them to this one.
fn nested_candidates<'a>(skill: &ParsedSkill<'a>) -> impl Iterator<Item = &'a str> {
    let has_place = skill.files.place().is_some_and(|place| !place.is_empty());
    let entries = skill.files.entries().iter().filter(move |_| has_place);
    let nested = entries.filter(|entry| entry.is_file() && skill.is_nested(&entry.path));
    let pages = nested.filter(|entry| entry.path.strip_suffix(".md").is_some());
    let in_own_skill = pages.filter(|entry| {
        let folders = path_index::upwards(path_index::folder_of(&entry.path));
        let own = folders
            .into_iter()
            .find(|folder| skill.entry(&format!("{folder}/{SKILL_FILE}")).is_some());
        own.and_then(|own| path_index::below(own, &entry.path))
            .is_some_and(is_candidate)
    });
    in_own_skill.map(|entry| entry.path.as_str())
}

/// Whether a file is reported. A README is for people, so it needs no mention.
fn is_candidate(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    path_kind::is_reference_file(path) && !name.starts_with("readme.")
}

/// Removes the files that scripts and data files mention. Returns whether all of those files were
/// searched.
fn strike_other_files(skill: &ParsedSkill<'_>, unnamed: &mut UnreferencedFiles<'_>) -> bool {
    let mut budget = MAX_BYTES;
    for entry in skill.files.entries() {
        if unnamed.is_empty() {
            break;
        }
        let EntryKind::File { bytes, .. } = entry.kind else {
            continue;
        };
        // A file that is larger than a page is not a text with mentions.
        if skill.page(&entry.path).is_some() || bytes > MAX_SKILL_MD_BYTES as u64 {
            continue;
        }
        let Some(rest) = budget.checked_sub(bytes) else {
            return false;
        };
        budget = rest;
        if let Ok(bytes) = skill.files.read(&entry.path)
            && let Ok(text) = std::str::from_utf8(&bytes)
        {
            unnamed.mark_mentioned(text, &entry.path);
        }
    }
    true
}
