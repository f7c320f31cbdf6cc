//! [`find_renames`]: detects renamed files as git does (`diffcore-rename.c`).

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::similarity::{MAX_SCORE, MIN_SCORE, Pieces};

/// The maximum number of pairs for matching by similarity, as with `merge.renameLimit` 1000. With
/// more, only files with the same content or name are matched.
const MAX_PAIRS: usize = 1000 * 1000;
/// The maximum number of steps for matching by similarity, because hostile files could take hours.
const MAX_STEPS: usize = 200_000_000;
/// The minimum score of two files with the same name in different folders: 75 %.
const MIN_SCORE_OF_NAMESAKES: u64 = MIN_SCORE + (MAX_SCORE - MIN_SCORE) / 2;
/// The number of candidates that git keeps for each new file.
const CANDIDATES: usize = 4;

/// A file that exists in only one of two versions.
#[derive(Debug, Clone, Copy)]
pub struct OneSided<'a> {
    /// The path of the file.
    pub path: &'a str,
    /// The content of the file, or the target of a symbolic link.
    pub bytes: &'a [u8],
    /// Whether it is a symbolic link.
    pub is_link: bool,
}

/// Returns the renames, from the position of the new file to the position of the removed one. A
/// removed file that is not relevant is matched with identical files only.
#[must_use]
pub fn find_renames(
    removed: &[OneSided<'_>],
    added: &[OneSided<'_>],
    is_relevant: impl Fn(usize) -> bool,
) -> HashMap<usize, usize> {
    let mut search = Search {
        removed,
        added,
        is_taken: vec![false; removed.len()],
        found: HashMap::new(),
    };
    search.match_identical();
    search.match_namesakes(&is_relevant);
    search.match_similar(&is_relevant);
    search.found
}

struct Search<'s, 'a> {
    removed: &'s [OneSided<'a>],
    added: &'s [OneSided<'a>],
    /// Whether each removed file has a match.
    is_taken: Vec<bool>,
    /// The matches, from the new file to the removed one.
    found: HashMap<usize, usize>,
}

impl Search<'_, '_> {
    fn take(&mut self, from: usize, to: usize) {
        self.is_taken[from] = true;
        self.found.insert(to, from);
    }

    fn open_removed(&self) -> Vec<usize> {
        let all = 0..self.removed.len();
        all.filter(|from| !self.is_taken[*from]).collect()
    }

    fn open_added(&self) -> Vec<usize> {
        let all = 0..self.added.len();
        all.filter(|to| !self.found.contains_key(to)).collect()
    }

    fn has_same_name(&self, from: usize, to: usize) -> bool {
        self.removed[from].name() == self.added[to].name()
    }

    fn match_identical(&mut self) {
        let mut by_content: HashMap<_, Vec<usize>> = HashMap::new();
        for (from, file) in self.removed.iter().enumerate() {
            let content = (file.is_link, file.bytes);
            by_content.entry(content).or_default().push(from);
        }
        for (to, file) in self.added.iter().enumerate() {
            let Some(sources) = by_content.get_mut(&(file.is_link, file.bytes)) else {
                continue;
            };
            // The first with the same name, or else the first.
            let mut sources_at = sources.iter();
            let namesake = sources_at.position(|from| self.has_same_name(*from, to));
            if !sources.is_empty() {
                let from = sources.remove(namesake.unwrap_or(0));
                self.take(from, to);
            }
        }
    }

    /// Matches files in different folders if no other unmatched file has the same name.
    fn match_namesakes(&mut self, is_relevant: &impl Fn(usize) -> bool) {
        let removed = by_unique_name(self.removed, self.open_removed());
        let added = by_unique_name(self.added, self.open_added());
        for (name, from) in removed {
            let (Some(from), Some(Some(to))) = (from, added.get(name).copied()) else {
                continue;
            };
            if !is_relevant(from) {
                continue;
            }
            let (old, new) = (self.removed[from].pieces(), self.added[to].pieces());
            let score = old.zip(new).map(|(old, new)| old.score(&new));
            if score.is_some_and(|score| score >= MIN_SCORE_OF_NAMESAKES) {
                self.take(from, to);
            }
        }
    }

    /// Compares all pairs, and matches the most similar first.
    fn match_similar(&mut self, is_relevant: &impl Fn(usize) -> bool) {
        let (mut removed, added) = (self.open_removed(), self.open_added());
        removed.retain(|from| is_relevant(*from));
        if removed.len().saturating_mul(added.len()) > MAX_PAIRS {
            return;
        }
        let old = pieces_of(self.removed, &removed);
        let new = pieces_of(self.added, &added);
        if steps(&old).saturating_mul(new.len()) + steps(&new).saturating_mul(old.len()) > MAX_STEPS
        {
            return;
        }
        let mut pairs = Vec::new();
        for (to, new) in &new {
            let scores = old.iter().map(|(from, old)| {
                let score = old.score(new);
                (score, self.has_same_name(*from, *to), *from, *to)
            });
            let mut candidates: Vec<_> = scores.filter(|(score, ..)| *score >= MIN_SCORE).collect();
            candidates.sort_by_key(|(score, same_name, ..)| Reverse((*score, *same_name)));
            candidates.truncate(CANDIDATES);
            pairs.append(&mut candidates);
        }
        pairs.sort_by_key(|(score, same_name, ..)| Reverse((*score, *same_name)));
        for (_, _, from, to) in pairs {
            if !self.is_taken[from] && !self.found.contains_key(&to) {
                self.take(from, to);
            }
        }
    }
}

impl<'a> OneSided<'a> {
    /// Returns the file name.
    fn name(&self) -> &'a str {
        let path = self.path;
        path.rsplit_once('/').map_or(path, |(_, name)| name)
    }

    /// Returns the pieces of a file; `None` for a link, which only matches an identical one.
    fn pieces(&self) -> Option<Pieces> {
        (!self.is_link).then(|| Pieces::of(self.bytes))
    }
}

/// Returns the position of each file by its name; `None` if several have the name.
fn by_unique_name<'a>(files: &[OneSided<'a>], open: Vec<usize>) -> HashMap<&'a str, Option<usize>> {
    let mut by_name = HashMap::new();
    for at in open {
        let with_that_name = by_name.entry(files[at].name());
        with_that_name
            .and_modify(|several| *several = None)
            .or_insert(Some(at));
    }
    by_name
}

fn pieces_of(files: &[OneSided<'_>], open: &[usize]) -> Vec<(usize, Pieces)> {
    let pieces = open.iter().map(|at| Some((*at, files[*at].pieces()?)));
    pieces.flatten().collect()
}

fn steps(files: &[(usize, Pieces)]) -> usize {
    files.iter().map(|(_, pieces)| pieces.count()).sum()
}
