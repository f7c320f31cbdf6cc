//! `add`: targets, existing folders, and files that equal those of git.

use crate::support::snapshot::Snapshot;
use crate::support::test_context::TestContext;
use std::os::unix::fs::symlink;

#[test]
fn installed_files_and_modes_equal_those_of_git() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    let every_byte: Vec<u8> = (0..=255).collect();
    repo.skill("skills/odd", "odd", "Odd files")
        .executable("skills/odd/scripts/run", "#!/bin/sh\r\necho hi\r\n")
        .write("skills/odd/crlf.md", "one\r\ntwo\nthree\r")
        .write("skills/odd/all.bin", &every_byte);
    repo.write("skills/odd/empty", "")
        .write("skills/odd/a b/\u{e9}.md", "spaces")
        .write("skills/odd/.hidden/x", "hidden")
        .write(".gitattributes", "* text=auto eol=crlf\n");
    repo.commit("Odd");
    context.run(&["add", "acme/skills/odd"]).ok();
    context.has("odd", &repo, "main:skills/odd");
}

#[test]
fn add_under_new_name_keeps_it() {
    let (context, mut repo) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills/one", "--name", "mine"])
        .ok()
        .says("Added mine");
    context.has_entry("mine", &repo, "main:skills/one");
    let page = context.read(".github/skills/mine/SKILL.md");
    assert!(page.starts_with("---\nname: mine\n"), "{page}");
    assert_eq!(context.folders(".github/skills"), ["mine"]);
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context.run(&["update"]).ok().says("Updated mine");
    context.has_entry("mine", &repo, "main:skills/one");
    assert_eq!(context.read(".github/skills/mine/more.md"), "more");
    assert_eq!(context.read(".github/skills/mine/SKILL.md"), page);
    context.refuses(
        &["add", "acme/skills/one", "--name", "../x"],
        2,
        "is not a valid skill name",
    );
}

#[test]
fn dry_run_of_add_writes_nothing() {
    let (context, _repo) = TestContext::with_skills();
    context.refuses(
        &["add", "acme/skills", "--all", "--dry-run"],
        0,
        "Would add three",
    );
    context.run(&["add", "acme/skills/one"]).ok();
    context.refuses(
        &["add", "acme/skills", "--all", "-n", "--agent", "claude"],
        0,
        "Would add two",
    );
}

#[test]
fn adding_again_changes_nothing() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let (before, times) = (context.snapshot(), context.times());
    context
        .run(&["add", "acme/skills", "--all"])
        .ok()
        .says("Unchanged one");
    // A commit that changes none of them changes nothing either.
    repo.write("README.md", "news");
    repo.commit("News");
    context
        .run(&["add", "acme/skills/one"])
        .ok()
        .says("Unchanged one");
    before.assert_same(&context.snapshot());
    assert_eq!(times, context.times());
}

#[test]
fn adding_again_restores_and_updates() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    repo.write("skills/two/more.md", "more");
    repo.commit("More");
    context
        .run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    context
        .tree(".github/skills/one")
        .assert_same(&repo.snapshot("main:skills/one"));
    context.has("two", &repo, "main:skills/two");
}

#[test]
fn target_of_agent_is_kept_by_every_command() {
    let (context, mut repo) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills/one", "--agent", "claude"])
        .ok()
        .says(".claude/skills/one");
    assert!(
        context
            .read("mdskill.lock")
            .contains("targets = [\".claude/skills\"]\n")
    );
    let claude = |repo: &crate::support::repo::Repo| {
        context
            .tree(".claude/skills/one")
            .assert_same(&repo.snapshot("main:skills/one"));
    };
    claude(&repo);
    std::fs::remove_dir_all(context.project().join(".claude")).unwrap();
    context.run(&["install"]).ok();
    claude(&repo);
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context.run(&["update"]).ok();
    claude(&repo);
    assert_eq!(
        context.run(&["list", "--json"]).json()["skills"][0]["place"],
        ".claude/skills/one"
    );
    context.run(&["add", "acme/skills/two"]).ok();
    assert_eq!(context.folders(".claude/skills"), ["one", "two"]);
    context.run(&["remove", "one"]).ok();
    assert_eq!(context.folders(".claude/skills"), ["two"]);
    assert!(!context.project().join(".github").exists());
}

#[test]
fn skill_has_own_targets() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    context
        .run(&["add", "acme/skills/two", "--target", "tools/skills"])
        .ok();
    assert!(
        context
            .read("mdskill.lock")
            .contains("targets = [\".github/skills\"]\n")
    );
    assert_eq!(context.entry("two")["targets"], "[\"tools/skills\"]");
    assert!(!context.entry("one").contains_key("targets"));
    assert_eq!(context.folders("tools/skills"), ["two"]);
    assert_eq!(context.folders(".github/skills"), ["one"]);
    // A new target is added to those of the skill.
    context
        .run(&["add", "acme/skills/one", "--agent", "claude"])
        .ok();
    assert_eq!(
        context.entry("one")["targets"],
        "[\".github/skills\", \".claude/skills\"]"
    );
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context.run(&["update"]).ok();
    for folder in [".github/skills/one", ".claude/skills/one"] {
        context
            .tree(folder)
            .assert_same(&repo.snapshot("main:skills/one"));
    }
    context.run(&["verify"]).ok().says("2 skills");
    context.run(&["remove", "one", "two"]).ok();
    for folder in [".github/skills", ".claude/skills", "tools/skills"] {
        assert!(context.folders(folder).is_empty(), "{folder}");
    }
}

#[test]
fn target_outside_of_project_is_refused() {
    let (context, _repo) = TestContext::with_skills();
    context.refuses(
        &["add", "acme/skills/one", "--agent", "nobody"],
        2,
        "unknown agent `nobody`\nhint: `mdskill agents --list`",
    );
    for outside in ["../out", "/tmp/out", "a/../../b", ".git/hooks"] {
        context.refuses(
            &["add", "acme/skills/one", "--target", outside],
            2,
            "invalid target",
        );
    }
    std::fs::create_dir(context.path("elsewhere")).unwrap();
    symlink(context.path("elsewhere"), context.project().join(".github")).unwrap();
    context.refuses(
        &["add", "acme/skills/one"],
        1,
        "is a link that leads out of the project",
    );
    assert_eq!(Snapshot::of(&context.path("elsewhere")).paths(), [""; 0]);
    std::fs::create_dir_all(context.project().join("real/skills")).unwrap();
    symlink("real", context.project().join(".claude")).unwrap();
    context
        .run(&["add", "acme/skills/one", "--agent", "claude"])
        .ok();
    assert_eq!(context.folders("real/skills"), ["one"]);
}

#[test]
fn personal_skills_are_installed_in_home() {
    let (context, repo) = TestContext::with_skills();
    let project = Snapshot::of(&context.project());
    context.run(&["add", "-g", "acme/skills/one"]).ok();
    project.assert_same(&Snapshot::of(&context.project()));
    Snapshot::of(&context.path("home/.copilot/skills/one"))
        .assert_same(&repo.snapshot("main:skills/one"));
    assert!(context.path("home/.config/mdskill/mdskill.lock").is_file());
    context.run(&["list", "-g"]).ok().says("one");
    context.run(&["list"]).ok().never_says("acme");
    context.run(&["verify", "-g"]).ok();
    context.run(&["remove", "-g", "one"]).ok();
    assert_eq!(
        Snapshot::of(&context.path("home/.copilot/skills")).paths(),
        [""; 0]
    );
}

#[test]
fn unmanaged_folder_is_refused_or_moved_to_trash() {
    let (context, repo) = TestContext::with_skills();
    context.write(".github/skills/one/SKILL.md", "mine");
    let refused = context.refuses(
        &["add", "acme/skills", "--all"],
        1,
        ".github/skills/one was not changed: mdskill did not install it",
    );
    refused.says("nothing was changed");
    context
        .run(&["add", "acme/skills", "--all", "--force"])
        .ok()
        .says("your old copy to .mdskill/trash/one-1");
    assert_eq!(context.read(".mdskill/trash/one-1/SKILL.md"), "mine");
    assert_eq!(context.read(".mdskill/.gitignore"), "*\n");
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn identical_unmanaged_folder_is_adopted() {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    std::fs::remove_file(context.project().join("mdskill.lock")).unwrap();
    let times = context.times();
    context.run(&["add", "acme/skills/one"]).ok();
    context.has("one", &repo, "main:skills/one");
    let mut now = context.times();
    now.remove("mdskill.lock");
    assert_eq!(times, now);
}

#[test]
fn same_name_from_two_sources_is_refused() {
    let (context, _repo) = TestContext::with_skills();
    let mut other = context.repo("other/skills");
    other.skill("one", "one", "Another one");
    other.commit("One");
    context.run(&["add", "acme/skills/one"]).ok();
    context.refuses(&["add", "other/skills/one"], 1, "two skills would be installed as `one`: acme/skills/skills/one (installed) and other/skills/one");
    context
        .run(&["add", "other/skills/one", "--name", "one-more"])
        .ok();
    context.has_entry("one-more", &other, "main:one");
    context.refuses(
        &["add", "acme/skills/two", "other/skills/one", "--name", "x"],
        2,
        "--name renames one skill",
    );
}

#[test]
fn names_that_differ_only_in_case_are_refused() {
    let (context, _repo) = TestContext::with_skills();
    let mut other = context.repo("other/skills");
    other.skill("ONE", "ONE", "Shouted");
    other.skill("two", "two", "Another");
    other.commit("One");
    context.run(&["add", "acme/skills", "--all"]).ok();
    for arguments in [
        &["add", "other/skills/ONE"][..],
        &["add", "other/skills/ONE", "--force"],
    ] {
        context.refuses(arguments, 1, "two skills would be installed as `ONE`");
    }
    context.run(&["add", "other/skills/two", "--force"]).ok();
    context.has("two", &other, "main:two");
}

#[test]
fn project_root_is_found_from_below_or_by_option() {
    let (context, repo) = TestContext::with_skills();
    let deep = context.project().join("src/deep");
    std::fs::create_dir_all(&deep).unwrap();
    context
        .mdskill(["add", "acme/skills/one"])
        .dir(&deep)
        .run()
        .ok();
    context.has("one", &repo, "main:skills/one");
    context.run(&["-C", "src", "add", "acme/skills/two"]).ok();
    context.has("two", &repo, "main:skills/two");
    let elsewhere = context.path("temp");
    let project = context.project();
    let outcome = context
        .mdskill(["list", "-C", &project.to_string_lossy()])
        .dir(elsewhere)
        .run();
    outcome.ok().says("one").says("two");
    context.refuses(&["-C", "nowhere", "list"], 2, "no such directory");
}

#[test]
fn local_folder_is_source_without_commit() {
    let (context, _repo) = TestContext::with_skills();
    context.write(
        "drafts/mine/SKILL.md",
        "---\nname: mine\ndescription: My own\n---\nText\n",
    );
    context.run(&["add", "./drafts/mine"]).ok();
    context
        .tree(".github/skills/mine")
        .assert_same(&context.tree("drafts/mine"));
    let entry = context.entry("mine");
    assert!(entry["source"].starts_with("path:drafts"), "{entry:?}");
    assert!(!entry.contains_key("commit"));
    context.write(
        "drafts/mine/SKILL.md",
        "---\nname: mine\ndescription: My own\n---\nMore\n",
    );
    context.run(&["update"]).ok().says("Updated mine");
    context
        .tree(".github/skills/mine")
        .assert_same(&context.tree("drafts/mine"));
}
