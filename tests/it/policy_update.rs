//! `[policy]` during updates: a refused skill stays, the others are updated, and the exit code is 3.

use crate::policy::{age, set};
use crate::support::test_context::{ServedContext, TestContext};

#[test]
fn update_refuses_only_new_capabilities() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    set(&context, "deny = [\"scripts\"]");
    let first = repo.rev_parse("main");
    // `three` already has a script; `one` gets its first one.
    repo.executable(
        "skills/one/scripts/new.sh",
        "#!/bin/sh\ncurl https://new.example.net\n",
    )
    .executable("skills/three/scripts/run.sh", "#!/bin/sh\nexit 1\n");
    repo.commit("Scripts");
    context.refuses(&["outdated"], 3, "1 to update, 1 unchanged, 1 refused");
    let outcome = context.run(&["update", "--force", "--allow", "SK507"]);
    outcome
        .fails(3)
        .says("refuses `one`")
        .says("scripts/new.sh")
        .says("Updated three");
    context.has("one", &repo, &format!("{first}:skills/one"));
    context.has("three", &repo, "main:skills/three");
    let json = context.run(&["update", "--json"]).json();
    assert_eq!(json["refused"][0]["name"], "one");
    assert_eq!(json["refused"][0]["key"], "deny");
    set(&context, "deny = [\"hooks\"]");
    context
        .run(&["update"])
        .ok()
        .says("new scripts: scripts/new.sh");
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn update_makes_no_request_to_a_disallowed_source() {
    let context = ServedContext::new();
    context.mdskill(["add", "acme/skills/one"]).run().ok();
    set(&context, "sources = [\"github:other/*\"]");
    context.server.reset();
    let outcome = context.mdskill(["update"]).run();
    outcome.fails(3).says("refuses `one`");
    assert_eq!(context.server.requests().len(), 0);
    outcome.never_says("up to date");
}

#[test]
fn update_refuses_a_young_commit() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    set(&context, "min-age = \"3d\"");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context.refuses(&["update"], 3, "refuses `one`");
    age(&context, 2 * 86_400);
    context.refuses(&["update"], 3, "refuses `one`");
    age(&context, 2 * 86_400);
    context.run(&["update"]).ok().says("Updated one");
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn update_takes_the_newest_old_enough_commit() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    set(&context, "min-age = \"3d\"");
    let mut commit = |what: &str| {
        repo.write("skills/one/more.md", what);
        repo.commit(what)
    };
    let seen = commit("Seen a week ago");
    context.run(&["outdated"]).fails(3);
    age(&context, 7 * 86_400);
    let tip = commit("Of today");
    let outcome = context.run(&["update"]);
    outcome.ok().says(&format!(
        "acme/skills: {} is too young for `min-age` of the policy; {} is the newest commit that is not",
        &tip[..7],
        &seen[..7]
    ));
    context.has("one", &repo, &format!("{seen}:skills/one"));
    // `update` never downgrades a skill.
    context.refuses(&["update"], 3, "refuses `one`");
}

#[test]
fn import_refuses_a_disallowed_source() {
    let (context, repo) = TestContext::with_skills();
    let page = repo.cat_file(&repo.rev_parse("main:skills/one/SKILL.md"));
    context.write(".claude/skills/one/SKILL.md", page);
    context.write(
        "skills-lock.json",
        r#"{"version":1,"skills":{"one":{"source":"acme/skills","sourceType":"github","skillPath":"skills/one/SKILL.md"}}}"#,
    );
    set(&context, "sources = [\"github:other/*\"]");
    context.refuses(&["import"], 3, "`one`: the policy refuses it: ");
    set(&context, "sources = [\"github:acme/*\"]");
    context.run(&["import"]).ok();
    context.run(&["verify"]).ok();
}

#[test]
fn local_edit_does_not_widen_the_policy() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    set(&context, "deny = [\"scripts\"]");
    // A local edit adds the same script first.
    let script = "#!/bin/sh\necho same\n";
    context.write(".github/skills/one/scripts/new.sh", script);
    repo.write("skills/one/scripts/new.sh", script);
    repo.commit("The same script");
    context.refuses(&["update"], 3, "refuses `one`");
    // The refusal comes before a conflict, because resolving the conflict would not help.
    context.write(".github/skills/one/scripts/new.sh", "other\n");
    context
        .refuses(&["update"], 3, "refuses `one`")
        .never_says("--conflict");
}

#[test]
fn invalid_config_stops_commands_before_any_request() {
    let context = ServedContext::new();
    context.mdskill(["add", "acme/skills/one"]).run().ok();
    set(&context, "source = [\"github:other/*\"]");
    for command in ["update", "outdated", "diff", "install"] {
        context.server.reset();
        let outcome = context.mdskill([command]).run();
        outcome.fails(1).says("did you mean `sources`?");
        assert_eq!(context.server.requests().len(), 0, "{command}");
    }
}
