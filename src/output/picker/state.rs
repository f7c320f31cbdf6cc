//! [`State`]: the filter, the highlighted row, and the selection. Keys in, no terminal.

use std::collections::{BTreeSet, HashMap};

use unicode_width::UnicodeWidthStr;

use super::filter::Filter;
use super::{Fact, Item, Picked, Picker};
use crate::output::sanitize;
use crate::platform::key::Key;

/// The heading of the items without a group, where it is needed.
const NO_GROUP: &str = "other";

/// The most columns of a name with its mark. A longer one moves its description to the right.
const MAX_NAME: usize = 36;

/// The state of a picker.
pub(super) struct State<'a> {
    pub(super) picker: &'a Picker<'a>,
    pub(super) items: &'a [Item],
    pub(super) filter: Filter,
    /// The indexes of the items that match the filter, in the order in which they are shown.
    pub(super) shown: Vec<usize>,
    /// The highlighted row, an index of `shown`.
    pub(super) cursor: usize,
    /// The indexes of the selected items.
    pub(super) selected: BTreeSet<usize>,
    /// Whether the keys are shown in place of the list.
    pub(super) is_help_open: bool,
    /// The first visible row, an index of `rows()`.
    top: usize,
    /// Whether the last key was a character of the filter.
    is_typing: bool,
    facts: HashMap<usize, Vec<Fact>>,
    pub(super) widths: Widths,
}

/// The size of the list without a filter, by which it is laid out, so that a filter does not move it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Widths {
    /// The columns of the names with their marks.
    pub(super) names: usize,
    /// The columns of the details.
    pub(super) details: usize,
    /// The number of rows.
    pub(super) rows: usize,
}

impl Widths {
    fn of(items: &[Item]) -> Self {
        let name = |item: &Item| {
            let mark = item.mark.map_or(0, |mark| mark.width() + 3);
            sanitize::line(&item.name).width() + mark
        };
        let names = items.iter().map(name).filter(|name| *name <= MAX_NAME);
        let details = items.iter().map(|item| item.detail.width());
        let groups = items.iter().filter_map(|item| item.group.as_deref());
        Self {
            names: names.max().unwrap_or(MAX_NAME),
            details: details.max().unwrap_or_default(),
            rows: items.len() + groups.collect::<BTreeSet<_>>().len(),
        }
    }
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row<'a> {
    Group(&'a str),
    /// An index of `State::shown`.
    Item(usize),
}

impl<'a> State<'a> {
    pub(super) fn new(picker: &'a Picker<'a>) -> Self {
        let items = picker.items;
        let mut filter = Filter::new(items);
        Self {
            picker,
            items,
            shown: filter.matches(items),
            filter,
            cursor: 0,
            selected: BTreeSet::new(),
            is_help_open: false,
            top: 0,
            is_typing: false,
            facts: HashMap::new(),
            widths: Widths::of(items),
        }
    }

    /// Returns the index of the highlighted item.
    pub(super) fn highlighted(&self) -> Option<usize> {
        self.shown.get(self.cursor).copied()
    }

    /// Returns the facts about an item, which are computed once.
    pub(super) fn facts(&mut self, at: usize) -> &[Fact] {
        let picker = self.picker;
        self.facts.entry(at).or_insert_with(|| picker.facts_of(at))
    }

    /// Returns the items that are shown, with the headings of their groups.
    pub(super) fn rows(&self) -> Vec<Row<'a>> {
        let mut rows = Vec::new();
        let mut open_group = None;
        for (at, item) in self.shown.iter().enumerate() {
            let group = self.items[*item].group.as_deref();
            if group != open_group {
                rows.push(Row::Group(group.unwrap_or(NO_GROUP)));
                open_group = group;
            }
            rows.push(Row::Item(at));
        }
        rows
    }

    /// Returns the first of `page` visible rows: as before if the highlighted row is visible, with the
    /// heading above it.
    pub(super) fn scroll(&mut self, rows: &[Row<'_>], page: usize) -> usize {
        let is_highlighted = |row: &Row<'_>| *row == Row::Item(self.cursor);
        let at = rows.iter().position(is_highlighted).unwrap_or_default();
        let has_heading = at > 0 && matches!(rows[at - 1], Row::Group(_)) && page > 1;
        let first = if has_heading { at - 1 } else { at };
        self.top = self
            .top
            .min(first)
            .max((at + 1).saturating_sub(page))
            .min(rows.len().saturating_sub(page));
        self.top
    }

    /// Replaces the filter.
    pub(super) fn set_filter(&mut self, text: &str) {
        self.edit_filter(|filter| text.clone_into(filter));
    }

    /// Handles a key, on a screen that shows `page` rows. Returns the result if the key ends the
    /// picker.
    pub(super) fn press(&mut self, key: Key, page: usize) -> Option<Picked> {
        if self.is_help_open && key != Key::Ctrl('c') {
            // Any key closes the help.
            self.is_help_open = false;
            return None;
        }
        let was_typing = std::mem::replace(&mut self.is_typing, false);
        let has_filter = !self.filter.is_empty();
        let last = self.shown.len().saturating_sub(1);
        match key {
            Key::Ctrl('c') => return Some(Picked::Interrupted),
            Key::Escape if !has_filter => return Some(Picked::Cancelled),
            Key::Escape | Key::Ctrl('u') => self.edit_filter(String::clear),
            Key::Enter => return self.confirm(),
            Key::F1 => self.is_help_open = true,
            Key::Char('?') if !has_filter => self.is_help_open = true,
            Key::Char(' ') if !has_filter || !was_typing => self.toggle(),
            Key::Tab => {
                self.toggle();
                self.cursor = (self.cursor + 1).min(last);
            }
            Key::BackTab => {
                self.toggle();
                self.cursor = self.cursor.saturating_sub(1);
            }
            Key::Ctrl('a') => self.toggle_all(|_| true),
            Key::Ctrl('t') => {
                let items = self.items;
                let group = self.highlighted().map(|at| &items[at].group);
                self.toggle_all(|item| Some(&item.group) == group);
            }
            Key::Backspace => self.edit_filter(|filter| {
                filter.pop();
            }),
            Key::Ctrl('w') => self.edit_filter(remove_word),
            Key::Char(c) | Key::Pasted(c) => self.type_character(c),
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

    fn type_character(&mut self, c: char) {
        // A space in front is left over from a paste.
        if c != ' ' || !self.filter.is_empty() {
            self.edit_filter(|filter| filter.push(c));
            self.is_typing = true;
        }
    }

    /// Picks the selected items, or the highlighted one if none is selected.
    fn confirm(&self) -> Option<Picked> {
        if !self.selected.is_empty() {
            return Some(Picked::Items(self.selected.iter().copied().collect()));
        }
        Some(Picked::Items(vec![self.highlighted()?]))
    }

    fn toggle(&mut self) {
        if let Some(at) = self.highlighted()
            && !self.picker.is_single
            && !self.selected.remove(&at)
        {
            self.selected.insert(at);
        }
    }

    /// Selects the shown items of a kind, or deselects them if all are selected.
    fn toggle_all(&mut self, is_meant: impl Fn(&Item) -> bool) {
        if self.picker.is_single {
            return;
        }
        let shown = self.shown.iter().copied();
        let meant: BTreeSet<usize> = shown.filter(|at| is_meant(&self.items[*at])).collect();
        if meant.is_subset(&self.selected) {
            self.selected.retain(|at| !meant.contains(at));
        } else {
            self.selected.extend(meant);
        }
    }

    fn edit_filter(&mut self, edit: impl FnOnce(&mut String)) {
        if self.filter.edit(edit) {
            self.shown = self.filter.matches(self.items);
            self.cursor = 0;
            self.top = 0;
        }
    }
}

/// Removes the last word, with the spaces around it.
fn remove_word(text: &mut String) {
    let end = text.trim_end();
    let start = end.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    text.truncate(start);
}
