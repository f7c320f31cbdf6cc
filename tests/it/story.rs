//! `docs/updating.md` played from beginning to end: each command is run, and prints what the page shows.

use crate::support::outcome::Outcome;
use crate::support::room::Room;
use pulldown_cmark::{CodeBlockKind, Event, Parser as Markdown, Tag, TagEnd};
use std::fmt::Write;
use std::path::Path;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Ends what a command printed.
const END: &str = "@@ that was it @@\n";
/// A line that stands for any lines.
const ANYTHING: &str = "...";

/// A command of a page, and what it prints there.
#[derive(Debug)]
struct Act {
    command: String,
    shown: Vec<String>,
}

/// Takes the commands out of the page's `console` blocks: `$ ` begins one, `> ` goes on with it.
fn acts(page: &str) -> Vec<Act> {
    let mut acts: Vec<Act> = Vec::new();
    let mut in_console = false;
    for event in Markdown::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                in_console = &*language == "console";
            }
            Event::End(TagEnd::CodeBlock) => in_console = false,
            Event::Text(text) if in_console => {
                for line in text.lines() {
                    read(line, &mut acts);
                }
            }
            _ => {}
        }
    }
    acts
}

fn read(line: &str, acts: &mut Vec<Act>) {
    if let Some(command) = line.strip_prefix("$ ") {
        acts.push(Act {
            command: command.to_owned(),
            shown: Vec::new(),
        });
        return;
    }
    let act = acts.last_mut().expect("a block begins with a command");
    match line.strip_prefix("> ").filter(|_| act.shown.is_empty()) {
        Some(more) => act.command.extend(["\n", more]),
        None => act.shown.push(line.to_owned()),
    }
}

/// One shell runs them all, since folders and variables go from one to the next.
fn play(acts: &[Act]) -> Outcome {
    let room = Room::new("unused");
    let mut script = "exec 2>&1\n".to_owned();
    for act in acts {
        // The next command may ask how this one ended.
        let end = END.trim_end();
        write!(
            script,
            "{}\ncode=$?; echo '{end}'; (exit $code)\n",
            act.command
        )
        .unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_mdskill"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    room.run("bash", ["-c", &script])
        .env("PATH", path)
        .dir(ROOT)
        .run()
}

/// Whether these are the lines that were shown.
fn fits(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == ANYTHING => {
            (0..=printed.len()).any(|at| fits(rest, &printed[at..]))
        }
        Some((first, rest)) => {
            printed.first() == Some(&first.as_str()) && fits(rest, &printed[1..])
        }
    }
}

#[test]
fn the_page_on_updating_happens_as_it_is_told() {
    let page = std::fs::read_to_string(Path::new(ROOT).join("docs/updating.md")).unwrap();
    let acts = acts(&page);
    assert!(acts.len() > 30, "{} commands", acts.len());
    let outcome = play(&acts);
    let printed: Vec<&str> = outcome.stdout.split(END).collect();
    assert_eq!(printed.len(), acts.len() + 1, "{outcome}");
    let mut differences = String::new();
    for (act, printed) in acts.iter().zip(&printed) {
        let lines: Vec<&str> = printed.lines().collect();
        if !fits(&act.shown, &lines) {
            let shown = act.shown.join("\n");
            write!(
                differences,
                "$ {}\n{printed}--- is shown as\n{shown}\n\n",
                act.command
            )
            .unwrap();
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn what_is_shown_must_be_printed() {
    let shown = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
    };
    let cases: [(&[&str], &[&str], bool); 8] = [
        (&["a", "b"], &["a", "b"], true),
        (&["a"], &["a", "b"], false),
        (&["a", "b"], &["a"], false),
        (&[], &["a"], false),
        (&["...", "b"], &["x", "b", "y", "b"], true),
        (&["...", "b"], &["b", "y"], false),
        (&["a", "...", "c", "..."], &["a", "c"], true),
        (&["a", "...", "d"], &["a", "b", "c"], false),
    ];
    for (page, printed, expected) in cases {
        assert_eq!(
            fits(&shown(page), printed),
            expected,
            "{page:?} {printed:?}"
        );
    }
}
