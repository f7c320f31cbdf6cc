//! Every rule against its fixtures in `testdata/skills/invalid/CODE`:
//!
//! - `hit/` holds what the rule finds, and nothing else finds anything in it;
//! - `near-miss/` looks like it, and nothing finds anything there;
//! - `hit.json` and `hit.txt` are what a user sees of `hit/`. `BLESS=1 cargo test rules`
//!   writes them anew; read the difference before it is committed.
//!
//! Each folder is tried alone in an empty room, as the root of its own repository.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::room::Room;

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

/// Compares with what is kept, or keeps it.
fn compare(kept: &Path, seen: &str) {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one switch that writes snapshots"
    )]
    let bless = std::env::var_os("BLESS").is_some();
    if bless {
        fs::write(kept, seen).unwrap();
    }
    let expected = fs::read_to_string(kept).unwrap_or_default();
    assert_eq!(
        seen,
        expected,
        "{}: see the head of rules.rs",
        kept.display()
    );
}

#[test]
fn each_rule_finds_its_hits_and_no_near_miss() {
    for (code, folder) in codes() {
        let room = room_of(&folder.join("hit"));
        let hits = found(&room, &["--select", &code]);
        assert!(!hits.is_empty(), "{code} finds nothing in its own hit/");
        for other in found(&room, &[]) {
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
            for other in found(&room, &[]) {
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
        compare(&folder.join("hit.txt"), &text.stdout);
        let json = room.mdskill([&flags[..], &["--json"]].concat()).run();
        compare(&folder.join("hit.json"), &json.stdout);
    }
}
