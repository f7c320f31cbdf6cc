//! Files that git ignores in an installed skill belong to the user: they are not edits, and stay there.

use std::os::unix::fs::symlink;

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const IGNORED: &str = "node_modules/\n.venv/\n.env\n*.swp\nlib/\n";

/// A project with the installed skill `one`, committed, and files that git ignores in it.
fn used() -> (TestContext, Repo) {
    let (context, repo) = TestContext::with_skills();
    context.write(".gitignore", IGNORED);
    context.run(&["add", "acme/skills/one"]).ok();
    commit(&context);
    let skill = ".github/skills/one";
    context.write(&format!("{skill}/node_modules/x/index.js"), "x\n");
    context.write(&format!("{skill}/scripts/node_modules/y.js"), "y\n");
    context.write(&format!("{skill}/.env"), "TOKEN=secret\n");
    context.write(&format!("{skill}/.SKILL.md.swp"), "swap\n");
    context.write(&format!("{skill}/.venv/lib/a.py"), "a\n");
    symlink(
        "/usr/bin/python3",
        context.project().join(skill).join(".venv/python"),
    )
    .unwrap();
    let status = context.git(&["status", "--porcelain"]);
    assert_eq!(status.ok().stdout, "", "git ignores all of them");
    (context, repo)
}

fn commit(context: &TestContext) {
    context.git(&["add", "--all"]).ok();
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    let commit = ["commit", "--quiet", "--message=x"];
    context.git(&[&identity[..], &commit[..]].concat()).ok();
}

/// The files that git ignores, with their content.
fn ignored(context: &TestContext) -> Vec<(String, String)> {
    let listed = context.git(&["ls-files", "--others", "--ignored", "--exclude-standard"]);
    let paths = listed.ok().stdout.lines();
    let paths = paths.filter(|path| path.starts_with(".github"));
    let content = |path: &str| match context.project().join(path).read_link() {
        Ok(target) => target.to_string_lossy().into_owned(),
        Err(_) => context.read(path),
    };
    paths.map(|path| (path.to_owned(), content(path))).collect()
}

/// Commits the project, clones it, and verifies the clone.
#[track_caller]
fn assert_clone_verifies(context: &TestContext) {
    commit(context);
    let clone = context.path("temp/clone");
    let clone = clone.to_str().expect("its path is a text");
    context.git(&["clone", "--quiet", ".", clone]).ok();
    context.run(&["-C", clone, "verify"]).ok();
}

#[test]
fn ignored_files_are_no_edits_and_stay_over_an_update() {
    let (context, mut repo) = used();
    let before = ignored(&context);
    assert_eq!(before.len(), 6, "{before:?}");
    context.run(&["verify"]).ok();
    context.run(&["list"]).ok().never_says("modified");
    context.run(&["install"]).ok();
    context.run(&["diff", "--local"]).ok().never_says("TOKEN");
    context.run(&["keep", "one"]).ok();
    repo.write("skills/one/references/new.md", "new\n");
    let new = repo.commit("new");
    let updated = context.run(&["update"]);
    updated.ok().says("Updated one").never_says("node_modules");
    assert_eq!(ignored(&context), before);
    assert!(!context.entry("one").contains_key("edits"));
    context.has_entry("one", &repo, &format!("{new}:skills/one"));
    assert_clone_verifies(&context);
}

#[test]
fn edits_are_merged_beside_ignored_files() {
    let (context, mut repo) = used();
    let before = ignored(&context);
    context.write(".github/skills/one/notes.md", "mine\n");
    repo.write("skills/one/references/new.md", "new\n");
    repo.commit("new");
    context.run(&["update"]).ok();
    assert_eq!(context.read(".github/skills/one/notes.md"), "mine\n");
    assert_eq!(ignored(&context), before);
    assert_clone_verifies(&context);
}

#[test]
fn force_keeps_ignored_files_in_place() {
    let (context, mut repo) = used();
    let before = ignored(&context);
    context.write(".github/skills/one/notes.md", "mine\n");
    repo.write("skills/one/references/new.md", "new\n");
    repo.commit("new");
    context.run(&["update", "--force"]).ok().says("trash");
    assert_eq!(ignored(&context), before);
    assert_eq!(context.read(".mdskill/trash/one-1/notes.md"), "mine\n");
}

#[test]
fn update_does_not_replace_an_ignored_file() {
    let (context, mut repo) = used();
    repo.write("skills/one/.env", "TOKEN=\n");
    repo.commit("env");
    let before = context.tree(".github/skills/one");
    context
        .run(&["update"])
        .fails(3)
        .says("`.env`, which git ignores here");
    context.tree(".github/skills/one").assert_same(&before);
}

#[test]
fn remove_moves_ignored_files_to_the_trash() {
    let (context, _repo) = used();
    context
        .run(&["remove", "one"])
        .ok()
        .says(".mdskill/trash/one-1");
    assert_eq!(context.read(".mdskill/trash/one-1/.env"), "TOKEN=secret\n");
    assert!(context.folders(".github/skills").is_empty());
}

#[test]
fn global_and_private_excludes_count() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    commit(&context);
    std::fs::create_dir_all(context.path("home/.config/git")).unwrap();
    std::fs::write(context.path("home/.config/git/ignore"), ".idea/\n").unwrap();
    context.write(".git/info/exclude", "scratch.txt\n");
    context.write(".github/skills/one/.idea/x.xml", "x");
    context.write(".github/skills/one/scratch.txt", "x");
    context.run(&["verify"]).ok();
    repo.write("skills/one/new.md", "new\n");
    repo.commit("new");
    context.run(&["update"]).ok();
    assert_eq!(context.read(".github/skills/one/.idea/x.xml"), "x");
    assert_eq!(context.read(".github/skills/one/scratch.txt"), "x");
    // A tracked file is the team's, although a rule ignores it.
    context.write(".github/skills/one/tracked.txt", "x");
    commit(&context);
    context.write(".git/info/exclude", "tracked.txt\n");
    context
        .run(&["verify"])
        .fails(3)
        .says("tracked.txt (added)");
}

#[test]
fn skill_with_files_that_the_project_ignores_is_updated_as_a_whole() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/scripts/lib/util.py", "print(1)\n");
    repo.commit("lib");
    context.write(".gitignore", IGNORED);
    context.run(&["add", "acme/skills/one"]).ok();
    context.run(&["verify"]).ok();
    context.write(".github/skills/one/.env", "mine");
    context.run(&["verify"]).ok();
    context.write(".github/skills/one/notes.md", "mine\n");
    repo.write("skills/one/scripts/lib/util.py", "print(2)\n");
    repo.commit("lib 2");
    context.run(&["update"]).ok();
    let file = ".github/skills/one/scripts/lib/util.py";
    assert_eq!(context.read(file), "print(2)\n");
    assert_eq!(context.read(".github/skills/one/.env"), "mine");
}

#[test]
fn outside_of_git_only_known_names_are_ignored() {
    let (with_git, mut repo) = TestContext::with_skills();
    let context = with_git.another();
    std::fs::remove_dir_all(context.project().join(".git")).unwrap();
    context.write("mdskill.toml", "");
    context.run(&["add", "acme/skills/one"]).ok();
    context.write(".github/skills/one/node_modules/x.js", "x");
    // The project may have come with such files, so they are shown.
    let verify = context.run(&["verify"]);
    verify.fails(3).says("node_modules/x.js (added)");
    repo.write("skills/one/new.md", "new\n");
    repo.commit("new");
    context.run(&["update"]).ok();
    assert_eq!(context.read(".github/skills/one/node_modules/x.js"), "x");
    context.write(".github/skills/one/.env", "x");
    context.run(&["verify"]).fails(3).says(".env (added)");
}

/// A clone of the project as git for Windows makes it.
fn windows_clone(context: &TestContext) -> String {
    let clone = context.path("temp/windows");
    let clone = clone.to_str().unwrap();
    let settings = [
        "core.autocrlf=true",
        "core.symlinks=false",
        "core.fileMode=false",
    ];
    let mut arguments = vec!["clone", "--quiet"];
    arguments.extend(settings.iter().flat_map(|setting| ["-c", setting]));
    context.git(&[&arguments[..], &[".", clone]].concat()).ok();
    clone.to_owned()
}

#[test]
fn line_endings_and_lost_bits_of_a_windows_clone_are_no_edits() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    commit(&context);
    let clone = windows_clone(&context);
    let skill = format!("{clone}/.github/skills/three");
    let page = std::fs::read_to_string(format!("{skill}/SKILL.md")).unwrap();
    assert!(page.contains("\r\n"), "git converts the line endings");
    let script = format!("{skill}/scripts/run.sh");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&script, mode).unwrap();
    let in_clone = |arguments: &[&str]| {
        let arguments = [&["-C", &clone], arguments].concat();
        context.mdskill(arguments).run()
    };
    in_clone(&["verify"]).ok();
    in_clone(&["list"]).ok().never_says("modified");
    in_clone(&["install"]).ok();
    // An edit with the line endings of the checkout is merged, and recorded as git stores it.
    let edited = page.replace("# ", "# My ");
    assert_ne!(edited, page);
    std::fs::write(format!("{skill}/SKILL.md"), edited).unwrap();
    repo.write("skills/three/references/new.md", "new\n");
    repo.commit("new");
    in_clone(&["update"]).ok();
    let merged = std::fs::read_to_string(format!("{skill}/SKILL.md")).unwrap();
    assert!(
        merged.contains("# My ") && !merged.contains('\r'),
        "{merged:?}"
    );
    in_clone(&["verify"]).ok();
}
