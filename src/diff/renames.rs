//! Which file that is new is one that is gone, as git guesses it.
//!
//! The same content first, of the same name if there is one; else what is alike by half. The
//! measure is that of git's `diffcore-delta.c`: the bytes of all lines that both have, a line
//! cut at 64 bytes, of the bytes of the larger file.

use std::collections::HashMap;

use super::held::{Held, Pair};
use super::side::Mode;

/// From how many per cent on a file is taken for another.
const ALIKE: usize = 50;
/// Most pairs that are held side by side; git's own limit is a thousand files by a thousand.
const MAX_PAIRS: usize = 10_000;
/// Largest file that is looked into; a larger one is only found as it is.
const MAX_BYTES: usize = 1024 * 1024;
/// Longest piece of a line that counts by itself.
const MAX_PIECE: usize = 64;

/// Returns all that is gone and all that is new, those that are one as one pair.
pub(super) fn renamed<'a>(removed: Vec<Held<'a>>, added: Vec<Held<'a>>) -> Vec<Pair<'a>> {
    let mut found = Matches::of(&removed, &added);
    found.same_content();
    found.alike();
    let came_from = found.came_from;
    let mut removed: Vec<_> = removed.into_iter().map(Some).collect();
    let added = added.into_iter().zip(came_from).map(|(after, from)| Pair {
        before: from.and_then(|from| removed[from].take()),
        after: Some(after),
    });
    let mut pairs: Vec<_> = added.collect();
    pairs.extend(removed.into_iter().flatten().map(|before| Pair {
        before: Some(before),
        after: None,
    }));
    pairs
}

struct Matches<'m, 'a> {
    removed: &'m [Held<'a>],
    added: &'m [Held<'a>],
    is_taken: Vec<bool>,
    /// For each that is new, where it was.
    came_from: Vec<Option<usize>>,
}

impl<'m, 'a> Matches<'m, 'a> {
    fn of(removed: &'m [Held<'a>], added: &'m [Held<'a>]) -> Self {
        Self {
            removed,
            added,
            is_taken: vec![false; removed.len()],
            came_from: vec![None; added.len()],
        }
    }

    fn take(&mut self, from: usize, to: usize) {
        self.is_taken[from] = true;
        self.came_from[to] = Some(from);
    }

    fn same_content(&mut self) {
        let removed = self.removed;
        let mut by_content: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, held) in removed.iter().enumerate() {
            if let Some(content) = content(held) {
                by_content.entry(content).or_default().push(at);
            }
        }
        for needs_name in [true, false] {
            for (to, after) in self.added.iter().enumerate() {
                let same = content(after).and_then(|content| by_content.get_mut(&content));
                let Some(same) = same.filter(|_| self.came_from[to].is_none()) else {
                    continue;
                };
                let is_it = |at: &usize| !needs_name || name(&removed[*at]) == name(after);
                if let Some(at) = same.iter().position(is_it) {
                    let from = same.remove(at);
                    self.take(from, to);
                }
            }
        }
    }

    fn alike(&mut self) {
        let left: Vec<_> = (0..self.removed.len())
            .filter(|at| !self.is_taken[*at])
            .collect();
        let new: Vec<_> = (0..self.added.len())
            .filter(|at| self.came_from[*at].is_none())
            .collect();
        if left.len().saturating_mul(new.len()) > MAX_PAIRS {
            return;
        }
        let old_pieces: Vec<_> = left
            .iter()
            .map(|at| held_pieces(&self.removed[*at]))
            .collect();
        let new_pieces: Vec<_> = new.iter().map(|at| held_pieces(&self.added[*at])).collect();
        let mut scores = Vec::new();
        for (from, old) in left.iter().zip(&old_pieces) {
            for (to, new) in new.iter().zip(&new_pieces) {
                let score = old.as_ref().zip(new.as_ref()).map(|(a, b)| a.likeness(b));
                if let Some(score) = score.filter(|score| *score >= ALIKE) {
                    let has_other_name = name(&self.removed[*from]) != name(&self.added[*to]);
                    scores.push((usize::MAX - score, has_other_name, *from, *to));
                }
            }
        }
        scores.sort_unstable();
        for (_, _, from, to) in scores {
            if !self.is_taken[from] && self.came_from[to].is_none() {
                self.take(from, to);
            }
        }
    }
}

fn name<'a>(held: &Held<'a>) -> &'a str {
    held.path().rsplit('/').next().unwrap_or_default()
}

/// Returns what two must share to be the same: a link is no file that says the same.
fn content<'m>(held: &'m Held<'_>) -> Option<(bool, &'m [u8])> {
    let side = held.side()?;
    Some((side.mode == Mode::Link, side.bytes))
}

fn held_pieces<'m>(held: &'m Held<'_>) -> Option<Pieces<'m>> {
    let side = held.side()?;
    let is_looked_at = side.mode != Mode::Link && (1..=MAX_BYTES).contains(&side.bytes.len());
    is_looked_at.then(|| Pieces::of(side.bytes))
}

/// Returns how much of two files is alike, in per cent.
pub(super) fn likeness(before: &[u8], after: &[u8]) -> usize {
    match before == after {
        true => 100,
        false => Pieces::of(before).likeness(&Pieces::of(after)),
    }
}

/// The pieces of a file, sorted, each with how often it is there.
struct Pieces<'a> {
    bytes: usize,
    pieces: Vec<(&'a [u8], usize)>,
}

impl<'a> Pieces<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n');
        let mut all: Vec<_> = lines.flat_map(|line| line.chunks(MAX_PIECE)).collect();
        all.sort_unstable();
        let mut pieces: Vec<(&[u8], usize)> = Vec::new();
        for piece in all {
            match pieces.last_mut() {
                Some((last, count)) if *last == piece => *count += 1,
                _ => pieces.push((piece, 1)),
            }
        }
        let bytes = bytes.len();
        Self { bytes, pieces }
    }

    fn likeness(&self, other: &Self) -> usize {
        let larger = self.bytes.max(other.bytes).max(1);
        // What differs so much in size can't be alike: most pairs end here.
        if self.bytes.min(other.bytes) * 100 < larger * ALIKE {
            return 0;
        }
        let mut others = other.pieces.iter().peekable();
        let mut shared = 0;
        for (piece, count) in &self.pieces {
            while others.next_if(|(other, _)| other < piece).is_some() {}
            if let Some((_, other)) = others.next_if(|(other, _)| other == piece) {
                shared += piece.len() * count.min(other);
            }
        }
        shared * 100 / larger
    }
}
