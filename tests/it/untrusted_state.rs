//! Untrusted journals, and unusual states of the cache and the disk.

use crate::support::test_context::TestContext;

/// Writes a journal as an interrupted command leaves it.
fn leave_journal(context: &TestContext, text: &str) {
    context.write(".mdskill/journal.json", text);
}

#[test]
fn journal_of_repository_changes_nothing_outside() {
    let (context, _repo) = TestContext::with_skills();
    let victim = context.path("home").join("victim");
    std::fs::create_dir_all(victim.join("deep")).unwrap();
    std::fs::write(victim.join("deep/file"), "mine").unwrap();
    let outside = victim.display();
    let before = context.snapshot();
    for text in [
        format!(r#"{{"lockfile":null,"stages":["{outside}"],"targets":[],"made":[],"swaps":[]}}"#),
        format!(r#"{{"lockfile":null,"targets":["{outside}"],"made":[],"swaps":[]}}"#),
        r#"{"lockfile":null,"targets":["../home/victim/deep"],"made":[],"swaps":[]}"#.to_owned(),
        format!(r#"{{"lockfile":null,"targets":[],"made":["{outside}"],"swaps":[]}}"#),
        r#"{"lockfile":null,"targets":[],"made":[],"swaps":[{"target":"x","name":"../home","new":null,"old":"Aside"}]}"#.to_owned(),
        r#"{"lockfile":null,"targets":[],"made":[],"swaps":[{"target":"x","name":"a","new":null,"old":{"Trash":"../a"}}]}"#.to_owned(),
    ] {
        leave_journal(&context, &text);
        context.mdskill(["list"]).run();
        drop(std::fs::remove_dir_all(context.project().join(".mdskill")));
        before.assert_same(&context.snapshot());
    }
}

#[test]
fn recovery_does_not_follow_links() {
    let (context, _repo) = TestContext::with_skills();
    let victim = context.path("home").join("victim");
    std::fs::create_dir_all(victim.join("one")).unwrap();
    std::fs::write(victim.join("one/file"), "mine").unwrap();
    let stage = context.project().join(".github/.mdskill-stage-skills");
    std::fs::create_dir_all(&stage).unwrap();
    std::os::unix::fs::symlink(&victim, stage.join("old")).unwrap();
    let swap = r#"{"target":".github/skills","name":"one","new":null,"old":"Aside"}"#;
    leave_journal(
        &context,
        &format!(r#"{{"lockfile":null,"targets":[".github/skills"],"made":[],"swaps":[{swap}]}}"#),
    );
    context.mdskill(["list"]).run().ok().says("is ignored");
    assert_eq!(
        std::fs::read_to_string(victim.join("one/file")).unwrap(),
        "mine"
    );
}

#[test]
fn targets_in_one_folder_have_separate_staging_folders() {
    let (context, _repo) = TestContext::with_skills();
    let targets = ["--target", ".ai/skills", "--target", ".ai/more"];
    context
        .run(&[&["add", "acme/skills/one"], &targets[..]].concat())
        .ok();
    assert_eq!(context.folders(".ai/skills"), ["one"]);
    assert_eq!(context.folders(".ai/more"), ["one"]);
    context.run(&["verify"]).ok();
}

#[test]
fn concurrent_commands_with_empty_cache_succeed() {
    for _ in 0..5 {
        let (context, _repo) = TestContext::with_skills();
        // A bundle is read through the cache.
        let bundle = context.root().join("acme/more.bundle");
        context
            .repo("acme/other")
            .skill("one", "one", "One")
            .commit("One");
        let other = context.root().join("acme/other.git");
        let made = context.command(
            "git",
            [
                "-C",
                &other.to_string_lossy(),
                "bundle",
                "create",
                &bundle.to_string_lossy(),
                "--all",
            ],
        );
        made.run().ok();
        let projects: Vec<_> = (0..4)
            .map(|number| context.path("temp").join(number.to_string()))
            .collect();
        let running: Vec<_> = projects
            .iter()
            .map(|project| {
                std::fs::create_dir_all(project).unwrap();
                context
                    .mdskill(["add", "acme/more", "--all"])
                    .dir(project)
                    .spawn()
            })
            .collect();
        for command in running {
            command.wait().ok();
        }
    }
}

/// Root ignores permissions; for other users, a read-only folder must not stop the removal.
#[test]
fn remove_deletes_read_only_folder() {
    use std::os::unix::fs::PermissionsExt;
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/three"]).ok();
    let scripts = context.project().join(".github/skills/three/scripts");
    std::fs::set_permissions(&scripts, std::fs::Permissions::from_mode(0o555)).unwrap();
    context.run(&["remove", "three"]).ok();
    assert!(
        !context
            .project()
            .join(".github/.mdskill-stage-skills")
            .exists()
    );
    context.run(&["list"]).ok();
}
