//! Phrases that several reports contain.

use unicode_width::UnicodeWidthStr;

use crate::diff::SkillDiff;
use crate::operations::update::Report;
use mdskill_lint::capability::{Capability, Kind};

/// Number of digits of an abbreviated commit.
const SHORT: usize = 7;

/// Returns "1 skill" or "2 skills".
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Returns "2 refused" for each number that is not zero.
pub(crate) fn totals<const N: usize>(numbers: [(usize, &str); N]) -> Vec<String> {
    let shown = numbers.into_iter().filter(|(number, _)| *number > 0);
    shown
        .map(|(number, what)| format!("{number} {what}"))
        .collect()
}

/// Returns the numbers of skills that were not updated, by reason.
pub(crate) fn not_updated(report: &Report, conflicts: usize) -> Vec<String> {
    let noun = if conflicts == 1 {
        "conflict"
    } else {
        "conflicts"
    };
    totals([
        (conflicts, noun),
        (report.refused_skills(), "refused"),
        (report.skills_left_alone(), "not changed"),
        (report.stuck.len(), "blocked"),
        (report.deleted.len(), "gone upstream"),
        (report.unchecked_skills(), "not checked"),
    ])
}

/// Returns the number of columns of a text.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// Returns `owner/repo` for `github:owner/repo`.
pub(crate) fn source(name: &str) -> &str {
    name.strip_prefix("github:").unwrap_or(name)
}

/// Returns a ref; a commit is abbreviated.
pub(crate) fn short(text: &str) -> &str {
    let is_commit = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_commit { &text[..SHORT] } else { text }
}

/// Returns a tag, or else an abbreviated commit.
pub(crate) fn version<'a>(tag: Option<&'a str>, commit: Option<&'a str>) -> &'a str {
    tag.or(commit.map(short)).unwrap_or_default()
}

/// Returns the file and the line of a capability.
pub(crate) fn place(capability: &Capability) -> String {
    match capability.line {
        Some(line) => format!("{}:{line}", capability.file),
        None => capability.file.clone(),
    }
}

/// Returns the capabilities of one kind. Scripts are not executables as well.
pub(crate) fn without_scripts<'a>(
    of_kind: &'a [Capability],
    all: &[Capability],
) -> Vec<&'a Capability> {
    let is_script = |one: &Capability| {
        let mut scripts = all.iter().filter(|other| other.kind == Kind::Script);
        one.kind == Kind::Executable && scripts.any(|script| script.what == one.what)
    };
    of_kind.iter().filter(|one| !is_script(one)).collect()
}

/// Returns a capability with its place, unless it is the file itself.
pub(crate) fn with_place(capability: &Capability) -> String {
    if capability.what == capability.file {
        capability.what.clone()
    } else {
        format!("{} ({})", capability.what, place(capability))
    }
}

/// Returns the numbers of added and removed lines, in which binary files do not count.
pub(crate) fn changed_lines(diff: &SkillDiff) -> (usize, usize) {
    let added = diff.files.iter().filter_map(|file| file.added).sum();
    let removed = diff.files.iter().filter_map(|file| file.removed).sum();
    (added, removed)
}
