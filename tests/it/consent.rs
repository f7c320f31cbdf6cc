//! On a terminal, `add` asks before it installs a skill that lets commands run without asking.

use crate::shown_capabilities::stocked;
use crate::support::terminal::{Seen, on_terminal};
use crate::support::test_context::TestContext;

const QUESTION: &str = "(y/N)";

#[track_caller]
fn add(context: &TestContext, arguments: &[&str], keys: &str) -> Seen {
    let prepared = context.mdskill([&["add"], arguments].concat());
    on_terminal(prepared, &[(QUESTION, keys)])
}

#[test]
fn declined_skill_is_not_installed() {
    let (context, _repo) = stocked();
    let before = context.snapshot();
    for (keys, code, end) in [
        ("n\r", 130, "nothing was changed"),
        ("\r", 130, "nothing was changed"),
        ("\x1b", 130, "nothing was changed"),
        ("\x03", 130, "interrupted; nothing was changed"),
    ] {
        add(&context, &["acme/tools/deploy"], keys)
            .ends(code)
            .says("hooks: PreToolUse: scripts/go.sh (SKILL.md:12)")
            .says("unrestricted-bash: Bash (SKILL.md:6)")
            .says("Install deploy, which lets commands run without asking you?")
            .says("deny = [\"hooks\", \"unrestricted-bash\"]")
            .says(end)
            .never_says("Added");
        before.assert_same(&context.snapshot());
    }
}

#[test]
fn accepted_skill_is_installed() {
    let (context, repo) = stocked();
    let seen = add(&context, &["acme/tools/deploy"], "y\r");
    seen.ends(0).says("Added");
    // The user has seen them in the question.
    assert_eq!(
        seen.screen.matches("hooks: PreToolUse").count(),
        1,
        "{}",
        seen.screen
    );
    context.has("deploy", &repo, "main:deploy");
}

#[test]
fn one_question_names_all_skills() {
    let (context, mut repo) = stocked();
    repo.write(
        "two/SKILL.md",
        "---\nname: two\ndescription: Two. Use it.\nallowed-tools: Bash\n---\n# P\n\nText\n",
    );
    repo.commit("Two");
    add(&context, &["acme/tools", "--all"], "y\r")
        .ends(0)
        .says("Install deploy, two, which let commands run")
        .says("5 skills");
    context.has("two", &repo, "main:two");
    context.has("plain", &repo, "main:plain");
}

#[test]
fn nothing_is_asked_where_nothing_can_run_or_yes_answers() {
    let (context, _repo) = stocked();
    let ask_nothing = |arguments: &[&str]| {
        let seen = on_terminal(context.mdskill(arguments), &[]);
        seen.ends(0).never_says(QUESTION);
    };
    ask_nothing(&["add", "acme/tools/lint"]);
    ask_nothing(&["add", "acme/tools/deploy", "--dry-run"]);
    ask_nothing(&["add", "acme/tools/deploy", "--yes"]);
    // It is installed like this already.
    ask_nothing(&["add", "acme/tools/deploy"]);
    ask_nothing(&["update", "-y"]);
    ask_nothing(&["remove", "-y", "deploy"]);
    ask_nothing(&["add", "acme/tools/deploy", "-y"]);
}

#[test]
fn nothing_is_asked_about_a_refused_skill() {
    let (context, _repo) = stocked();
    context.write("mdskill.toml", "[policy]\ndeny = [\"hooks\"]\n");
    on_terminal(context.mdskill(["add", "acme/tools/deploy"]), &[])
        .ends(3)
        .never_says(QUESTION)
        .says("policy `deny");
}

/// Publishes a version of `plain` with unrestricted Bash.
fn publish_bash(repo: &mut crate::support::repo::Repo) {
    let page =
        "---\nname: plain\ndescription: Plain. Use it.\nallowed-tools: Bash\n---\n# P\n\nText\n";
    repo.write("plain/SKILL.md", page);
    repo.commit("Bash");
}

#[test]
fn update_asks_before_it_brings_unrestricted_bash() {
    let (context, mut repo) = stocked();
    context.run(&["add", "acme/tools/plain"]).ok();
    publish_bash(&mut repo);
    let before = context.snapshot();
    let update = |keys| on_terminal(context.mdskill(["update"]), &[(QUESTION, keys)]);
    update("n\r")
        .ends(130)
        .says("new unrestricted-bash: Bash (SKILL.md:4)")
        .says("Update plain, which lets commands run without asking you?")
        .says("nothing was changed");
    before.assert_same(&context.snapshot());
    update("y\r").ends(0).says("Updated");
    context.has("plain", &repo, "main:plain");
}

#[test]
fn update_does_not_ask_about_what_the_skill_could_do_before() {
    let (context, mut repo) = stocked();
    context
        .run(&["add", "acme/tools/plain", "acme/tools/deploy"])
        .ok();
    repo.write("deploy/notes.md", "Notes\n");
    repo.commit("Notes");
    on_terminal(context.mdskill(["update"]), &[])
        .ends(0)
        .says("Updated")
        .never_says(QUESTION);
    publish_bash(&mut repo);
    // A dry run changes nothing, and without a terminal only the policy decides.
    on_terminal(context.mdskill(["update", "--dry-run"]), &[])
        .ends(0)
        .never_says(QUESTION);
    context.run(&["update"]).ok().says("new unrestricted-bash");
    context.has("plain", &repo, "main:plain");
}
