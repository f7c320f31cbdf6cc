//! `add`: targets, existing folders, and files that equal those of git.

use crate::support::shop::Shop;
use crate::support::snapshot::Snapshot;
use std::os::unix::fs::symlink;

#[test]
fn installed_files_and_modes_equal_those_of_git() {
    let shop = Shop::open();
    let mut repo = shop.repo("acme/skills");
    let every_byte: Vec<u8> = (0..=255).collect();
    repo.skill("skills/odd", "odd", "Odd files")
        .executable("skills/odd/scripts/run", "#!/bin/sh\r\necho hi\r\n")
        .write("skills/odd/crlf.md", "one\r\ntwo\nthree\r")
        .write("skills/odd/all.bin", &every_byte);
    repo.write("skills/odd/empty", "")
        .write("skills/odd/a b/\u{e9}.md", "spaces")
        .write("skills/odd/.hidden/x", "hidden")
        .write(".gitattributes", "* text=auto eol=crlf\n");
    repo.commit("Odd");
    shop.run(&["add", "acme/skills/odd"]).ok();
    shop.has("odd", &repo, "main:skills/odd");
}

#[test]
fn add_under_new_name_keeps_it() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one", "--name", "mine"])
        .ok()
        .says("Added mine");
    shop.has("mine", &repo, "main:skills/one");
    assert_eq!(shop.folders(".github/skills"), ["mine"]);
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    shop.run(&["update"]).ok().says("Updated mine");
    shop.has("mine", &repo, "main:skills/one");
    shop.refuses(
        &["add", "acme/skills/one", "--name", "../x"],
        2,
        "can't be a folder name",
    );
}

#[test]
fn dry_run_of_add_writes_nothing() {
    let (shop, _repo) = Shop::stocked();
    shop.refuses(
        &["add", "acme/skills", "--all", "--dry-run"],
        0,
        "Would add three",
    );
    shop.run(&["add", "acme/skills/one"]).ok();
    shop.refuses(
        &["add", "acme/skills", "--all", "-n", "--agent", "claude"],
        0,
        "Would add two",
    );
}

#[test]
fn adding_again_changes_nothing() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    let (before, times) = (shop.room.snapshot(), shop.times());
    shop.run(&["add", "acme/skills", "--all"])
        .ok()
        .says("Unchanged one");
    // A commit that changes none of them changes nothing either.
    repo.write("README.md", "news");
    repo.commit("News");
    shop.run(&["add", "acme/skills/one"])
        .ok()
        .says("Unchanged one");
    before.assert_same(&shop.room.snapshot());
    assert_eq!(times, shop.times());
}

#[test]
fn adding_again_restores_and_updates() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    std::fs::remove_dir_all(shop.room.project().join(".github/skills/one")).unwrap();
    repo.write("skills/two/more.md", "more");
    repo.commit("More");
    shop.run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    shop.room
        .tree(".github/skills/one")
        .assert_same(&repo.snapshot("main:skills/one"));
    shop.has("two", &repo, "main:skills/two");
}

#[test]
fn target_of_agent_is_kept_by_every_command() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one", "--agent", "claude"])
        .ok()
        .says(".claude/skills/one");
    assert!(
        shop.room
            .read("mdskill.lock")
            .contains("targets = [\".claude/skills\"]\n")
    );
    let claude = |repo: &crate::support::repo::Repo| {
        shop.room
            .tree(".claude/skills/one")
            .assert_same(&repo.snapshot("main:skills/one"));
    };
    claude(&repo);
    std::fs::remove_dir_all(shop.room.project().join(".claude")).unwrap();
    shop.run(&["install"]).ok();
    claude(&repo);
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    shop.run(&["update"]).ok();
    claude(&repo);
    assert_eq!(
        shop.run(&["list", "--json"]).json()["skills"][0]["place"],
        ".claude/skills/one"
    );
    shop.run(&["add", "acme/skills/two"]).ok();
    assert_eq!(shop.folders(".claude/skills"), ["one", "two"]);
    shop.run(&["remove", "one"]).ok();
    assert_eq!(shop.folders(".claude/skills"), ["two"]);
    assert!(!shop.room.project().join(".github").exists());
}

#[test]
fn skill_has_own_targets() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one"]).ok();
    shop.run(&["add", "acme/skills/two", "--target", "tools/skills"])
        .ok();
    assert!(
        shop.room
            .read("mdskill.lock")
            .contains("targets = [\".github/skills\"]\n")
    );
    assert_eq!(shop.entry("two")["targets"], "[\"tools/skills\"]");
    assert!(!shop.entry("one").contains_key("targets"));
    assert_eq!(shop.folders("tools/skills"), ["two"]);
    assert_eq!(shop.folders(".github/skills"), ["one"]);
    // A new target is added to those of the skill.
    shop.run(&["add", "acme/skills/one", "--agent", "claude"])
        .ok();
    assert_eq!(
        shop.entry("one")["targets"],
        "[\".github/skills\", \".claude/skills\"]"
    );
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    shop.run(&["update"]).ok();
    for folder in [".github/skills/one", ".claude/skills/one"] {
        shop.room
            .tree(folder)
            .assert_same(&repo.snapshot("main:skills/one"));
    }
    shop.run(&["verify"]).ok().says("2 skills");
    shop.run(&["remove", "one", "two"]).ok();
    for folder in [".github/skills", ".claude/skills", "tools/skills"] {
        assert!(shop.folders(folder).is_empty(), "{folder}");
    }
}

#[test]
fn target_outside_of_project_is_refused() {
    let (shop, _repo) = Shop::stocked();
    shop.refuses(
        &["add", "acme/skills/one", "--agent", "nobody"],
        2,
        "unknown agent `nobody`; known agents: copilot, claude",
    );
    for outside in ["../out", "/tmp/out", "a/../../b", ".git/hooks"] {
        shop.refuses(
            &["add", "acme/skills/one", "--target", outside],
            2,
            "invalid target",
        );
    }
    std::fs::create_dir(shop.room.path("elsewhere")).unwrap();
    symlink(
        shop.room.path("elsewhere"),
        shop.room.project().join(".github"),
    )
    .unwrap();
    shop.refuses(
        &["add", "acme/skills/one"],
        1,
        "is a link that leads out of the project",
    );
    assert_eq!(Snapshot::of(&shop.room.path("elsewhere")).paths(), [""; 0]);
    std::fs::create_dir_all(shop.room.project().join("real/skills")).unwrap();
    symlink("real", shop.room.project().join(".claude")).unwrap();
    shop.run(&["add", "acme/skills/one", "--agent", "claude"])
        .ok();
    assert_eq!(shop.folders("real/skills"), ["one"]);
}

#[test]
fn personal_skills_are_installed_in_home() {
    let (shop, repo) = Shop::stocked();
    let project = Snapshot::of(&shop.room.project());
    shop.run(&["add", "-g", "acme/skills/one"]).ok();
    project.assert_same(&Snapshot::of(&shop.room.project()));
    Snapshot::of(&shop.room.path("home/.copilot/skills/one"))
        .assert_same(&repo.snapshot("main:skills/one"));
    assert!(
        shop.room
            .path("home/.config/mdskill/mdskill.lock")
            .is_file()
    );
    shop.run(&["list", "-g"]).ok().says("one");
    shop.run(&["list"]).ok().never_says("acme");
    shop.run(&["verify", "-g"]).ok();
    shop.run(&["remove", "-g", "one"]).ok();
    assert_eq!(
        Snapshot::of(&shop.room.path("home/.copilot/skills")).paths(),
        [""; 0]
    );
}

#[test]
fn unmanaged_folder_is_refused_or_moved_to_trash() {
    let (shop, repo) = Shop::stocked();
    shop.room.write(".github/skills/one/SKILL.md", "mine");
    let refused = shop.refuses(
        &["add", "acme/skills", "--all"],
        1,
        ".github/skills/one was not changed: mdskill did not install it",
    );
    refused.says("nothing was changed");
    shop.run(&["add", "acme/skills", "--all", "--force"])
        .ok()
        .says("your old copy to .mdskill/trash/one-1");
    assert_eq!(shop.room.read(".mdskill/trash/one-1/SKILL.md"), "mine");
    assert_eq!(shop.room.read(".mdskill/.gitignore"), "*\n");
    shop.has("one", &repo, "main:skills/one");
}

#[test]
fn identical_unmanaged_folder_is_adopted() {
    let (shop, repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one"]).ok();
    std::fs::remove_file(shop.room.project().join("mdskill.lock")).unwrap();
    let times = shop.times();
    shop.run(&["add", "acme/skills/one"]).ok();
    shop.has("one", &repo, "main:skills/one");
    let mut now = shop.times();
    now.remove("mdskill.lock");
    assert_eq!(times, now);
}

#[test]
fn same_name_from_two_sources_is_refused() {
    let (shop, _repo) = Shop::stocked();
    let mut other = shop.repo("other/skills");
    other.skill("one", "one", "Another one");
    other.commit("One");
    shop.run(&["add", "acme/skills/one"]).ok();
    shop.refuses(&["add", "other/skills/one"], 1, "two skills would be installed as `one`: acme/skills/skills/one (installed) and other/skills/one");
    shop.run(&["add", "other/skills/one", "--name", "one-more"])
        .ok();
    shop.has("one-more", &other, "main:one");
    shop.refuses(
        &["add", "acme/skills/two", "other/skills/one", "--name", "x"],
        2,
        "--name renames one skill",
    );
}

#[test]
fn names_that_differ_only_in_case_are_refused() {
    let (shop, _repo) = Shop::stocked();
    let mut other = shop.repo("other/skills");
    other.skill("ONE", "ONE", "Shouted");
    other.skill("two", "two", "Another");
    other.commit("One");
    shop.run(&["add", "acme/skills", "--all"]).ok();
    for arguments in [
        &["add", "other/skills/ONE"][..],
        &["add", "other/skills/ONE", "--force"],
    ] {
        shop.refuses(arguments, 1, "two skills would be installed as `ONE`");
    }
    shop.run(&["add", "other/skills/two", "--force"]).ok();
    shop.has("two", &other, "main:two");
}

#[test]
fn project_root_is_found_from_below_or_by_option() {
    let (shop, repo) = Shop::stocked();
    let deep = shop.room.project().join("src/deep");
    std::fs::create_dir_all(&deep).unwrap();
    shop.room
        .mdskill(["add", "acme/skills/one"])
        .dir(&deep)
        .run()
        .ok();
    shop.has("one", &repo, "main:skills/one");
    shop.run(&["-C", "src", "add", "acme/skills/two"]).ok();
    shop.has("two", &repo, "main:skills/two");
    let elsewhere = shop.room.path("temp");
    let project = shop.room.project();
    let told = shop
        .room
        .mdskill(["list", "-C", &project.to_string_lossy()])
        .dir(elsewhere)
        .run();
    told.ok().says("one").says("two");
    shop.refuses(&["-C", "nowhere", "list"], 2, "no such directory");
}

#[test]
fn local_folder_is_source_without_commit() {
    let (shop, _repo) = Shop::stocked();
    shop.room.write(
        "drafts/mine/SKILL.md",
        "---\nname: mine\ndescription: My own\n---\nText\n",
    );
    shop.run(&["add", "./drafts/mine"]).ok();
    shop.room
        .tree(".github/skills/mine")
        .assert_same(&shop.room.tree("drafts/mine"));
    let entry = shop.entry("mine");
    assert!(entry["source"].starts_with("path:drafts"), "{entry:?}");
    assert!(!entry.contains_key("commit"));
    shop.room.write(
        "drafts/mine/SKILL.md",
        "---\nname: mine\ndescription: My own\n---\nMore\n",
    );
    shop.run(&["update"]).ok().says("Updated mine");
    shop.room
        .tree(".github/skills/mine")
        .assert_same(&shop.room.tree("drafts/mine"));
}
