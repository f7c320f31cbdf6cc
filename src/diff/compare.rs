//! [`compare`]: the differences between two versions of a skill.

use std::collections::BTreeSet;

use super::changed_files::{ChangedFile, changed_files};
use super::file_version::FileVersion;
use super::{DescriptionDiff, FileChange, FileDiff, SkillDiff, capabilities, delta};
use mdskill_git::line_diff::count_lines;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::capability::{Capability, Kind};
use mdskill_lint::frontmatter::{self, Value};
use mdskill_lint::skill_files::SkillFiles;

/// Returns the differences between two versions of a skill, and between their capabilities. Without
/// `before`, everything is new.
#[must_use]
pub fn compare(before: Option<&dyn SkillFiles>, after: &dyn SkillFiles) -> SkillDiff {
    compare_with(before, after, &mut |files, _| capabilities(files))
}

/// As [`compare`], with the capabilities that `capabilities` returns for the version before (`true`) and
/// after. It is only called if a file differs.
pub fn compare_with(
    before: Option<&dyn SkillFiles>,
    after: &dyn SkillFiles,
    capabilities: &mut dyn FnMut(&dyn SkillFiles, bool) -> BTreeSet<Capability>,
) -> SkillDiff {
    let files: Vec<FileDiff> = changed_files(before, after).iter().map(file_diff).collect();
    if files.is_empty() {
        return SkillDiff::default();
    }
    let old = before.map(|before| capabilities(before, true));
    let old = old.unwrap_or_default();
    let new = capabilities(after, false);
    let (gained, lost) = delta(&old, &new);
    let changed_scripts = files.iter().filter(|file| {
        let has_other_content = (file.added, file.removed) != (Some(0), Some(0));
        has_other_content && is_script(&old, &file.path) && is_script(&new, &file.path)
    });
    let descriptions = [before.and_then(description), description(after)];
    SkillDiff {
        changed_scripts: changed_scripts.map(|file| file.path.clone()).collect(),
        description: (descriptions[0] != descriptions[1]).then(|| {
            let [before, after] = descriptions;
            DescriptionDiff { before, after }
        }),
        files,
        gained,
        lost,
    }
}

fn is_script(capabilities: &BTreeSet<Capability>, path: &str) -> bool {
    let mut scripts = capabilities.iter().filter(|one| one.kind == Kind::Script);
    scripts.any(|script| script.what == path)
}

fn file_diff(file: &ChangedFile<'_>) -> FileDiff {
    let (before, after) = (file.before.as_ref(), file.after.as_ref());
    let old_path = before.map(FileVersion::path);
    let from = old_path.filter(|old| *old != file.path());
    let change = match (before, after) {
        (None, _) => FileChange::Added,
        (_, None) => FileChange::Removed,
        _ if from.is_some() => FileChange::Renamed,
        _ => FileChange::Changed,
    };
    // A missing file has no lines; a binary file has no number of lines.
    let [old, new] = [before, after].map(|file| file.map_or(Some(&[][..]), FileVersion::text));
    let counts = old.zip(new).map(|(old, new)| count_lines(old, new));
    let [was_executable, is_executable] =
        [before, after].map(|file| file.is_some_and(FileVersion::is_executable));
    let is_mode_changed = after.is_some() && was_executable != is_executable;
    FileDiff {
        path: file.path().to_owned(),
        change,
        from: from.map(str::to_owned),
        added: counts.map(|(added, _)| added),
        removed: counts.map(|(_, removed)| removed),
        executable: is_mode_changed.then_some(is_executable),
    }
}

/// Returns the description of a skill, if its frontmatter is valid.
fn description(files: &dyn SkillFiles) -> Option<String> {
    let bytes = files.read(SKILL_FILE).ok()?;
    let frontmatter = frontmatter::parse(&bytes).ok()?;
    match &frontmatter.field("description")?.value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(text) => Some(text.clone()),
        _ => None,
    }
}
