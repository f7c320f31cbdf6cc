//! The choices of `remove`, `update --interactive`, `show`, and of names that several skills have.

use crate::support::repo::Repo;
use crate::support::terminal::Terminal;
use crate::support::test_context::TestContext;
use rustix::process::{Signal, kill_process};

const ESCAPE: &str = "\u{1b}";
const DOWN: &str = "\u{1b}[B";

fn open(context: &TestContext, arguments: &[&str], text: &str) -> Terminal {
    let prepared = context.mdskill(arguments).env("TERM", "xterm-256color");
    let terminal = prepared.terminal((100, 24), false);
    terminal.wait_for(text);
    terminal
}

fn installed() -> (TestContext, Repo) {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    (context, repo)
}

/// New versions of the skills `one` and `two`.
fn publish(repo: &mut Repo) {
    repo.skill("skills/one", "one", "Skill one, second version");
    repo.skill("skills/two", "two", "Skill two, second version");
    repo.commit("Second version");
}

#[test]
fn remove_without_names_removes_the_picked_skills() {
    let (context, _repo) = installed();
    let terminal = open(&context, &["remove"], "0 of 3 selected");
    terminal.press("o\t");
    terminal.wait_for("1 of 3 selected");
    terminal.press("\t\r");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0), "{lines:?}");
    assert_eq!(context.folders(".github/skills"), ["three"]);
    assert_eq!(context.lock().keys().collect::<Vec<_>>(), ["three"]);
}

#[test]
fn cancelled_remove_changes_nothing() {
    let (context, _repo) = installed();
    let before = context.snapshot();
    let terminal = open(&context, &["remove"], "0 of 3 selected");
    terminal.press("\t");
    terminal.wait_for("1 of 3 selected");
    terminal.press(ESCAPE);
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(lines.concat().contains("Cancelled nothing was changed"));
    before.assert_same(&context.snapshot());
}

#[test]
fn picked_skill_with_edits_is_not_removed_without_force() {
    let (context, _repo) = installed();
    context.write(".github/skills/one/SKILL.md", "---\nname: one\n---\nmine\n");
    let before = context.snapshot();
    let terminal = open(&context, &["remove"], "it has local edits: SKILL.md");
    terminal.press("\r");
    assert_eq!(terminal.end().0, Some(1));
    before.assert_same(&context.snapshot());
    let terminal = open(&context, &["remove", "--force"], "moved to the trash");
    terminal.press("\r");
    assert_eq!(terminal.end().0, Some(0));
    assert_eq!(context.folders(".github/skills"), ["three", "two"]);
}

#[test]
fn remove_of_one_agent_offers_only_its_skills() {
    let (context, _repo) = installed();
    context
        .run(&["add", "acme/skills/one", "--agent", "claude,copilot"])
        .ok();
    let terminal = open(
        &context,
        &["remove", "--agent", "claude"],
        "0 of 1 selected",
    );
    terminal.press("\r");
    assert_eq!(terminal.end().0, Some(0));
    assert_eq!(context.folders(".claude/skills"), [""; 0]);
    assert_eq!(context.folders(".github/skills"), ["one", "three", "two"]);
}

#[test]
fn remove_without_names_or_terminal_is_a_usage_error() {
    let (context, _repo) = installed();
    context.refuses(&["remove"], 2, "no skill is named");
    context.refuses(&["remove", "--yes"], 2, "no skill is named");
    context.refuses(&["remove", "--json"], 2, "no skill is named");
    let empty = TestContext::new();
    let terminal = empty.mdskill(["remove"]).terminal((100, 24), false);
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(1));
    assert!(
        lines.concat().contains("there is no mdskill.lock"),
        "{lines:?}"
    );
}

#[test]
fn interactive_update_updates_only_the_picked_skills() {
    let (context, mut repo) = installed();
    let old = repo.rev_parse("HEAD");
    publish(&mut repo);
    let terminal = open(&context, &["update", "-i"], "0 of 2 selected");
    terminal.press(DOWN);
    terminal.wait_for("> [ ] two");
    terminal.press(" \r");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0), "{lines:?}");
    assert!(!lines.concat().contains("Updated one"));
    context.has("two", &repo, "main:skills/two");
    context.has("one", &repo, &format!("{old}:skills/one"));
    assert_eq!(context.entry("one")["commit"], old);
    assert_eq!(context.entry("two")["commit"], repo.rev_parse("HEAD"));
}

#[test]
fn interactive_dry_run_and_cancel_change_nothing() {
    let (context, mut repo) = installed();
    publish(&mut repo);
    let before = context.snapshot();
    let terminal = open(&context, &["update", "-i", "-n"], "0 of 2 selected");
    terminal.press("\r");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0));
    let text = lines.join("\n");
    assert!(text.contains("Would update one"), "{text}");
    assert!(!text.contains("Would update two"), "{text}");
    let terminal = open(&context, &["update", "-i"], "0 of 2 selected");
    terminal.press("\u{1}");
    terminal.wait_for("2 of 2 selected");
    terminal.press(ESCAPE);
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(130));
    assert!(lines.concat().contains("Cancelled nothing was changed"));
    before.assert_same(&context.snapshot());
}

#[test]
fn interactive_update_asks_nothing_without_news() {
    let (context, _repo) = installed();
    let prepared = context.mdskill(["update", "--interactive"]);
    let terminal = prepared.env("TERM", "xterm").terminal((100, 24), false);
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(
        lines
            .concat()
            .contains("all skills are up to date (3 skills)")
    );
}

#[test]
fn interactive_update_asks_for_consent_to_the_picked_skills_only() {
    let (context, mut repo) = installed();
    let bash = "---\nname: one\ndescription: One\nallowed-tools: Bash\n---\n\nRun it.\n";
    repo.write("skills/one/SKILL.md", bash);
    repo.skill("skills/two", "two", "Skill two, second version");
    repo.commit("One runs any command");
    let terminal = open(&context, &["update", "-i"], "new unrestricted-bash");
    terminal.press(&format!("{DOWN} \r"));
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0), "{lines:?}");
    context.has("two", &repo, "main:skills/two");
    let terminal = open(&context, &["update", "-i"], "new unrestricted-bash");
    terminal.press("\r");
    terminal.wait_for("(y/N)");
    terminal.press("n\r");
    assert_eq!(terminal.end().0, Some(130));
}

#[test]
fn picked_conflict_is_reported_and_others_are_not() {
    let (context, mut repo) = installed();
    for name in ["one", "two"] {
        let mine = format!("---\nname: {name}\ndescription: Mine\n---\n\nMine.\n");
        context.write(&format!(".github/skills/{name}/SKILL.md"), mine);
    }
    publish(&mut repo);
    let before = context.snapshot();
    let terminal = open(&context, &["update", "-i"], "one (conflict)");
    terminal.press("\r");
    let (code, lines) = terminal.end();
    let text = lines.join("\n");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("update one --conflict=markers"), "{text}");
    assert!(!text.contains("skills/two"), "{text}");
    before.assert_same(&context.snapshot());
}

#[test]
fn interactive_update_needs_a_terminal() {
    let (context, _repo) = installed();
    context.refuses(&["update", "-i"], 2, "--interactive needs a terminal");
    context.refuses(
        &["update", "-i", "--json"],
        2,
        "--interactive needs a terminal",
    );
    context.refuses(&["update", "-i", "--check"], 2, "cannot be used with");
}

#[test]
fn show_of_several_skills_shows_the_picked_one() {
    let (context, _repo) = TestContext::with_skills();
    let terminal = open(
        &context,
        &["show", "acme/skills", "--no-pager"],
        "enter show",
    );
    terminal.press("two");
    terminal.wait_for("1 match");
    terminal.press("\r");
    let (code, lines) = terminal.end();
    assert_eq!(code, Some(0));
    assert!(lines.concat().contains("Skill two"), "{lines:?}");
    let terminal = open(&context, &["show", "acme/skills"], "enter show");
    terminal.press(ESCAPE);
    assert_eq!(terminal.end().0, Some(130));
    context.refuses(&["show", "acme/skills"], 2, "acme/skills has 3 skills");
}

/// `show` writes no files, so that a signal would end it at once.
#[test]
fn signal_restores_the_terminal_of_a_command_that_only_reads() {
    let (context, _repo) = TestContext::with_skills();
    for signal in [Signal::TERM, Signal::HUP] {
        let terminal = open(&context, &["show", "acme/skills"], "enter show");
        kill_process(terminal.id(), signal).unwrap();
        assert_eq!(terminal.end().0, Some(130));
    }
}

#[test]
fn name_of_several_skills_asks_which_one() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("a/pdf", "pdf", "Fills forms");
    repo.skill("b/pdf", "pdf", "Merges pages");
    repo.skill("c/docx", "docx", "Writes letters");
    repo.commit("Two skills with one name");
    let terminal = open(&context, &["add", "acme/skills/pdf"], "enter add");
    let lines = terminal.wait_for("2 skills are called pdf");
    assert!(!lines.concat().contains("docx"), "{lines:?}");
    assert!(lines[2].starts_with("> pdf  a/pdf"), "{lines:?}");
    terminal.press("merges");
    terminal.wait_for("1 match");
    terminal.press("\r");
    assert_eq!(terminal.end().0, Some(0));
    context.has("pdf", &repo, "main:b/pdf");
    context.refuses(&["add", "acme/skills/pdf"], 1, "is the name of 2 skills");
}

#[test]
fn folder_of_several_skills_asks_for_some() {
    let (context, repo) = TestContext::with_skills();
    let terminal = open(&context, &["add", "acme/skills/skills"], "0 of 3 selected");
    terminal.press("\t\t\r");
    assert_eq!(terminal.end().0, Some(0));
    context.has("one", &repo, "main:skills/one");
    assert_eq!(context.folders(".github/skills"), ["one", "three"]);
}
