//! `validate` looks at the files that git would commit, and at every folder that the user names.

use crate::support::test_context::TestContext;

const TEXT: &str =
    "---\nname: NAME\ndescription: Does it when asked\n---\n\nSee [it](references/gone.md).\n";

fn skill(context: &TestContext, folder: &str) {
    let name = folder.rsplit('/').next().unwrap();
    context.write(&format!("{folder}/SKILL.md"), TEXT.replace("NAME", name));
}

/// The folders with a broken link, each of which is a validated skill.
#[track_caller]
fn validated(context: &TestContext, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["validate", "--json", "--select", "SK301"], arguments].concat();
    let json = context.mdskill(arguments).run().fails(3).json();
    let diagnostics = json["diagnostics"].as_array().unwrap().iter();
    let skill = |found: &serde_json::Value| found["skill"].as_str().unwrap().to_owned();
    diagnostics.map(skill).collect()
}

fn commit(context: &TestContext) {
    let author = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    let commit = ["commit", "--quiet", "--message", "Mine"];
    context.git(&["add", "--all"]).ok();
    context.git(&[&author[..], &commit].concat()).ok();
}

/// Asserts that git ignores exactly these of all skills.
#[track_caller]
fn assert_ignored(context: &TestContext, ignored: &[&str]) {
    for folder in ignored {
        let file = format!("{folder}/SKILL.md");
        context.git(&["check-ignore", "--quiet", &file]).ok();
    }
}

#[test]
fn ignored_folders_are_not_validated() {
    let context = TestContext::with_origin("");
    let ignored = [
        ".venv/lib/x/skills/v",
        "build/skills/mine",
        "skills/drafts/later",
        "packages/api/out/skill",
        "tmp/global",
        "scratch/excluded",
    ];
    let files = [
        "skills/mine",
        "packages/api/skills/kept",
        ".github/skills/hidden",
    ];
    for folder in ignored.iter().chain(&files) {
        skill(&context, folder);
    }
    context.write(".gitignore", ".venv/\n/build\nskills/drafts/*\n");
    context.write("packages/api/.gitignore", "out\n");
    context.write(".git/info/exclude", "scratch\n");
    context.write("../home/.config/git/ignore", "tmp/\n");
    assert_ignored(&context, &ignored);
    let mut expected = files.to_vec();
    expected.sort_unstable();
    assert_eq!(validated(&context, &[]), expected);
    assert_eq!(validated(&context, &["."]), expected);
    assert_eq!(validated(&context, &["skills"]), ["skills/mine"]);
    for folder in ignored {
        assert_eq!(validated(&context, &[folder]), [folder]);
        let file = format!("{folder}/SKILL.md");
        assert_eq!(validated(&context, &[&file]), [folder]);
    }
    assert_eq!(validated(&context, &["build"]), ["build/skills/mine"]);
    assert_eq!(
        validated(&context, &[".venv/lib"]),
        [".venv/lib/x/skills/v"]
    );
    // In an ignored folder, its skills are meant.
    let inside = ["-C", "build"];
    assert_eq!(validated(&context, &inside), ["skills/mine"]);
}

#[test]
fn tracked_skill_in_ignored_folder_is_validated() {
    let context = TestContext::with_origin("");
    skill(&context, ".claude/skills/tracked");
    skill(&context, ".claude/skills/private");
    context.write(".gitignore", ".claude\n");
    context
        .git(&["add", "--force", ".claude/skills/tracked"])
        .ok();
    assert_eq!(validated(&context, &[]), [".claude/skills/tracked"]);
}

#[test]
fn other_work_trees_and_clones_are_not_validated() {
    let context = TestContext::with_origin("");
    skill(&context, "skills/mine");
    commit(&context);
    for arguments in [
        &[
            "worktree",
            "add",
            "--quiet",
            ".claude/worktrees/f",
            "-b",
            "f",
        ][..],
        &["clone", "--quiet", ".", "copies/clone"],
    ] {
        context.git(arguments).ok();
    }
    assert_eq!(validated(&context, &[]), ["skills/mine"]);
    let since = context
        .run(&["validate", "--since", "HEAD", "--json"])
        .json();
    assert_eq!(since["summary"]["since"]["unchanged"], 1);
    for other in [".claude/worktrees/f", "copies/clone"] {
        let inside = [format!("{other}/skills/mine")];
        assert_eq!(validated(&context, &[other]), inside);
        assert_eq!(validated(&context, &["-C", other]), ["skills/mine"]);
    }
}

#[test]
fn ignored_skill_is_not_compared_with_a_commit() {
    let context = TestContext::with_origin("");
    skill(&context, "skills/mine");
    context.write(".gitignore", "build/\n");
    commit(&context);
    skill(&context, "build/made");
    let json = context.run(&["validate", "--since", "HEAD", "--json"]);
    assert_eq!(json.ok().json()["summary"]["skills"], 0);
    skill(&context, "skills/made");
    let json = context.run(&["validate", "--since", "HEAD", "--json"]);
    assert_eq!(json.fails(3).json()["summary"]["skills"], 1);
}

#[test]
fn personal_skills_in_an_ignored_folder_are_validated() {
    let (context, _repo) = TestContext::with_skills();
    let home = context.path("home");
    context
        .command("git", ["init", "--quiet"])
        .dir(&home)
        .run()
        .ok();
    std::fs::write(home.join(".gitignore"), "*\n").unwrap();
    context.run(&["-g", "add", "acme/skills/one"]).ok();
    let json = context.run(&["-g", "validate", "--json"]).json();
    assert_eq!(json["summary"]["skills"], 1);
}
