//! The lockfile: its values can be recomputed with standard tools, and an invalid one never counts as empty.

use crate::support::old_lockfile::numbered;
use crate::support::sealed;
use crate::support::test_context::{TestContext, blocks};

/// The command of the documentation that computes a skill's digest.
const RECIPE: &str = r#"find . -type f | LC_ALL=C sort | while read -r file; do
    if [ -x "$file" ]; then mode=100755; else mode=100644; fi
    echo "$mode $(sha256sum "$file")"
done | sha256sum"#;

#[test]
fn digest_and_tree_match_standard_tools() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/two/references/a.md", "a\r\n")
        .write("skills/two/references.md", "sorts before the folder")
        .write("skills/two/Z", "sorts before small letters")
        .write("skills/two/\u{e9}", "sorts last");
    repo.commit("More");
    context.run(&["add", "acme/skills", "--all"]).ok();
    for name in ["one", "two", "three"] {
        let folder = context.project().join(".github/skills").join(name);
        let mut command = sealed::command("sh", &context.path("home"));
        let outcome = command
            .args(["-c", RECIPE])
            .current_dir(folder)
            .output()
            .unwrap();
        let digest = String::from_utf8(outcome.stdout).unwrap();
        let digest = digest.split(' ').next().unwrap();
        assert_eq!(
            context.entry(name)["digest"],
            format!("sha256:{digest}"),
            "{name}"
        );
        assert_eq!(
            context.entry(name)["tree"],
            repo.rev_parse(&format!("main:skills/{name}"))
        );
    }
}

#[test]
fn every_change_keeps_unknown_keys() {
    let (context, mut repo) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    let lock = context.read("mdskill.lock");
    let path = "path = \"skills/one\"\n";
    let with_more = lock
        .replace("version = 1\n", "version = 1\nfuture = { a = [1, 2] }\n")
        .replace(path, &format!("{path}reviewed-by = [\"ada\", \"bob\"]\n"));
    context.write("mdskill.lock", &with_more);
    let keeps = |after: &str| {
        let text = context.read("mdskill.lock");
        assert!(
            text.contains("\nfuture = { a = [1, 2] }\n"),
            "{after}:\n{text}"
        );
        assert_eq!(
            context.entry("one")["reviewed-by"],
            "[\"ada\", \"bob\"]",
            "{after}"
        );
    };
    context.run(&["add", "acme/skills/three"]).ok();
    keeps("add of another");
    context.run(&["add", "acme/skills/one@main"]).ok();
    keeps("add of the same");
    repo.write("skills/one/more.md", "more");
    repo.commit("More");
    context.run(&["update"]).ok().says("Updated one");
    keeps("update");
    context.run(&["remove", "two"]).ok();
    keeps("remove");
}

#[test]
fn next_change_rewrites_lockfile_of_version_0_1() {
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let plain = context.read("mdskill.lock");
    assert!(!plain.contains("# 00"), "{plain}");
    let old = numbered(&plain);
    assert_eq!(old.matches("\n# ").count(), 65, "{old}");
    context.write("mdskill.lock", &old);
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.run(&["install"]).ok().says("3 installed");
    context.run(&["verify"]).ok();
    context.run(&["update"]).ok();
    assert_eq!(context.read("mdskill.lock"), old, "nothing was changed");

    context.run(&["remove", "two"]).ok();
    let without_two = context.read("mdskill.lock");
    context.write("mdskill.lock", &plain);
    context.run(&["install"]).ok();
    context.run(&["remove", "two"]).ok();
    assert_eq!(without_two, context.read("mdskill.lock"));

    context.write("mdskill.lock", &old);
    context.run(&["lock"]).ok();
    assert_eq!(context.read("mdskill.lock"), plain);
}

#[test]
fn every_command_refuses_invalid_lockfile_with_line() {
    let (context, _repo) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills/one", "acme/skills/two"])
        .ok();
    let lock = context.read("mdskill.lock");
    let second = lock.find("\n[[skill]]\nname = \"two\"").unwrap();
    let block = &lock[second..];
    let line = lock[..second].matches('\n').count();
    let damages = [
        (
            format!("{lock}<<<<<<< HEAD\n"),
            lock.matches('\n').count() + 1,
            "unresolved merge conflict, and git's index",
        ),
        (
            format!("{lock}{block}"),
            lock.matches('\n').count() + 2,
            "duplicate entry for `two`",
        ),
        (
            lock.replace("version = 1", "version = 2"),
            2,
            "written by a newer mdskill",
        ),
        (
            lock.replace("version = 1\n", ""),
            1,
            "`version = 1` is missing",
        ),
        (lock.replace("name = \"two\"", "name = two"), line + 3, ""),
        (
            lock.replace("name = \"two\"", "name = \"../two\""),
            line + 3,
            "`name`: ",
        ),
        (
            lock.replace("path = \"skills/two\"", "path = \"../two\""),
            line + 5,
            "is not a path inside a repository",
        ),
        (
            lock.replace("targets = [\".github/skills\"]", "targets = [\"../out\"]"),
            3,
            "invalid target",
        ),
    ];
    let commands: [&[&str]; 10] = [
        &["list"],
        &["verify"],
        &["install"],
        &["update"],
        &["outdated"],
        &["remove", "one", "--force"],
        &["add", "acme/skills/three", "--force"],
        &["add", "acme/skills/three", "--dry-run"],
        &["show", "one"],
        &["install", "--json"],
    ];
    for (text, line, problem) in damages {
        context.write("mdskill.lock", &text);
        for command in commands {
            context
                .refuses(command, 1, problem)
                .says(&format!("mdskill.lock:{line}: "));
        }
    }
    std::fs::write(context.project().join("mdskill.lock"), b"version = 1\n\xff").unwrap();
    context.refuses(&["update"], 1, "it is not UTF-8");
    std::fs::write(context.project().join("mdskill.lock"), b"").unwrap();
    context.refuses(&["list"], 1, "`version = 1` is missing");
}

#[test]
fn lockfile_does_not_depend_on_order_of_add() {
    let (context, _repo) = TestContext::with_skills();
    let all = |order: [&str; 3]| {
        let second = context.another();
        for name in order {
            second
                .mdskill(["add", &format!("acme/skills/{name}")])
                .run()
                .ok();
        }
        second.read("mdskill.lock")
    };
    let lock = all(["one", "two", "three"]);
    assert_eq!(lock, all(["three", "one", "two"]));
    context.run(&["add", "acme/skills", "--all"]).ok();
    assert_eq!(lock, context.read("mdskill.lock"));
    context.run(&["remove", "two"]).ok();
    context.run(&["add", "acme/skills/two"]).ok();
    assert_eq!(lock, context.read("mdskill.lock"));
    for here in [context.root().to_path_buf(), context.path("")] {
        assert!(!lock.contains(&*here.to_string_lossy()), "{lock}");
    }
    assert!(
        !lock.contains(std::env::temp_dir().to_str().unwrap()),
        "{lock}"
    );
}

fn git(context: &TestContext, arguments: &[&str]) {
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    context
        .command("git", identity.iter().chain(arguments))
        .run()
        .ok();
}

#[test]
fn branches_that_add_different_skills_merge() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for name in ["alpha", "middle", "zulu"] {
        repo.skill(name, name, "One of three");
    }
    repo.commit("Three");
    let commit = |name: &str| {
        context.run(&["add", &format!("acme/skills/{name}")]).ok();
        git(&context, &["add", "--all"]);
        git(&context, &["commit", "--quiet", "--message", name]);
    };
    commit("middle");
    git(&context, &["switch", "--quiet", "--create", "other"]);
    commit("zulu");
    git(&context, &["switch", "--quiet", "main"]);
    assert_eq!(context.folders(".github/skills"), ["middle"]);
    commit("alpha");
    git(&context, &["merge", "--quiet", "--no-edit", "other"]);
    context.run(&["verify"]).ok().says("3 skills");
    let merged = context.read("mdskill.lock");
    assert_eq!(blocks(&merged).len(), 3);
    context.run(&["add", "acme/skills", "--all"]).ok();
    assert_eq!(
        merged,
        context.read("mdskill.lock"),
        "what git merged is what mdskill writes"
    );
}
