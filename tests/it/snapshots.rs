//! The help and the output of each command, compared with the files in `tests/it/snapshots`.
//! `SNAPSHOTS=overwrite cargo test --test it snapshots` writes them.

use std::path::{Path, PathBuf};

use crate::lock_resolve::diverge_with_conflict;
use crate::support::fault::Fault;
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::snapshot_file::assert_matches_file;
use crate::support::test_context::{ServedContext, TestContext};
use clap::CommandFactory;
use mdskill::cli::Cli;

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    folder.join(format!("{name}.txt"))
}

/// Replaces the parts of the output that differ between runs: temporary folders, commits, and times.
fn redacted(context: &TestContext, text: &str) -> String {
    let mut text = text.to_owned();
    for (folder, name) in [
        (context.project(), "[PROJECT]"),
        (context.path("cache"), "[CACHE]"),
        (context.path("home"), "[HOME]"),
        (context.path("temp"), "[TEMP]"),
        (context.root().to_path_buf(), "[SERVER]"),
        (context.origin().into(), "[SERVER]"),
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
    without_time(&redacted)
}

/// Replaces the time of `Validated 1 skill in 0.00 s`, which is longer on a busy machine.
fn without_time(text: &str) -> String {
    let Some((before, rest)) = text.split_once(" in 0.") else {
        return text.to_owned();
    };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    match after.strip_prefix(" s") {
        Some(after) => format!("{before} in [TIME]{after}"),
        None => text.to_owned(),
    }
}

/// Compares a command with its snapshot: the command line, stdout, stderr, and the exit code.
#[track_caller]
fn assert_snapshot(context: &TestContext, name: &str, arguments: &[&str]) {
    assert_outcome(context, name, arguments, &context.run(arguments));
}

#[track_caller]
fn assert_outcome(context: &TestContext, name: &str, arguments: &[&str], outcome: &Outcome) {
    let code = outcome.code.expect("an exit code");
    let text = format!(
        "$ mdskill {}\n-- stdout\n{}-- stderr\n{}-- exit code {code}\n",
        arguments.join(" "),
        outcome.stdout,
        outcome.stderr
    );
    assert_matches_file(&redacted(context, &text), &file(name));
}

/// Makes a second commit that changes the skills `one` and `two`.
fn publish_update(repo: &mut Repo) {
    repo.skill("skills/one", "one", "Skill one, second version");
    repo.skill("skills/two", "two", "Skill two, second version");
    repo.commit("Second version");
}

fn installed() -> (TestContext, Repo) {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    (context, repo)
}

#[test]
fn help_matches_snapshots() {
    let context = TestContext::new();
    assert_snapshot(&context, "help", &["--help"]);
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        assert_snapshot(&context, &format!("help-{name}"), &[name, "--help"]);
    }
}

#[test]
fn add_and_inspect_match_snapshots() {
    let (context, _repo) = TestContext::with_skills();
    assert_snapshot(&context, "list-empty", &["list"]);
    assert_snapshot(&context, "list-repository", &["list", "acme/skills"]);
    assert_snapshot(
        &context,
        "add-dry-run",
        &["add", "acme/skills/one", "--dry-run"],
    );
    assert_snapshot(&context, "add", &["add", "acme/skills", "--all"]);
    assert_snapshot(&context, "add-again", &["add", "acme/skills/one"]);
    assert_snapshot(&context, "list", &["list"]);
    assert_snapshot(&context, "show", &["show", "one"]);
    assert_snapshot(&context, "verify", &["verify"]);
    assert_snapshot(&context, "install", &["install"]);
    assert_snapshot(&context, "lock", &["lock"]);
    assert_snapshot(&context, "policy", &["policy"]);
    assert_snapshot(&context, "import-nothing", &["import"]);
    assert_snapshot(&context, "remove", &["remove", "three"]);
}

#[test]
fn update_matches_snapshots() {
    let (context, mut repo) = installed();
    assert_snapshot(&context, "update-nothing", &["update"]);
    context.write(".github/skills/one/notes.md", "Our notes\n");
    assert_snapshot(&context, "verify-modified", &["verify"]);
    assert_snapshot(&context, "diff-local", &["diff", "--local"]);
    assert_snapshot(&context, "remove-edited", &["remove", "one"]);
    assert_snapshot(&context, "keep", &["keep", "one"]);
    publish_update(&mut repo);
    assert_snapshot(&context, "outdated", &["outdated"]);
    assert_snapshot(&context, "update-dry-run", &["update", "--dry-run"]);
    assert_snapshot(&context, "update-with-edits", &["update"]);
}

#[test]
fn conflict_matches_snapshots() {
    let (context, mut repo) = installed();
    let page = ".github/skills/one/SKILL.md";
    let edited = context.read(page).replace("Skill one", "Our skill one");
    context.write(page, edited);
    publish_update(&mut repo);
    assert_snapshot(&context, "update-conflict", &["update"]);
    assert_snapshot(&context, "update-force", &["update", "one", "--force"]);
}

#[test]
fn validate_matches_snapshot() {
    let context = TestContext::new();
    context.write(
        "mine/SKILL.md",
        "---\nname: mine\ndescription: Mine. Use it for tests.\n---\n[x](missing.md)\n",
    );
    let outcome = context.run(&["validate", "mine", "--format", "concise", "--quiet"]);
    let arguments = ["validate", "mine", "--format", "concise", "--quiet"];
    assert_outcome(&context, "validate", &arguments, &outcome);
}

#[test]
fn errors_match_snapshots() {
    let (context, mut repo) = TestContext::with_skills();
    repo.skill("other/one", "one", "Another skill one");
    repo.commit("Another skill one");
    assert_snapshot(
        &context,
        "error-unknown-skill",
        &["add", "acme/skills/nine"],
    );
    assert_snapshot(&context, "error-ambiguous", &["add", "acme/skills/one"]);
    assert_snapshot(&context, "error-no-lockfile", &["verify"]);
    assert_snapshot(
        &context,
        "error-not-a-repository",
        &["add", "acme/nothing/one"],
    );
    assert_snapshot(&context, "error-bad-spec", &["add", "acme"]);
    assert_snapshot(
        &context,
        "error-unknown-agent",
        &["add", "a/b/c", "--agent", "x"],
    );
    assert_snapshot(&context, "error-unknown-option", &["list", "--nope"]);
    assert_snapshot(&context, "error-no-directory", &["-C", "nowhere", "list"]);
    assert_snapshot(
        &context,
        "error-offline",
        &["add", "acme/skills/two", "--offline"],
    );
}

#[test]
fn network_errors_match_snapshots() {
    let context = ServedContext::new();
    let add = |name: &str, variables: &[(&str, &str)]| {
        let arguments = ["add", "acme/skills/one"];
        let mut prepared = context.mdskill(arguments).env("MDSKILL_RETRIES", "0");
        for (variable, value) in variables {
            prepared = prepared.env(variable, *value);
        }
        assert_outcome(&context, name, &arguments, &prepared.run());
    };
    context.server.fault_next(Fault::status(503));
    add("error-server", &[]);
    context.server.fault_next(Fault::status(429));
    add("error-rate-limit", &[]);
    let unreachable = ("MDSKILL_GITHUB_URL", "http://127.0.0.1:1");
    add("error-unreachable", &[unreachable]);
    context.server.require_basic("ada", "secret");
    add("error-credentials", &[("CI", "true")]);
    context.server.hide_private(true);
    add("error-not-found", &[("CI", "true")]);
}

#[test]
fn offline_error_matches_snapshot() {
    let context = ServedContext::new();
    let arguments = ["add", "acme/skills/one", "--offline"];
    assert_snapshot(&context, "error-not-cached", &arguments);
}

#[test]
fn policy_matches_snapshots() {
    let (context, _repo) = installed();
    context.write("mdskill.toml", "[policy]\nsources = [\"github:other/*\"]\n");
    assert_snapshot(&context, "policy-denied", &["policy", "one"]);
    assert_snapshot(
        &context,
        "error-policy",
        &["add", "acme/skills/one", "--name", "uno"],
    );
    context.write("mdskill.toml", "[policy]\nsource = []\n");
    assert_snapshot(&context, "error-config", &["policy"]);
}

#[test]
fn import_matches_snapshots() {
    let (context, _repo) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills/one", "--target", ".agents/skills"])
        .ok();
    std::fs::remove_file(context.project().join("mdskill.lock")).unwrap();
    let lock = r#"{"version": 1, "skills": {"one": {"source": "acme/skills", "sourceType": "github", "skillPath": "skills/one/SKILL.md", "computedHash": ""}}}"#;
    context.write("skills-lock.json", lock);
    assert_snapshot(&context, "import-dry-run", &["import", "--dry-run"]);
    assert_snapshot(&context, "import", &["import"]);
}

#[test]
fn lock_resolve_matches_snapshots() {
    let (context, mut repo) = installed();
    diverge_with_conflict(&context, "merge", ["main", "other"], |branch| {
        repo.write("skills/one/version", branch);
        repo.commit("Another version");
        context.run(&["update"]).ok();
    });
    assert_snapshot(&context, "error-lock-conflict", &["list"]);
    assert_snapshot(&context, "lock-resolve", &["lock", "--resolve"]);
}

#[test]
fn cache_matches_snapshots() {
    let (context, _repo) = installed();
    for command in ["dir", "prune", "clear"] {
        assert_snapshot(&context, &format!("cache-{command}"), &["cache", command]);
    }
}

#[test]
fn validate_text_matches_snapshot() {
    let context = TestContext::new();
    let text = "---
name: mine
description: Mine. Use it for tests.
---
[x](missing.md)
";
    context.write("mine/SKILL.md", text);
    assert_snapshot(&context, "validate-text", &["validate", "mine"]);
    assert_snapshot(&context, "rule", &["rule", "SK301"]);
}
