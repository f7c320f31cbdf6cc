//! `validate --since REF` reports only new findings of changed skills.

use serde_json::Value;

use crate::support::test_context::TestContext;

const GOOD: &str =
    "---\nname: NAME\ndescription: Does NAME, when NAME is to be done\n---\n\n# Heading\n";

fn skill(context: &TestContext, folder: &str, body: &str) {
    let name = folder.rsplit('/').next().unwrap();
    let text = format!("{}{body}", GOOD.replace("NAME", name));
    context.write(&format!("{folder}/SKILL.md"), text);
}

fn git(context: &TestContext, arguments: &[&str]) {
    let author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    let arguments = [&author[..], arguments].concat();
    context.command("git", arguments).run().ok();
}

fn commit(context: &TestContext) {
    git(context, &["add", "--all"]);
    git(context, &["commit", "--quiet", "--message", "Skills"]);
}

/// A project with `skills/one`, which has a broken link, and `skills/two`, committed.
fn project() -> TestContext {
    let context = TestContext::with_origin("");
    skill(&context, "skills/one", "See [it](references/gone.md).\n");
    skill(&context, "skills/two", "Do it.\n");
    commit(&context);
    context
}

#[track_caller]
fn since(context: &TestContext, arguments: &[&str]) -> Value {
    let arguments = [&["validate", "--json"], arguments].concat();
    let outcome = context.mdskill(arguments).run();
    assert!(matches!(outcome.code, Some(0 | 3)), "{outcome}");
    outcome.json()
}

/// The findings as `file:line code`.
fn found(json: &Value) -> Vec<String> {
    let diagnostics = json["diagnostics"].as_array().unwrap().iter();
    let one = |found: &Value| {
        let file = found["file"].as_str().unwrap();
        format!(
            "{file}:{} {}",
            found["line"],
            found["code"].as_str().unwrap()
        )
    };
    diagnostics.map(one).collect()
}

#[test]
fn unchanged_skills_are_not_validated() {
    let context = project();
    let json = since(&context, &["--since", "HEAD"]);
    assert_eq!(found(&json), [""; 0]);
    assert_eq!(json["summary"]["skills"], 0);
    assert_eq!(json["summary"]["since"]["unchanged"], 2);
    let text = context.mdskill(["validate", "--since", "HEAD"]).run();
    text.ok()
        .says("Validated 0 of 2 skills changed since HEAD in ")
        .says(": 0 new errors, ");
}

#[test]
fn only_new_findings_are_reported_and_moved_lines_are_not_new() {
    let context = project();
    skill(
        &context,
        "skills/one",
        "A new line.\n\nSee [it](references/gone.md).\n",
    );
    let json = since(&context, &["--since", "HEAD"]);
    assert_eq!(found(&json), [""; 0]);
    assert_eq!(json["summary"]["skills"], 1);
    assert_eq!(json["summary"]["since"]["known"], 1);
    // A second equal finding is new, and so is another one.
    skill(
        &context,
        "skills/one",
        "See [it](references/gone.md).\nSee [it](references/gone.md).\nSee [it](references/lost.md).\n",
    );
    let json = since(&context, &["--since", "HEAD"]);
    let expected = ["skills/one/SKILL.md:8 SK301", "skills/one/SKILL.md:9 SK301"];
    assert_eq!(found(&json), expected);
    context
        .mdskill(["validate", "--since", "HEAD"])
        .run()
        .fails(3)
        .says("Validated 1 of 2 skills changed since HEAD in ")
        .says(": 2 new errors, ");
}

#[test]
fn all_findings_of_new_skill_are_reported() {
    let context = project();
    skill(&context, "skills/three", "See [it](references/gone.md).\n");
    let expected = ["skills/three/SKILL.md:7 SK301"];
    assert_eq!(found(&since(&context, &["--since", "HEAD"])), expected);
    git(&context, &["add", "--all"]);
    assert_eq!(found(&since(&context, &["--since", "HEAD"])), expected);
    git(&context, &["commit", "--quiet", "--message", "Three"]);
    assert_eq!(found(&since(&context, &["--since", "HEAD"])), [""; 0]);
    assert_eq!(found(&since(&context, &["--since", "HEAD~1"])), expected);
    git(
        &context,
        &["tag", "--annotate", "--message", "v1", "v1", "HEAD~1"],
    );
    assert_eq!(found(&since(&context, &["--since", "v1"])), expected);
    assert_eq!(
        found(&since(&context, &["--since", "v1", "skills/two"])),
        [""; 0]
    );
}

#[test]
fn removed_file_or_changed_mode_is_a_change() {
    let context = project();
    context.write("skills/two/references/more.md", "More.\n");
    context.write("skills/two/scripts/run.sh", "#!/bin/sh\n");
    skill(&context, "skills/two", "See [more](references/more.md).\n");
    commit(&context);
    std::fs::remove_file(context.project().join("skills/two/references/more.md")).unwrap();
    let json = since(&context, &["--since", "HEAD"]);
    assert_eq!(found(&json), ["skills/two/SKILL.md:7 SK301"]);
    git(&context, &["checkout", "--quiet", "--", "."]);
    git(
        &context,
        &["update-index", "--chmod=+x", "skills/two/scripts/run.sh"],
    );
    git(&context, &["commit", "--quiet", "--message", "A bit"]);
    assert_eq!(
        since(&context, &["--since", "HEAD"])["summary"]["skills"],
        1
    );
}

#[test]
fn ignored_file_is_not_a_change() {
    let context = project();
    context.write(".gitignore", "out/\n");
    commit(&context);
    context.write("skills/one/out/result.txt", "made by a script\n");
    assert_eq!(
        since(&context, &["--since", "HEAD"])["summary"]["skills"],
        0
    );
    context.write("skills/one/notes.txt", "mine\n");
    assert_eq!(
        since(&context, &["--since", "HEAD"])["summary"]["skills"],
        1
    );
}

#[test]
fn since_works_in_linked_work_tree_submodule_and_subfolder() {
    let context = project();
    git(&context, &["worktree", "add", "--quiet", "linked", "HEAD"]);
    skill(
        &context,
        "linked/skills/two",
        "See [it](references/gone.md).\n",
    );
    let expected = ["skills/two/SKILL.md:7 SK301"];
    let linked = context.project().join("linked");
    let run = |folder: &std::path::Path| {
        let prepared = context.mdskill(["validate", "--json", "--since", "HEAD"]);
        found(&prepared.dir(folder).run().json())
    };
    assert_eq!(run(&linked), expected);
    assert_eq!(run(&linked.join("skills")), ["two/SKILL.md:7 SK301"]);

    let outer = TestContext::with_origin("");
    skill(&outer, "skills/own", "Do it.\n");
    let from = context.project();
    git(
        &outer,
        &[
            "clone",
            "--quiet",
            "--separate-git-dir=.git/theirs",
            from.to_str().unwrap(),
            "theirs",
        ],
    );
    commit(&outer);
    skill(
        &outer,
        "theirs/skills/two",
        "See [it](references/gone.md).\n",
    );
    let prepared = outer.mdskill(["validate", "--json", "--since", "HEAD"]);
    let inside = prepared.dir(outer.project().join("theirs")).run().json();
    assert_eq!(found(&inside), expected);
    // Skills of a submodule are compared in the submodule.
    assert_eq!(found(&since(&outer, &["--since", "HEAD"])), [""; 0]);
}

#[test]
fn skill_in_root_of_repository_is_compared() {
    let context = TestContext::with_origin("");
    context.write("SKILL.md", GOOD.replace("NAME", "root"));
    commit(&context);
    assert_eq!(
        since(&context, &["--since", "HEAD"])["summary"]["skills"],
        0
    );
    let text = format!(
        "{}See [it](references/gone.md).\n",
        GOOD.replace("NAME", "root")
    );
    context.write("SKILL.md", text);
    assert_eq!(
        found(&since(&context, &["--since", "HEAD"])),
        ["SKILL.md:7 SK301"]
    );
}

#[test]
fn since_explains_why_it_can_not_compare() {
    let (context, _repo) = TestContext::with_skills();
    let refuses = |second: &TestContext, arguments: &[&str], code: i32, sentence: &str| {
        let outcome = second.mdskill(arguments).run();
        outcome.fails(code).says(sentence);
    };
    let second = project();
    refuses(
        &second,
        &["validate", "--since", "nowhere"],
        2,
        "`nowhere` is not a commit of the repository",
    );
    refuses(
        &second,
        &["validate", "--since", "HEAD:skills"],
        2,
        "is not a commit of",
    );
    let spec = ["validate", "acme/skills/one", "--since", "HEAD"];
    refuses(&context, &spec, 2, "--since compares files on disk");

    let plain = TestContext::without_project("");
    skill(&plain, "skills/one", "Do it.\n");
    refuses(
        &plain,
        &["validate", "--since", "HEAD"],
        2,
        "--since needs a git repository",
    );

    let modern = TestContext::without_project("");
    git(&modern, &["init", "--quiet", "--object-format=sha256"]);
    skill(&modern, "skills/one", "Do it.\n");
    commit(&modern);
    refuses(
        &modern,
        &["validate", "--since", "HEAD"],
        1,
        "uses SHA-256 object ids",
    );

    skill(&second, "skills/one", "Do it.\n");
    commit(&second);
    let cut = TestContext::without_project("");
    let from = format!("file://{}", second.project().display());
    git(&cut, &["clone", "--quiet", "--depth=1", &from, "."]);
    refuses(
        &cut,
        &["validate", "--since", "HEAD~1"],
        2,
        "with `git fetch --unshallow`",
    );
    assert_eq!(since(&cut, &["--since", "HEAD"])["summary"]["skills"], 0);
}

#[test]
fn finding_across_skills_is_new_if_one_skill_is() {
    let context = project();
    context.write(".github/skills/old.md", "Old.\n");
    commit(&context);
    let json = since(&context, &["--since", "HEAD"]);
    assert_eq!(found(&json), [""; 0]);
    assert_eq!(json["summary"]["since"]["known"], 1);
    context.write(".github/skills/new.md", "New.\n");
    context.write("more/two/SKILL.md", GOOD.replace("NAME", "two"));
    let json = since(&context, &["--since", "HEAD", "--ignore", "SK214"]);
    let expected = [
        ".github/skills/new.md:1 SK006",
        "skills/two/SKILL.md:2 SK205",
    ];
    assert_eq!(found(&json), expected);
}

#[test]
fn since_refuses_fix_and_stdin() {
    let context = project();
    for arguments in [
        &["validate", "--since", "HEAD", "--fix"][..],
        &["validate", "--since", "HEAD", "--diff"],
        &[
            "validate",
            "--since",
            "HEAD",
            "-",
            "--stdin-path",
            "SKILL.md",
        ],
    ] {
        let outcome = context.mdskill(arguments).run();
        outcome.fails(2).says("--since can't be used with");
    }
}

#[test]
fn findings_ignored_per_path_are_not_new() {
    let context = project();
    context.write(
        "mdskill.toml",
        "[rules.per-path]\n\"skills/two\" = [\"SK301\"]\n",
    );
    skill(&context, "skills/two", "See [it](references/gone.md).\n");
    skill(&context, "skills/three", "See [it](references/gone.md).\n");
    let json = since(&context, &["--since", "HEAD"]);
    assert_eq!(found(&json), ["skills/three/SKILL.md:7 SK301"]);
}
