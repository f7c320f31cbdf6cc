//! Which files of a side are those of the base under another name, as git finds them.

use std::collections::{BTreeMap, HashMap};

use super::similarity::{MAX_SCORE, MIN_SCORE, Pieces};
use super::{File, Files};
use crate::path::SkillPath;

/// From the base's path to the side's.
pub(super) type Renames<'a> = BTreeMap<&'a SkillPath, &'a SkillPath>;

/// Beyond as many pairs only files that kept their content or their name are looked at, as with
/// `merge.renameLimit` 1000.
const MAX_PAIRS: usize = 1000 * 1000;
/// Beyond as many steps too: a second of work that hostile files could make hours of.
const MAX_STEPS: usize = 200_000_000;
/// How alike two files of one name must be that moved to another folder: 75 %.
const MIN_SCORE_OF_NAMESAKES: u64 = MIN_SCORE + (MAX_SCORE - MIN_SCORE) / 2;
/// How many sources git keeps in mind for a file.
const CANDIDATES: usize = 4;

type Entry<'a> = (&'a SkillPath, &'a File);

/// Finds the renames from `base` to `side` that matter: only a file that `other` changed or deleted
/// is merged with one of another name.
pub(super) fn renames<'a>(base: &'a Files, side: &'a Files, other: &Files) -> Renames<'a> {
    let mut found = Renames::new();
    let mut gone = missing_in(side, base);
    let mut new = missing_in(base, side);
    find_identical(&gone, &new, &mut found);
    leave_what_is_open(&mut gone, &mut new, &found);
    let matters = |(path, file): &Entry<'_>| other.get(*path) != Some(*file);
    find_namesakes(&gone, &new, &matters, &mut found);
    leave_what_is_open(&mut gone, &mut new, &found);
    gone.retain(matters);
    find_alike(&gone, &new, &mut found);
    found
}

/// The files of `files` whose path `others` does not have. git says of no empty file that it was renamed.
fn missing_in<'a>(others: &Files, files: &'a Files) -> Vec<Entry<'a>> {
    files
        .iter()
        .filter(|(path, file)| !others.contains_key(*path) && !file.bytes.is_empty())
        .collect()
}

fn leave_what_is_open(gone: &mut Vec<Entry<'_>>, new: &mut Vec<Entry<'_>>, found: &Renames<'_>) {
    let taken: std::collections::HashSet<_> = found.values().copied().collect();
    gone.retain(|(path, _)| !found.contains_key(path));
    new.retain(|(path, _)| !taken.contains(path));
}

/// The last part of a path.
fn name(path: &SkillPath) -> &str {
    let path = path.as_str();
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn find_identical<'a>(gone: &[Entry<'a>], new: &[Entry<'a>], found: &mut Renames<'a>) {
    let mut by_content: HashMap<&[u8], Vec<&'a SkillPath>> = HashMap::new();
    for (path, file) in gone {
        by_content.entry(&file.bytes).or_default().push(path);
    }
    for (to, file) in new {
        let Some(sources) = by_content.get_mut(&*file.bytes) else {
            continue;
        };
        // The first of the same name, else the first.
        let namesake = sources.iter().position(|from| name(from) == name(to));
        if !sources.is_empty() {
            found.insert(sources.remove(namesake.unwrap_or(0)), to);
        }
    }
}

/// Finds the files whose name only one of the open ones has, in another folder.
fn find_namesakes<'a>(
    gone: &[Entry<'a>],
    new: &[Entry<'a>],
    matters: &dyn Fn(&Entry<'a>) -> bool,
    found: &mut Renames<'a>,
) {
    let alone = |entries: &[Entry<'a>]| {
        let mut by_name: HashMap<&'a str, Option<Entry<'a>>> = HashMap::new();
        for entry in entries {
            let of_that_name = by_name.entry(name(entry.0));
            of_that_name
                .and_modify(|several| *several = None)
                .or_insert(Some(*entry));
        }
        by_name
    };
    let (gone_alone, new_alone) = (alone(gone), alone(new));
    for from in gone.iter().filter(|entry| matters(entry)) {
        let one = |by_name: &HashMap<&str, Option<Entry<'a>>>| {
            by_name.get(name(from.0)).copied().flatten()
        };
        if let (Some(_), Some(to)) = (one(&gone_alone), one(&new_alone)) {
            let score = Pieces::of(&from.1.bytes).score(&Pieces::of(&to.1.bytes));
            if score >= MIN_SCORE_OF_NAMESAKES {
                found.insert(from.0, to.0);
            }
        }
    }
}

/// Compares each with each, and takes the most alike first.
fn find_alike<'a>(gone: &[Entry<'a>], new: &[Entry<'a>], found: &mut Renames<'a>) {
    if gone.len() * new.len() > MAX_PAIRS {
        return;
    }
    let pieces = |entries: &[Entry<'_>]| -> Vec<Pieces> {
        let pieces = entries.iter().map(|(_, file)| Pieces::of(&file.bytes));
        pieces.collect()
    };
    let (gone_pieces, new_pieces) = (pieces(gone), pieces(new));
    let length = |pieces: &[Pieces]| pieces.iter().map(Pieces::len).sum::<usize>();
    if length(&gone_pieces) * new.len() + length(&new_pieces) * gone.len() > MAX_STEPS {
        return;
    }
    let mut pairs = Vec::new();
    for ((to, _), to_pieces) in new.iter().zip(&new_pieces) {
        let mut candidates: Vec<_> = gone
            .iter()
            .zip(&gone_pieces)
            .map(|((from, _), pieces)| {
                let same_name = name(from) == name(to);
                (pieces.score(to_pieces), same_name, *from, *to)
            })
            .filter(|(score, ..)| *score >= MIN_SCORE)
            .collect();
        candidates.sort_by_key(|(score, same_name, ..)| std::cmp::Reverse((*score, *same_name)));
        candidates.truncate(CANDIDATES);
        pairs.append(&mut candidates);
    }
    pairs.sort_by_key(|(score, same_name, ..)| std::cmp::Reverse((*score, *same_name)));
    let mut taken = std::collections::HashSet::new();
    for (_, _, from, to) in pairs {
        if !found.contains_key(from) && taken.insert(to) {
            found.insert(from, to);
        }
    }
}
