//! SK309: a file in `references/` that no file of the skill mentions.

use std::collections::HashSet;

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::frontmatter::MAX_SKILL_MD_BYTES;
use crate::mentions;
use crate::parsed_skill::ParsedSkill;
use crate::references::path_kind;
use crate::references::unreferenced_files::UnreferencedFiles;
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
    let candidates = skill.pages.iter().map(|page| page.path);
    let mut unnamed = UnreferencedFiles::new(candidates.filter(|path| is_candidate(path)));
    unnamed.mark_mentioned(skill.skill_text(), skill_md.path);
    for page in skill.pages.iter().filter(|page| page.path != SKILL_FILE) {
        if !unnamed.is_empty() {
            unnamed.mark_mentioned(&page.text, page.path);
        }
    }
    if !strike_other_files(skill, &mut unnamed) {
        return Vec::new();
    }
    let patterns: HashSet<&str> = mentions::all(skill)
        .filter_map(|mention| path_kind::fixed_prefix(&mention.link.target))
        .collect();
    let matches_a_pattern = |path: &str| {
        let ends = path.char_indices().map(|(at, _)| at);
        ends.skip(1).any(|end| patterns.contains(&path[..end]))
    };
    let files = unnamed.into_files().into_iter();
    let orphans = files.filter(|path| !matches_a_pattern(path));
    let finding = |path| {
        let message = format!("no file of the skill mentions `{path}`");
        Finding::about(path, message)
    };
    orphans.map(finding).collect()
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
