//! Scenes for tests that kill the program.

use super::repo::Repo;
use super::room::Room;
use super::shop::Shop;
use std::process::Command;

/// The number of skills in the scenes.
pub const SKILLS: usize = 100;

/// `acme/skills` with a hundred skills, at two versions: the branches `old` and `main`.
pub fn a_hundred() -> (Shop, Repo) {
    let shop = Shop::open();
    let mut repo = shop.repo("acme/skills");
    let write = |repo: &mut Repo, version: &str| {
        for number in 0..SKILLS {
            let path = format!("skills/s{number:03}");
            repo.skill(&path, &format!("s{number:03}"), version)
                .write(&format!("{path}/references/text.md"), version.repeat(100));
        }
        repo.commit(version);
    };
    write(&mut repo, "old");
    repo.branch("old").branch("main");
    write(&mut repo, "new");
    (shop, repo)
}

/// A copy of a prepared room.
pub fn copy_of(room: &Room, shop: &Shop) -> Room {
    let copy = Room::in_memory(&shop.root().to_string_lossy());
    for folder in ["project", "cache"] {
        let from = room.path(folder).join(".");
        let told = Command::new("cp")
            .arg("-a")
            .arg(from)
            .arg(copy.path(folder))
            .status();
        assert!(told.unwrap().success());
    }
    copy
}

/// A hundred skills, installed at the old version, with a newer version upstream.
pub fn with_old_and_new() -> (Shop, Repo) {
    let (shop, mut repo) = a_hundred();
    let new = repo.rev_parse("main");
    repo.reset_to(&repo.rev_parse("old"));
    shop.run(&["add", "acme/skills", "--all"]).ok();
    repo.branch("main").reset_to(&new);
    (shop, repo)
}

/// A copy of the shop's room in which an update was killed while it exchanged folders.
pub fn killed_in_the_middle(shop: &Shop) -> Room {
    loop {
        let room = copy_of(&shop.room, shop);
        let stage = room.project().join(".github/.mdskill-stage-skills");
        let mut running = room.mdskill(["update"]).spawn();
        let count = |name: &str| std::fs::read_dir(stage.join(name)).map_or(0, Iterator::count);
        while running.runs() && count("old") < SKILLS / 4 {}
        running.kill();
        running.wait();
        if count("old") > 0 && count("new") > 0 {
            return room;
        }
    }
}
