//! `import` refused: each damage with its line, each skill that can't be taken with its reason.

use crate::import::{fixture, imports, put, with_history};
use crate::support::shop::Shop;
use std::os::unix::fs::symlink;

/// A `skills-lock.json` with these entries.
fn npx(entries: &str) -> String {
    format!("{{\n\"version\": 1,\n\"skills\": {{\n{entries}\n}}}}\n")
}

/// An entry for a skill of `acme/skills` that has the name of its folder.
fn entry(name: &str) -> String {
    format!(
        r#""{name}": {{"source": "acme/skills", "sourceType": "github", "skillPath": "skills/{name}/SKILL.md"}}"#
    )
}

/// Each text, in a file of this name, is refused at this line for this problem, and changes nothing.
#[track_caller]
fn all_refused(file: &str, cases: &[(&str, usize, &str)]) {
    let (shop, repo, _) = with_history();
    let place = shop.room.project().join(".agents/skills/one");
    put(&place, &repo, "main:skills/one", &[]);
    for (text, line, problem) in cases {
        shop.room.write(file, text);
        let told = shop.refuses(&["import", file], 1, &format!("{file}:{line}: "));
        told.says(problem).never_says("\u{1b}");
    }
}

#[test]
fn a_damaged_lock_of_npx_is_refused_with_its_line() {
    let twice = npx(&format!("{},\n{}", entry("one"), entry("one")));
    let cases = [
        (&npx(&entry("one"))[..60], 4, "EOF while parsing"),
        (
            "{\n\"version\": 2}",
            2,
            "it is of version 2, and this mdskill reads version 1",
        ),
        ("{\"skills\": {}}", 1, "`\"version\": 1` is missing"),
        ("[]\n", 1, "a map with `version` and `skills`"),
        (&twice, 5, "`one` stands here a second time"),
        (
            &npx("\"one\": {\n\"source\": \"a/b\",\n\"source\": \"c/d\"}"),
            6,
            "duplicate field `source`",
        ),
        (&npx("\"one\": {\n\"source\": 5}"), 5, "expected a string"),
        (
            &npx("\"\\u001b[31m\": {},\n\"\\u001b[31m\": {}"),
            5,
            "a second time",
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
        ("{\"version\": 3, \"skills\": []}", 1, "a map by names"),
    ];
    all_refused(".skill-lock.json", &cases);
}

#[test]
fn a_damaged_lock_of_skillcask_is_refused_with_its_line() {
    let cases = [
        (
            "version = 3\n",
            1,
            "it is of version 3, and this mdskill reads version 1 and 2",
        ),
        ("[[package]]\nname = \"a\"\n", 1, "`version` is missing"),
        ("version = 1\n[[package]]\nname = \n", 3, ""),
        (
            "version = 1\n[[package]]\nname = \"a\"\nname = \"b\"\n",
            4,
            "duplicate key",
        ),
        (
            "version = 1\n[[package]]\nname = \"a\"\n",
            2,
            "`skills` is missing in this block",
        ),
        (
            "version = 1\n[[package]]\nskills = [{ path = \"x\" }]\n",
            3,
            "a skill's `name` is missing",
        ),
        ("version = 1\npackage = 5\n", 2, "`package` is not a list"),
    ];
    all_refused("skills.lock", &cases);
}

#[test]
fn a_damaged_lock_of_apm_is_refused_with_its_line() {
    // Values of values of values.
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
            "`repo_url` stands twice in one map",
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
fn what_is_no_text_or_too_much_of_it_is_refused() {
    let (shop, _repo) = Shop::stocked();
    shop.room.write("skills-lock.json", b"{\n\xff");
    shop.refuses(&["import"], 1, "skills-lock.json:2: it is not UTF-8");
    shop.room.write("skills-lock.json", " ".repeat(5 << 20));
    shop.refuses(&["import"], 1, "it has more than 4 MiB, the limit");
}

#[test]
fn what_is_no_lock_at_all_is_a_usage_error() {
    let (shop, _repo) = Shop::stocked();
    shop.refuses(&["import"], 2, "there is nothing to import in ");
    shop.refuses(&["import", "-g"], 2, "there is nothing to import in ");
    shop.refuses(
        &["import", "skills-lock.json"],
        2,
        "there is no skills-lock.json",
    );
    shop.room.write("package-lock.json", "{}");
    shop.refuses(
        &["import", "package-lock.json"],
        2,
        "is no lock that mdskill knows",
    );
    shop.room.write("one/SKILL.md", "---\nname: one\n---\n");
    shop.refuses(
        &["import", "one/SKILL.md"],
        1,
        "gh skill did not install it",
    );
    shop.refuses(&["import", "one"], 1, "it is no file");
}

#[test]
fn hostile_names_and_paths_lead_nowhere() {
    let (shop, repo, _) = with_history();
    put(
        &shop.room.project().join(".agents/skills/x"),
        &repo,
        "main:skills/one",
        &[],
    );
    let outside = shop.room.project().join("../x");
    put(&outside, &repo, "main:skills/one", &[]);
    let entries = [
        entry("../../x"),
        r#""red\u001b[31m": {"source": "acme/skills", "sourceType": "github", "skillPath": "skills/one/SKILL.md"}"#.to_owned(),
        r#""climbs": {"source": "acme/skills", "sourceType": "github", "skillPath": "../../one/SKILL.md"}"#.to_owned(),
        r#""option": {"source": "--upload-pack=x", "sourceType": "git", "sourceUrl": "-oProxyCommand=x://y"}"#.to_owned(),
        r#""secret": {"source": "x", "sourceType": "git", "sourceUrl": "https://me:hunter2@example.org/a/b.git"}"#.to_owned(),
        r#""con": {"source": "acme/skills", "sourceType": "github"}"#.to_owned(),
        format!(r#""{}": {{"source": "acme/skills", "sourceType": "github"}}"#, "a".repeat(10_000)),
    ];
    shop.room
        .write("skills-lock.json", npx(&entries.join(",\n")));
    shop.room.write(
        "skills.lock",
        fixture(
            "skillcask/skills.lock",
            &[
                ("COMMIT", &repo.rev_parse("main")),
                ("TOOLS", &repo.rev_parse("main")),
            ],
        )
        .replace("name = \"renamed\"", "name = \"../../../x\""),
    );
    shop.room.write(
        "apm.lock.yaml",
        fixture("apm/apm.lock.yaml", &[("COMMIT", &repo.rev_parse("main"))])
            .replace(".github/skills/one", "../../.github/skills/evil"),
    );
    let outcome = imports(&shop, &[], 3);
    outcome
        .never_says("\u{1b}")
        .never_says("hunter2")
        .says("`climbs`: `../../one/SKILL.md` is no path inside a repository")
        .says("`con`: `con` can't be a folder name")
        .says("`../../../x`: ")
        .says("can't be a folder name")
        .says("0 skills taken");
    assert!(!shop.room.project().join("mdskill.lock").exists());
}

#[test]
fn each_skill_that_cant_be_taken_has_its_reason() {
    let (shop, mut repo, [first, ..]) = with_history();
    repo.symlink("skills/linked/evil", "/etc/passwd")
        .skill("skills/linked", "linked", "Linked");
    repo.commit("A link");
    let skills = shop.room.project().join(".agents/skills");
    for name in ["one", "gone", "twice", "contested", "ref", "hosted"] {
        put(&skills.join(name), &repo, "main:skills/one", &[]);
    }
    put(
        &skills.join("linked"),
        &repo,
        "main:skills/linked",
        &["evil"],
    );
    put(&skills.join("stranger"), &repo, "main:skills/one", &[]);
    symlink("/etc/passwd", skills.join("stranger/link")).unwrap();
    put(
        &shop.room.project().join(".claude/skills/twice"),
        &repo,
        "main:skills/two",
        &[],
    );
    put(&skills.join("contested"), &repo, "main:skills/one", &[]);
    let huge = skills.join("huge");
    std::fs::create_dir_all(&huge).unwrap();
    std::fs::File::create(huge.join("SKILL.md"))
        .unwrap()
        .set_len(60 << 20)
        .unwrap();
    let more = |name: &str, keys: &str| format!(r#""{name}": {{{keys}}}"#);
    let entries = [
        entry("gone"),
        entry("linked"),
        entry("stranger"),
        entry("twice"),
        entry("huge"),
        entry("missing"),
        entry("contested"),
        more(
            "ref",
            r#""source": "acme/skills", "sourceType": "github", "ref": "nowhere", "skillPath": "skills/one/SKILL.md""#,
        ),
        more(
            "hosted",
            r#""source": "acme/nothing", "sourceType": "github", "skillPath": "skills/one/SKILL.md""#,
        ),
        more("local", r#""source": "./nowhere", "sourceType": "local""#),
        more("odd", r#""source": "x", "sourceType": "mintlify""#),
        more("empty", ""),
    ];
    shop.room
        .write("skills-lock.json", npx(&entries.join(",\n")));
    let lost = "0123456789012345678901234567890123456789";
    let gh = |tree: &str| fixture("gh/SKILL.md", &[("TREE", tree), ("REF", "refs/heads/main")]);
    shop.room.write(".github/skills/three/SKILL.md", gh(lost));
    shop.room.write(".github/skills/old/SKILL.md", gh("none"));
    shop.room.write(
        "skills.lock",
        fixture(
            "skillcask/skills.lock",
            &[("COMMIT", lost), ("TOOLS", lost)],
        )
        .replace("name = \"renamed\"", "name = \"contested\""),
    );
    let outcome = imports(&shop, &[], 1);
    for reason in [
        "`gone`: there is no acme/skills/skills/gone in the history of the default branch",
        "`linked`: the version in its source is refused",
        "`stranger`: `link` in its folder is a link or no plain file",
        "`twice`: its copies differ: .claude/skills/twice and .agents/skills/twice",
        "`huge`: its folder has more than 2000 files or 50 MiB",
        "`missing`: skills-lock.json names it, and no folder `missing` lies in ",
        "`contested`: skills-lock.json (github:acme/skills) claims its folder, and skills.lock (github:acme/skills) claims it too",
        "`contested`: skills.lock (github:acme/skills) claims its folder",
        "has no branch and no tag `nowhere`",
        "`hosted`: acme/nothing was not asked: ",
        "`local`: it was copied from the folder `./nowhere`, which is gone",
        "`odd`: its sourceType is `mintlify`",
        "`empty`: its `source` or its `sourceType` is missing",
        "`three`: no version of acme/skills/skills/three in the history of `main` has exactly its files, and the tree that gh noted is not there",
        "`old`: its frontmatter has no `github-tree-sha`",
        "`one`: there is no acme/skills/skills/one at 0123456",
        "0 skills taken, 17 not taken",
    ] {
        outcome.says(reason);
    }
    // The rest is taken all the same.
    put(
        &skills.join("two"),
        &repo,
        &format!("{first}:skills/two"),
        &[],
    );
    let entries = [entry("two"), entry("missing")];
    shop.room
        .write("skills-lock.json", npx(&entries.join(",\n")));
    imports(&shop, &["skills-lock.json"], 3).says("1 skill taken, 1 not taken");
    shop.run(&["verify"]).ok();
}

#[test]
fn a_skill_that_is_locked_already_is_kept() {
    let (shop, repo, _) = with_history();
    shop.run(&["add", "acme/skills/one"]).ok();
    let one = shop.entry("one");
    put(
        &shop.room.project().join(".agents/skills/two"),
        &repo,
        "main:skills/two",
        &[],
    );
    let entries = [entry("one"), entry("two")];
    shop.room
        .write("skills-lock.json", npx(&entries.join(",\n")));
    shop.run(&["import"])
        .ok()
        .says("1 skill taken, 1 locked already");
    // What was there stays as it was, and the new one says for itself where it lies.
    assert_eq!(shop.entry("one"), one);
    assert_eq!(shop.entry("two")["targets"], "[\".agents/skills\"]");
    shop.run(&["verify"]).ok().says("2 folders as locked");
}

#[test]
fn a_skill_from_a_folder_is_taken_when_the_folder_has_its_files() {
    let (shop, repo, _) = with_history();
    put(
        &shop.room.project().join("mine/one"),
        &repo,
        "main:skills/one",
        &[],
    );
    put(
        &shop.room.project().join("mine/two"),
        &repo,
        "main:skills/two",
        &[],
    );
    for name in ["one", "two"] {
        put(
            &shop.room.project().join(".agents/skills").join(name),
            &repo,
            &format!("main:skills/{name}"),
            &[],
        );
    }
    shop.room.write("mine/two/SKILL.md", "Another");
    let local = |name: &str| {
        format!(
            r#""{name}": {{"source": "./mine", "sourceType": "local", "skillPath": "{name}/SKILL.md"}}"#
        )
    };
    shop.room.write(
        "skills-lock.json",
        npx(&[local("one"), local("two")].join(",\n")),
    );
    imports(&shop, &[], 3).says("`two`: no version of ./mine/two has exactly its files; it differs in 1 file from the source: SKILL.md (changed)");
    assert_eq!(shop.entry("one")["source"], "path:mine");
    assert_eq!(shop.entry("one")["tree"], repo.rev_parse("main:skills/one"));
    shop.run(&["verify"]).ok();
    shop.run(&["update"])
        .ok()
        .says("everything is up to date (1 skill)");
}
