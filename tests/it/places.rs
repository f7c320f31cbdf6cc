//! Source, target and project are never confused: targets that are one folder, targets in folders of git or mdskill,
//! a home folder that is not a project, and files of a local source that git would not commit.

use crate::support::snapshot::Snapshot;
use crate::support::test_context::TestContext;
use std::collections::BTreeSet;
use std::os::unix::fs::symlink;

const MINE: &str = "---\nname: mine\ndescription: My own\n---\nText\n";
const TWO_TARGETS: [&str; 6] = [
    "add",
    "acme/skills/one",
    "--target",
    ".github/skills",
    "--target",
    ".claude/skills",
];

#[test]
fn targets_that_are_one_folder_by_link_are_one_target() {
    for (at, to) in [
        (".claude/skills", "../.github/skills"),
        (".claude", ".github"),
    ] {
        let (context, repo) = TestContext::with_skills();
        let link = context.project().join(at);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        std::fs::create_dir_all(context.project().join(".github")).unwrap();
        symlink(to, &link).unwrap();
        if at == ".claude/skills" {
            std::fs::create_dir(context.project().join(".github/skills")).unwrap();
        }
        let added = context.run(&TWO_TARGETS);
        added
            .ok()
            .says(".claude/skills and .github/skills are the same folder");
        context.has("one", &repo, "main:skills/one");
        context.locked("targets = [\".github/skills\"]");
        let again = ["add", "acme/skills/two", "--target", ".claude/skills"];
        context.run(&again).ok();
        context.run(&["verify"]).ok();
        context.run(&["remove", "one", "two"]).ok();
        assert_eq!(context.folders(".github/skills"), [""; 0]);
    }
}

#[test]
fn targets_that_become_one_folder_are_one_target() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&TWO_TARGETS).ok();
    std::fs::remove_dir_all(context.project().join(".claude/skills")).unwrap();
    symlink(
        "../.github/skills",
        context.project().join(".claude/skills"),
    )
    .unwrap();
    context.run(&["verify"]).ok();
    context.run(&["install"]).ok();
    let json = context.run(&["list", "--json"]).json();
    assert_eq!(json["skills"].as_array().unwrap().len(), 1, "{json}");
    context.run(&["add", "acme/skills/two"]).ok();
    context.has_files("two", &repo, "main:skills/two");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context.run(&["update"]).ok().says("Updated one");
    context.has("one", &repo, "main:skills/one");
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context.run(&["install"]).ok();
    context.has_files("one", &repo, "main:skills/one");
    context.run(&["remove", "one", "two"]).ok();
    assert_eq!(context.folders(".github/skills"), [""; 0]);
    context.assert_tidy();
}

#[test]
fn target_that_can_not_be_one_is_refused() {
    let (context, _repo) = TestContext::with_skills();
    context.write("README.md", "text");
    context
        .git(&["init", "--quiet", "--bare", "mirror.git"])
        .ok();
    symlink("README.md", context.project().join("link")).unwrap();
    context.run(&["add", "acme/skills/one"]).ok();
    let inside = "can't both be targets";
    for (target, code, sentence) in [
        (".mdskill", 1, "a folder of git or mdskill"),
        ("mdskill.lock", 1, "a file of mdskill"),
        ("Mdskill.TOML/skills", 1, "a file of mdskill"),
        (".mdskill/skills", 1, "a folder of git or mdskill"),
        (".MDSKILL/skills", 1, "a folder of git or mdskill"),
        (".mdskill-stage-x", 1, "a folder of git or mdskill"),
        ("mirror.git/hooks", 1, "a folder of git or mdskill"),
        (".git/hooks", 2, "`.git`"),
        ("x/.GIT", 2, "`.git`"),
        ("README.md", 1, "it is not a folder"),
        ("README.md/skills", 1, "it is not a folder"),
        ("link", 1, "it is not a folder"),
        (".github/skills/sub", 1, inside),
        (".github/skills/one/references", 1, inside),
        (".github", 1, inside),
        (".GitHub/skills", 1, inside),
        (".", 2, "it is the project itself"),
        ("..", 2, "it is outside of the project"),
        ("", 2, "invalid target"),
    ] {
        for dry in [false, true] {
            let add = ["add", "acme/skills/two", "--target", target, "--dry-run"];
            context
                .refuses(&add[..4 + usize::from(dry)], code, sentence)
                .says("hint: use");
        }
    }
    let cache = context.path("cache").join("skills");
    let in_cache = context
        .mdskill(["add", "acme/skills/two", "--target", "skills"])
        .dir(context.path("cache"));
    context.assert_refused(in_cache, 1, "a folder of git or mdskill");
    assert!(!cache.exists());
}

#[test]
fn target_is_relative_to_the_current_folder() {
    let (context, _repo) = TestContext::with_skills();
    std::fs::create_dir_all(context.project().join("packages/api")).unwrap();
    let api = context.project().join("packages/api");
    let absolute = context.project().join("tools/skills");
    for (typed, place) in [
        (".claude/skills", "packages/api/.claude/skills"),
        ("./x", "packages/api/x"),
        ("../web/skills", "packages/web/skills"),
        (absolute.to_str().unwrap(), "tools/skills"),
    ] {
        let add = ["add", "acme/skills/one", "--target", typed];
        let added = context.mdskill(add).dir(&api).run();
        added.ok().says(&format!("{place}/one"));
        assert!(context.project().join(place).join("one/SKILL.md").exists());
        // The project is that of the repository.
        context.run(&["verify"]).ok();
    }
    let outside = ["add", "acme/skills/one", "--target", "../../../x"];
    let outside = context.mdskill(outside).dir(&api);
    context.assert_refused(outside, 2, "it is outside of the project");
}

#[test]
fn directory_with_parents_or_links_finds_its_own_project() {
    let (context, _repo) = TestContext::with_skills();
    let other = context.path("temp/other");
    std::fs::create_dir_all(&other).unwrap();
    symlink(&other, context.project().join("link")).unwrap();
    std::fs::create_dir(context.project().join("sub")).unwrap();
    for (folder, name) in [
        ("../temp/other", "one"),
        ("link", "two"),
        ("sub/../../temp/other", "three"),
    ] {
        let spec = format!("acme/skills/{name}");
        context.run(&["-C", folder, "add", &spec]).ok();
        assert!(other.join(".github/skills").join(name).is_dir(), "{folder}");
    }
    assert!(!context.project().join("mdskill.lock").exists());
}

#[test]
fn repository_is_not_part_of_a_project_around_it() {
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    context.write("packages/web/index.js", "");
    context.git(&["init", "--quiet", "nested"]).ok();
    // A package with a configuration is a project of its own.
    context.write("packages/api/mdskill.toml", "");
    for (folder, root) in [
        ("nested", "nested"),
        ("packages/api", "packages/api"),
        ("packages/web", "."),
    ] {
        context.run(&["-C", folder, "add", "acme/skills/two"]).ok();
        let root = context.project().join(root);
        assert!(root.join(".github/skills/two").is_dir(), "{folder}");
        assert!(root.join("mdskill.lock").is_file(), "{folder}");
    }
    assert!(!context.project().join("packages/web/mdskill.lock").exists());
}

#[test]
fn folder_of_git_is_not_a_project() {
    let (context, _repo) = TestContext::with_skills();
    context
        .git(&["init", "--quiet", "--bare", "../temp/bare.git"])
        .ok();
    let sentence = "is inside a git repository's own files";
    for folder in [
        ".git",
        ".git/hooks",
        "../temp/bare.git",
        "../temp/bare.git/refs",
    ] {
        let add = ["-C", folder, "add", "acme/skills/one"];
        context.refuses(&add, 1, sentence).says("use -C DIR");
    }
    let bare = Snapshot::of(&context.path("temp/bare.git"));
    assert!(!bare.paths().iter().any(|path| path.contains("SKILL.md")));
    // A work tree in a bare repository is a project.
    let bare = context.path("temp/bare.git");
    let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "First"];
    context.git(&[&identity[..], &commit].concat()).ok();
    let bare = bare.to_str().unwrap();
    context.git(&["push", "--quiet", bare, "HEAD:main"]).ok();
    let tree = ["-C", bare, "worktree", "add", "--quiet", "main", "main"];
    context.git(&tree).ok();
    context
        .run(&["-C", "../temp/bare.git/main", "add", "acme/skills/one"])
        .ok();
}

#[test]
fn home_without_repository_is_not_a_project() {
    let (context, _repo) = TestContext::with_skills();
    let home = context.path("home");
    let refused = context.mdskill(["add", "acme/skills/one"]).dir(&home);
    let outcome = context.assert_refused(refused, 1, "is your home folder, not a project");
    outcome.says("hint: `mdskill -g add acme/skills/one` adds to your personal skills");
    context
        .mdskill(["-g", "add", "acme/skills/one"])
        .dir(&home)
        .run()
        .ok();
    assert!(home.join(".copilot/skills/one").is_dir());
    // A folder in it is a project, and so is a home that is a repository.
    let scratch = home.join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let add = || context.mdskill(["add", "acme/skills/two"]);
    add().dir(&scratch).run().ok();
    assert!(scratch.join(".github/skills/two").is_dir());
    context
        .command("git", ["init", "--quiet"])
        .dir(&home)
        .run()
        .ok();
    add().dir(&home).run().ok();
    assert!(home.join(".github/skills/two").is_dir());
}

/// A source folder `src/mine` with files that authors do not commit.
fn source() -> TestContext {
    let context = TestContext::with_origin("");
    for (file, text) in [
        ("SKILL.md", MINE),
        ("references/guide.md", "Guide"),
        ("scripts/run.sh", "exit 0"),
        (".env", "SECRET=1"),
        (".env.example", "SECRET="),
        ("node_modules/pkg/index.js", "x"),
        ("scripts/node_modules/deep/SKILL.md", "not a skill"),
        ("build/out.txt", "out"),
        ("build/kept.txt", "kept"),
        ("notes.tmp", "tmp"),
    ] {
        context.write(&format!("src/mine/{file}"), text);
    }
    let bin = context.project().join("src/mine/.venv/bin");
    std::fs::create_dir_all(&bin).unwrap();
    symlink("/usr/bin/python3", bin.join("python")).unwrap();
    context
}

/// The paths of the installed files.
fn installed(context: &TestContext) -> BTreeSet<String> {
    let tree = context.tree(".github/skills/mine");
    let project = context.project().join(".github/skills/mine");
    let paths = tree.paths().into_iter().map(str::to_owned);
    paths.filter(|path| project.join(path).is_file()).collect()
}

#[test]
fn local_source_is_copied_as_git_would_commit_it() {
    let context = source();
    context.write(
        ".gitignore",
        "node_modules\n.env\n/src/mine/build/*\n.venv/\n",
    );
    context.write(".git/info/exclude", "*.tmp\n");
    let tracked = ["add", "--force", "src/mine/build/kept.txt"];
    context.git(&tracked).ok();
    let list = [
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "src/mine",
    ];
    let listed = context.git(&list).ok().stdout.clone();
    let listed = listed.lines().map(|line| line.replace("src/mine/", ""));
    let expected: BTreeSet<String> = listed.collect();
    let sentence =
        "not copied (git ignores): .env, .venv/, build/out.txt, node_modules/, notes.tmp, 1 more";
    let dry = ["add", "./src/mine", "--dry-run"];
    context.refuses(&dry, 0, sentence);
    context.run(&["add", "./src/mine"]).ok().says(sentence);
    assert_eq!(installed(&context), expected);
    assert!(expected.contains("build/kept.txt") && !expected.contains(".env"));
    context.run(&["verify"]).ok();
    context.run(&["update"]).ok().says("up to date");
    // A new ignored file is not a new version.
    context.write("src/mine/node_modules/pkg/more.js", "x");
    context.run(&["update"]).ok().says("up to date");
}

#[test]
fn local_source_without_git_is_copied_without_packages_and_secrets() {
    let context = source();
    std::fs::remove_dir_all(context.project().join(".git")).unwrap();
    context.write("src/mine/.git/config", "not a repository");
    let sentence =
        "not copied (not part of a skill): .env, .venv/, node_modules/, scripts/node_modules/";
    context.run(&["add", "./src/mine"]).ok().says(sentence);
    let expected = [
        ".env.example",
        "SKILL.md",
        "build/kept.txt",
        "build/out.txt",
        "notes.tmp",
        "references/guide.md",
        "scripts/run.sh",
    ];
    assert_eq!(installed(&context), expected.map(str::to_owned).into());
}

#[test]
fn packages_and_secrets_are_copied_only_if_they_are_tracked() {
    let context = source();
    let sentence =
        "not copied (not part of a skill): .env, .venv/, node_modules/, scripts/node_modules/";
    context.run(&["add", "./src/mine"]).ok().says(sentence);
    assert!(!installed(&context).contains("node_modules/pkg/index.js"));
    context.git(&["add", "src/mine/node_modules"]).ok();
    let sentence = "not copied (not part of a skill): .env, .venv/, scripts/node_modules/";
    context.run(&["add", "./src/mine"]).ok().says(sentence);
    assert!(installed(&context).contains("node_modules/pkg/index.js"));
}

#[test]
fn ignored_source_that_is_named_is_copied() {
    let context = source();
    context.write(".gitignore", "src/\n");
    context
        .run(&["add", "./src/mine"])
        .ok()
        .says("node_modules/");
    let files = installed(&context);
    assert!(files.contains("SKILL.md") && files.contains("build/out.txt"));
    assert!(!files.contains(".env"), "{files:?}");
}

#[test]
fn skill_file_is_the_skill_around_it() {
    let context = source();
    context.run(&["add", "./src/mine/SKILL.md"]).ok();
    context.locked("source = \"path:src/mine\"");
    context.run(&["update"]).ok();
    context.write("notes.txt", "text");
    context.refuses(
        &["add", "./notes.txt"],
        1,
        "is not a git repository or bundle",
    );
    let socket = context.project().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    let sentence = "is neither a folder nor a git bundle";
    context.run(&["add", "./socket"]).fails(1).says(sentence);
}

#[test]
fn skill_at_the_root_of_the_project_is_named_in_the_error() {
    let (context, _repo) = TestContext::with_skills();
    context.write("SKILL.md", MINE);
    let sentence = "error: . can't be added: it contains .github/skills";
    context.refuses(&["add", "."], 1, sentence);
}

#[test]
fn empty_lockfile_is_an_error_with_a_way_to_start_a_project() {
    let (context, _repo) = TestContext::with_skills();
    context.write("packages/api/mdskill.lock", "");
    let add = ["-C", "packages/api", "add", "acme/skills/one"];
    let outcome = context.refuses(&add, 1, "`version = 1` is missing");
    outcome
        .says("hint: restore it")
        .says("create an empty mdskill.toml");
    std::fs::remove_file(context.project().join("packages/api/mdskill.lock")).unwrap();
    context.write("packages/api/mdskill.toml", "");
    context.run(&add).ok();
    assert!(context.project().join("packages/api/mdskill.lock").exists());
}

#[test]
fn update_follows_skill_that_moved_and_was_copied() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    repo.rename("skills/one", "plugins/all/skills/one").skill(
        ".claude/skills/one",
        "one",
        "Skill one",
    );
    repo.commit("Moved, with a copy for Claude");
    assert_eq!(
        repo.rev_parse("main:.claude/skills/one"),
        repo.rev_parse("main:plugins/all/skills/one")
    );
    context.run(&["update"]).ok().says("plugins/all/skills/one");
    context.has("one", &repo, "main:plugins/all/skills/one");
}
