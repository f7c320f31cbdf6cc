//! The keys of the picker, on its last line and in its help.

use unicode_width::UnicodeWidthStr;

use super::line::{BOLD, DIM, Line, PLAIN};
use super::state::State;

/// The column of the effects.
const EFFECT: usize = 14;

/// The keys and their effects, the most important first, because a low screen shows only these.
/// `docs/reference/picker.md` explains them.
const KEYS: [(&str, &str); 14] = [
    ("enter", "confirm"),
    ("esc", "clear filter, or cancel"),
    ("tab", "select, and move on"),
    ("shift-tab", "select, and move back"),
    ("space", "select, unless typing"),
    ("ctrl-a", "select all that are shown"),
    ("ctrl-t", "select the whole group"),
    ("letters", "find; all words must match"),
    ("ctrl-u", "clear the filter"),
    ("ctrl-w", "delete a word of it"),
    ("up, down", "move; also ctrl-p, ctrl-n"),
    ("pgup, pgdn", "move by a page"),
    ("home, end", "move to first, to last"),
    ("ctrl-c", "quit"),
];

/// The keys that only select.
const SELECTING: [&str; 5] = ["tab", "shift-tab", "space", "ctrl-a", "ctrl-t"];

/// Returns the help.
pub(super) fn help(state: &State<'_>, width: usize) -> Vec<Line> {
    let is_single = state.picker.is_single;
    let keys = KEYS.iter();
    let keys = keys.filter(|(key, _)| !(is_single && SELECTING.contains(key)));
    let line = |(key, effect): &(&str, &str)| {
        let line = Line::new(width).push(PLAIN, "  ").push(BOLD, key);
        line.pad_to(EFFECT).push(PLAIN, effect)
    };
    keys.map(line).collect()
}

/// Returns the last line: the most important keys, as many as have room.
pub(super) fn keys(state: &State<'_>, width: usize) -> Line {
    if state.is_help_open {
        return Line::new(width).push(DIM, "any key closes the help");
    }
    let picker = state.picker;
    let verb = picker.verb;
    let enter = match state.selected.len() {
        0 => format!("enter {verb}"),
        selected => format!("enter {verb} {selected}"),
    };
    let escape = if state.filter.is_empty() {
        "esc cancel"
    } else {
        "esc clear filter"
    };
    let help = if state.filter.is_empty() {
        "? help"
    } else {
        "f1 help"
    };
    let all = [&*enter, "tab select", "ctrl-a all", escape, help];
    let some = [&*enter, "tab select", escape, help];
    let few = [&*enter, escape, help];
    let least = ["enter", "esc", help];
    let choices: [&[&str]; 5] = [&all, &some, &few, &least, &least[..2]];
    let texts = choices.iter().map(|keys| {
        let keys = keys.iter().copied();
        let selects =
            |key: &&str| !picker.is_single || !matches!(*key, "tab select" | "ctrl-a all");
        keys.filter(selects).collect::<Vec<_>>().join(" · ")
    });
    let text = texts.into_iter().find(|text| text.width() <= width);
    Line::new(width).push(DIM, &text.unwrap_or_default())
}
