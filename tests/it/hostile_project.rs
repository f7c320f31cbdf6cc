//! Strangers' projects: what a clone brings in `.mdskill/`, in its links and in its lockfile leads no command astray.

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
