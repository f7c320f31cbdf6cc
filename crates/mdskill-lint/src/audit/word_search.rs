//! The search for the words of the audit.

use std::sync::LazyLock;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::WORDS;
use crate::span::Span;

/// The number of words that are searched in one pass. The vector instructions compare the first four bytes of each
/// word, and with all words at once, they find a possible one at every fifth byte of a text.
const WORDS_PER_PASS: usize = 35;
/// The number of bytes that they compare of each word, unless a word is shorter.
const COMPARED_BYTES: usize = 4;

static PASSES: LazyLock<Vec<Pass>> = LazyLock::new(passes);

/// A search for some of the words.
struct Pass {
    /// The index of each word in [`WORDS`].
    words: Vec<usize>,
    search: Search,
}

enum Search {
    /// With vector instructions: an automaton of all words takes five times as long, because its table is larger than
    /// the fastest cache.
    Packed(Searcher),
    /// On a processor without them.
    Automaton(AhoCorasick),
}

/// Returns the words in a text, by their index in [`WORDS`]. They do not overlap: the first one wins.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, Span)> {
    let mut found: Vec<(usize, Span)> = PASSES.iter().flat_map(|pass| pass.words(text)).collect();
    found.sort_unstable_by_key(|(word, span)| (span.start, *word));
    let mut end = 0;
    found.into_iter().filter(move |(_, span)| {
        let is_apart = span.start >= end;
        if is_apart {
            end = span.end;
        }
        is_apart
    })
}

impl Pass {
    fn new(words: &[usize]) -> Option<Self> {
        let texts = || words.iter().map(|word| WORDS[*word].0);
        let mut packed = Config::new();
        let packed = packed.match_kind(MatchKind::LeftmostFirst);
        let search = match packed.builder().extend(texts()).build() {
            Some(search) => Search::Packed(search),
            None => Search::Automaton(
                AhoCorasick::builder()
                    .kind(Some(AhoCorasickKind::ContiguousNFA))
                    .match_kind(aho_corasick::MatchKind::LeftmostFirst)
                    .build(texts())
                    .ok()?,
            ),
        };
        let words = words.to_vec();
        Some(Self { words, search })
    }

    fn words(&self, text: &str) -> Vec<(usize, Span)> {
        let found = |word: usize, start, end| (self.words[word], Span::new(start, end));
        match &self.search {
            Search::Packed(search) => search
                .find_iter(text)
                .map(|at| found(at.pattern().as_usize(), at.start(), at.end()))
                .collect(),
            Search::Automaton(search) => search
                .find_iter(text)
                .map(|at| found(at.pattern().as_usize(), at.start(), at.end()))
                .collect(),
        }
    }
}

fn passes() -> Vec<Pass> {
    let (short, long): (Vec<usize>, Vec<usize>) =
        (0..WORDS.len()).partition(|word| WORDS[*word].0.len() < COMPARED_BYTES);
    let (shortest, short): (Vec<usize>, Vec<usize>) =
        short.into_iter().partition(|word| WORDS[*word].0.len() < 3);
    let groups = [&shortest[..], &short]
        .into_iter()
        .chain(long.chunks(WORDS_PER_PASS));
    groups.filter_map(Pass::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found_by_automaton(text: &str) -> Vec<(usize, Span)> {
        let all = AhoCorasick::builder()
            .match_kind(aho_corasick::MatchKind::LeftmostFirst)
            .build(WORDS.map(|(word, _)| word))
            .unwrap();
        let found = all.find_iter(text);
        found
            .map(|at| (at.pattern().as_usize(), Span::new(at.start(), at.end())))
            .collect()
    }

    #[test]
    fn passes_find_what_one_automaton_finds() {
        let words = WORDS.map(|(word, _)| word);
        for text in [words.join("\n"), words.join(" x"), words.concat()] {
            let found: Vec<_> = super::words(&text).collect();
            assert_eq!(found, found_by_automaton(&text));
            assert!(found.len() >= WORDS.len() / 2, "{found:?}");
        }
        for word in words {
            assert_eq!(
                super::words(word).count(),
                found_by_automaton(word).len(),
                "{word}"
            );
        }
    }
}
