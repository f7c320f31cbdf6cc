//! A skill that its author wrote in a target folder: no command deletes its only copy.

use crate::support::test_context::TestContext;
use std::os::unix::fs::symlink;

const MINE: &str = ".github/skills/mine/SKILL.md";

/// A page of the skill `mine`, with this body.
fn page(body: &str) -> String {
    format!("---\nname: mine\ndescription: My own\n---\n{body}\n")
}

/// Returns a project whose target folder has the skill `mine`, which is not installed.
fn written() -> TestContext {
    let (context, _repo) = TestContext::with_skills();
    context.write(MINE, page("My work"));
    context
}

#[test]
fn add_refuses_a_skill_that_is_already_where_it_would_be_installed() {
    let context = written();
    let project = context.project();
    symlink(".github", project.join("linked")).unwrap();
    for spec in [
        "./.github/skills/mine",
        "./linked/skills/mine",
        "./.github/../.github/skills/mine",
        "./.github",
        ".",
    ] {
        let add = ["add", spec, "--skill", "mine"];
        let sentence = "it is already in .github/skills, where skills are installed";
        context
            .refuses(&add, 1, sentence)
            .says("move it to another folder");
        let force = ["add", spec, "--skill", "mine", "--force"];
        context.refuses(&force, 1, sentence);
    }
    let renamed = ["add", "./.github/skills/mine", "--name", "other"];
    context.refuses(&renamed, 1, "it is already in .github/skills");
    // A copy of it can be installed in another folder.
    let copy = ["add", "./.github/skills/mine", "--target", ".claude/skills"];
    context.run(&copy).ok();
    assert_eq!(
        context.read(".claude/skills/mine/SKILL.md"),
        page("My work")
    );
}

#[test]
fn add_refuses_a_target_that_leads_to_the_skill() {
    let (context, _repo) = TestContext::with_skills();
    context.write("skills/mine/SKILL.md", page("My work"));
    std::fs::create_dir(context.project().join(".github")).unwrap();
    symlink("../skills", context.project().join(".github/skills")).unwrap();
    let sentence = "it is already in .github/skills";
    context.refuses(&["add", "./skills/mine"], 1, sentence);
    std::fs::remove_file(context.project().join(".github/skills")).unwrap();
    std::fs::create_dir(context.project().join(".github/skills")).unwrap();
    let place = context.project().join(".github/skills/mine");
    symlink("../../skills/mine", place).unwrap();
    context.refuses(&["add", "./skills/mine", "--force"], 1, sentence);
}

#[test]
fn add_refuses_a_skill_that_contains_the_target() {
    let (context, _repo) = TestContext::with_skills();
    context.write("SKILL.md", page("My work"));
    let sentence = "it contains .github/skills, where it would be installed";
    context
        .refuses(&["add", "."], 1, sentence)
        .says("skills/NAME");
}

/// Returns a project whose lockfile has the skill's own folder as its source, as older versions wrote it.
fn locked() -> TestContext {
    let context = written();
    context.write("drafts/mine/SKILL.md", page("My work"));
    context.run(&["add", "./drafts/mine"]).ok();
    std::fs::remove_dir_all(context.project().join("drafts")).unwrap();
    let lock = context.read("mdskill.lock");
    let own = lock.replace("path:drafts/mine", "path:.github/skills/mine");
    assert_ne!(own, lock);
    context.write("mdskill.lock", own);
    context
}

#[test]
fn remove_keeps_a_folder_that_is_its_own_source() {
    for force in [false, true] {
        for body in ["My work", "My newer work"] {
            let context = locked();
            context.write(MINE, page(body));
            let arguments = ["remove", "mine", "--force"];
            let outcome = context.run(&arguments[..2 + usize::from(force)]);
            outcome.ok().says(".github/skills/mine was not removed");
            assert_eq!(context.read(MINE), page(body));
            assert!(context.lock().is_empty());
        }
    }
}

#[test]
fn install_and_update_do_not_replace_a_folder_that_is_its_own_source() {
    let context = locked();
    context.run(&["install"]).ok();
    context.write(MINE, page("My newer work"));
    for arguments in [&["install"][..], &["install", "--force"]] {
        context.refuses(arguments, 1, "names it as its own source");
    }
    for arguments in [&["update"][..], &["update", "--force"]] {
        context.refuses(arguments, 3, "names it as its own source");
    }
    assert_eq!(context.read(MINE), page("My newer work"));
}
