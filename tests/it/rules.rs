//! Every rule against its fixtures in `testdata/skills/invalid/CODE`:
//!
//! - `hit/` holds what the rule finds, and nothing else finds anything in it;
//! - `near-miss/` looks like it, and nothing finds anything that matters there;
//! - `fixed/` is what `--fix` makes of `hit/`, with `--unsafe` where the rule's fix needs it;
//! - `hit.json` and `hit.txt` are what a user sees of `hit/`. `SNAPSHOTS=overwrite cargo test rules`
//!   writes them and `fixed/` anew; read the difference before it is committed.
//!
//! Each folder is tried alone in an empty room, as the root of its own repository.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use mdskill_lint::registry;
use mdskill_lint::rule::Fixable;

use crate::support::room::Room;
use crate::support::snapshot::Snapshot;
use crate::support::snapshot_file::{assert_matches_file, is_overwriting};

/// The folders of all codes.
fn codes() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/skills/invalid");
    let mut codes: Vec<(String, PathBuf)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    codes.sort();
    codes
}

/// A room whose project is a copy of `folder`, in a git repository of its own.
fn room_of(folder: &Path) -> Room {
    let room = Room::new("");
    copy(folder, &room.project());
    room
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        // git holds nothing of the name `.git`.
        let name = entry.file_name();
        let name = if name == "dot-git" {
            ".git".into()
        } else {
            name
        };
        let (from, to) = (entry.path(), to.join(name));
        if entry.file_type().unwrap().is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(from).unwrap(), to).unwrap();
        } else if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

fn found(room: &Room, more: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["validate", "--json"];
    arguments.extend(more);
    let json = room.mdskill(&arguments).run().json();
    json["diagnostics"].as_array().unwrap().clone()
}

/// What else is found in fixtures, as it must be: they are variations of one skill, with one
/// description; and a bad name in a folder of a good one is not the folder's.
fn except(code: &str) -> &'static [&'static str] {
    match code {
        "SK214" => &[],
        "SK202" => &["--ignore", "SK214,SK203"],
        _ => &["--ignore", "SK214"],
    }
}

#[test]
fn each_rule_finds_its_hits_and_no_near_miss() {
    for (code, folder) in codes() {
        let room = room_of(&folder.join("hit"));
        let hits = found(&room, &["--select", &code]);
        assert!(!hits.is_empty(), "{code} finds nothing in its own hit/");
        for other in found(&room, except(&code)) {
            let matters = other["severity"] != "info";
            assert!(
                other["code"] == code.as_str() || !matters,
                "{code}/hit: {other}"
            );
        }
        for finding in &hits {
            let message = finding["message"].as_str().unwrap();
            assert!(
                !message.ends_with('.') && finding["help"] != "",
                "{finding}"
            );
        }
        let miss = folder.join("near-miss");
        if miss.exists() {
            let room = room_of(&miss);
            assert_eq!(
                found(&room, &["--select", &code]),
                [] as [Value; 0],
                "{code}/near-miss"
            );
            for other in found(&room, except(&code)) {
                assert_eq!(other["severity"], "info", "{code}/near-miss: {other}");
            }
        }
    }
}

#[test]
fn what_a_user_sees_of_each_rule_is_kept() {
    for (code, folder) in codes() {
        let room = room_of(&folder.join("hit"));
        let flags = ["validate", "--select", &code, "--severity", "info"];
        let text = room.mdskill(flags).run();
        assert_matches_file(&text.stdout, &folder.join("hit.txt"));
        let json = room.mdskill([&flags[..], &["--json"]].concat()).run();
        assert_matches_file(&json.stdout, &folder.join("hit.json"));
    }
}

/// What a person sees of a project: all but its repository.
fn tree(folder: &Path) -> Snapshot {
    let mut tree = Snapshot::of(folder);
    tree.entries
        .retain(|path, _| path != ".git" && !path.starts_with(".git/"));
    tree
}

#[test]
fn what_can_be_fixed_is_and_only_once() {
    let mut fixes = Vec::new();
    for (code, folder) in codes() {
        let rule = registry::rule(&code).unwrap();
        let kept = folder.join("fixed");
        let more: &[&str] = match rule.fixable {
            Fixable::No => {
                assert!(!kept.exists(), "{code} has fixed/ and mends nothing");
                continue;
            }
            Fixable::Safe => &[],
            Fixable::Unsafe => &["--unsafe"],
        };
        let room = room_of(&folder.join("hit"));
        let hit = tree(&room.project());
        let all = ["validate", "--select", &code, "--severity", "info", "--fix"];
        let fix = [&all[..], more].concat();
        if rule.fixable == Fixable::Unsafe {
            room.mdskill(all).run();
            hit.assert_same(&tree(&room.project()));
        }
        room.mdskill(&fix).run();
        let fixed = tree(&room.project());
        assert!(hit != fixed, "{code} says that it can be fixed, and is not");
        if is_overwriting() {
            drop(fs::remove_dir_all(&kept));
            fs::rename(room.project().join(".git"), room.path("temp/.git")).unwrap();
            copy(&room.project(), &kept);
            fs::rename(room.path("temp/.git"), room.project().join(".git")).unwrap();
        }
        tree(&kept).assert_same(&fixed);
        room.mdskill(&fix).run().never_says("Fixed");
        fixed.assert_same(&tree(&room.project()));
        fixes.push(code);
    }
    assert!(fixes.contains(&"SK113".to_owned()), "{fixes:?}");
}
