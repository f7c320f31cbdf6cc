//! The help and the output of each command, compared with the files in `tests/it/snapshots`.
//! `SNAPSHOTS=overwrite cargo test --test it snapshots` writes them.

use std::path::{Path, PathBuf};

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::shop::Shop;
use crate::support::snapshot_file::assert_matches_file;
use clap::CommandFactory;
use mdskill::cli::Cli;

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    folder.join(format!("{name}.txt"))
}

/// Replaces the parts of the output that differ between runs: temporary folders, commits, and times.
fn redacted(shop: &Shop, text: &str) -> String {
    let mut text = text.to_owned();
    for (folder, name) in [
        (shop.room.project(), "[PROJECT]"),
        (shop.room.path("cache"), "[CACHE]"),
        (shop.room.path("home"), "[HOME]"),
        (shop.room.path("temp"), "[TEMP]"),
        (shop.root().to_path_buf(), "[SERVER]"),
    ] {
        text = text.replace(&*folder.to_string_lossy(), name);
    }
    let is_hex = |word: &str| word.len() >= 7 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let has_digit = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
    let mut redacted = String::new();
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        if is_hex(bare) && has_digit(bare) {
            redacted += if bare.len() == 40 {
                "[COMMIT]"
            } else {
                "[SHORT]"
            };
            redacted += &word[bare.len()..];
        } else {
            redacted += word;
        }
    }
    redacted
}

/// Compares a command with its snapshot: the command line, stdout, stderr, and the exit code.
#[track_caller]
fn assert_snapshot(shop: &Shop, name: &str, arguments: &[&str]) {
    assert_outcome(shop, name, arguments, &shop.run(arguments));
}

#[track_caller]
fn assert_outcome(shop: &Shop, name: &str, arguments: &[&str], outcome: &Outcome) {
    let code = outcome.code.expect("an exit code");
    let text = format!(
        "$ mdskill {}\n-- stdout\n{}-- stderr\n{}-- exit code {code}\n",
        arguments.join(" "),
        outcome.stdout,
        outcome.stderr
    );
    assert_matches_file(&redacted(shop, &text), &file(name));
}

/// Makes a second commit that changes the skills `one` and `two`.
fn publish_update(repo: &mut Repo) {
    repo.skill("skills/one", "one", "Skill one, second version");
    repo.skill("skills/two", "two", "Skill two, second version");
    repo.commit("Second version");
}

fn installed() -> (Shop, Repo) {
    let (shop, repo) = Shop::stocked();
    shop.run(&["add", "acme/skills", "--all"]).ok();
    (shop, repo)
}

#[test]
fn help_matches_snapshots() {
    let shop = Shop::open();
    assert_snapshot(&shop, "help", &["--help"]);
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        assert_snapshot(&shop, &format!("help-{name}"), &[name, "--help"]);
    }
}

#[test]
fn add_and_inspect_match_snapshots() {
    let (shop, _repo) = Shop::stocked();
    assert_snapshot(&shop, "list-empty", &["list"]);
    assert_snapshot(&shop, "list-repository", &["list", "acme/skills"]);
    assert_snapshot(
        &shop,
        "add-dry-run",
        &["add", "acme/skills/one", "--dry-run"],
    );
    assert_snapshot(&shop, "add", &["add", "acme/skills", "--all"]);
    assert_snapshot(&shop, "add-again", &["add", "acme/skills/one"]);
    assert_snapshot(&shop, "list", &["list"]);
    assert_snapshot(&shop, "show", &["show", "one"]);
    assert_snapshot(&shop, "verify", &["verify"]);
    assert_snapshot(&shop, "install", &["install"]);
    assert_snapshot(&shop, "lock", &["lock"]);
    assert_snapshot(&shop, "policy", &["policy"]);
    assert_snapshot(&shop, "import-nothing", &["import"]);
    assert_snapshot(&shop, "remove", &["remove", "three"]);
}

#[test]
fn update_matches_snapshots() {
    let (shop, mut repo) = installed();
    assert_snapshot(&shop, "update-nothing", &["update"]);
    shop.room
        .write(".github/skills/one/notes.md", "Our notes\n");
    assert_snapshot(&shop, "verify-modified", &["verify"]);
    assert_snapshot(&shop, "diff-local", &["diff", "--local"]);
    assert_snapshot(&shop, "remove-edited", &["remove", "one"]);
    assert_snapshot(&shop, "keep", &["keep", "one"]);
    publish_update(&mut repo);
    assert_snapshot(&shop, "outdated", &["outdated"]);
    assert_snapshot(&shop, "update-dry-run", &["update", "--dry-run"]);
    assert_snapshot(&shop, "update-with-edits", &["update"]);
}

#[test]
fn conflict_matches_snapshots() {
    let (shop, mut repo) = installed();
    let page = ".github/skills/one/SKILL.md";
    let edited = shop.room.read(page).replace("Skill one", "Our skill one");
    shop.room.write(page, edited);
    publish_update(&mut repo);
    assert_snapshot(&shop, "update-conflict", &["update"]);
    assert_snapshot(&shop, "update-force", &["update", "one", "--force"]);
}

#[test]
fn validate_matches_snapshot() {
    let shop = Shop::open();
    shop.room.write(
        "mine/SKILL.md",
        "---\nname: mine\ndescription: Mine. Use it for tests.\n---\n[x](missing.md)\n",
    );
    let outcome = shop.run(&["validate", "mine", "--format", "concise", "--quiet"]);
    let arguments = ["validate", "mine", "--format", "concise", "--quiet"];
    assert_outcome(&shop, "validate", &arguments, &outcome);
}

#[test]
fn errors_match_snapshots() {
    let (shop, mut repo) = Shop::stocked();
    repo.skill("other/one", "one", "Another skill one");
    repo.commit("Another skill one");
    assert_snapshot(&shop, "error-unknown-skill", &["add", "acme/skills/nine"]);
    assert_snapshot(&shop, "error-ambiguous", &["add", "acme/skills/one"]);
    assert_snapshot(&shop, "error-no-lockfile", &["verify"]);
    assert_snapshot(
        &shop,
        "error-not-a-repository",
        &["add", "acme/nothing/one"],
    );
    assert_snapshot(&shop, "error-bad-spec", &["add", "acme"]);
    assert_snapshot(
        &shop,
        "error-unknown-agent",
        &["add", "a/b/c", "--agent", "x"],
    );
    assert_snapshot(&shop, "error-unknown-option", &["list", "--nope"]);
    assert_snapshot(&shop, "error-no-directory", &["-C", "nowhere", "list"]);
    assert_snapshot(
        &shop,
        "error-offline",
        &["add", "acme/skills/two", "--offline"],
    );
}
