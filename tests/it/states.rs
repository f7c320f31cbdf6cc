//! The states of installed skills: `list`, `verify`, `update`, `outdated`, and `show` agree, and each state has a
//! command that ends it.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const PAGE: &str = ".github/skills/one/SKILL.md";

/// Installs the three skills of `acme/skills`.
fn installed() -> (TestContext, Repo) {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    (context, repo)
}

/// Installs them, and leaves conflict markers in `one`.
fn with_markers() -> (TestContext, Repo) {
    let (context, mut repo) = installed();
    let edited = context.read(PAGE).replace("Do it with care.", "Do it.");
    context.write(PAGE, edited);
    repo.write(
        "skills/one/SKILL.md",
        context.read(PAGE).replace("Do it.", "Do it slowly."),
    );
    repo.commit("Slowly");
    context
        .run(&["update", "one", "--conflict=markers"])
        .fails(3);
    (context, repo)
}

/// Asserts the state of `one` in `list`, `list --json`, and `show`.
#[track_caller]
fn assert_state(context: &TestContext, word: &str, json: &str) {
    let listed = context.run(&["list"]);
    let line = listed
        .ok()
        .stdout
        .lines()
        .find(|line| line.starts_with("one"));
    assert!(line.is_some_and(|line| line.contains(word)), "{listed}");
    let listed = context.run(&["list", "--json"]).ok().json();
    let skills = listed["skills"].as_array().unwrap();
    let one = skills.iter().find(|skill| skill["name"] == "one").unwrap();
    assert_eq!(one["state"], json);
    if json != "missing" {
        let shown = context.run(&["show", "one", "--json"]).ok().json();
        assert_eq!(shown["state"], json);
    }
}

#[test]
fn markers_left_in_files_are_a_conflict_everywhere() {
    let (context, _repo) = with_markers();
    assert_state(&context, "conflict", "conflict");
    context
        .run(&["verify"])
        .fails(3)
        .says("error: .github/skills/one has an unresolved conflict")
        .says("SKILL.md: line 8 has a conflict marker")
        .says("`mdskill keep one`");
    // Nothing is new upstream, and the conflict still waits for a person.
    for arguments in [&["update"][..], &["update", "--check"], &["outdated"]] {
        context
            .refuses(arguments, 3, "an earlier conflict is not resolved")
            .says("SKILL.md: line 8 has a conflict marker")
            .says("`mdskill keep one`")
            .never_says("up to date");
    }
    let report = context.run(&["update", "--json"]).fails(3).json();
    assert_eq!(report["conflicts"][0]["name"], "one");
    assert_eq!(report["conflicts"][0]["is_unresolved"], true);
    context.refuses(&["keep", "one"], 1, "line 8 has a conflict marker");
    context.write(
        PAGE,
        "---\nname: one\ndescription: Skill one\n---\n\nDo it.\n",
    );
    assert_state(&context, "modified", "modified");
    context.run(&["keep", "one"]).ok();
    assert_state(&context, "modified, kept", "kept");
    context.run(&["update"]).ok().says("up to date");
    context.run(&["verify"]).ok();
}

#[test]
fn markers_left_in_files_are_not_merged_with_a_new_version() {
    let (context, mut repo) = with_markers();
    repo.write("skills/one/new.md", "New\n");
    repo.skill("skills/two", "two", "Changed");
    repo.commit("New file");
    let before = context.tree(".github/skills/one");
    context
        .run(&["update"])
        .fails(3)
        .says("Updated two")
        .says("an earlier conflict is not resolved");
    before.assert_same(&context.tree(".github/skills/one"));
    context.run(&["update", "one", "--force"]).ok();
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn edit_of_a_skill_that_explains_markers_is_no_conflict() {
    let (context, mut repo) = TestContext::with_skills();
    let text = "---\nname: one\ndescription: Explains merges\n---\n\n<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n";
    repo.write("skills/one/SKILL.md", text);
    repo.commit("Explain");
    context.run(&["add", "acme/skills/one"]).ok();
    context.write(PAGE, text.replace("Explains", "Our page explains"));
    assert_state(&context, "modified", "modified");
    context.run(&["update"]).ok();
    context.run(&["keep", "one"]).ok();
    assert_state(&context, "modified, kept", "kept");
}

#[test]
fn install_without_a_lockfile_is_an_error() {
    let context = TestContext::new();
    context
        .refuses(&["install"], 1, "error: there is no mdskill.lock in ")
        .says("hint: `mdskill add owner/repo/skill`");
    context
        .refuses(
            &["install", "pdf"],
            1,
            "error: there is no mdskill.lock in ",
        )
        .never_says("Finished");
    context.write("skills-lock.json", "{\"version\":1,\"skills\":{}}");
    context
        .refuses(&["install"], 1, "error: there is no mdskill.lock in ")
        .says("hint: `mdskill import` adopts the skills of skills-lock.json");
}

#[test]
fn install_of_a_skill_that_is_not_locked_is_an_error() {
    let (context, _repo) = installed();
    context
        .refuses(
            &["install", "pdf"],
            1,
            "error: `pdf` is not in mdskill.lock",
        )
        .says("hint: `mdskill add owner/repo/pdf`");
    context.refuses(&["install", "oen"], 1, "did you mean `one`");
}

#[test]
fn install_restores_missing_skills_beside_a_modified_one() {
    let (context, repo) = installed();
    context.write(PAGE, "our own page\n");
    std::fs::remove_dir_all(context.project().join(".github/skills/two")).unwrap();
    context
        .run(&["install"])
        .fails(1)
        .says("Installed two")
        .says("error: .github/skills/one was not changed: it differs from the lockfile")
        .says("`mdskill keep one`")
        .says("`mdskill install one --force`")
        .says("1 installed, 1 unchanged, 1 not changed");
    context.has("two", &repo, "main:skills/two");
    assert_eq!(context.read(PAGE), "our own page\n");
    context.run(&["install", "one", "--force"]).ok();
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn missing_skill_with_recorded_edits_names_the_git_command() {
    let (context, _repo) = installed();
    context.write(PAGE, "---\nname: one\ndescription: Ours\n---\n\nOurs\n");
    context.run(&["keep", "one"]).ok();
    context.git(&["add", "."]).ok();
    let commit = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "commit",
        "-qm",
        "x",
    ];
    context.git(&commit).ok();
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    assert_state(&context, "missing", "missing");
    context
        .run(&["install"])
        .fails(1)
        .says("`git checkout -- .github/skills/one`");
    context.git(&["checkout", "--", ".github/skills/one"]).ok();
    context.run(&["verify"]).ok();
}

#[test]
fn skills_of_other_tools_are_listed_without_a_lockfile() {
    let context = TestContext::new();
    context.write(".claude/skills/theirs/SKILL.md", "---\nname: theirs\n---\n");
    context
        .run(&["list"])
        .ok()
        .says("theirs  unmanaged")
        .never_says("import");
    context.write("skills-lock.json", "{\"version\":1,\"skills\":{}}");
    context
        .run(&["list"])
        .ok()
        .says("hint: `mdskill import` adopts the skills of skills-lock.json");
    assert!(!context.project().join("mdskill.lock").exists());
}

#[test]
fn remove_of_an_unmanaged_skill_names_its_folder() {
    let (context, _repo) = installed();
    context.write(".github/skills/theirs/SKILL.md", "---\nname: theirs\n---\n");
    context
        .refuses(
            &["remove", "theirs"],
            1,
            "error: `theirs` in .github/skills/theirs was not installed by mdskill",
        )
        .says("delete the folder");
    context.refuses(&["remove", "nope"], 1, "error: `nope` is not installed");
}

#[test]
fn empty_project_mentions_personal_skills() {
    let (context, _repo) = TestContext::with_skills();
    context.run(&["list"]).ok().never_says("-g");
    context.run(&["-g", "add", "acme/skills/one"]).ok();
    context
        .run(&["list"])
        .ok()
        .says("no skills are installed")
        .says("hint: `mdskill -g list` lists 1 user skill");
}
