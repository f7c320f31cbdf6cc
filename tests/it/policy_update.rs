//! What `[policy]` keeps out when skills move: the skill stays, the others go on, and the exit code is 3.

use crate::forge::Scene;
use crate::policy::{age, set};
use crate::support::shop::Shop;

#[test]
fn what_a_new_version_can_newly_do_is_judged_and_what_it_could_do_before_is_not() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    set(&shop.room, "deny = [\"scripts\"]");
    let first = repo.rev_parse("main");
    // `three` has a script already; `one` gets its first.
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
        .says("the policy refuses `one`")
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
fn a_source_that_is_no_longer_allowed_is_not_asked() {
    let scene = Scene::set();
    scene.room.mdskill(["add", "acme/skills/one"]).run().ok();
    set(&scene.room, "sources = [\"github:other/*\"]");
    scene.forge.reset();
    let outcome = scene.room.mdskill(["update"]).run();
    outcome.fails(3).says("the policy refuses `one`");
    assert_eq!(scene.forge.requests().len(), 0);
    outcome.never_says("up to date");
}

#[test]
fn a_commit_must_be_old_enough_to_move_to() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one"]).ok();
    set(&shop.room, "min-age = \"3d\"");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    shop.refuses(&["update"], 3, "the policy refuses `one`");
    age(&shop.room, 2 * 86_400);
    shop.refuses(&["update"], 3, "the policy refuses `one`");
    age(&shop.room, 2 * 86_400);
    shop.run(&["update"]).ok().says("Updated one");
    shop.has("one", &repo, "main:skills/one");
}

#[test]
fn a_branch_that_moves_every_day_is_followed_at_a_distance() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    set(&shop.room, "min-age = \"3d\"");
    let mut commit = |what: &str| {
        repo.write("skills/one/more.md", what);
        repo.commit(what)
    };
    let seen = commit("Seen by somebody a week ago");
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
    // Nothing goes back to what is older than what is locked.
    shop.refuses(&["update"], 3, "the policy refuses `one`");
}

#[test]
fn what_other_tools_installed_is_taken_from_allowed_sources_only() {
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
fn an_edit_hides_nothing_from_the_policy() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one"]).ok();
    set(&shop.room, "deny = [\"scripts\"]");
    // Somebody has a script of that name and content already.
    let script = "#!/bin/sh\necho same\n";
    shop.room.write(".github/skills/one/scripts/new.sh", script);
    repo.write("skills/one/scripts/new.sh", script);
    repo.commit("The same script");
    shop.refuses(&["update"], 3, "the policy refuses `one`");
    // It refuses before a conflict is told, whose ways out would lead nowhere.
    shop.room
        .write(".github/skills/one/scripts/new.sh", "other\n");
    shop.refuses(&["update"], 3, "the policy refuses `one`")
        .never_says("--conflict");
}

#[test]
fn a_wrong_mdskill_toml_is_refused_before_anything_is_asked() {
    let scene = Scene::set();
    scene.room.mdskill(["add", "acme/skills/one"]).run().ok();
    set(&scene.room, "source = [\"github:other/*\"]");
    for command in ["update", "outdated", "diff", "install"] {
        scene.forge.reset();
        let outcome = scene.room.mdskill([command]).run();
        outcome.fails(1).says("is `sources` meant?");
        assert_eq!(scene.forge.requests().len(), 0, "{command}");
    }
}
