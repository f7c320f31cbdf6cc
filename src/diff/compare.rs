//! [`compare`]: two versions of a skill, side by side.

use std::collections::BTreeSet;

use super::changed_files::{ChangedFile, changed_files};
use super::file_version::{FileVersion, Mode};
use super::{DescriptionDiff, FileChange, FileDiff, SkillDiff, capabilities, delta};
use crate::view::SkillFiles;
use mdskill_git::line_diff::count_lines;
use mdskill_git::similarity::is_text;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::capability::{Capability, Kind};
use mdskill_lint::frontmatter::{self, Value};

/// Returns how `after` differs from `before`, and what it can do that `before` could not;
/// without a `before` everything is new.
#[must_use]
pub fn compare(before: Option<&dyn SkillFiles>, after: &dyn SkillFiles) -> SkillDiff {
    let files: Vec<FileDiff> = changed_files(before, after).iter().map(file).collect();
    // What a skill can do is read from its files alone.
    if files.is_empty() {
        return SkillDiff::default();
    }
    let could = before.map(capabilities).unwrap_or_default();
    let can = capabilities(after);
    let (gained, lost) = delta(&could, &can);
    SkillDiff {
        changed_scripts: changed_scripts(&files, &could, &can),
        files,
        description: description_diff(before, after),
        gained,
        lost,
    }
}

/// Returns the files that were programs, still are, and have another content.
fn changed_scripts(
    files: &[FileDiff],
    could: &BTreeSet<Capability>,
    can: &BTreeSet<Capability>,
) -> Vec<String> {
    let is_script = |all: &BTreeSet<Capability>, path: &str| {
        all.iter()
            .any(|one| one.kind == Kind::Script && one.what == path)
    };
    let has_other_content =
        |file: &&FileDiff| !matches!((file.added, file.removed), (Some(0), Some(0)));
    let of_scripts = |file: &&FileDiff| is_script(could, &file.path) && is_script(can, &file.path);
    let changed = files.iter().filter(has_other_content).filter(of_scripts);
    changed.map(|file| file.path.clone()).collect()
}

fn file(pair: &ChangedFile<'_>) -> FileDiff {
    let (before, after) = (pair.before.as_ref(), pair.after.as_ref());
    let from = before.filter(|before| before.path() != pair.path());
    let change = match (before, after) {
        (None, _) => FileChange::Added,
        (_, None) => FileChange::Removed,
        _ if from.is_some() => FileChange::Renamed,
        _ => FileChange::Changed,
    };
    let counts = counts(before, after);
    FileDiff {
        path: pair.path().to_owned(),
        change,
        from: from.map(|before| before.path().to_owned()),
        added: counts.map(|(added, _)| added),
        removed: counts.map(|(_, removed)| removed),
        executable: executable(before, after),
    }
}

/// Returns the lines that are new and that are gone; nothing when a side is no text.
fn counts(
    before: Option<&FileVersion<'_>>,
    after: Option<&FileVersion<'_>>,
) -> Option<(usize, usize)> {
    let (old, new) = (text(before)?, text(after)?);
    Some(count_lines(old, new))
}

/// Returns the bytes of a text; of a file that is not there, none.
fn text<'v>(version: Option<&'v FileVersion<'_>>) -> Option<&'v [u8]> {
    match version {
        Some(version) => version.bytes.as_deref().filter(|bytes| is_text(bytes)),
        None => Some(&[]),
    }
}

/// Returns whether a file may be executed now, when that changed; one that is new could not be.
fn executable(before: Option<&FileVersion<'_>>, after: Option<&FileVersion<'_>>) -> Option<bool> {
    let is_executable = |version: Option<&FileVersion<'_>>| {
        version
            .and_then(FileVersion::mode)
            .is_some_and(|mode| mode == Mode::Executable)
    };
    let is = is_executable(after);
    (after.is_some() && is_executable(before) != is).then_some(is)
}

fn description_diff(
    before: Option<&dyn SkillFiles>,
    after: &dyn SkillFiles,
) -> Option<DescriptionDiff> {
    let (before, after) = (before.and_then(description), description(after));
    (before != after).then_some(DescriptionDiff { before, after })
}

/// Returns the skill's description; nothing when its frontmatter can't be read.
fn description(view: &dyn SkillFiles) -> Option<String> {
    let bytes = view.read(SKILL_FILE).ok()?;
    let frontmatter = frontmatter::parse(&bytes).ok()?;
    match &frontmatter.field("description")?.value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(text) => Some(text.clone()),
        _ => None,
    }
}
