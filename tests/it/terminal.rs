//! Output on a terminal: columns, colors, wrapped lines, progress, and the pager.

use crate::support::link::Link;
use crate::support::terminal::Terminal;
use crate::support::test_context::{Prepared, ServedContext, TestContext};
use std::time::Duration;

const NARROW: (u16, u16) = (40, 24);
const WIDE: (u16, u16) = (160, 24);

fn terminal(prepared: Prepared, size: (u16, u16)) -> Terminal {
    prepared.env("TERM", "xterm-256color").terminal(size, false)
}

/// Returns what a command shows until its end.
fn shown(prepared: Prepared, size: (u16, u16)) -> Vec<String> {
    let (_, mut lines) = terminal(prepared, size).end();
    lines.retain(|line| !line.is_empty() && line != "(end)");
    lines
}

/// A project with an edited skill, a missing one, and an intact one.
fn project() -> TestContext {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    context.write(".github/skills/one/SKILL.md", "edited");
    std::fs::remove_dir_all(context.project().join(".github/skills/two")).unwrap();
    context
}

#[test]
fn list_has_columns_on_a_terminal_and_values_in_a_pipe() {
    let context = project();
    let piped = context.run(&["list"]).ok().stdout.clone();
    let commit = context.entry("one")["commit"][..7].to_owned();
    let row = |name: &str, state: &str| {
        format!("{name}\t{state}\t-\t{commit}\tacme/skills\t.github/skills/{name}\n")
    };
    assert_eq!(
        piped,
        row("one", "modified") + &row("three", "ok") + &row("two", "missing")
    );
    let lines = shown(context.mdskill(["list"]), WIDE);
    assert_eq!(
        lines,
        [
            "NAME   STATE     REF  VERSION  SOURCE       PATH".to_owned(),
            format!("one    modified  -    {commit}  acme/skills  .github/skills/one"),
            format!("three  ok        -    {commit}  acme/skills  .github/skills/three"),
            format!("two    missing   -    {commit}  acme/skills  .github/skills/two"),
        ]
    );
}

#[test]
fn narrow_list_keeps_the_states() {
    let context = project();
    let lines = shown(context.mdskill(["list"]), NARROW);
    for (line, start) in lines
        .iter()
        .zip(["NAME   STATE", "one    modified", "three  ok"])
    {
        assert!(line.starts_with(start) && line.len() <= 40, "{lines:?}");
    }
}

#[test]
fn states_have_colors_unless_they_are_disabled() {
    let context = project();
    let has_color = |prepared: Prepared| {
        let terminal = prepared.terminal(WIDE, false);
        terminal.wait_for("two    missing");
        let has_color = terminal.has_color();
        terminal.end();
        has_color
    };
    let list = || context.mdskill(["list"]).env("TERM", "xterm-256color");
    assert!(has_color(list()));
    assert!(!has_color(list().env("NO_COLOR", "1")));
    assert!(!has_color(list().env("TERM", "dumb")));
    let never = context.mdskill(["list", "--color", "never"]);
    assert!(!has_color(never.env("TERM", "xterm-256color")));
    // In a pipe, too.
    let forced = context.mdskill(["list", "--color=always", "-h"]).run();
    assert!(forced.ok().stdout.contains("\u{1b}["));
    let plain = context.mdskill(["list", "-h"]).run();
    assert!(!plain.ok().stdout.contains('\u{1b}'));
}

#[test]
fn home_of_personal_skills_is_a_tilde() {
    let (context, _) = TestContext::with_skills();
    let added = context.run(&["-g", "add", "acme/skills/one"]);
    added.ok().says("  ~/.copilot/skills/one");
    let listed = context.run(&["-g", "list"]);
    listed.ok().says("\t~/.copilot/skills/one");
    let json = context.run(&["-g", "list", "--json"]).ok().json();
    let place = context.path("home/.copilot/skills/one");
    assert_eq!(json["skills"][0]["place"], *place.to_string_lossy());
}

#[test]
fn sentences_wrap_at_words_and_at_100_columns() {
    let context = project();
    for (size, limit) in [(WIDE, 100), (NARROW, 40)] {
        let lines = shown(context.mdskill(["verify"]), size);
        let text = lines.join(" ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("shows the edits;"), "{text}");
        for line in &lines {
            // A command in backticks is not wrapped, so that it can be copied.
            let is_short = line.len() <= limit || line.contains('`');
            assert!(is_short, "{limit}: {line:?}");
        }
    }
}

#[test]
fn progress_is_shown_with_stdout_in_a_pipe() {
    let served = ServedContext::new();
    let link = Link::start(
        served.server.address(),
        Duration::from_millis(600),
        10_000_000,
    );
    let context = TestContext::with_origin(&format!("http://{}", link.address()));
    let prepared = context.mdskill(["list", "acme/skills"]);
    let terminal = prepared
        .env("TERM", "xterm-256color")
        .terminal((100, 24), true);
    terminal.wait("progress", |lines| {
        lines[0].contains("acme/skills") && !lines[0].contains("Found")
    });
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(lines[0].starts_with("     Found 3 skills"), "{lines:?}");
}

#[test]
fn dumb_terminal_gets_no_pager() {
    let context = project();
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context.run(&["install"]).ok();
    context.write(".github/skills/one/more.md", "more\n");
    let log = context.path("temp/less.log");
    context.fake(
        "less",
        &format!(
            "echo started > '{}'; while read line; do echo \"$line\"; done",
            log.display()
        ),
    );
    let diff = || context.mdskill(["diff", "--local"]);
    let dumb = diff().env("TERM", "dumb").terminal(WIDE, false);
    dumb.wait_for("+more");
    dumb.end();
    assert!(!log.exists());
    let terminal = terminal(diff(), WIDE);
    terminal.wait_for("+more");
    terminal.end();
    assert!(log.exists());
}
