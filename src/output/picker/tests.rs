//! Tests of the state and the view.

use anstream::adapter::strip_str;

use super::state::State;
use super::view::Frame;
use super::{Fact, Item, Picked, Picker};
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

fn picker(items: &[Item]) -> Picker<'_> {
    Picker::new("Select skills to add from acme/skills", "add", items)
}

fn screen(state: &mut State<'_>, width: usize, height: usize) -> Vec<String> {
    let frame = Frame::draw(state, width, height);
    let plain = frame.lines.iter().map(|line| strip_str(line).to_string());
    plain.map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn filter_ranks_names_before_descriptions() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
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
    assert_eq!(state.filter.text(), "WHEE");
}

#[test]
fn enter_picks_the_highlighted_item_or_the_selected_ones() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
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
    let picker = picker(&items);
    let mut state = State::new(&picker);
    type_text(&mut state, "zzz");
    assert_eq!(shown(&state), [""; 0]);
    for key in [Key::Enter, Key::Tab, Key::Up, Key::Down, Key::PageDown] {
        assert_eq!(state.press(key, PAGE), None);
    }
    assert!(state.selected.is_empty());
    assert!(screen(&mut state, 60, 20)[2].contains("no match for `zzz`"));
}

#[test]
fn ctrl_a_selects_and_deselects_what_is_shown() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    type_text(&mut state, "patterns");
    state.press(Key::Ctrl('a'), PAGE);
    assert_eq!(state.selected.iter().copied().collect::<Vec<_>>(), [1, 3]);
    state.press(Key::Ctrl('u'), PAGE);
    assert!(screen(&mut state, 80, 20)[0].contains("2 of 5 selected"));
    state.press(Key::Ctrl('a'), PAGE);
    assert_eq!(state.selected.len(), 5);
    state.press(Key::Ctrl('a'), PAGE);
    assert!(state.selected.is_empty());
}

#[test]
fn arrows_move_and_wrap_around() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
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
fn words_of_the_filter_must_all_match() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    type_text(&mut state, "test python");
    assert_eq!(
        shown(&state),
        ["python-testing-patterns", "temporal-python-testing"]
    );
    state.press(Key::Ctrl('w'), PAGE);
    assert_eq!(state.filter.text(), "test ");
    type_text(&mut state, "workflow");
    assert_eq!(shown(&state), ["temporal-python-testing"]);
    for c in " \u{202e}x ".chars() {
        state.press(Key::Pasted(c), PAGE);
    }
    assert_eq!(state.filter.text(), "test workflow \u{202e}x ");
    assert_eq!(shown(&state), [""; 0]);
}

#[test]
fn scattered_letters_match_only_without_a_better_match() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    type_text(&mut state, "pyt");
    state.press(Key::Ctrl('u'), PAGE);
    type_text(&mut state, "pdf");
    assert_eq!(shown(&state), ["pdf"]);
    state.press(Key::Ctrl('u'), PAGE);
    type_text(&mut state, "pypk");
    assert_eq!(shown(&state), ["python-packaging"]);
}

#[test]
fn space_selects_except_while_typing() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    state.press(Key::Char(' '), PAGE);
    assert_eq!(state.selected.len(), 1);
    type_text(&mut state, "python ");
    assert_eq!(state.filter.text(), "python ");
    assert_eq!(state.selected.len(), 1);
    state.press(Key::Down, PAGE);
    state.press(Key::Char(' '), PAGE);
    assert_eq!(state.selected.len(), 2);
    assert_eq!(state.filter.text(), "python ");
}

#[test]
fn tab_selects_and_moves() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    state.press(Key::Tab, PAGE);
    state.press(Key::Tab, PAGE);
    assert_eq!(state.cursor, 2);
    assert_eq!(state.selected.iter().copied().collect::<Vec<_>>(), [0, 4]);
    state.press(Key::Up, PAGE);
    state.press(Key::BackTab, PAGE);
    assert_eq!(state.cursor, 0);
    assert_eq!(state.selected.iter().copied().collect::<Vec<_>>(), [4]);
}

#[test]
fn ctrl_t_selects_the_group() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    type_text(&mut state, "packaging");
    state.press(Key::Ctrl('u'), PAGE);
    state.press(Key::End, PAGE);
    state.press(Key::Ctrl('t'), PAGE);
    assert_eq!(
        state.selected.iter().copied().collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert!(screen(&mut state, 80, 20).contains(&"python  3 selected".to_owned()));
    state.press(Key::Ctrl('t'), PAGE);
    assert!(state.selected.is_empty());
}

#[test]
fn escape_clears_the_filter_then_cancels_and_ctrl_c_interrupts() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    type_text(&mut state, "py");
    assert_eq!(state.press(Key::Escape, PAGE), None);
    assert_eq!(state.filter.text(), "");
    assert_eq!(state.press(Key::Escape, PAGE), Some(Picked::Cancelled));
    let interrupted = state.press(Key::Ctrl('c'), PAGE);
    assert_eq!(interrupted, Some(Picked::Interrupted));
}

#[test]
fn single_choice_has_no_boxes_and_selects_nothing() {
    let items = python();
    let picker = Picker::new("Select a skill to show", "show", &items).single();
    let mut state = State::new(&picker);
    for key in [Key::Char(' '), Key::Ctrl('a'), Key::Ctrl('t'), Key::Tab] {
        assert_eq!(state.press(key, PAGE), None);
    }
    assert!(state.selected.is_empty());
    state.press(Key::Home, PAGE);
    let lines = screen(&mut state, 60, 12);
    assert_eq!(lines[0], "Select a skill to show");
    assert_eq!(
        lines[2].trim_end(),
        "> pdf                      Fill forms, with Python"
    );
    assert_eq!(lines[11], "enter show · esc cancel · ? help");
    assert_eq!(state.press(Key::Enter, PAGE), Some(Picked::Items(vec![4])));
}

#[test]
fn question_mark_opens_the_help_and_any_key_closes_it() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    state.press(Key::Char('?'), PAGE);
    let lines = screen(&mut state, 80, 24);
    assert_eq!(lines[2], "  enter       confirm");
    assert!(lines.iter().any(|line| line.contains("ctrl-t")));
    assert_eq!(state.press(Key::Escape, PAGE), None);
    assert!(!state.is_help_open);
    // In a filter it is a character.
    type_text(&mut state, "a?");
    assert!(!state.is_help_open);
    state.press(Key::F1, PAGE);
    assert!(state.is_help_open);
    assert_eq!(state.press(Key::Ctrl('c'), PAGE), Some(Picked::Interrupted));
}

#[test]
fn facts_are_computed_once_and_only_for_highlighted_items() {
    let items = python();
    let asked = std::cell::RefCell::new(Vec::new());
    let facts = |at: usize| {
        asked.borrow_mut().push(at);
        vec![Fact::new("number", at.to_string())]
    };
    let picker = picker(&items).with_facts(&facts);
    let mut state = State::new(&picker);
    for _ in 0..3 {
        assert!(screen(&mut state, 80, 20).contains(&"number  4".to_owned()));
    }
    state.press(Key::Down, PAGE);
    assert!(screen(&mut state, 80, 20).contains(&"number  0".to_owned()));
    state.press(Key::Up, PAGE);
    screen(&mut state, 80, 20);
    assert_eq!(*asked.borrow(), [4, 0]);
}

#[test]
fn groups_stay_together_under_a_filter() {
    let items = python();
    let picker = picker(&items);
    let mut state = State::new(&picker);
    type_text(&mut state, "python");
    let lines = screen(&mut state, 60, 13);
    assert_eq!(
        lines[2..10],
        [
            "python",
            "> [ ] python-packaging         Build a wheel",
            "  [ ] python-testing-patterns  Use pytest",
            "  [ ] async-python-patterns    Use asyncio",
            "backend",
            "  [ ] temporal-python-testing  Test workflows",
            "other",
            "  [ ] pdf                      Fill forms, with Python",
        ]
    );
}

#[test]
fn screen_has_groups_marks_counts_and_a_preview() {
    let mut items = python();
    items[1].mark = Some("installed");
    items[4].facts = vec![Fact::new("scripts", "scripts/fill.py")];
    let picker = picker(&items);
    let mut state = State::new(&picker);
    assert_eq!(
        screen(&mut state, 70, 18),
        [
            "Select skills to add from acme/skills                  0 of 5 selected",
            "Filter: type a name or a word",
            "> [ ] pdf                                Fill forms, with Python",
            "backend",
            "  [ ] temporal-python-testing            Test workflows",
            "python",
            "  [ ] async-python-patterns (installed)  Use asyncio",
            "  [ ] python-packaging                   Build a wheel",
            "  [ ] python-testing-patterns            Use pytest",
            &"─".repeat(70),
            "pdf",
            "",
            "Fill forms, with Python",
            "",
            "scripts  scripts/fill.py",
            "",
            "",
            "enter add · tab select · ctrl-a all · esc cancel · ? help",
        ]
    );
}

#[test]
fn wide_screen_has_the_preview_beside_the_list() {
    let mut items = python();
    items[4].facts = vec![Fact::new("scripts", "scripts/fill.py")];
    let picker = picker(&items);
    let mut state = State::new(&picker);
    let lines = screen(&mut state, 100, 9);
    assert_eq!(
        lines[2..8],
        [
            "> [ ] pdf                         ┃ pdf",
            "backend                           ┃",
            "  [ ] temporal-python-testing     ┃ Fill forms, with Python",
            "python                            ┃",
            "  [ ] async-python-patterns       ┃ scripts  scripts/fill.py",
            "  [ ] python-packaging            │",
        ]
    );
}

#[test]
fn low_preview_shows_the_facts_before_the_whole_description() {
    let mut items = vec![item("pdf", None, &"word ".repeat(200))];
    items.resize(12, item("other", None, ""));
    items[0].facts = vec![
        Fact::new("hooks", &*"a hook ".repeat(40)).alert_if(true),
        Fact::new("path", "skills/pdf"),
    ];
    let picker = picker(&items);
    let mut state = State::new(&picker);
    let lines = screen(&mut state, 40, 15);
    let preview = lines.iter().position(|line| line == "pdf").unwrap();
    assert!(lines[preview + 1].ends_with("word…"), "{lines:?}");
    assert!(lines[preview + 2].starts_with("hooks  a hook"), "{lines:?}");
    assert!(lines[preview + 2].ends_with('…'), "{lines:?}");
    assert_eq!(lines[preview + 3], "path   skills/pdf");
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
    let picker = picker(&items);
    let mut state = State::new(&picker);
    for filter in ["", "p", "技"] {
        state.press(Key::Ctrl('u'), PAGE);
        type_text(&mut state, filter);
        for (width, height) in [(1, 1), (10, 4), (20, 5), (40, 13), (40, 14), (200, 60)] {
            let lines = screen(&mut state, width, height);
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
    let picker = picker(&items);
    let mut state = State::new(&picker);
    for at in 0..50 {
        let lines = screen(&mut state, 40, 12);
        let pointer = format!("> [ ] skill-{at}");
        assert!(lines.contains(&pointer), "{pointer} in {lines:?}");
        state.press(Key::Down, PAGE);
    }
}
