//! SK502: a Git LFS pointer instead of a file.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::skill_files::EntryKind;

pub(crate) const RULE: Rule = Rule {
    code: "SK502",
    name: "lfs-pointer",
    severity: Severity::Warning,
    summary: "a Git LFS pointer instead of a file",
    why: "Git LFS stores the content elsewhere: a user who copies or downloads the skill gets three lines of text; 4 files in 2,672 public skills.",
    example: "version https://git-lfs.github.com/spec/v1",
    how_to_fix: "commit the file itself, or remove it from the skill",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Possible sizes of a pointer in bytes: at least a version, an oid, and a size. Source: Git LFS
/// specification, "The Pointer".
const POINTER_BYTES: std::ops::RangeInclusive<u64> = 100..=200;
const FIRST_LINE: &[u8] = b"version https://git-lfs.github.com/spec/v1";

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries().iter();
    let pointers = entries.filter(|entry| {
        let is_as_long =
            matches!(&entry.kind, EntryKind::File { bytes, .. } if POINTER_BYTES.contains(bytes));
        is_as_long
            && skill
                .files
                .beginning(&entry.path, FIRST_LINE.len())
                .is_ok_and(|beginning| *beginning == *FIRST_LINE)
    });
    let found = pointers.map(|entry| {
        let message = format!("`{}` is a Git LFS pointer, not the file itself", entry.path);
        Finding::about(&entry.path, message)
    });
    found.collect()
}
