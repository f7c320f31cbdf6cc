//! `import` refuses invalid files with the line, and skills with the reason.

use crate::import::{Project, fixture, npx_entry, npx_entry_with, npx_lock};
use std::os::unix::fs::symlink;

const LOST: &str = "0123456789012345678901234567890123456789";

/// Each text, in a file of this name, is refused at this line for this problem, and nothing changes.
#[track_caller]
fn all_refused(file: &str, cases: &[(&str, usize, &str)]) {
    let project = Project::new();
    project.install_current("one");
    for (text, line, problem) in cases {
        project.write(file, text);
        let place = format!("{file}:{line}: ");
        let refused = project.context.refuses(&["import", file], 1, &place);
        refused.says(problem).never_says("\u{1b}");
    }
}

#[test]
fn import_refuses_invalid_lockfile_of_npx() {
    let cases = [
        (&npx_lock(&[npx_entry("one")])[..60], 4, "EOF while parsing"),
        (
            "{\n\"version\": 2}",
            2,
            "it is of version 2, and this mdskill reads version 1",
        ),
        ("{\"skills\": {}}", 1, "`\"version\": 1` is missing"),
        ("[]\n", 1, "a map with `version` and `skills`"),
        (
            &npx_lock(&["\"one\": {\n\"source\": \"a/b\",\n\"source\": \"c/d\"}".to_owned()]),
            6,
            "duplicate field `source`",
        ),
        (
            &npx_lock(&["\"\\u001b[31m\": {\n\"source\": 5}".to_owned()]),
            5,
            "expected a string",
        ),
        (&"[".repeat(10_000), 1, "recursion limit"),
        (
            &format!("{{\"version\": 1, \"x\": {}", "[".repeat(10_000)),
            1,
            "EOF while parsing",
        ),
    ];
    all_refused("skills-lock.json", &cases);
    let cases = [
        (
            "{\n\n\"version\": 2, \"skills\": {}}",
            3,
            "it is of version 2, and this mdskill reads version 3",
        ),
        ("{\"version\": 3, \"skills\": []}", 1, "expected a map"),
    ];
    all_refused(".skill-lock.json", &cases);
}

#[test]
fn import_refuses_invalid_lockfile_of_apm() {
    // Aliases of aliases, which grow exponentially.
    let level = |n: usize| format!("a{n}: &a{n} [{}]\n", format!("*a{},", n - 1).repeat(9));
    let bomb = (1..9).fold("a0: &a0 [x]\n".to_owned(), |text, n| text + &level(n));
    let bomb = format!("lockfile_version: \"1\"\n{bomb}");
    let cases = [
        (
            "apm_version: 1\nlockfile_version: \"9\"\n",
            2,
            "it is of version 9, and this mdskill reads version 1 and 2",
        ),
        ("dependencies: []\n", 1, "`lockfile_version` is missing"),
        (
            "lockfile_version: \"1\"\ndependencies:\n- repo_url: a/b\n  repo_url: c/d\n",
            3,
            "`repo_url`",
        ),
        ("lockfile_version: \"1\"\ndependencies: [\n", 3, ""),
        (
            "lockfile_version: \"1\"\ndependencies: 5\n",
            2,
            "`dependencies` is not a list",
        ),
        (&bomb, 1, "repetition limit exceeded"),
    ];
    all_refused("apm.lock.yaml", &cases);
}

#[test]
fn import_refuses_files_that_it_cannot_read() {
    let project = Project::new();
    let refuses = |file: &[&str], code: i32, sentence: &str| {
        project
            .context
            .refuses(&[&["import"], file].concat(), code, sentence);
    };
    refuses(&[], 2, "there is nothing to import in ");
    refuses(&["-g"], 2, "there is nothing to import in ");
    refuses(&["skills-lock.json"], 2, "there is no skills-lock.json");
    project.write("package-lock.json", "{}");
    refuses(
        &["package-lock.json"],
        2,
        "mdskill can't import package-lock.json",
    );
    project.write("one/SKILL.md", "---\nname: one\n---\n");
    refuses(&["one/SKILL.md"], 1, "gh skill did not install it");
    refuses(&["one"], 1, "it is not a file");
    project.write("skills-lock.json", b"{\n\xff");
    refuses(&[], 1, "skills-lock.json:2: it is not UTF-8");
    project.write("skills-lock.json", " ".repeat(5 << 20));
    refuses(&[], 1, "it has more than 4 MiB, the limit");
}

#[test]
fn import_refuses_hostile_names_and_paths() {
    let project = Project::new();
    project.install(".agents/skills/x", "main:skills/one");
    project.install("../x", "main:skills/one");
    let source = |name: &str, keys: &str| format!(r#""{name}": {{{keys}}}"#);
    let acme = r#""source": "acme/skills", "sourceType": "github""#;
    project.write_npx_lock(&[
        npx_entry("../../x"),
        npx_entry("red\\u001b[31m"),
        source("climbs", &format!(r#"{acme}, "skillPath": "../../one/SKILL.md""#)),
        source("option", r#""source": "--upload-pack=x", "sourceType": "git", "sourceUrl": "-oProxyCommand=x://y""#),
        source("secret", r#""source": "x", "sourceType": "git", "sourceUrl": "https://me:hunter2@example.org/a/b.git""#),
        source("con", acme),
        source(&"a".repeat(10_000), acme),
    ]);
    let apm = fixture("apm/apm.lock.yaml", &[("COMMIT", &project.tip)]);
    let apm = apm.replace(".github/skills/one", "../../.github/skills/evil");
    project.write("apm.lock.yaml", apm);
    project
        .imports(&[], 3)
        .never_says("\u{1b}")
        .never_says("hunter2")
        .says("`climbs`: `../../one/SKILL.md` is not a path inside a repository")
        .says("`con`: `con` can't be a folder name")
        .says("`evil`: ")
        .says("0 imported");
    assert!(!project.context.project().join("mdskill.lock").exists());
}

#[test]
fn import_explains_each_skill_that_it_refuses() {
    let mut project = Project::new();
    project
        .repo
        .symlink("skills/linked/evil", "/etc/passwd")
        .skill("skills/linked", "linked", "Linked");
    project.repo.commit("A link");
    for name in [
        "one",
        "gone",
        "twice",
        "contested",
        "ref",
        "hosted",
        "stranger",
    ] {
        project.install(&format!(".agents/skills/{name}"), "main:skills/one");
    }
    project.install_current("linked");
    project.install(".claude/skills/twice", "main:skills/two");
    let skills = project.context.project().join(".agents/skills");
    symlink("/etc/passwd", skills.join("stranger/link")).unwrap();
    let entry = |name: &str, keys: &str| format!(r#""{name}": {{{keys}}}"#);
    let names = ["gone", "linked", "stranger", "twice", "missing"];
    let mut entries: Vec<String> = names.map(npx_entry).into();
    entries.extend([
        npx_entry_with("ref", r#", "ref": "nowhere""#),
        entry(
            "hosted",
            r#""source": "acme/nothing", "sourceType": "github""#,
        ),
        entry("local", r#""source": "./nowhere", "sourceType": "local""#),
        entry("odd", r#""source": "x", "sourceType": "mintlify""#),
        entry(
            "contested",
            r#""source": "acme/other", "sourceType": "github""#,
        ),
        entry("empty", ""),
    ]);
    project.write_npx_lock(&entries);
    let gh = |tree: &str| fixture("gh/SKILL.md", &[("TREE", tree), ("REF", "refs/heads/main")]);
    project.write(".github/skills/three/SKILL.md", gh(LOST));
    project.write(".github/skills/old/SKILL.md", gh("none"));
    let apm = fixture("apm/apm.lock.yaml", &[("COMMIT", LOST)]);
    let apm = apm.replace(".github/skills/one", ".agents/skills/one");
    let apm = apm.replace(".github/skills/three", ".agents/skills/contested");
    project.write("apm.lock.yaml", apm);
    let outcome = project.imports(&[], 1);
    for reason in [
        "`gone`: acme/skills at ",
        " has no skill at `skills/gone`",
        "`linked`: its version in the source is refused",
        "`stranger`: `link` in its folder is a link or another special file",
        "`twice`: its copies differ: .claude/skills/twice and .agents/skills/twice",
        "`missing`: skills-lock.json names it, but ",
        "`two`: apm.lock.yaml names it, but .agents/skills/two does not exist",
        "`contested`: both skills-lock.json (github:acme/other) and apm.lock.yaml (github:acme/skills) name its folder",
        "has no branch or tag `nowhere`",
        "`hosted`: acme/nothing can't be read: ",
        "`local`: it was copied from the folder `./nowhere`, which does not exist any more",
        "`odd`: its sourceType is `mintlify`",
        "`empty`: its `source` or its `sourceType` is missing",
        "`three`: its tree 0123456, which gh skill noted, is not in the history; it differs from acme/skills/skills/three at ",
        "`old`: its frontmatter has no `github-tree-sha`",
        "`one`: its commit 0123456 is not available",
        "0 imported",
    ] {
        outcome.says(reason);
    }
    // One refused skill does not stop the others.
    project.install_current("two");
    project.write_npx_lock(&[npx_entry("two"), npx_entry("missing")]);
    let imported = project.imports(&["skills-lock.json"], 3);
    imported.says("1 imported, 1 not imported");
    project.context.run(&["verify"]).ok();
}

#[test]
fn import_keeps_skill_that_is_already_locked() {
    let project = Project::new();
    project.context.run(&["add", "acme/skills/one"]).ok();
    let one = project.context.entry("one");
    project.install_current("two");
    project.write_npx_lock(&[npx_entry("one"), npx_entry("two")]);
    let imported = project.context.run(&["import"]);
    imported.ok();
    imported.says("1 imported, 1 already locked");
    assert_eq!(project.context.entry("one"), one);
    assert_eq!(
        project.context.entry("two")["targets"],
        "[\".agents/skills\"]"
    );
    project.context.run(&["verify"]).ok().says("2 skills");
}

#[test]
fn import_locks_skill_from_unchanged_local_folder() {
    let project = Project::new();
    for name in ["one", "two"] {
        project.install(&format!("mine/{name}"), &format!("main:skills/{name}"));
        project.install_current(name);
    }
    project.write("mine/two/SKILL.md", "Another");
    let local = |name: &str| {
        format!(
            r#""{name}": {{"source": "./mine", "sourceType": "local", "skillPath": "{name}/SKILL.md"}}"#
        )
    };
    project.write_npx_lock(&[local("one"), local("two")]);
    let imported = project.imports(&[], 3);
    imported.says("`two`: it differs from ./mine/two in 1 file: SKILL.md (changed)");
    let one = project.context.entry("one");
    assert_eq!(one["source"], "path:mine");
    assert_eq!(one["tree"], project.repo.rev_parse("main:skills/one"));
    project.context.run(&["verify"]).ok();
    let update = project.context.run(&["update"]);
    update.ok().says("all skills are up to date (1 skill)");
}
