//! Strangers' projects: what a clone brings in `.mdskill/`, in its links and in its lockfile leads no command astray.

use crate::support::repo::Repo;
use crate::support::shop::Shop;
use std::os::unix::fs::symlink;

const COMMANDS: [&[&str]; 5] = [
    &["list"],
    &["install"],
    &["update"],
    &["remove", "one"],
    &["add", "acme/skills/two"],
];

#[test]
fn linked_lock_leaves_the_file_it_leads_to() {
    for command in COMMANDS {
        let (shop, _repo) = Shop::stocked();
        shop.run(&["add", "acme/skills/one"]).ok();
        let home = shop.room.path("home");
        std::fs::write(home.join("precious"), "text").unwrap();
        // A temporary file of a killed command makes `list` take the lock as well.
        shop.room.write(".mdskill/.mdskill-left", "");
        let lock = shop.room.project().join(".mdskill/lock");
        for linked in ["precious", "nothing"] {
            symlink(home.join(linked), &lock).unwrap();
            shop.run(command).fails(1).says(".mdskill/lock");
            let precious = std::fs::read_to_string(home.join("precious")).unwrap();
            assert_eq!(precious, "text", "{command:?}");
            assert!(!home.join("nothing").exists(), "{command:?}");
            std::fs::remove_file(&lock).unwrap();
        }
    }
}

/// A link, and a file or folder of another kind, under each name that mdskill has in `.mdskill/`.
#[test]
fn state_of_another_kind_is_neither_followed_nor_opened() {
    for name in [".gitignore", "trash", "lock", "journal.json", "link"] {
        let (shop, _repo) = Shop::stocked();
        shop.run(&["add", "acme/skills/one"]).ok();
        shop.room.write(".github/skills/one/SKILL.md", "mine");
        let outside = shop.room.path("home/outside");
        std::fs::create_dir(&outside).unwrap();
        std::fs::create_dir(shop.room.project().join(".mdskill")).unwrap();
        let place = shop.room.project().join(".mdskill").join(name);
        let force = ["add", "acme/skills/one", "--force"];
        symlink(&outside, &place).unwrap();
        shop.refuses(&force, 1, &format!(".mdskill/{name} was not put there"));
        std::fs::remove_file(&place).unwrap();
        match name {
            "link" => continue,
            "trash" => std::fs::write(&place, "a file").unwrap(),
            _ => std::fs::create_dir(&place).unwrap(),
        }
        shop.refuses(&force, 1, &format!(".mdskill/{name} was not put there"));
    }
}

#[test]
fn linked_state_folder_is_refused() {
    let (shop, _repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one"]).ok();
    let outside = shop.room.path("home/outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join(".mdskill-left"), "mine").unwrap();
    symlink(&outside, shop.room.project().join(".mdskill")).unwrap();
    let before = shop.room.snapshot();
    shop.run(&["list"]).ok();
    before.assert_same(&shop.room.snapshot());
    shop.refuses(&["add", "acme/skills/two"], 1, ".mdskill was not put there");
}

/// A project with `hooks`, at an old version, in the target `x`; then `x` becomes a link to `to`.
fn hooks_in_linked_target(to: &str) -> (Shop, Repo) {
    let shop = Shop::open();
    let mut repo = shop.repo("acme/skills");
    repo.skill("hooks", "hooks", "Hooks for everything")
        .executable("hooks/post-checkout", "#!/bin/sh\nexit 0\n");
    repo.commit("Hooks");
    shop.run(&["add", "acme/skills/hooks", "--target", "x"])
        .ok();
    repo.write("hooks/more.md", "more");
    repo.commit("More");
    let project = shop.room.project();
    for folder in ["objects", "refs", "info"] {
        shop.room
            .write(&format!("sub/bare/{folder}/file"), "a file");
    }
    std::fs::remove_dir_all(project.join(".git/hooks")).ok();
    symlink(".git", project.join("chain")).unwrap();
    std::fs::create_dir(project.join("plain")).unwrap();
    std::fs::rename(project.join("x"), project.join("aside")).unwrap();
    symlink(to, project.join("x")).unwrap();
    (shop, repo)
}

#[test]
fn target_that_leads_into_git_or_mdskill_is_refused() {
    for to in [
        ".git",
        "./chain",
        "plain/../.git",
        ".git/info",
        "sub/bare",
        "sub/bare/info",
        ".mdskill",
    ] {
        let (shop, _repo) = hooks_in_linked_target(to);
        let project = shop.room.project();
        if to == ".mdskill" {
            shop.room.write(".mdskill/trash/old/file", "text");
            shop.room.write(".mdskill/.gitignore", "*\n");
        }
        let reserved = "x is, or leads into, a folder that git or mdskill keeps";
        let add = ["add", "acme/skills/hooks", "--target", "x"];
        for command in [&["install"][..], &["update"], &add] {
            shop.refuses(command, 1, reserved);
        }
        // As it was installed, before the link was.
        std::fs::rename(project.join("aside/hooks"), project.join("x/hooks")).unwrap();
        for command in [&["update"][..], &["remove", "hooks"]] {
            shop.refuses(command, 1, reserved);
        }
    }
}

#[test]
fn target_in_a_folder_of_mdskills_own_is_refused() {
    let (shop, _repo) = Shop::stocked();
    for target in [".mdskill", ".MDSKILL/skills", "a/.mdskill-stage-skills"] {
        let add = ["add", "acme/skills/one", "--target", target];
        shop.refuses(&add, 1, "a folder that git or mdskill keeps");
    }
}
