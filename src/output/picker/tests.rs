//! Tests of the state and the view.

use anstream::adapter::strip_str;

use super::state::State;
use super::view::Frame;
use super::{Item, Picked};
use crate::platform::key::Key;

const PAGE: usize = 10;

fn item(name: &str, group: Option<&str>, description: &str) -> Item {
    Item {
        name: name.to_owned(),
        group: group.map(str::to_owned),
        description: description.to_owned(),
        ..Item::default()
    }
}

fn python() -> Vec<Item> {
    vec![
        item("temporal-python-testing", Some("backend"), "Test workflows"),
        item("async-python-patterns", Some("python"), "Use asyncio"),
        item("python-packaging", Some("python"), "Build a wheel"),
        item("python-testing-patterns", Some("python"), "Use pytest"),
        item("pdf", None, "Fill forms, with Python"),
    ]
}

fn type_text(state: &mut State<'_>, text: &str) {
    for c in text.chars() {
        assert_eq!(state.press(Key::Char(c), PAGE), None);
    }
}

fn shown<'a>(state: &State<'a>) -> Vec<&'a str> {
    let names = state.shown.iter().map(|at| &*state.items[*at].name);
    names.collect()
}

fn screen(state: &State<'_>, width: usize, height: usize) -> Vec<String> {
    let frame = Frame::draw(state, "Add skills of acme/skills", width, height);
    let plain = frame.lines.iter().map(|line| strip_str(line).to_string());
    plain.collect()
}

#[test]
fn filter_ranks_names_before_descriptions() {
    let items = python();
    let mut state = State::new(&items);
    type_text(&mut state, "asyncpy");
    assert_eq!(shown(&state), ["async-python-patterns"]);
    state.press(Key::Ctrl('u'), PAGE);
    type_text(&mut state, "py");
    let found = shown(&state);
    assert_eq!(found[..2], ["python-packaging", "python-testing-patterns"]);
    assert_eq!(found[4], "pdf", "only its description has the word");
    state.press(Key::Ctrl('u'), PAGE);
    type_text(&mut state, "WHEEL");
    assert_eq!(shown(&state), ["python-packaging"]);
    state.press(Key::Backspace, PAGE);
    assert_eq!(state.filter, "WHEE");
}

#[test]
fn enter_picks_the_highlighted_item_or_the_selected_ones() {
    let items = python();
    let mut state = State::new(&items);
    type_text(&mut state, "packag");
    assert_eq!(state.press(Key::Enter, PAGE), Some(Picked::Items(vec![2])));
    state.press(Key::Char(' '), PAGE);
    state.press(Key::Ctrl('u'), PAGE);
    type_text(&mut state, "async");
    state.press(Key::Tab, PAGE);
    state.press(Key::Ctrl('u'), PAGE);
    type_text(&mut state, "pdf");
    assert_eq!(
        state.press(Key::Enter, PAGE),
        Some(Picked::Items(vec![1, 2])),
        "the highlighted row counts only if none is selected"
    );
}

#[test]
fn enter_without_a_match_does_nothing() {
    let items = python();
    let mut state = State::new(&items);
    type_text(&mut state, "zzz");
    assert_eq!(shown(&state), [""; 0]);
    for key in [Key::Enter, Key::Tab, Key::Up, Key::Down, Key::PageDown] {
        assert_eq!(state.press(key, PAGE), None);
    }
    assert!(state.selected.is_empty());
    assert!(screen(&state, 60, 20)[2].contains("no match for `zzz`"));
}

#[test]
fn ctrl_a_selects_and_deselects_what_is_shown() {
    let items = python();
    let mut state = State::new(&items);
    type_text(&mut state, "patterns");
    state.press(Key::Ctrl('a'), PAGE);
    assert_eq!(state.selected.iter().copied().collect::<Vec<_>>(), [1, 3]);
    state.press(Key::Ctrl('u'), PAGE);
    assert!(screen(&state, 80, 20)[0].contains("2 of 5 selected"));
    state.press(Key::Ctrl('a'), PAGE);
    assert_eq!(state.selected.len(), 5);
    state.press(Key::Ctrl('a'), PAGE);
    assert!(state.selected.is_empty());
}

#[test]
fn arrows_move_and_wrap_around() {
    let items = python();
    let mut state = State::new(&items);
    state.press(Key::Up, PAGE);
    assert_eq!(state.cursor, 4);
    state.press(Key::Down, PAGE);
    assert_eq!(state.cursor, 0);
    state.press(Key::PageDown, 3);
    assert_eq!(state.cursor, 3);
    state.press(Key::PageDown, 3);
    assert_eq!(state.cursor, 4);
    state.press(Key::PageUp, 3);
    state.press(Key::Home, 3);
    assert_eq!(state.cursor, 0);
}

#[test]
fn escape_cancels_and_ctrl_c_interrupts() {
    let items = python();
    let mut state = State::new(&items);
    assert_eq!(state.press(Key::Escape, PAGE), Some(Picked::Cancelled));
    let interrupted = state.press(Key::Ctrl('c'), PAGE);
    assert_eq!(interrupted, Some(Picked::Interrupted));
}

#[test]
fn screen_has_groups_marks_counts_and_a_preview() {
    let mut items = python();
    items[1].mark = Some("installed");
    items[4].preview = vec!["scripts: scripts/fill.py".to_owned()];
    let state = State::new(&items);
    assert_eq!(
        screen(&state, 60, 18),
        [
            "Add skills of acme/skills  0 of 5 selected",
            "Filter: type a name or a word",
            "> [ ] pdf  Fill forms, with Python",
            "backend",
            "  [ ] temporal-python-testing  Test workflows",
            "python",
            "  [ ] async-python-patterns (installed)  Use asyncio",
            "  [ ] python-packaging  Build a wheel",
            "  [ ] python-testing-patterns  Use pytest",
            "",
            "",
            &"─".repeat(60),
            "pdf",
            "scripts: scripts/fill.py",
            "Fill forms, with Python",
            "",
            "",
            "enter ok · space select · esc cancel",
        ]
    );
}

#[test]
fn screen_fits_any_size() {
    use unicode_width::UnicodeWidthStr;
    let mut items = python();
    items.push(item(
        &"技能".repeat(40),
        Some("\u{1b}[31m"),
        &"x ".repeat(400),
    ));
    let mut state = State::new(&items);
    for filter in ["", "p", "技"] {
        state.press(Key::Ctrl('u'), PAGE);
        type_text(&mut state, filter);
        for (width, height) in [(1, 1), (10, 4), (20, 5), (40, 13), (40, 14), (200, 60)] {
            let lines = screen(&state, width, height);
            assert!(
                lines.len() <= height.max(4),
                "{width} x {height}: {lines:?}"
            );
            if width >= 20 {
                for line in &lines {
                    let columns = line.width();
                    assert!(columns <= width, "{columns} > {width}: {line:?}");
                    assert!(!line.contains('\u{1b}'), "{line:?}");
                }
            }
        }
    }
}

#[test]
fn highlighted_row_is_always_visible() {
    let names = (0..50).map(|at| item(&format!("skill-{at}"), None, ""));
    let items: Vec<Item> = names.collect();
    let mut state = State::new(&items);
    for at in 0..50 {
        let lines = screen(&state, 40, 12);
        let pointer = format!("> [ ] skill-{at}");
        assert!(lines.contains(&pointer), "{pointer} in {lines:?}");
        state.press(Key::Down, PAGE);
    }
}
