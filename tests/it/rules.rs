//! Every rule against its fixtures in `testdata/skills/invalid/CODE`:
//!
//! - `hit/` has findings of this rule, and no errors or warnings of other rules;
//! - `near-miss/` looks similar, and has no errors or warnings at all;
//! - `fixed/` is `hit/` after `--fix`, with `--unsafe` where the fix of the rule needs it;
//! - `hit.json` and `hit.txt` are the output for `hit/`. `SNAPSHOTS=overwrite cargo test rules`
//!   rewrites them and `fixed/`; review the difference before you commit it.
//!
//! Each folder is validated alone, as the root of its own repository.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use mdskill_lint::registry;
use mdskill_lint::rule::Fixable;

use crate::support::snapshot::Snapshot;
use crate::support::snapshot_file::{assert_matches_file, is_overwriting};
use crate::support::test_context::TestContext;

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

/// A context whose project is a copy of `folder`, in a git repository of its own.
fn room_of(folder: &Path) -> TestContext {
    let context = TestContext::with_origin("");
    copy(folder, &context.project());
    context
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        // git cannot track an entry with the name `.git`.
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

fn found(context: &TestContext, more: &[&str]) -> Vec<Value> {
    let mut arguments = vec!["validate", "--json"];
    arguments.extend(more);
    let json = context.mdskill(&arguments).run().json();
    json["diagnostics"].as_array().unwrap().clone()
}

/// Flags that ignore unavoidable findings of other rules: the fixtures are variations of one skill
/// with one description, and an invalid name differs from its valid folder.
fn ignored(code: &str) -> &'static [&'static str] {
    match code {
        "SK214" => &[],
        "SK202" => &["--ignore", "SK214,SK203"],
        _ => &["--ignore", "SK214"],
    }
}

#[test]
fn each_rule_finds_its_hits_and_no_near_misses() {
    for (code, folder) in codes() {
        let context = room_of(&folder.join("hit"));
        let hits = found(&context, &["--select", &code]);
        assert!(!hits.is_empty(), "{code} has no finding in its own hit/");
        for other in found(&context, ignored(&code)) {
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
            let context = room_of(&miss);
            assert_eq!(
                found(&context, &["--select", &code]),
                [] as [Value; 0],
                "{code}/near-miss"
            );
            for other in found(&context, ignored(&code)) {
                assert_eq!(other["severity"], "info", "{code}/near-miss: {other}");
            }
        }
    }
}

#[test]
fn output_of_each_rule_matches_its_snapshot() {
    for (code, folder) in codes() {
        let context = room_of(&folder.join("hit"));
        let flags = ["validate", "--select", &code, "--severity", "info"];
        let text = context.mdskill(flags).run();
        assert_matches_file(&text.stdout, &folder.join("hit.txt"));
        let json = context.mdskill([&flags[..], &["--json"]].concat()).run();
        assert_matches_file(&json.stdout, &folder.join("hit.json"));
    }
}

/// The files of a project without its repository.
fn tree(folder: &Path) -> Snapshot {
    let mut tree = Snapshot::of(folder);
    tree.entries
        .retain(|path, _| path != ".git" && !path.starts_with(".git/"));
    tree
}

#[test]
fn fixable_rules_fix_their_hits_once() {
    let mut fixes = Vec::new();
    for (code, folder) in codes() {
        let rule = registry::rule(&code).unwrap();
        let kept = folder.join("fixed");
        let more: &[&str] = match rule.fixable {
            Fixable::No => {
                assert!(!kept.exists(), "{code} has fixed/ but no automatic fix");
                continue;
            }
            Fixable::Safe => &[],
            Fixable::Unsafe => &["--unsafe"],
        };
        let context = room_of(&folder.join("hit"));
        let hit = tree(&context.project());
        let all = ["validate", "--select", &code, "--severity", "info", "--fix"];
        let fix = [&all[..], more].concat();
        if rule.fixable == Fixable::Unsafe {
            context.mdskill(all).run();
            hit.assert_same(&tree(&context.project()));
        }
        context.mdskill(&fix).run();
        let fixed = tree(&context.project());
        assert!(hit != fixed, "{code} is fixable, but its hit is unchanged");
        if is_overwriting() {
            drop(fs::remove_dir_all(&kept));
            fs::rename(context.project().join(".git"), context.path("temp/.git")).unwrap();
            copy(&context.project(), &kept);
            fs::rename(context.path("temp/.git"), context.project().join(".git")).unwrap();
        }
        tree(&kept).assert_same(&fixed);
        context.mdskill(&fix).run().never_says("Fixed");
        fixed.assert_same(&tree(&context.project()));
        fixes.push(code);
    }
    assert!(fixes.contains(&"SK113".to_owned()), "{fixes:?}");
}
