//! The list to choose from on a terminal.

use super::{SKILLS_SH, cached, prepare, search};
use crate::support::search_server::{Reply, SearchServer};
use crate::support::terminal::Terminal;
use crate::support::test_context::{ServedContext, TestContext};
use serde_json::json;

const DOWN: &str = "\x1b[B";
const ESCAPE: &str = "\x1b";
const CTRL_C: &str = "\x03";

fn open(context: &TestContext, server: &SearchServer, arguments: &[&str]) -> Terminal {
    let prepared = prepare(context, server, arguments);
    prepared
        .env("TERM", "xterm-256color")
        .terminal((100, 30), false)
}

/// A context with a cached skill that runs a hook, and a catalog with one more.
fn with_hook() -> (ServedContext, SearchServer) {
    let (mut context, server) = cached();
    context.repo.write(
        "skills/deploy/SKILL.md",
        "---\nname: deploy\ndescription: Deploys the app\nallowed-tools: Bash\n---\n\nDeploy.\n",
    );
    context.repo.commit("A skill with Bash");
    context.run(&["list", "acme/skills"]).ok();
    server.json(
        SKILLS_SH,
        &json!({"skills": [{"skillId": "deploy", "name": "deploy", "installs": 12, "source": "site.example"}]}),
    );
    (context, server)
}

#[test]
fn picked_skill_is_added_from_its_repository() {
    let (context, server) = cached();
    let terminal = open(&context, &server, &["skill"]);
    let lines = terminal.wait_for("Select skills to add that match skill");
    assert!(lines[0].contains("0 of 3"), "{lines:?}");
    terminal.press("two");
    terminal.wait_for("> [ ] two");
    terminal.press("\r");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.contains("Added two")),
        "{lines:?}"
    );
    context.has("two", "main:skills/two");
    assert_eq!(context.folders(".github/skills"), ["two"]);
    // Next time, it is marked.
    let terminal = open(&context, &server, &["two"]);
    terminal.wait_for("two (installed)");
    terminal.press(ESCAPE);
    terminal.end();
}

#[test]
fn preview_shows_where_a_skill_is_from_and_what_it_can_do() {
    let (context, server) = with_hook();
    let terminal = open(&context, &server, &["deploy"]);
    let lines = terminal.wait_for("unrestricted-bash  Bash (SKILL.md:4)");
    let has = |lines: &[String], text: &str| lines.iter().any(|line| line.contains(text));
    assert!(has(&lines, "│ Deploys the app"), "{lines:?}");
    assert!(has(&lines, "│ from               cached"), "{lines:?}");
    terminal.press(DOWN);
    let lines = terminal.wait_for("│ installs  12");
    assert!(has(&lines, "│ from      skills.sh"), "{lines:?}");
    assert!(has(&lines, "│ page      http://127.0.0.1"), "{lines:?}");
    // It is not in git, so that it can't be added.
    let before = context.snapshot();
    terminal.press("\r");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(2));
    let text = lines.join(" ");
    assert!(
        text.contains("`deploy` can't be added: it is not in a git repository"),
        "{text}"
    );
    before.assert_same(&context.snapshot());
}

#[test]
fn add_asks_for_consent_as_if_it_was_typed() {
    let (context, server) = with_hook();
    let before = context.snapshot();
    let terminal = open(&context, &server, &["deploy"]);
    terminal.wait_for("unrestricted-bash");
    terminal.press("\r");
    terminal.wait_for("(y/N)");
    terminal.press("n\r");
    let (code, _) = terminal.end();
    assert_eq!(code, Some(130));
    before.assert_same(&context.snapshot());
}

#[test]
fn escape_prints_the_list() {
    let (context, server) = cached();
    let before = context.snapshot();
    let terminal = open(&context, &server, &["two"]);
    terminal.wait_for("Select skills to add that match two");
    terminal.press(ESCAPE);
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(
        lines.iter().any(|line| line.starts_with("SKILL ")),
        "{lines:?}"
    );
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("acme/skills/two  cached  Skill two")),
        "{lines:?}"
    );
    before.assert_same(&context.snapshot());
    let terminal = open(&context, &server, &["two"]);
    terminal.wait_for("Select skills to add that match two");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn catalog_that_failed_is_named() {
    let (context, server) = cached();
    server.reply(SKILLS_SH, Reply::Status(500, Vec::new(), String::new()));
    for size in [(100, 30), (40, 12), (20, 6)] {
        let prepared = prepare(&context, &server, &["skill"]).env("TERM", "xterm-256color");
        let terminal = prepared.terminal(size, false);
        let lines = terminal.wait_for("skills.sh failed:");
        let note = lines
            .iter()
            .position(|line| line.starts_with("skills.sh failed:"));
        assert_eq!(note, Some(2), "{lines:?}");
        let full = size.0 > 20;
        assert!(!full || lines[2] == "skills.sh failed: 500", "{lines:?}");
        terminal.wait_for("> [ ] ");
        terminal.press(CTRL_C);
        assert_eq!(terminal.end().0, Some(130));
    }
}

#[test]
fn list_is_printed_where_nothing_can_be_chosen() {
    let (context, server) = cached();
    let in_ci = prepare(&context, &server, &["two"]).env("CI", "true");
    let (code, lines) = in_ci.terminal((100, 30), false).end();
    assert_eq!(code, Some(0));
    let is_row = |line: &String| line.starts_with("acme/skills/two  cached");
    assert!(lines.iter().any(is_row), "{lines:?}");
    // A terminal that can only print lines asks for a number.
    let dumb = prepare(&context, &server, &["two"]).env("TERM", "dumb");
    let terminal = dumb.terminal((100, 30), false);
    terminal.wait_for("1. two  acme/skills  Skill two");
    terminal.press("\r");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(lines.iter().any(is_row), "{lines:?}");
    let json = prepare(&context, &server, &["two", "--json"]);
    let (code, _) = json.terminal((100, 30), false).end();
    assert_eq!(code, Some(0));
    // Nothing was found.
    let (code, lines) = open(&context, &server, &["zzzzzz"]).end();
    assert_eq!(code, Some(0));
    assert!(
        lines
            .iter()
            .any(|line| line.contains("no skills that match")),
        "{lines:?}"
    );
    // Standard output is a pipe.
    let piped = prepare(&context, &server, &["two"]);
    let (code, _) = piped.env("TERM", "xterm").terminal((100, 30), true).end();
    assert_eq!(code, Some(0));
    search(&context, &server, &["two"]).ok();
}
