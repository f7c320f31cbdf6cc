//! [`changed_files`]: the files that differ between two versions of a skill.

use std::collections::{BTreeMap, HashMap};

use super::file_version::{FileVersion, Mode};
use mdskill_git::renames::{OneSided, find_renames};
use mdskill_lint::skill_files::SkillFiles;

/// A file that differs between two versions.
#[derive(Debug, Clone)]
pub(super) struct ChangedFile<'a> {
    pub before: Option<FileVersion<'a>>,
    pub after: Option<FileVersion<'a>>,
}

impl ChangedFile<'_> {
    /// Returns the new path, or the old one of a removed file.
    pub(super) fn path(&self) -> &str {
        let shown = self.after.as_ref().or(self.before.as_ref());
        shown.map(FileVersion::path).unwrap_or_default()
    }
}

/// Returns the files that differ between two versions of a skill, sorted by path.
pub(super) fn changed_files<'a>(
    before: Option<&'a dyn SkillFiles>,
    after: &'a dyn SkillFiles,
) -> Vec<ChangedFile<'a>> {
    let mut old: BTreeMap<&str, FileVersion<'_>> = before.map(versions).unwrap_or_default();
    let (mut changed, mut added) = (Vec::new(), Vec::new());
    for (path, after) in versions(after) {
        match old.remove(path) {
            Some(before) if before.is_same(&after) => {}
            Some(before) => changed.push(ChangedFile {
                before: Some(before),
                after: Some(after),
            }),
            None => added.push(after),
        }
    }
    let renames = renames(&old, &added);
    for after in added {
        let from = renames.get(after.path());
        changed.push(ChangedFile {
            before: from.and_then(|from| old.remove(from.as_str())),
            after: Some(after),
        });
    }
    changed.extend(old.into_values().map(|before| ChangedFile {
        before: Some(before),
        after: None,
    }));
    changed.sort_by(|a, b| a.path().cmp(b.path()));
    changed
}

fn versions(files: &dyn SkillFiles) -> BTreeMap<&str, FileVersion<'_>> {
    let entries = files.entries().iter();
    entries
        .map(|entry| (entry.path.as_str(), FileVersion::read(files, entry)))
        .collect()
}

/// Returns the old path of each renamed file by its new path.
fn renames(
    removed: &BTreeMap<&str, FileVersion<'_>>,
    added: &[FileVersion<'_>],
) -> HashMap<String, String> {
    let old: Vec<_> = removed.values().filter_map(one_sided).collect();
    let new: Vec<_> = added.iter().filter_map(one_sided).collect();
    find_renames(&old, &new, |_| true)
        .into_iter()
        .map(|(to, from)| (new[to].path.to_owned(), old[from].path.to_owned()))
        .collect()
}

fn one_sided<'v>(version: &'v FileVersion<'_>) -> Option<OneSided<'v>> {
    let side = version.side()?;
    Some(OneSided {
        path: side.path,
        bytes: side.bytes,
        is_link: side.mode == Mode::Link,
    })
}
