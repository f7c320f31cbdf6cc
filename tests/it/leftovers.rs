//! Files that programs create in used skills: they are the user's, unless git tracks them. Nothing with such a name
//! is lost.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const COMPILED: &str = ".github/skills/three/scripts/__pycache__/run.cpython-312.pyc";
const FINDER: &str = ".github/skills/one/.DS_Store";

/// A project with installed skills; `three` has a Python script.
fn installed() -> (TestContext, Repo) {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/three/scripts/run.py", "print('run')\n");
    repo.commit("A script");
    context.run(&["add", "acme/skills", "--all"]).ok();
    (context, repo)
}

fn git(context: &TestContext, arguments: &[&str]) {
    context.command("git", arguments).run().ok();
}

#[test]
fn untracked_leftovers_are_no_drift_and_no_edits() {
    let (context, mut repo) = installed();
    let pytest = ".github/skills/three/.pytest_cache/v/cache/lastfailed";
    for file in [COMPILED, FINDER, pytest, ".github/skills/two/Thumbs.db"] {
        context.write(file, "made");
    }
    for _ in 0..2 {
        context.refuses(&["verify"], 0, "3 skills");
        // Without the cache they are recognized by their names.
        context.run(&["cache", "clear"]).ok();
    }
    context.run(&["list"]).ok().never_says("modified");
    repo.write("skills/three/more.md", "more");
    repo.commit("More");
    let updated = context.run(&["update"]);
    updated.ok().never_says("pycache").never_says("edits");
    assert!(!context.entry("three").contains_key("edits"));
    assert_eq!(context.read(pytest), "made");
    // Outside of git, nothing shows that they did not come with the project.
    std::fs::remove_dir_all(context.project().join(".git")).unwrap();
    let sentence = "has files that the lockfile does not list";
    let found = context.refuses(&["verify"], 3, sentence);
    found.says(".pytest_cache/v/cache/lastfailed (added)");
    found.says("scripts/__pycache__/run.cpython-312.pyc (added)");
    found.says(".DS_Store (added)");
    context.run(&["list"]).ok().never_says("modified");
}

#[test]
fn verify_names_skills_beside_those_of_the_lockfile() {
    let (context, _repo) = installed();
    context.write(".github/skills/own/SKILL.md", "mine");
    context.write(".github/skills/no-skill/notes.md", "mine");
    let sentence = "warning: .github/skills/own is a skill that is not in mdskill.lock";
    let found = context.refuses(&["verify"], 0, sentence);
    found.says("3 skills").never_says("no-skill");
    let json = context.run(&["verify", "--json"]).ok().json();
    assert_eq!(json["unmanaged"], serde_json::json!([".github/skills/own"]));
    context.run(&["verify", "one"]).ok().never_says("own is");
}

#[test]
fn verify_reports_tracked_leftovers() {
    let (context, _repo) = installed();
    context.write(COMPILED, "compiled");
    context.write(FINDER, "finder");
    git(&context, &["add", "--all"]);
    let sentence = ".github/skills/three has files that the lockfile does not list";
    for _ in 0..2 {
        let found = context.refuses(&["verify"], 3, sentence);
        found.says("scripts/__pycache__/run.cpython-312.pyc (added)");
        found.says(".DS_Store (added)").says(".gitignore");
        found.says(&format!("git rm --cached {FINDER} {COMPILED}"));
        context.run(&["cache", "clear"]).ok();
    }
}

#[test]
fn locked_file_is_of_the_skill_whatever_its_name() {
    let (context, mut repo) = installed();
    let compiled = "skills/three/scripts/__pycache__/x.pyc";
    repo.write(compiled, b"\xcb\x0d\x0d\x0a\0\0\0\0\0\0\0\0\0\0\0\0")
        .commit("Compiled");
    context.run(&["update"]).ok();
    let on_disk = format!(".github/{compiled}");
    for place in ["three", ".github/skills/three"] {
        let found = context.run(&["validate", place, "--json"]).json();
        let found = found.to_string();
        assert!(found.contains("A103") && found.contains("SK505"), "{found}");
    }
    let shown = context.run(&["show", "three"]);
    shown.ok().says("scripts/__pycache__/x.pyc");
    // Another file in the same folder is not locked.
    context.write(COMPILED, "mine");
    context.run(&["verify"]).ok();
    context
        .run(&["show", "three"])
        .ok()
        .never_says("run.cpython");
    context.write(&on_disk, "changed");
    let found = context.refuses(&["verify"], 3, "differs from the lockfile");
    found.says("scripts/__pycache__/x.pyc (changed)");
    found.never_says("run.cpython");
    context
        .run(&["diff", "--local"])
        .says("__pycache__/x.pyc")
        .never_says("deleted");
    context.run(&["list"]).ok().says("modified");
}

#[test]
fn new_version_with_a_leftover_replaces_that_of_the_system() {
    let (context, mut repo) = installed();
    context.write(FINDER, "finder");
    repo.write("skills/one/.DS_Store", "theirs");
    repo.commit("A leftover");
    context.run(&["update"]).ok();
    assert_eq!(context.read(FINDER), "theirs");
    context.refuses(&["verify"], 0, "3 skills");
}

#[test]
fn verify_accepts_files_that_git_ignores_and_does_not_track() {
    let (context, _repo) = installed();
    context.write(COMPILED, "compiled");
    context.write(FINDER, "finder");
    context.write(".gitignore", "__pycache__/\n.DS_Store\n");
    context.refuses(&["verify"], 0, "3 skills");
    context.write(".github/skills/two/SKILL.md", "changed");
    context
        .refuses(&["verify"], 3, "SKILL.md (changed)")
        .never_says("__pycache__");
    context.refuses(&["verify", "one", "three"], 0, "2 skills");

    git(&context, &["add", "--force", COMPILED]);
    let found = context.refuses(&["verify", "three"], 3, "run.cpython-312.pyc (added)");
    found.says("has files that the lockfile does not list");
    // On a case-insensitive file system, a file tracked in another letter case is this file.
    git(&context, &["rm", "--quiet", "--cached", COMPILED]);
    context.refuses(&["verify", "three"], 0, "1 skill");
    let other = COMPILED.replace("scripts", "Scripts");
    let blob = "100644,e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let entry = format!("{blob},{other}");
    git(&context, &["update-index", "--add", "--cacheinfo", &entry]);
    context.refuses(&["verify", "three"], 3, "run.cpython-312.pyc (added)");
}

#[test]
fn verify_reports_other_files_with_names_of_leftovers() {
    for planted in [
        "three/scripts/__pycache__/run.cpython-312.pyc",
        "three/scripts/__pycache__/evil.pyc",
        "three/scripts/__pycache__/run.sh",
        "three/Thumbs.db/run.sh",
        "three/desktop.ini/evil/SKILL.md",
        "three/.DS_Store",
    ] {
        let (context, _repo) = installed();
        let file = format!(".github/skills/{planted}");
        context.write(&file, "planted");
        git(&context, &["add", "--force", &file]);
        let path = planted.trim_start_matches("three/");
        context.refuses(&["verify"], 3, &format!("{path} (added)"));
    }
}

#[test]
fn verify_ignores_configuration_of_bare_repository_in_project() {
    let (context, _repo) = installed();
    // A clone can contain such a folder: a repository whose configuration ignores everything.
    git(&context, &["init", "--quiet", "--bare", "sub"]);
    context.write("sub/info/exclude", "*\n");
    git(&context, &["--git-dir=sub", "config", "core.bare", "false"]);
    git(&context, &["--git-dir=sub", "config", "core.worktree", "."]);
    let project = context.project();
    for name in ["mdskill.lock", ".github"] {
        std::fs::rename(project.join(name), project.join("sub").join(name)).unwrap();
    }
    context.write("sub/.github/skills/three/scripts/evil.py", "planted");
    let verify = context.mdskill(["verify"]).dir(project.join("sub"));
    verify.run().fails(3).says("scripts/evil.py (added)");
}

#[test]
fn install_update_and_remove_accept_leftovers() {
    let (context, mut repo) = installed();
    context.write(COMPILED, "compiled");
    context.write(FINDER, "finder");
    context.refuses(&["install"], 0, "3 unchanged");
    repo.write("skills/three/more.md", "more");
    repo.commit("More");
    context.run(&["update"]).ok();
    // As in git, what belongs to the user stays.
    assert_eq!(context.read(COMPILED), "compiled");
    std::fs::remove_dir_all(context.project().join(COMPILED).parent().unwrap()).unwrap();
    context.has("three", &repo, "main:skills/three");
    context.run(&["remove", "one"]).ok().never_says("trash");
    assert_eq!(context.folders(".github/skills"), ["three", "two"]);
}

#[test]
fn user_files_with_names_of_leftovers_are_not_lost() {
    for path in [
        "scripts/__pycache__/notes.md",
        "scripts/__pycache__/gone.cpython-312.pyc",
        "Thumbs.db/notes.md",
        "desktop.ini/notes.md",
        ".DS_Store/notes.md",
    ] {
        let (context, mut repo) = installed();
        let file = format!(".github/skills/three/{path}");
        context.write(&file, "mine");
        repo.write("skills/three/more.md", "more");
        repo.commit("More");
        context.run(&["update"]).ok();
        assert_eq!(context.read(&file), "mine");
        assert_eq!(context.read(".github/skills/three/more.md"), "more");
        context.run(&["remove", "three"]).ok();
        let trashed = format!(".mdskill/trash/three-1/{path}");
        assert_eq!(context.read(&trashed), "mine");
    }
}
