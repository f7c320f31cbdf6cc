//! A skill that its author wrote in a target folder: no command deletes its only copy.

use crate::support::shop::Shop;
use std::os::unix::fs::symlink;

const MINE: &str = ".github/skills/mine/SKILL.md";

/// A page of the skill `mine`, with this body.
fn page(body: &str) -> String {
    format!("---\nname: mine\ndescription: My own\n---\n{body}\n")
}

/// Returns a project whose target folder has the skill `mine`, which is not installed.
fn written() -> Shop {
    let (shop, _repo) = Shop::stocked();
    shop.room.write(MINE, page("My work"));
    shop
}

#[test]
fn add_refuses_a_skill_that_is_already_where_it_would_be_installed() {
    let shop = written();
    let project = shop.room.project();
    symlink(".github", project.join("linked")).unwrap();
    for spec in [
        "./.github/skills/mine",
        "./linked/skills/mine",
        "./.github/../.github/skills/mine",
        "./.github",
        ".",
    ] {
        let add = ["add", spec, "--skill", "mine"];
        let sentence = "it is already in .github/skills, where skills are installed";
        shop.refuses(&add, 1, sentence)
            .says("move it to another folder");
        let force = ["add", spec, "--skill", "mine", "--force"];
        shop.refuses(&force, 1, sentence);
    }
    let renamed = ["add", "./.github/skills/mine", "--name", "other"];
    shop.refuses(&renamed, 1, "it is already in .github/skills");
    // A copy of it can be installed in another folder.
    let copy = ["add", "./.github/skills/mine", "--target", ".claude/skills"];
    shop.run(&copy).ok();
    assert_eq!(
        shop.room.read(".claude/skills/mine/SKILL.md"),
        page("My work")
    );
}

#[test]
fn add_refuses_a_target_that_leads_to_the_skill() {
    let (shop, _repo) = Shop::stocked();
    shop.room.write("skills/mine/SKILL.md", page("My work"));
    std::fs::create_dir(shop.room.project().join(".github")).unwrap();
    symlink("../skills", shop.room.project().join(".github/skills")).unwrap();
    let sentence = "it is already in .github/skills";
    shop.refuses(&["add", "./skills/mine"], 1, sentence);
    std::fs::remove_file(shop.room.project().join(".github/skills")).unwrap();
    std::fs::create_dir(shop.room.project().join(".github/skills")).unwrap();
    let place = shop.room.project().join(".github/skills/mine");
    symlink("../../skills/mine", place).unwrap();
    shop.refuses(&["add", "./skills/mine", "--force"], 1, sentence);
}

#[test]
fn add_refuses_a_skill_that_contains_the_target() {
    let (shop, _repo) = Shop::stocked();
    shop.room.write("SKILL.md", page("My work"));
    let sentence = "it contains .github/skills, where it would be installed";
    shop.refuses(&["add", "."], 1, sentence).says("skills/NAME");
}

/// Returns a project whose lockfile has the skill's own folder as its source, as older versions wrote it.
fn locked() -> Shop {
    let shop = written();
    shop.room.write("drafts/mine/SKILL.md", page("My work"));
    shop.run(&["add", "./drafts/mine"]).ok();
    std::fs::remove_dir_all(shop.room.project().join("drafts")).unwrap();
    let lock = shop.room.read("mdskill.lock");
    let own = lock.replace("path:drafts/mine", "path:.github/skills/mine");
    assert_ne!(own, lock);
    shop.room.write("mdskill.lock", own);
    shop
}

#[test]
fn remove_keeps_a_folder_that_is_its_own_source() {
    for force in [false, true] {
        for body in ["My work", "My newer work"] {
            let shop = locked();
            shop.room.write(MINE, page(body));
            let arguments = ["remove", "mine", "--force"];
            let outcome = shop.run(&arguments[..2 + usize::from(force)]);
            outcome.ok().says(".github/skills/mine was not removed");
            assert_eq!(shop.room.read(MINE), page(body));
            assert!(shop.lock().is_empty());
        }
    }
}

#[test]
fn install_and_update_do_not_replace_a_folder_that_is_its_own_source() {
    let shop = locked();
    shop.run(&["install"]).ok();
    shop.room.write(MINE, page("My newer work"));
    for arguments in [&["install"][..], &["install", "--force"]] {
        shop.refuses(arguments, 1, "names it as its own source");
    }
    for arguments in [&["update"][..], &["update", "--force"]] {
        shop.refuses(arguments, 3, "names it as its own source");
    }
    assert_eq!(shop.room.read(MINE), page("My newer work"));
}
