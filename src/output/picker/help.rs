//! The keys of the picker, on its last line and in its help.

use unicode_width::UnicodeWidthStr;

use super::line::{BOLD, DIM, Line, PLAIN};
use super::state::State;

/// The keys and their effects. `docs/reference/picker.md` has the same table.
const KEYS: [(&str, &str); 11] = [
    ("letters", "filter; of several words, each must match"),
    ("up, down", "move; also Ctrl-P and Ctrl-N"),
    ("page up, page down, home, end", "move further"),
    ("tab, shift-tab", "select or deselect, and move down or up"),
    ("space", "select or deselect; while typing, a space"),
    ("ctrl-a", "select or deselect all that are shown"),
    ("ctrl-t", "select or deselect the group"),
    (
        "ctrl-w, ctrl-u",
        "delete a word of the filter, or all of it",
    ),
    ("enter", "confirm the selected, or the highlighted one"),
    ("esc", "clear the filter; without one, cancel"),
    ("ctrl-c", "quit"),
];

/// The keys that only select.
const SELECTING: [&str; 4] = ["tab, shift-tab", "space", "ctrl-a", "ctrl-t"];

/// Returns the help.
pub(super) fn help(state: &State<'_>, width: usize) -> Vec<Line> {
    let is_single = state.picker.is_single;
    let mut lines = vec![Line::new(width).push(BOLD, "Keys")];
    let keys = KEYS.iter();
    let keys = keys.filter(|(key, _)| !(is_single && SELECTING.contains(key)));
    let column = if width >= 72 { 34 } else { 0 };
    for (key, effect) in keys {
        let line = Line::new(width).push(PLAIN, "  ").push(PLAIN, key);
        let line = if column > 0 {
            line.pad_to(column)
        } else {
            line.push(PLAIN, "  ")
        };
        lines.push(line.push(DIM, effect));
    }
    lines
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
