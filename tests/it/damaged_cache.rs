//! "Losing the cache costs a fetch": damage, leftovers of killed commands, and removal while it is used.

use crate::support::test_context::{ServedContext, TestContext};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The folder of the only cached source.
fn store(context: &TestContext) -> PathBuf {
    let stores = std::fs::read_dir(context.path("cache/store-v1")).unwrap();
    let mut stores = stores.map(|entry| entry.unwrap().path());
    let store = stores.next().unwrap();
    assert_eq!(stores.next(), None);
    store
}

fn files_in(folder: &Path, end: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    files
        .filter(|file| file.to_string_lossy().ends_with(end))
        .collect()
}

/// Changes each of these files of packs.
fn change_packs(store: &Path, end: &str, change: impl Fn(&mut Vec<u8>)) {
    for file in files_in(&store.join("objects/pack"), end) {
        let mut bytes = std::fs::read(&file).unwrap();
        change(&mut bytes);
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, bytes).unwrap();
    }
}

fn replace_by_file(path: &Path) {
    if path.is_dir() {
        std::fs::remove_dir_all(path).unwrap();
    }
    std::fs::write(path, "x").unwrap();
}

/// A skill without findings.
const SKILL_TEXT: &str =
    "---\nname: one\ndescription: Counts things. Use when things need counting.\n---\n\n# One\n";

type Damage = (&'static str, fn(&Path));

/// Each damage that a power cut, a full disk, or another program may cause.
const DAMAGES: [Damage; 16] = [
    ("no HEAD", |store| {
        std::fs::remove_file(store.join("HEAD")).unwrap();
    }),
    ("no refs", |store| {
        std::fs::remove_dir_all(store.join("refs")).unwrap();
    }),
    ("no objects", |store| {
        std::fs::remove_dir_all(store.join("objects")).unwrap();
    }),
    ("no packs", |store| {
        std::fs::remove_dir_all(store.join("objects/pack")).unwrap();
    }),
    ("a file for the objects", |store| {
        replace_by_file(&store.join("objects"));
    }),
    ("a file for the packs", |store| {
        replace_by_file(&store.join("objects/pack"));
    }),
    ("a file for the source", replace_by_file),
    ("a link for the source", |store| {
        std::fs::rename(store, store.with_file_name("elsewhere")).unwrap();
        symlink("elsewhere", store).unwrap();
    }),
    ("configuration of another program", |store| {
        std::fs::write(store.join("config"), "[core\n\0").unwrap();
    }),
    ("objects of another repository", |store| {
        std::fs::write(store.join("objects/info/alternates"), "/nowhere\n").unwrap();
    }),
    ("empty packs", |store| {
        change_packs(store, "pack", Vec::clear);
    }),
    ("empty indexes", |store| {
        change_packs(store, "idx", Vec::clear);
    }),
    ("half of each pack", |store| {
        change_packs(store, "pack", |pack| pack.truncate(pack.len() / 2));
    }),
    ("one bit of each pack", |store| {
        change_packs(store, "pack", |pack| {
            let middle = pack.len() / 2;
            pack[middle] ^= 1;
        });
    }),
    ("packs of zeros", |store| {
        change_packs(store, "pack", |pack| pack.fill(0));
    }),
    ("folders for packs", |store| {
        for pack in files_in(&store.join("objects/pack"), "pack") {
            std::fs::remove_file(&pack).unwrap();
            std::fs::create_dir(&pack).unwrap();
        }
    }),
];

#[test]
fn damaged_cache_is_reported_and_fetched_again() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/three"]).ok();
    for (what, damage) in DAMAGES {
        std::fs::remove_dir_all(context.project().join(".github")).unwrap();
        damage(&store(&context));
        let outcome = context.run(&["install"]);
        outcome.ok().says("warning: removed the damaged cache of");
        assert_eq!(outcome.stderr.matches("warning:").count(), 1, "{what}");
        context.has("three", "main:skills/three");
        std::fs::remove_dir_all(context.path("cache/store-v1/elsewhere")).ok();
        std::fs::remove_dir_all(context.project().join(".github")).unwrap();
        context.server.reset();
        context.run(&["install"]).ok().never_says("warning");
        assert_eq!(context.commands().len(), 0, "{what} costs one fetch");
    }
}

#[test]
fn every_command_works_with_a_damaged_cache() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/three"]).ok();
    for command in [
        &["list"][..],
        &["list", "acme/skills"],
        &["show", "three"],
        &["show", "acme/skills/three"],
        &["add", "acme/skills/one", "--dry-run"],
        &["update"],
        &["outdated"],
        &["verify"],
        &["search", "three", "--from", "cached"],
        &["log", "three"],
        &["doctor"],
        &["cache"],
        &["cache", "prune"],
    ] {
        change_packs(&store(&context), "pack", |pack| pack.truncate(99));
        context.run(command).ok();
        context.run(&["cache", "clear"]).ok();
        context.run(&["list", "acme/skills"]).ok();
    }
}

#[test]
fn damaged_cache_offline_is_refused_and_kept() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/three"]).ok();
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    let folder = store(&context);
    change_packs(&folder, "pack", |pack| pack.truncate(99));
    context.refuses(&["install", "--offline"], 5, "has a wrong checksum");
    assert!(folder.exists());
    context.run(&["install"]).ok();
    context.has("three", "main:skills/three");
}

/// libgit2 reads such an object for ever.
#[test]
fn truncated_object_of_a_folder_is_written_again() {
    let context = TestContext::new();
    context.write(
        "../origin/two/SKILL.md",
        "---\nname: two\ndescription: D\n---\nText\n",
    );
    let source = context.path("origin/two");
    let source = source.to_str().unwrap();
    context.run(&["add", source]).ok();
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    let objects = store(&context).join("objects");
    for folder in std::fs::read_dir(objects).unwrap() {
        for file in files_in(&folder.unwrap().path(), "") {
            let mut bytes = std::fs::read(&file).unwrap_or_default();
            bytes.truncate(bytes.len().saturating_sub(7));
            std::fs::remove_file(&file).ok();
            std::fs::write(&file, bytes).ok();
        }
    }
    let outcome = context.run(&["install"]);
    outcome.ok().says("removed the damaged cache of");
}

#[test]
fn leftovers_of_killed_commands_are_shown_and_removed() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/three"]).ok();
    let folder = store(&context);
    for (folder, name) in [
        (folder.join("objects/pack"), "pack_git2_1234"),
        (folder.join("objects/pack"), "tmp_pack_1234"),
        (folder.clone(), "shallow.lock"),
    ] {
        std::fs::write(folder.join(name), [0; 3000]).unwrap();
    }
    let new = context.path("cache/store-v1/.new-abc");
    std::fs::create_dir_all(new.join("objects/pack")).unwrap();
    std::fs::write(new.join("objects/pack/pack_git2_1"), [0; 3000]).unwrap();
    let report = context.run(&["cache", "--json"]).ok().json();
    assert_eq!(report["leftover_bytes"], 3000);
    assert_eq!(report["sources"].as_array().unwrap().len(), 1);
    context.run(&["cache"]).ok().says("interrupted commands");
    context.run(&["list", "acme/skills"]).ok();
    assert_eq!(files_in(&folder.join("objects/pack"), "1234").len(), 0);
    assert!(!folder.join("shallow.lock").exists());
    context.run(&["cache", "prune"]).ok();
    assert!(!new.exists() && folder.exists());
}

#[test]
fn cache_is_cleared_while_it_is_used() {
    let context = ServedContext::new();
    for round in 0..8 {
        let removal: &[&str] = match round % 2 {
            0 => &["cache", "clear"],
            _ => &["cache", "prune", "--days=0"],
        };
        let commands = [
            &["list", "acme/skills"],
            removal,
            &["show", "acme/skills/three"],
            removal,
            &["list", "acme/skills"],
        ];
        let running = commands.map(|command| context.mdskill(command).spawn());
        for command in running {
            command.wait().ok().never_says("warning");
        }
    }
    context.run(&["cache", "clear"]).ok();
    assert_eq!(files_in(&context.path("cache/store-v1"), "").len(), 0);
}

#[test]
fn data_that_cannot_be_written_is_an_error() {
    let context = ServedContext::new();
    context.run(&["add", "acme/skills/three"]).ok();
    for arguments in ["list", "list --json", "show three", "cache dir", "--help"] {
        let script = format!("\"$0\" {arguments} >/dev/full");
        let program = env!("CARGO_BIN_EXE_mdskill");
        let outcome = context.command("sh", ["-c", &script, program]).run();
        outcome.fails(1).says("can't write to standard output");
        let script = format!("\"$0\" {arguments} | exit 0");
        context.command("sh", ["-c", &script, program]).run().ok();
    }
}

#[test]
fn truncated_object_of_a_local_repository_is_refused() {
    let context = TestContext::new();
    context.write("skills/one/SKILL.md", SKILL_TEXT);
    context.git(&["add", "skills"]).ok();
    for setting in ["user.name", "user.email"] {
        context.git(&["config", setting, "test@test.test"]).ok();
    }
    context.git(&["commit", "-m", "one"]).ok();
    let source = format!("file://{}", context.project().display());
    for object in ["HEAD", "HEAD:", "HEAD:skills", "HEAD:skills/one/SKILL.md"] {
        let id = context.git(&["rev-parse", object]).ok().stdout.clone();
        let (folder, name) = id.trim().split_at(2);
        let file = context
            .project()
            .join(".git/objects")
            .join(folder)
            .join(name);
        let bytes = std::fs::read(&file).unwrap();
        for length in [bytes.len() - 1, bytes.len() / 2, 2, 0] {
            std::fs::remove_file(&file).unwrap();
            std::fs::write(&file, &bytes[..length]).unwrap();
            let added = context.run(&["add", &source, "one"]);
            added.fails(1).says("is damaged");
        }
        std::fs::write(&file, &bytes).unwrap();
    }
    context.run(&["add", &source, "one"]).ok();
}
