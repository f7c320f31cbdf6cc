//! `[policy]` during updates: a refused skill stays, the others are updated, and the exit code is 3.

use crate::forge::Scene;
use crate::policy::{age, set};
use crate::support::shop::Shop;

#[test]
fn update_refuses_only_new_capabilities() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    set(&shop.room, "deny = [\"scripts\"]");
    let first = repo.rev_parse("main");
    // `three` already has a script; `one` gets its first one.
    repo.executable(
        "skills/one/scripts/new.sh",
        "#!/bin/sh\ncurl https://new.example.net\n",
    )
    .executable("skills/three/scripts/run.sh", "#!/bin/sh\nexit 1\n");
    repo.commit("Scripts");
    shop.refuses(&["outdated"], 3, "1 to update, 1 unchanged, 1 refused");
    let outcome = shop.run(&["update", "--force", "--allow", "SK507"]);
    outcome
        .fails(3)
        .says("refuses `one`")
        .says("scripts/new.sh")
        .says("Updated three");
    shop.has("one", &repo, &format!("{first}:skills/one"));
    shop.has("three", &repo, "main:skills/three");
    let json = shop.run(&["update", "--json"]).json();
    assert_eq!(json["refused"][0]["name"], "one");
    assert_eq!(json["refused"][0]["key"], "deny");
    set(&shop.room, "deny = [\"hooks\"]");
    shop.run(&["update"])
        .ok()
        .says("new scripts: scripts/new.sh");
    shop.has("one", &repo, "main:skills/one");
}

#[test]
fn update_makes_no_request_to_a_disallowed_source() {
    let scene = Scene::set();
    scene.room.mdskill(["add", "acme/skills/one"]).run().ok();
    set(&scene.room, "sources = [\"github:other/*\"]");
    scene.forge.reset();
    let outcome = scene.room.mdskill(["update"]).run();
    outcome.fails(3).says("refuses `one`");
    assert_eq!(scene.forge.requests().len(), 0);
    outcome.never_says("up to date");
}

#[test]
fn update_refuses_a_young_commit() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one"]).ok();
    set(&shop.room, "min-age = \"3d\"");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    shop.refuses(&["update"], 3, "refuses `one`");
    age(&shop.room, 2 * 86_400);
    shop.refuses(&["update"], 3, "refuses `one`");
    age(&shop.room, 2 * 86_400);
    shop.run(&["update"]).ok().says("Updated one");
    shop.has("one", &repo, "main:skills/one");
}

#[test]
fn update_takes_the_newest_old_enough_commit() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    set(&shop.room, "min-age = \"3d\"");
    let mut commit = |what: &str| {
        repo.write("skills/one/more.md", what);
        repo.commit(what)
    };
    let seen = commit("Seen a week ago");
    shop.run(&["outdated"]).fails(3);
    age(&shop.room, 7 * 86_400);
    let tip = commit("Of today");
    let outcome = shop.run(&["update"]);
    outcome.ok().says(&format!(
        "acme/skills: {} is too young for `min-age` of the policy; {} is the newest commit that is not",
        &tip[..7],
        &seen[..7]
    ));
    shop.has("one", &repo, &format!("{seen}:skills/one"));
    // `update` never downgrades a skill.
    shop.refuses(&["update"], 3, "refuses `one`");
}

#[test]
fn import_refuses_a_disallowed_source() {
    let (shop, repo) = Shop::stocked();
    let page = repo.cat_file(&repo.rev_parse("main:skills/one/SKILL.md"));
    shop.room.write(".claude/skills/one/SKILL.md", page);
    shop.room.write(
        "skills-lock.json",
        r#"{"version":1,"skills":{"one":{"source":"acme/skills","sourceType":"github","skillPath":"skills/one/SKILL.md"}}}"#,
    );
    set(&shop.room, "sources = [\"github:other/*\"]");
    shop.refuses(&["import"], 3, "`one`: the policy refuses it: ");
    set(&shop.room, "sources = [\"github:acme/*\"]");
    shop.run(&["import"]).ok();
    shop.run(&["verify"]).ok();
}

#[test]
fn local_edit_does_not_widen_the_policy() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one"]).ok();
    set(&shop.room, "deny = [\"scripts\"]");
    // A local edit adds the same script first.
    let script = "#!/bin/sh\necho same\n";
    shop.room.write(".github/skills/one/scripts/new.sh", script);
    repo.write("skills/one/scripts/new.sh", script);
    repo.commit("The same script");
    shop.refuses(&["update"], 3, "refuses `one`");
    // The refusal comes before a conflict, because resolving the conflict would not help.
    shop.room
        .write(".github/skills/one/scripts/new.sh", "other\n");
    shop.refuses(&["update"], 3, "refuses `one`")
        .never_says("--conflict");
}

#[test]
fn invalid_config_stops_commands_before_any_request() {
    let scene = Scene::set();
    scene.room.mdskill(["add", "acme/skills/one"]).run().ok();
    set(&scene.room, "source = [\"github:other/*\"]");
    for command in ["update", "outdated", "diff", "install"] {
        scene.forge.reset();
        let outcome = scene.room.mdskill([command]).run();
        outcome.fails(1).says("did you mean `sources`?");
        assert_eq!(scene.forge.requests().len(), 0, "{command}");
    }
}
