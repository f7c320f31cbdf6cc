//! Transactions that are killed, interrupted, out of disk space, or concurrent: each skill is completely old or new, as
//! the lockfile says.

use crate::support::forge::Forge;
use crate::support::kills::{SKILLS, a_hundred, copy_of, killed_in_the_middle, with_old_and_new};
use crate::support::outcome::Running;
use crate::support::repo::Repo;
use crate::support::room::Room;
use crate::support::shop::{Block, Shop, blocks};
use crate::support::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::{Duration, Instant};

const MOMENTS: u32 = 20;

/// The duration of an undisturbed command.
pub fn time_of(room: &Room, arguments: &[&str]) -> Duration {
    let start = Instant::now();
    room.mdskill(arguments).run().ok();
    start.elapsed()
}

/// An allowed state after a kill: no skill, or all skills of one commit.
enum Whole {
    Nothing,
    Version { commit: String, skills: Snapshot },
}

impl Whole {
    fn version(repo: &Repo, name: &str) -> Self {
        Self::Version {
            commit: repo.rev_parse(name),
            skills: repo.snapshot(&format!("{name}:skills")),
        }
    }

    fn is(&self, lock: &BTreeMap<String, Block>, disk: &Snapshot) -> bool {
        match self {
            Self::Nothing => lock.is_empty() && disk.entries.is_empty(),
            Self::Version { commit, skills } => {
                lock.len() == SKILLS
                    && lock.values().all(|entry| entry["commit"] == *commit)
                    && disk == skills
            }
        }
    }
}

/// Asserts that the next command leaves one of these states, and no temporary files.
fn assert_recovered(room: &Room, wholes: &[Whole], moment: u32) {
    room.mdskill(["list"]).run().ok();
    if room.project().join("mdskill.lock").exists() {
        room.mdskill(["verify"]).run().ok();
    }
    let disk = room.tree(".github/skills");
    let lock = std::fs::read_to_string(room.project().join("mdskill.lock")).unwrap_or_default();
    let lock = blocks(&lock);
    let is_whole = wholes.iter().any(|whole| whole.is(&lock, &disk));
    assert!(is_whole, "moment {moment}: {} locked, {disk:?}", lock.len());
    let everything = room.tree("");
    // The lock file of a killed command remains, ignored by git, until the next command that writes.
    let waits = [".mdskill", ".mdskill/lock", ".mdskill/.gitignore"];
    let is_left = |path: &&str| path.contains(".mdskill") && !waits.contains(path);
    let left: Vec<&str> = everything.paths().into_iter().filter(is_left).collect();
    assert_eq!(left, [""; 0], "moment {moment}");
}

/// Kills the command at moments spread over its duration, each time in a new copy of the project.
fn kill_at_many_moments(shop: &Shop, arguments: &[&str], wholes: &[Whole]) {
    let whole = time_of(&copy_of(&shop.room, shop), arguments);
    for moment in 0..MOMENTS {
        let room = copy_of(&shop.room, shop);
        let running = room.mdskill(arguments).spawn();
        std::thread::sleep(whole * moment / (MOMENTS - 1));
        running.kill();
        running.wait();
        assert_recovered(&room, wholes, moment);
        if moment % 5 == 0 {
            // The killed command can be repeated.
            room.mdskill(["install"]).run().ok();
        }
    }
}

#[test]
fn killed_add_leaves_no_skill_or_all() {
    let (shop, repo) = a_hundred();
    let arguments = ["add", "acme/skills", "--all"];
    shop.run(&["add", "acme/skills", "--all", "--dry-run"]).ok();
    let wholes = [Whole::Nothing, Whole::version(&repo, "main")];
    kill_at_many_moments(&shop, &arguments, &wholes);
}

#[test]
fn killed_update_leaves_all_skills_old_or_new() {
    let (shop, repo) = with_old_and_new();
    let wholes = [Whole::version(&repo, "old"), Whole::version(&repo, "main")];
    kill_at_many_moments(&shop, &["update"], &wholes);
}

#[test]
fn killed_remove_leaves_all_skills_or_none() {
    let (shop, repo) = a_hundred();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    let names: Vec<String> = (0..SKILLS).map(|number| format!("s{number:03}")).collect();
    let mut arguments = vec!["remove"];
    arguments.extend(names.iter().map(String::as_str));
    let wholes = [Whole::Nothing, Whole::version(&repo, "main")];
    kill_at_many_moments(&shop, &arguments, &wholes);
}

/// An update is killed during the exchange, and the command that undoes it is killed, too.
#[test]
fn killed_undo_is_continued_by_next_command() {
    let (shop, repo) = with_old_and_new();
    let wholes = [Whole::version(&repo, "old"), Whole::version(&repo, "main")];
    let killed = killed_in_the_middle(&shop);
    let whole = time_of(&copy_of(&killed, &shop), &["list"]);
    for moment in 0..MOMENTS {
        let room = copy_of(&killed, &shop);
        let running = room.mdskill(["list"]).spawn();
        std::thread::sleep(whole * moment / (MOMENTS - 1));
        running.kill();
        running.wait();
        assert_recovered(&room, &wholes, moment);
    }
}

/// The lockfile does not change, so it can't show whether the transaction is committed.
#[test]
fn killed_install_restores_all_skills_or_none() {
    let (shop, repo) = a_hundred();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    std::fs::remove_dir_all(shop.room.project().join(".github")).unwrap();
    let all = repo.snapshot("main:skills");
    let whole = time_of(&copy_of(&shop.room, &shop), &["install"]);
    for moment in 0..MOMENTS {
        let room = copy_of(&shop.room, &shop);
        let running = room.mdskill(["install"]).spawn();
        std::thread::sleep(whole * moment / (MOMENTS - 1));
        running.kill();
        running.wait();
        room.mdskill(["list"]).run().ok();
        let disk = room.tree(".github/skills");
        assert!(
            disk.entries.is_empty() || disk == all,
            "moment {moment}: {disk:?}"
        );
        room.mdskill(["install"]).run().ok();
        assert_recovered(&room, &[Whole::version(&repo, "main")], moment);
    }
}

#[test]
fn interrupted_command_is_undone_or_complete() {
    let (shop, repo) = a_hundred();
    let arguments = ["add", "acme/skills", "--all"];
    shop.run(&["add", "acme/skills", "--all", "--dry-run"]).ok();
    let done = [Whole::version(&repo, "main")];
    let whole = time_of(&copy_of(&shop.room, &shop), &arguments);
    let mut stopped = 0;
    for moment in 1..=10 {
        let room = copy_of(&shop.room, &shop);
        let before = room.snapshot();
        let running = room.mdskill(arguments).spawn();
        std::thread::sleep(whole * moment / 10);
        running.interrupt();
        let outcome = running.wait();
        match outcome.code {
            Some(0) => assert_recovered(&room, &done, moment),
            // Before the program handles the signal, the signal ends the process.
            None => before.assert_same(&room.snapshot()),
            _ => {
                outcome.fails(130).says("interrupted");
                before.assert_same(&room.snapshot());
                stopped += 1;
            }
        }
    }
    assert!(stopped > 0, "no interrupt came in time");
}

#[test]
fn concurrent_commands_all_succeed() {
    for crowd in [2, 4] {
        let (shop, repo) = a_hundred();
        let specs: Vec<String> = (0..crowd)
            .map(|number| format!("acme/skills/s{number:03}"))
            .collect();
        let running: Vec<_> = specs
            .iter()
            .map(|spec| shop.room.mdskill(["add", spec]).spawn())
            .collect();
        for one in running {
            one.wait().ok();
        }
        assert_eq!(shop.lock().len(), crowd);
        for number in 0..crowd {
            shop.has(
                &format!("s{number:03}"),
                &repo,
                &format!("main:skills/s{number:03}"),
            );
        }
        assert!(!shop.room.project().join(".mdskill").exists());
    }
}

/// Starts a command and waits long enough for it to reach the held lock.
pub fn start_and_wait(room: &Room, arguments: &[&str]) -> Running {
    let dry = [arguments, &["--dry-run"]].concat();
    let ample = time_of(room, &dry) * 4 + Duration::from_millis(200);
    let running = room.mdskill(arguments).spawn();
    std::thread::sleep(ample);
    running
}

/// Holds the project's lock, as another mdskill would.
pub fn hold(project: &Path) -> File {
    std::fs::create_dir_all(project.join(".mdskill")).unwrap();
    let file = File::create(project.join(".mdskill/lock")).unwrap();
    file.lock().unwrap();
    file
}

#[test]
fn waiting_command_reports_holder_of_lock() {
    let (shop, repo) = Shop::stocked();
    let held = hold(&shop.room.project());
    let mut running = start_and_wait(&shop.room, &["add", "acme/skills/one"]);
    assert!(running.runs());
    drop(held);
    running.wait().ok().says("waiting for another process");
    shop.has("one", &repo, "main:skills/one");

    let held = hold(&shop.room.project());
    let before = shop.room.snapshot();
    let running = start_and_wait(&shop.room, &["add", "acme/skills/two"]);
    running.interrupt();
    running.wait().fails(130).says("interrupted");
    before.assert_same(&shop.room.snapshot());
    drop(held);
}

#[test]
fn add_refuses_name_added_by_concurrent_command() {
    let (shop, repo) = Shop::stocked();
    let mut other = shop.repo("other/skills");
    other.skill("one", "one", "Another one");
    other.commit("One");
    let first = shop.another_room();
    first.mdskill(["add", "acme/skills/one"]).run().ok();

    let held = hold(&shop.room.project());
    let running = start_and_wait(&shop.room, &["add", "other/skills/one"]);
    let one = first.tree(".github/skills/one");
    shop.room
        .write(".github/skills/one/SKILL.md", &one.entries["SKILL.md"].1);
    shop.room.write("mdskill.lock", first.read("mdskill.lock"));
    drop(held);
    running
        .wait()
        .fails(1)
        .says("two skills would be installed as `one`");
    shop.has("one", &repo, "main:skills/one");
}

#[test]
fn update_refuses_concurrent_lockfile_change() {
    let (shop, mut repo) = Shop::stocked();
    let first = repo.rev_parse("main");
    shop.run(&["add", "acme/skills/one"]).ok();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    let pinned = copy_of(&shop.room, &shop);
    pinned
        .mdskill(["add", &format!("acme/skills/one@{first}")])
        .run()
        .ok();

    let held = hold(&shop.room.project());
    let running = start_and_wait(&shop.room, &["update"]);
    shop.room.write("mdskill.lock", pinned.read("mdskill.lock"));
    drop(held);
    running
        .wait()
        .fails(1)
        .says("mdskill.lock was changed while its skills were being fetched");
    shop.has("one", &repo, &format!("{first}:skills/one"));
    assert_eq!(shop.entry("one")["ref"], first);
}

#[test]
fn concurrent_edit_is_not_lost() {
    let (shop, mut repo) = Shop::stocked();
    shop.run(&["add", "acme/skills/one"]).ok();
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    let whole = time_of(&copy_of(&shop.room, &shop), &["update"]);
    for moment in 0..MOMENTS {
        let room = copy_of(&shop.room, &shop);
        let running = room.mdskill(["update"]).spawn();
        std::thread::sleep(whole * moment / MOMENTS);
        let file = room.project().join(".github/skills/one/SKILL.md");
        let saved = std::fs::write(&file, "mine").is_ok();
        let outcome = running.wait();
        let kept = std::fs::read_to_string(&file).is_ok_and(|text| text == "mine");
        assert!(!saved || kept, "moment {moment}\n{outcome}");
    }
}

#[test]
fn full_disk_changes_nothing() {
    let (shop, mut repo) = Shop::stocked();
    repo.write("skills/three/large.bin", vec![7; 300_000]);
    repo.commit("Large");
    shop.run(&["add", "acme/skills/two"]).ok();
    shop.run(&["add", "acme/skills", "--all", "--dry-run"]).ok();
    shop.room.write(".github/skills/one/SKILL.md", "mine");
    let before = shop.room.snapshot();
    // A file size limit of 8 blocks simulates a full disk on any machine.
    let script = format!(
        "trap '' XFSZ; ulimit -f 8; exec '{}' add acme/skills --all --force",
        env!("CARGO_BIN_EXE_mdskill")
    );
    shop.room
        .run("sh", ["-c", &script])
        .run()
        .fails(1)
        .says("large.bin");
    before.assert_same(&shop.room.snapshot());
    shop.run(&["verify"]).ok();
    shop.run(&["add", "acme/skills", "--all", "--force"]).ok();
    shop.has("three", &repo, "main:skills/three");
    shop.has("one", &repo, "main:skills/one");
}

#[test]
fn read_only_target_changes_nothing() {
    let (shop, _repo) = Shop::stocked();
    shop.room.write("tools", "a file");
    shop.refuses(
        &["add", "acme/skills/one", "--target", "tools/skills"],
        1,
        "tools",
    );
    shop.refuses(&["add", "acme/skills/one", "--target", "tools"], 1, "tools");
    shop.room.write(".mdskill", "a file");
    shop.refuses(&["add", "acme/skills/one"], 1, ".mdskill");
    std::fs::remove_file(shop.room.project().join(".mdskill")).unwrap();
    // Only repositories on a server are cached.
    let forge = Forge::start(shop.root());
    let cache = shop.room.path("temp/cache");
    std::fs::write(&cache, "a file").unwrap();
    let before = shop.room.snapshot();
    let add = shop.room.mdskill(["add", "acme/skills/one"]);
    let told = add
        .env("MDSKILL_GITHUB_URL", forge.url())
        .env("MDSKILL_CACHE_DIR", &cache);
    told.run().fails(1).says("temp/cache");
    before.assert_same(&shop.room.snapshot());
    assert_eq!(std::fs::read_to_string(&cache).unwrap(), "a file");
}
