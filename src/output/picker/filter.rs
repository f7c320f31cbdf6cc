//! [`Filter`]: finds and ranks the items that match the words that the user types.

use std::cmp::Reverse;
use std::collections::HashMap;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Item;

/// The score of a character that is found in a description. In a name it scores more, because the
/// matcher adds to it for the beginning of a word.
const SCORE_OF_CHARACTER: u32 = 16;

/// The words that the user types.
pub(super) struct Filter {
    text: String,
    words: Vec<Word>,
    matcher: Matcher,
    /// The group and the description of each item, in lower case.
    texts: Vec<String>,
}

struct Word {
    /// The word in lower case.
    text: String,
    atom: Atom,
}

impl Filter {
    pub(super) fn new(items: &[Item]) -> Self {
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        let text = |item: &Item| {
            let group = item.group.as_deref().unwrap_or_default();
            format!("{group}\n{}", item.description).to_lowercase()
        };
        Self {
            text: String::new(),
            words: Vec::new(),
            matcher: Matcher::new(config),
            texts: items.iter().map(text).collect(),
        }
    }

    /// Returns the text as it was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether all items match.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Changes the text. Returns whether it is another one.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut String)) -> bool {
        let before = self.text.clone();
        edit(&mut self.text);
        let word = |text: &str| {
            let (case, normalization) = (CaseMatching::Ignore, Normalization::Smart);
            Word {
                text: text.to_lowercase(),
                atom: Atom::new(text, case, normalization, AtomKind::Fuzzy, false),
            }
        };
        self.words = self.text.split_whitespace().map(word).collect();
        self.text != before
    }

    /// Returns the indexes of the items that match, with those of a group together. Without a filter
    /// these are all, by group; otherwise the best match is first. If no item has the words, those match
    /// that have their letters in this order.
    pub(super) fn matches(&mut self, items: &[Item]) -> Vec<usize> {
        let mut found: Vec<usize> = (0..items.len()).collect();
        if self.words.is_empty() {
            found.sort_by_key(|at| items[*at].group.as_deref());
            return found;
        }
        let mut scores = self.scores(items, false);
        if scores.is_empty() {
            scores = self.scores(items, true);
        }
        found.retain(|at| scores.contains_key(at));
        found.sort_by_key(|at| (Reverse(scores.get(at)), items[*at].name.len()));
        let mut ranks: HashMap<Option<&str>, usize> = HashMap::new();
        for at in &found {
            let rank = ranks.len();
            ranks.entry(items[*at].group.as_deref()).or_insert(rank);
        }
        found.sort_by_key(|at| ranks.get(&items[*at].group.as_deref()));
        found
    }

    /// Returns the scores of the items that match. The characters of a word may be apart only if
    /// `is_fuzzy`.
    fn scores(&mut self, items: &[Item], is_fuzzy: bool) -> HashMap<usize, u32> {
        let scores = (0..items.len()).filter_map(|at| Some((at, self.score(items, at, is_fuzzy)?)));
        scores.collect()
    }

    /// Returns the score of an item, or `None` if a word does not match.
    fn score(&mut self, items: &[Item], at: usize, is_fuzzy: bool) -> Option<u32> {
        let mut buffer = Vec::new();
        let name = &items[at].name;
        let lower = name.to_lowercase();
        let name = Utf32Str::new(name, &mut buffer);
        let mut sum = 0;
        for word in &self.words {
            let may_match = is_fuzzy || lower.contains(&word.text);
            let in_name = may_match.then(|| word.atom.score(name, &mut self.matcher));
            let in_name = in_name.flatten().map(u32::from);
            let is_in_text = self.texts[at].contains(&word.text);
            let characters = u32::try_from(word.text.chars().count()).unwrap_or(u32::MAX);
            let in_text = is_in_text.then_some(SCORE_OF_CHARACTER.saturating_mul(characters));
            sum += in_name.max(in_text)?;
        }
        Some(sum)
    }

    /// Returns the positions of the characters of an ASCII name that match.
    pub(super) fn positions(&mut self, name: &str) -> Vec<u32> {
        let mut positions = Vec::new();
        if name.is_ascii() {
            let name = Utf32Str::Ascii(name.as_bytes());
            for word in &self.words {
                word.atom.indices(name, &mut self.matcher, &mut positions);
            }
        }
        positions
    }
}
