//! SK506: a large file or skill.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::limits::Size;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::skill_files::EntryKind;

pub(crate) const RULE: Rule = Rule {
    code: "SK506",
    name: "too-large",
    severity: Severity::Warning,
    summary: "a file over 1 MB, or a skill over 10 MB or 500 files",
    why: "Users who install the skill commit all of its files to their repository; 9 public files and 2 of 2,672 public skills are larger.",
    example: "assets/demo.mp4 of 8 MB",
    how_to_fix: "remove the files that the agent does not need",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum size of a file in bytes.
const MAX_FILE_BYTES: u64 = 1_000_000;
/// Maximum size of a skill in bytes.
const MAX_SKILL_BYTES: u64 = 10_000_000;
/// Maximum number of files of a skill.
const MAX_FILES: usize = 500;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let limits = skill.limits;
    let entries = skill.files.entries().iter();
    let files: Vec<(&str, u64)> = entries
        .filter_map(|entry| match entry.kind {
            EntryKind::File { bytes, .. } => Some((entry.path.as_str(), bytes)),
            _ => None,
        })
        .collect();
    let is_large = |bytes| bytes > MAX_FILE_BYTES || bytes > limits.max_file_size as u64;
    let large = files.iter().filter(|(_, bytes)| is_large(*bytes));
    let mut findings: Vec<Finding> = large
        .map(|(path, bytes)| {
            if *bytes > limits.max_file_size as u64 {
                let message = format!(
                    "`{path}` is {}; a skill with a file over {} can't be installed",
                    megabytes(*bytes),
                    Size(limits.max_file_size)
                );
                return Finding::about(path, message).with_severity(Severity::Error);
            }
            let message = format!("`{path}` is {}; the limit is 1 MB", megabytes(*bytes));
            Finding::about(path, message)
        })
        .collect();
    let all = files
        .iter()
        .fold(0_u64, |sum, (_, bytes)| sum.saturating_add(*bytes));
    let refused =
        |message: String| Finding::about(SKILL_FILE, message).with_severity(Severity::Error);
    if all > limits.max_total_size as u64 {
        findings.push(refused(format!(
            "the skill is {}; one over {} can't be installed",
            megabytes(all),
            Size(limits.max_total_size)
        )));
    } else if all > MAX_SKILL_BYTES {
        let message = format!("the skill is {}; the limit is 10 MB", megabytes(all));
        findings.push(Finding::about(SKILL_FILE, message));
    }
    if files.len() > limits.max_files {
        findings.push(refused(format!(
            "the skill has {} files; one with more than {} files can't be installed",
            files.len(),
            limits.max_files
        )));
    } else if files.len() > MAX_FILES {
        let message = format!(
            "the skill has {} files; the limit is {MAX_FILES}",
            files.len()
        );
        findings.push(Finding::about(SKILL_FILE, message));
    }
    findings
}

/// Formats a size with one decimal, rounded up, so that a size above a limit is displayed as such.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::skill_files::{Entry, MemoryFiles};

    fn found(sizes: &[usize]) -> Vec<String> {
        let mut skill = MemoryFiles::new("a");
        for (at, size) in sizes.iter().enumerate() {
            skill = skill.with_entry(Entry::file(format!("{at}.png"), *size));
        }
        let found = check(&ParsedSkill::new(&skill, Profile::default())).into_iter();
        found.map(|finding| finding.message).collect()
    }

    #[test]
    fn file_size_total_size_and_file_count_have_limits() {
        assert_eq!(found(&[1_000_000; 10]), [] as [&str; 0]);
        assert_eq!(
            found(&[1_000_001]),
            ["`0.png` is 1.1 MB; the limit is 1 MB"]
        );
        assert_eq!(
            found(&[999_999; 11]),
            ["the skill is 11.0 MB; the limit is 10 MB"]
        );
        assert_eq!(
            found(&[1; 501]),
            ["the skill has 501 files; the limit is 500"]
        );
    }
}
