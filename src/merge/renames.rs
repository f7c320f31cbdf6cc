//! [`renames`]: the renames of one side, detected as git does.

use std::collections::BTreeMap;

use super::{File, Files};
use mdskill_git::renames::{OneSided, find_renames};
use mdskill_lint::path::SkillPath;

/// From the path in the base to the path on the side.
pub(super) type Renames<'a> = BTreeMap<&'a SkillPath, &'a SkillPath>;

/// Returns the renames from `base` to `side`. Files that `other` did not change are only matched with
/// identical files, because their renames need no merge.
pub(super) fn renames<'a>(base: &'a Files, side: &'a Files, other: &Files) -> Renames<'a> {
    let removed = missing_in(side, base);
    let added = missing_in(base, side);
    let one_sided = |files: &[(&'a SkillPath, &'a File)]| -> Vec<OneSided<'a>> {
        let files = files.iter().map(|(path, file)| OneSided {
            path: path.as_str(),
            bytes: &file.bytes,
            is_link: false,
        });
        files.collect()
    };
    let found = find_renames(&one_sided(&removed), &one_sided(&added), |from| {
        let (path, file) = removed[from];
        other.get(path) != Some(file)
    });
    let found = found.into_iter();
    found
        .map(|(to, from)| (removed[from].0, added[to].0))
        .collect()
}

/// Returns the files of `files` whose path `others` does not have, without empty files, because git's
/// merge does not detect their renames.
fn missing_in<'a>(others: &Files, files: &'a Files) -> Vec<(&'a SkillPath, &'a File)> {
    files
        .iter()
        .filter(|(path, file)| !others.contains_key(*path) && !file.bytes.is_empty())
        .collect()
}
