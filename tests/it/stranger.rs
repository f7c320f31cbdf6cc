//! What a stranger's repository, or a stranger's disk, may bring along.

use crate::support::room::Room;
use crate::support::shop::Shop;

/// Writes a journal as a killed command would have left it.
fn leave_journal(room: &Room, text: &str) {
    room.write(".mdskill/journal.json", text);
}

#[test]
fn a_journal_that_came_with_a_repository_reaches_nothing_outside() {
    let (shop, _repo) = Shop::stocked();
    let room = &shop.room;
    let victim = room.path("home").join("victim");
    std::fs::create_dir_all(victim.join("deep")).unwrap();
    std::fs::write(victim.join("deep/file"), "mine").unwrap();
    let outside = victim.display();
    let before = room.snapshot();
    for text in [
        format!(r#"{{"lockfile":null,"stages":["{outside}"],"targets":[],"made":[],"swaps":[]}}"#),
        format!(r#"{{"lockfile":null,"targets":["{outside}"],"made":[],"swaps":[]}}"#),
        r#"{"lockfile":null,"targets":["../home/victim/deep"],"made":[],"swaps":[]}"#.to_owned(),
        format!(r#"{{"lockfile":null,"targets":[],"made":["{outside}"],"swaps":[]}}"#),
        r#"{"lockfile":null,"targets":[],"made":[],"swaps":[{"target":"x","name":"../home","new":null,"old":"Aside"}]}"#.to_owned(),
        r#"{"lockfile":null,"targets":[],"made":[],"swaps":[{"target":"x","name":"a","new":null,"old":{"Trash":"../a"}}]}"#.to_owned(),
    ] {
        leave_journal(room, &text);
        room.mdskill(["list"]).run();
        drop(std::fs::remove_dir_all(room.project().join(".mdskill")));
        before.assert_same(&room.snapshot());
    }
}

#[test]
fn journal_of_another_machine_follows_no_link() {
    let (shop, _repo) = Shop::stocked();
    let room = &shop.room;
    let victim = room.path("home").join("victim");
    std::fs::create_dir_all(victim.join("one")).unwrap();
    std::fs::write(victim.join("one/file"), "mine").unwrap();
    let stage = room.project().join(".github/.mdskill-stage-skills");
    std::fs::create_dir_all(&stage).unwrap();
    std::os::unix::fs::symlink(&victim, stage.join("old")).unwrap();
    let swap = r#"{"target":".github/skills","name":"one","new":null,"old":"Aside"}"#;
    leave_journal(
        room,
        &format!(r#"{{"lockfile":null,"targets":[".github/skills"],"made":[],"swaps":[{swap}]}}"#),
    );
    room.mdskill(["list"]).run().ok().says("is ignored");
    assert_eq!(
        std::fs::read_to_string(victim.join("one/file")).unwrap(),
        "mine"
    );
}

#[test]
fn two_targets_side_by_side_have_stages_of_their_own() {
    let (shop, _repo) = Shop::stocked();
    let targets = ["--target", ".ai/skills", "--target", ".ai/more"];
    shop.run(&[&["add", "acme/skills/one"], &targets[..]].concat())
        .ok();
    assert_eq!(shop.folders(".ai/skills"), ["one"]);
    assert_eq!(shop.folders(".ai/more"), ["one"]);
    shop.run(&["verify"]).ok();
}

#[test]
fn commands_that_begin_with_an_empty_cache_at_once_all_succeed() {
    for _ in 0..5 {
        let (shop, _repo) = Shop::stocked();
        // A bundle goes through the store.
        let bundle = shop.root().join("acme/more.bundle");
        shop.repo("acme/other")
            .skill("one", "one", "One")
            .commit("One");
        let other = shop.root().join("acme/other.git");
        let made = shop.room.run(
            "git",
            [
                "-C",
                &other.to_string_lossy(),
                "bundle",
                "create",
                &bundle.to_string_lossy(),
                "--all",
            ],
        );
        made.run().ok();
        let projects: Vec<_> = (0..4)
            .map(|number| shop.room.path("temp").join(number.to_string()))
            .collect();
        let running: Vec<_> = projects
            .iter()
            .map(|project| {
                std::fs::create_dir_all(project).unwrap();
                shop.room
                    .mdskill(["add", "acme/more", "--all"])
                    .dir(project)
                    .spawn()
            })
            .collect();
        for command in running {
            command.wait().ok();
        }
    }
}

/// As root nothing is closed; elsewhere a folder that its owner closed goes all the same.
#[test]
fn a_closed_folder_in_a_skill_is_removed_with_it() {
    use std::os::unix::fs::PermissionsExt;
    let (shop, _repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/three"]).ok();
    let scripts = shop.room.project().join(".github/skills/three/scripts");
    std::fs::set_permissions(&scripts, std::fs::Permissions::from_mode(0o555)).unwrap();
    shop.run(&["remove", "three"]).ok();
    assert!(
        !shop
            .room
            .project()
            .join(".github/.mdskill-stage-skills")
            .exists()
    );
    shop.run(&["list"]).ok();
}
