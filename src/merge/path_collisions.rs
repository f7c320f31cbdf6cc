//! The files of both sides that no folder, or none of macOS and Windows, can hold together.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Conflict, ConflictKind, Files};
use mdskill_lint::path::{self, SkillPath};

/// Where the files lay that one side renamed and the other still has, by where they lie now.
pub(super) type Moved = BTreeMap<SkillPath, SkillPath>;

/// Returns a conflict for each place that is taken twice, and leaves there what the winner has, if
/// anybody is to win.
pub(super) fn separate(
    files: &mut Files,
    sides: [&Files; 2],
    winner: Option<&Files>,
    mut moved: Moved,
) -> Vec<Conflict> {
    let of_one_side = sides.map(folded_alike);
    let mut conflicts = Vec::new();
    // Each round leaves fewer files of the loser's.
    loop {
        let mut found = files_and_folders(files);
        found.extend(collisions(files, &of_one_side));
        let lost: BTreeSet<SkillPath> = match winner {
            Some(winner) => losers(files, &found, winner),
            None => BTreeSet::new(),
        };
        conflicts.append(&mut found);
        if lost.is_empty() {
            return conflicts;
        }
        for path in lost {
            files.remove(&path);
            // An edit of the winner's must not go with the name that the loser gave the file.
            if let Some(old) = moved.remove(&path)
                && let Some(file) = winner.and_then(|winner| winner.get(&old))
            {
                files.entry(old).or_insert_with(|| file.clone());
            }
        }
    }
}

/// Finds the paths that are a file and a folder.
fn files_and_folders(files: &Files) -> Vec<Conflict> {
    let paths: HashSet<&str> = files.keys().map(SkillPath::as_str).collect();
    let both: BTreeSet<&str> = paths
        .iter()
        .flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]))
        .filter(|folder| paths.contains(folder))
        .collect();
    both.into_iter()
        .map(|path| conflict(path, ConflictKind::FileAndFolder))
        .collect()
}

/// Finds the paths that only the merge brought together.
fn collisions(files: &Files, of_one_side: &[HashSet<String>; 2]) -> Vec<Conflict> {
    path::collisions(files.keys().map(SkillPath::as_str))
        .into_iter()
        .filter(|(one, other)| one != other)
        .filter(|(_, other)| {
            let folded = path::fold(other);
            !of_one_side.iter().any(|known| known.contains(&folded))
        })
        .map(|(with, path)| {
            let with = with.to_owned();
            conflict(path, ConflictKind::Collision { with })
        })
        .collect()
}

/// The places of a side that some file system can't tell apart already.
fn folded_alike(files: &Files) -> HashSet<String> {
    let pairs = path::collisions(files.keys().map(SkillPath::as_str));
    pairs
        .into_iter()
        .map(|(_, place)| path::fold(place))
        .collect()
}

/// The files in the places of these conflicts that the winner does not have.
fn losers(files: &Files, conflicts: &[Conflict], winner: &Files) -> BTreeSet<SkillPath> {
    let places = conflicts.iter().map(|conflict| match &conflict.kind {
        ConflictKind::Collision { with } if lies_in(winner, &conflict.path) => with,
        _ => &conflict.path,
    });
    places
        .flat_map(|place| files.keys().filter(|path| lies_at(path, place)))
        .filter(|path| !winner.contains_key(*path))
        .cloned()
        .collect()
}

fn lies_in(files: &Files, place: &str) -> bool {
    files.keys().any(|path| lies_at(path, place))
}

fn lies_at(path: &SkillPath, place: &str) -> bool {
    let rest = path.as_str().strip_prefix(place);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn conflict(path: &str, kind: ConflictKind) -> Conflict {
    Conflict {
        path: path.to_owned(),
        kind,
        hunks: Vec::new(),
    }
}
