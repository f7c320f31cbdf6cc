//! The picker of `add owner/repo`, in a real terminal.

use crate::support::repo::Repo;
use crate::support::terminal::Terminal;
use crate::support::test_context::{Prepared, TestContext};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use std::time::Duration;

const ESCAPE: &str = "\u{1b}";
const DOWN: &str = "\u{1b}[B";
const TAB: &str = "\t";
const CTRL_A: &str = "\u{1}";
const CTRL_C: &str = "\u{3}";
const CTRL_U: &str = "\u{15}";

/// A repository with two plugins and a skill that runs a hook.
fn python() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for (plugin, name) in [
        ("backend", "temporal-python-testing"),
        ("python", "async-python-patterns"),
        ("python", "python-packaging"),
    ] {
        repo.skill(&format!("plugins/{plugin}/skills/{name}"), name, "Python");
    }
    repo.write(
        "plugins/python/skills/deploy/SKILL.md",
        "---\nname: deploy\ndescription: Deploys the app\nallowed-tools: Bash\n---\n\nDeploy.\n",
    );
    repo.executable("plugins/python/skills/deploy/scripts/go.sh", "#!/bin/sh\n");
    repo.write(
        ".claude-plugin/marketplace.json",
        r#"{"name": "x", "plugins": [{"name": "backend", "source": "./plugins/backend"},
            {"name": "python-tools", "source": "./plugins/python"}]}"#,
    );
    repo.commit("Four skills");
    (context, repo)
}

fn open(context: &TestContext) -> Terminal {
    let terminal = in_terminal(context.mdskill(["add", "acme/skills"]));
    terminal.wait_for("0 of 4 selected");
    terminal
}

fn in_terminal(prepared: Prepared) -> Terminal {
    prepared
        .env("TERM", "xterm-256color")
        .terminal((80, 24), false)
}

#[test]
fn picker_shows_groups_and_the_capabilities_of_the_highlighted_skill() {
    let (context, _) = python();
    let terminal = open(&context);
    let lines = terminal.wait_for("enter add");
    let list = [
        "Select skills to add from acme/skills                            0 of 4 selected",
        "Filter: type a name or a word",
        "backend",
        "> [ ] temporal-python-testing  Python",
        "python-tools",
        "  [ ] async-python-patterns    Python",
        "  [ ] deploy                   Deploys the app",
        "  [ ] python-packaging         Python",
    ];
    assert_eq!(lines[..list.len()], list);
    assert!(terminal.has_color());
    terminal.press(DOWN);
    terminal.press(DOWN);
    let lines = terminal.wait_for("> [ ] deploy");
    let preview = lines.iter().position(|line| line == "deploy").unwrap();
    assert_eq!(
        lines[preview..preview + 8],
        [
            "deploy",
            "",
            "Deploys the app",
            "",
            "unrestricted-bash  Bash (SKILL.md:4)",
            "scripts            scripts/go.sh",
            "executables        scripts/go.sh",
            "path               plugins/python/skills/deploy",
        ]
    );
    terminal.press(ESCAPE);
    terminal.end();
}

#[test]
fn enter_adds_the_highlighted_skill() {
    let (context, repo) = python();
    let terminal = open(&context);
    terminal.press("asyncpy");
    terminal.wait_for("> [ ] async-python-patterns");
    terminal.press("\r");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(
        lines
            .iter()
            .any(|line| line.contains("Added async-python-patterns"))
    );
    context.has(
        "async-python-patterns",
        &repo,
        "main:plugins/python/skills/async-python-patterns",
    );
    assert_eq!(context.folders(".github/skills"), ["async-python-patterns"]);
}

#[test]
fn enter_adds_the_selected_skills() {
    let (context, _) = python();
    // One of them has unrestricted Bash.
    let terminal = in_terminal(context.mdskill(["add", "acme/skills"]));
    terminal.wait_for("0 of 4 selected");
    terminal.press("py");
    // The name that begins with the filter is first.
    terminal.wait_for("> [ ] python-packaging");
    terminal.press(TAB);
    terminal.wait_for("1 of 4 selected");
    terminal.press(CTRL_U);
    terminal.press("deploy\t");
    terminal.wait_for("2 of 4 selected");
    terminal.press("\r");
    // `deploy` has unrestricted Bash.
    terminal.wait_for("(y/N)");
    terminal.press("y\r");
    let (code, _) = terminal.end();
    assert_eq!(code, Some(0));
    assert_eq!(
        context.folders(".github/skills"),
        ["deploy", "python-packaging"]
    );
}

#[test]
fn ctrl_a_selects_what_the_filter_shows() {
    let (context, _) = python();
    let terminal = open(&context);
    terminal.press("zzz");
    terminal.wait_for("no match for `zzz`");
    terminal.press(CTRL_U);
    terminal.press("python-");
    terminal.wait_for("Filter: python-");
    terminal.press(CTRL_A);
    terminal.wait_for("of 4 selected");
    terminal.wait_for("[x] async-python-patterns");
    terminal.press(CTRL_A);
    terminal.wait_for("0 of 4 selected");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn escape_adds_nothing_and_says_so_in_one_line() {
    let (context, _) = python();
    let before = context.snapshot();
    let terminal = open(&context);
    terminal.press(" ");
    terminal.wait_for("1 of 4 selected");
    terminal.press(ESCAPE);
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(130));
    let lines: Vec<&String> = lines.iter().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, [" Cancelled nothing was changed", "(end)"]);
    before.assert_same(&context.snapshot());
}

#[test]
fn interrupted_picker_restores_the_terminal() {
    let (context, _) = python();
    let before = context.snapshot();
    let terminal = open(&context);
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().0, Some(130));
    let terminal = open(&context);
    kill_process(terminal.id(), Signal::TERM).unwrap();
    assert_eq!(terminal.end().0, Some(130));
    before.assert_same(&context.snapshot());
}

#[test]
fn picker_marks_installed_skills() {
    let (context, _) = python();
    context.run(&["add", "acme/skills/deploy"]).ok();
    let terminal = open(&context);
    terminal.wait_for("deploy (installed)");
    terminal.press(ESCAPE);
    terminal.end();
}

#[test]
fn picker_follows_the_size_of_the_terminal() {
    let (context, _) = python();
    let terminal = open(&context);
    terminal.resize(40, 9);
    let lines = terminal.wait("the small picker", |lines| {
        lines[8] == "enter add · esc cancel · ? help"
    });
    assert_eq!(lines.len(), 9);
    assert!(lines[0].ends_with("0/4"), "{lines:?}");
    terminal.press(ESCAPE);
    terminal.end();
}

#[test]
fn picker_without_color() {
    let (context, _) = python();
    let never = context.mdskill(["add", "acme/skills", "--color", "never"]);
    let no_color = context.mdskill(["add", "acme/skills"]).env("NO_COLOR", "1");
    for prepared in [never, no_color] {
        let terminal = in_terminal(prepared);
        terminal.wait_for("> [ ] temporal-python-testing");
        assert!(!terminal.has_color());
        terminal.press(ESCAPE);
        terminal.end();
    }
}

#[test]
fn dumb_terminal_gets_a_numbered_list() {
    let (context, _) = python();
    let prepared = context.mdskill(["add", "acme/skills"]);
    let terminal = prepared.env("TERM", "dumb").terminal((80, 24), false);
    terminal.wait_for("or empty to cancel:");
    terminal.press("5\r");
    terminal.wait_for("`5` is not a number from 1 to 4");
    terminal.press("2,4\r");
    let (code, _) = terminal.end();
    assert_eq!(code, Some(0));
    assert_eq!(
        context.folders(".github/skills"),
        ["async-python-patterns", "python-packaging"]
    );
}

#[test]
fn numbered_list_ends_with_ctrl_c_and_with_the_input() {
    let (context, _) = python();
    let before = context.snapshot();
    // Without a controlling terminal, Ctrl-C and Ctrl-D do not reach the program by themselves.
    let prepared = context.mdskill(["add", "acme/skills"]);
    let terminal = prepared.env("TERM", "dumb").terminal((80, 24), false);
    terminal.wait_for("or empty to cancel:");
    kill_process(terminal.id(), Signal::INT).unwrap();
    assert_eq!(terminal.end().0, Some(130));
    let prepared = context.mdskill(["add", "acme/skills"]);
    let terminal = prepared.env("TERM", "dumb").terminal((80, 24), false);
    terminal.wait_for("or empty to cancel:");
    terminal.press("\u{4}");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(lines.concat().contains("Cancelled nothing was changed"));
    before.assert_same(&context.snapshot());
}

#[test]
fn shell_in_emacs_gets_a_numbered_list() {
    let (context, _) = python();
    let prepared = context.mdskill(["add", "acme/skills"]);
    let prepared = prepared.env("TERM", "xterm");
    let prepared = prepared.env("INSIDE_EMACS", "29.1,comint");
    let terminal = prepared.terminal((80, 24), false);
    let lines = terminal.wait_for("or empty to cancel:");
    assert!(!terminal.is_alternate());
    assert!(
        lines.contains(&"2. async-python-patterns  Python".to_owned()),
        "{lines:?}"
    );
    terminal.press("\r");
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn streams_that_are_not_all_terminals_get_an_error() {
    let (context, _) = python();
    for redirection in ["2> errors", "< /dev/null"] {
        let script = format!(
            "{} add acme/skills {redirection}",
            env!("CARGO_BIN_EXE_mdskill")
        );
        let prepared = context.command("/bin/sh", ["-c", &script]);
        let prepared = prepared.env("TERM", "xterm");
        let terminal = prepared.terminal((100, 24), false);
        let (code, lines) = terminal.end();
        assert_eq!(code, Some(2), "{lines:?}");
        let errors = std::fs::read_to_string(context.path("project/errors"));
        let text = errors.unwrap_or_default() + &lines.join(" ");
        assert!(text.contains("acme/skills has 4 skills"), "{text}");
    }
}

#[test]
fn pasted_text_is_a_filter() {
    let (context, _) = python();
    let terminal = open(&context);
    terminal.press("\u{1b}[200~  python\npack\r\u{1b}[201~");
    terminal.wait_for("Filter: python pack");
    terminal.wait_for("1 match");
    terminal.press("\r");
    assert_eq!(terminal.end().0, Some(0));
    assert_eq!(context.folders(".github/skills"), ["python-packaging"]);
}

#[test]
fn split_and_unknown_sequences_type_nothing() {
    let (context, _) = python();
    let terminal = open(&context);
    // A slow connection: the rest of the arrow comes late.
    terminal.press("\u{1b}[");
    std::thread::sleep(Duration::from_millis(300));
    terminal.press("B");
    terminal.wait_for("> [ ] async-python-patterns");
    terminal.press(
        "\u{1b}[[B\u{1b}[1;5C\u{1b}]11;rgb:0/0/0\u{7}\u{1b}\u{1b}[D\u{1b}[M !!\u{1b}x\u{1b}[24~",
    );
    terminal.press(DOWN);
    let lines = terminal.wait_for("> [ ] deploy");
    assert_eq!(lines[1], "Filter: type a name or a word");
    terminal.press(ESCAPE);
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn escape_clears_a_filter_before_it_cancels() {
    let (context, _) = python();
    let terminal = open(&context);
    terminal.press("deploy");
    terminal.wait_for("esc clear filter");
    terminal.press(ESCAPE);
    terminal.wait_for("esc cancel");
    terminal.press(ESCAPE);
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn ctrl_z_stops_with_the_screen_from_before() {
    let (context, _) = python();
    let terminal = open(&context);
    terminal.press("deploy\t");
    terminal.wait_for("1 of 4 selected");
    terminal.press("\u{1a}");
    terminal.wait("the screen from before", |_| !terminal.is_alternate());
    assert!(terminal.has_echo());
    let id = terminal.id();
    wait_until_stopped(id);
    kill_process(id, Signal::CONT).unwrap();
    terminal.wait("the list", |_| terminal.is_alternate());
    terminal.wait_for("1 of 4 selected");
    assert!(!terminal.has_echo());
    terminal.press("\u{15}pack\t");
    terminal.wait_for("2 of 4 selected");
    terminal.press("\u{3}");
    assert_eq!(terminal.end().0, Some(130));
}

/// Waits until a child is stopped by a signal.
fn wait_until_stopped(id: Pid) {
    let status = waitpid(Some(id), WaitOptions::UNTRACED).unwrap();
    assert!(status.is_some_and(|(_, status)| status.stopped()));
}
