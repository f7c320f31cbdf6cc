//! Tests of `support`: the builder of repositories, the isolated environment, and the stand-ins for programs.

use crate::support::fault::Fault;
use crate::support::repo::Repo;
use crate::support::snapshot::{EXECUTABLE, FILE, FOLDER, LINK};
use crate::support::test_context::{ServedContext, TestContext};
use std::time::{Duration, Instant};

#[test]
fn equal_repositories_have_equal_ids() {
    let build = || {
        let root = tempfile::tempdir().unwrap();
        let mut repo = Repo::create(root.path(), "acme/skills");
        repo.skill("skills/one", "one", "The first")
            .symlink("link", "skills/one")
            .executable("run", "#!/bin/sh\n");
        repo.write("odd \"name\"\\with\u{1b}escape", [0, 159, 146, 150]);
        let first = repo.commit("First");
        repo.remove("run")
            .rename("skills/one", "skills/uno")
            .submodule("module", &first);
        repo.commit("Second")
    };
    assert_eq!(build(), build());
}

#[test]
fn snapshot_of_commit_has_the_files_of_a_checkout() {
    let root = tempfile::tempdir().unwrap();
    let mut repo = Repo::create(root.path(), "acme/skills");
    repo.write("a/b/file", "text")
        .executable("a/run", "#!/bin/sh\n")
        .symlink("a/link", "b/file");
    repo.commit("First");
    let seen = repo.snapshot("HEAD:a");
    assert_eq!(seen.paths(), ["b", "b/file", "link", "run"]);
    let modes: Vec<_> = seen.entries.values().map(|(mode, _)| *mode).collect();
    assert_eq!(modes, [FOLDER, FILE, LINK, EXECUTABLE]);
    assert_eq!(seen.text("link"), "b/file");
    let mut other = seen.clone();
    other.entries.remove("run");
    assert_eq!(
        seen.differences(&other),
        ["  run: 100755 \"#!/bin/sh\\n\", then gone"]
    );
    assert!(format!("{seen:?}").contains("a folder"));
}

#[test]
fn raw_tree_keeps_invalid_names() {
    let root = tempfile::tempdir().unwrap();
    for format in ["sha1", "sha256"] {
        let mut repo = Repo::create_with(root.path(), &format!("acme/{format}"), format);
        let blob = repo.blob("evil");
        let names = [
            "..",
            ".git",
            ".GIT",
            "/etc",
            "a\\b",
            "aux.md",
            "caf\u{e9}",
            "cafe\u{301}",
            "twice",
            "twice",
            "\u{1b}[2J",
        ];
        let entries: Vec<_> = names
            .iter()
            .map(|name| ("100644", *name, blob.as_str()))
            .collect();
        let tree = repo.raw_tree(&entries);
        let commit = repo.commit_tree(&tree, "Evil");
        assert_eq!(repo.rev_parse("main^{tree}"), tree);
        let listed: Vec<_> = repo
            .ls_tree(&commit)
            .into_iter()
            .map(|(_, _, path)| path)
            .collect();
        assert_eq!(listed, names);
        repo.write("good", "good");
        assert_ne!(repo.commit_tree(&tree, "Again"), commit);
    }
}

#[test]
fn tags_branches_and_bundles_are_read_by_git() {
    let root = tempfile::tempdir().unwrap();
    let mut repo = Repo::create(root.path(), "acme/skills");
    repo.skill("one", "one", "The first");
    let first = repo.commit("First");
    repo.tag("v1");
    repo.annotated_tag("v1.0");
    assert_eq!(repo.rev_parse("v1"), first);
    assert_ne!(repo.rev_parse("v1.0"), first);
    assert_eq!(repo.rev_parse("v1.0^{}"), first);
    repo.branch("next").skill("two", "two", "The second");
    let second = repo.commit("Second");
    assert_eq!(repo.rev_parse("HEAD"), second);
    repo.branch("main");
    assert_eq!(repo.rev_parse("HEAD"), first);
    repo.reset_to(&second);
    assert_eq!(repo.rev_parse("main"), second);

    let bundle = root.path().join("skills.bundle");
    repo.bundle(&bundle);
    let context = TestContext::without_project(&root.path().to_string_lossy());
    context
        .command(
            "git",
            ["clone", "--quiet", &bundle.to_string_lossy(), "copy"],
        )
        .run()
        .ok();
    context
        .tree("copy/two")
        .assert_same(&repo.snapshot("HEAD:two"));
}

#[test]
fn room_hides_the_environment_of_the_user() {
    let context = ServedContext::new();
    let shown = context
        .command("sh", ["-c", "export"])
        .env("EXTRA", "yes")
        .run();
    shown
        .ok()
        .says("COLUMNS")
        .says("EXTRA")
        .says("MDSKILL_RETRY_DELAY")
        .never_says("CARGO")
        .never_says("PROXY");
    context
        .git(&["config", "--list", "--show-scope"])
        .never_says("global")
        .never_says("system");
    context
        .command("sh", ["-c", "command -v gh || command -v ssh"])
        .run()
        .fails(127);
    let prepared = context.command(
        "sh",
        [
            "-c",
            "pwd; read line; echo \"{\\\"heard\\\": \\\"$line\\\"}\" >&2",
        ],
    );
    let outcome = prepared.stdin("hello\n").dir(context.path("home")).run();
    outcome.ok().says("/home\n").says("{\"heard\": \"hello\"}");
    let json = context
        .command("sh", ["-c", "echo '{\"a\": 1}'"])
        .run()
        .json();
    assert_eq!(json["a"], 1);
}

#[test]
fn program_starts_in_room() {
    let context = ServedContext::new();
    context.mdskill(["--version"]).run().ok();
}

#[test]
fn snapshot_of_room_shows_changed_files() {
    let context = ServedContext::new();
    context.write("notes/mine.md", "mine");
    let before = context.snapshot();
    std::fs::write(context.path("cache/anything"), "may change").unwrap();
    before.assert_same(&context.snapshot());
    context.write("notes/mine.md", "yours");
    let differences = before.differences(&context.snapshot());
    assert_eq!(
        differences,
        ["  project/notes/mine.md: 100644 \"mine\", then 100644 \"yours\""]
    );
    assert_eq!(context.read("notes/mine.md"), "yours");
}

#[test]
fn fake_gh_and_ssh_are_used() {
    let context = ServedContext::new();
    context.fake_gh("a-token");
    context.command("gh", ["auth", "token"]).run();
    let outcome = context
        .command("sh", ["-c", "gh auth token --hostname github.com"])
        .run();
    assert_eq!(outcome.ok().stdout, "a-token\n");
    assert!(
        context
            .log("gh")
            .contains("auth token --hostname github.com")
    );

    context.fake_ssh(context.repo.folder().ancestors().nth(2).unwrap());
    context
        .git(&[
            "clone",
            "--quiet",
            "--filter=blob:none",
            "git@github.com:acme/skills.git",
            "copy",
        ])
        .ok();
    context
        .tree("copy/skills")
        .assert_same(&context.repo.snapshot("HEAD:skills"));
    let log = context.log("ssh");
    assert!(
        log.contains("git@github.com git-upload-pack 'acme/skills.git'"),
        "{log}"
    );
}

#[test]
fn kill_ends_the_whole_process_group() {
    let context = ServedContext::new();
    context.server.fault(Fault::Hang);
    let url = context.server.url_of("acme/skills");
    let start = Instant::now();
    let mut running = context.command("git", ["ls-remote", &url]).spawn();
    while context.server.requests().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(running.runs());
    running.kill();
    // A living child of git would hold the pipe, and `wait` would last until the watchdog.
    let outcome = running.wait();
    assert_eq!(outcome.code, None);
    assert!(
        !outcome.hung && start.elapsed() < Duration::from_secs(20),
        "{outcome}"
    );

    let asked = context.server.requests().len();
    let running = context.mdskill(["add", "acme/skills/one"]).spawn();
    while context.server.requests().len() == asked {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.interrupt();
    running.wait().fails(130);
}
