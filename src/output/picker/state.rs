//! [`State`]: the filter, the highlighted row, and the selection. Keys in, no terminal.

use std::collections::{BTreeSet, HashMap};

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{Item, Picked};
use crate::platform::key::Key;

/// The state of a picker.
pub(super) struct State<'a> {
    pub(super) items: &'a [Item],
    pub(super) filter: String,
    /// The indexes of the items that match the filter, in the order in which they are shown.
    pub(super) shown: Vec<usize>,
    /// The highlighted row, an index of `shown`.
    pub(super) cursor: usize,
    /// The indexes of the selected items.
    pub(super) selected: BTreeSet<usize>,
    matcher: Matcher,
}

impl<'a> State<'a> {
    pub(super) fn new(items: &'a [Item]) -> Self {
        let mut config = Config::DEFAULT;
        config.prefer_prefix = true;
        let mut state = Self {
            items,
            filter: String::new(),
            shown: Vec::new(),
            cursor: 0,
            selected: BTreeSet::new(),
            matcher: Matcher::new(config),
        };
        state.apply_filter();
        state
    }

    /// Returns the highlighted item.
    pub(super) fn highlighted(&self) -> Option<&'a Item> {
        self.shown.get(self.cursor).map(|at| &self.items[*at])
    }

    /// Handles a key, on a screen that shows `page` rows. Returns the result if the key ends the
    /// picker.
    pub(super) fn press(&mut self, key: Key, page: usize) -> Option<Picked> {
        let last = self.shown.len().saturating_sub(1);
        match key {
            Key::Ctrl('c') => return Some(Picked::Interrupted),
            Key::Escape => return Some(Picked::Cancelled),
            Key::Enter => return self.confirm(),
            Key::Char(' ') | Key::Tab => self.toggle(),
            Key::Ctrl('a') => self.toggle_shown(),
            Key::Ctrl('u') => self.edit_filter(String::clear),
            Key::Backspace => self.edit_filter(|filter| {
                filter.pop();
            }),
            Key::Char(c) => self.edit_filter(|filter| filter.push(c)),
            Key::Up | Key::Ctrl('p') if self.cursor == 0 => self.cursor = last,
            Key::Up | Key::Ctrl('p') => self.cursor -= 1,
            Key::Down | Key::Ctrl('n') if self.cursor == last => self.cursor = 0,
            Key::Down | Key::Ctrl('n') => self.cursor += 1,
            Key::PageUp => self.cursor = self.cursor.saturating_sub(page),
            Key::PageDown => self.cursor = (self.cursor + page).min(last),
            Key::Home => self.cursor = 0,
            Key::End => self.cursor = last,
            Key::Ctrl(_) | Key::Other => {}
        }
        None
    }

    /// Picks the selected items, or the highlighted one if none is selected.
    fn confirm(&self) -> Option<Picked> {
        if !self.selected.is_empty() {
            return Some(Picked::Items(self.selected.iter().copied().collect()));
        }
        let highlighted = self.shown.get(self.cursor)?;
        Some(Picked::Items(vec![*highlighted]))
    }

    fn toggle(&mut self) {
        if let Some(at) = self.shown.get(self.cursor)
            && !self.selected.remove(at)
        {
            self.selected.insert(*at);
        }
    }

    /// Selects all shown items, or deselects them if all are selected.
    fn toggle_shown(&mut self) {
        if self.shown.iter().all(|at| self.selected.contains(at)) {
            self.selected.retain(|at| !self.shown.contains(at));
        } else {
            self.selected.extend(&self.shown);
        }
    }

    fn edit_filter(&mut self, edit: impl FnOnce(&mut String)) {
        let before = self.filter.clone();
        edit(&mut self.filter);
        if self.filter != before {
            self.apply_filter();
            self.cursor = 0;
        }
    }

    /// Finds the items that match: without a filter all, by group; otherwise those whose name
    /// matches, the best first, and then those whose group or description contains the filter.
    fn apply_filter(&mut self) {
        let all = 0..self.items.len();
        if self.filter.is_empty() {
            self.shown = all.collect();
            self.shown
                .sort_by_key(|at| self.items[*at].group.as_deref());
            return;
        }
        let scores = self.scores();
        let filter = self.filter.to_lowercase();
        let contains = |at: usize| {
            let item = &self.items[at];
            let group = item.group.as_deref().unwrap_or_default();
            let is_in = |text: &str| text.to_lowercase().contains(&filter);
            is_in(group) || is_in(&item.description)
        };
        self.shown = all
            .filter(|at| scores.contains_key(at) || contains(*at))
            .collect();
        self.shown.sort_by_key(|at| {
            let score = scores.get(at).copied().unwrap_or_default();
            (std::cmp::Reverse(score), self.items[*at].name.len())
        });
    }

    /// Returns the scores of the items whose names match, by index.
    fn scores(&mut self) -> HashMap<usize, u32> {
        let (case, normalization) = (CaseMatching::Ignore, Normalization::Smart);
        let pattern = Pattern::new(&self.filter, case, normalization, AtomKind::Fuzzy);
        let mut buffer = Vec::new();
        let mut scores = HashMap::new();
        for (at, item) in self.items.iter().enumerate() {
            let name = Utf32Str::new(&item.name, &mut buffer);
            scores.extend(
                pattern
                    .score(name, &mut self.matcher)
                    .map(|score| (at, score)),
            );
        }
        scores
    }
}
