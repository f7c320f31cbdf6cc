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
