//! `validate --fix`: changed files, unchanged files, and the output.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::test_context::TestContext;

const LISTED: &str = "---\r\nname: mine # ours\r\ndescription: 'Turns minutes into decisions. Use when minutes are shared.'\r\nargument-hint: [file]\r\n---\r\n\r\nText without an end";
const QUOTED: &str = "---\r\nname: mine # ours\r\ndescription: 'Turns minutes into decisions. Use when minutes are shared.'\r\nargument-hint: \"[file]\"\r\n---\r\n\r\nText without an end";

fn context(text: &str) -> TestContext {
    let context = TestContext::with_origin("");
    context.write("skills/mine/SKILL.md", text);
    context
}

#[test]
fn fix_changes_only_the_finding_and_is_idempotent() {
    let context = context(LISTED);
    let path = context.project().join("skills/mine/SKILL.md");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    let outcome = context.mdskill(["validate", "--fix"]).run();
    outcome
        .ok()
        .says("Fixed skills/mine/SKILL.md: SK117 quote the hint")
        .says(": 0 errors, 0 warnings");
    assert_eq!(context.read("skills/mine/SKILL.md"), QUOTED);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    let before = context.tree("");
    context
        .mdskill(["validate", "--fix"])
        .run()
        .ok()
        .never_says("Fixed");
    before.assert_same(&context.tree(""));
}

#[test]
fn remaining_findings_are_reported_and_set_the_exit_code() {
    let context = context(&format!("{LISTED}\n[gone](references/gone.md)\n"));
    let outcome = context.mdskill(["validate", "skills", "--fix"]).run();
    outcome
        .fails(3)
        .says("SK301")
        .says("Fixed")
        .never_says("warning[SK117]");
    let json = context
        .mdskill(["validate", "skills", "--fix", "--json"])
        .run()
        .fails(3)
        .json();
    assert_eq!(json["fixed"], serde_json::json!([]));
    let codes: Vec<_> = json["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["code"])
        .collect();
    // Notes, such as CRLF line ends, are not fixed by default.
    assert_eq!(codes, ["SK004", "SK111", "SK301"]);
}

#[test]
fn diff_writes_nothing_and_equals_the_fix() {
    let context = context(LISTED);
    let before = context.tree("skills");
    let diff = context.mdskill(["validate", "--diff"]).run();
    diff.fails(3).says("Would fix skills/mine/SKILL.md");
    before.assert_same(&context.tree("skills"));
    context
        .command("git", ["apply", "-"])
        .stdin(diff.stdout.clone())
        .run()
        .ok();
    assert_eq!(context.read("skills/mine/SKILL.md"), QUOTED);
    let nothing = context.mdskill(["validate", "--fix", "--diff"]).run();
    assert_eq!(nothing.ok().stdout, "");
}

#[test]
fn diff_has_no_control_sequences_of_the_skill() {
    let context = context(&LISTED.replace("\r\n\r\n", "\r\n\u{1b}[2J\r\n::error::x\r\n"));
    let outcome = context
        .mdskill(["validate", "--diff", "--color", "always"])
        .run();
    assert!(
        outcome.stdout.contains("\u{1b}[31m-argument-hint"),
        "{}",
        outcome.stdout
    );
    assert!(!outcome.stdout.contains("\u{1b}[2J"), "{}", outcome.stdout);
    let outcome = context.mdskill(["validate", "--diff"]).env("CI", "1").run();
    assert!(!outcome.stdout.contains('\u{1b}'), "{}", outcome.stdout);
    let is_command = |line: &str| line.trim_start().starts_with("::");
    assert!(
        !outcome.stdout.lines().any(is_command),
        "{}",
        outcome.stdout
    );
}

#[test]
fn json_lists_applied_and_possible_fixes() {
    let context = context(LISTED);
    let json = context
        .mdskill(["validate", "--diff", "--json"])
        .run()
        .fails(3)
        .json();
    assert!(json["diff"].as_str().unwrap().contains("+argument-hint"));
    let json = context
        .mdskill(["validate", "--fix", "--json"])
        .run()
        .ok()
        .json();
    let expected = serde_json::json!([{
        "code": "SK117",
        "file": "skills/mine/SKILL.md",
        "line": 4,
        "skill": "skills/mine",
        "title": "quote the hint",
    }]);
    assert_eq!(json["fixed"], expected);
    assert_eq!(json["kept"], serde_json::json!([]));
    let json = context.mdskill(["validate", "--json"]).run().ok().json();
    assert!(json.get("fixed").is_none());
}

#[test]
fn ignored_rule_fixes_nothing() {
    let context = context(LISTED);
    for flags in [["--ignore", "SK117"], ["--select", "SK301"]] {
        let arguments = [&["validate", "--fix"][..], &flags].concat();
        context.mdskill(arguments).run().ok().never_says("Fixed");
    }
    assert_eq!(context.read("skills/mine/SKILL.md"), LISTED);
}

#[test]
fn links_and_read_only_files_are_not_changed() {
    let context = context("");
    fs::remove_file(context.project().join("skills/mine/SKILL.md")).unwrap();
    context.write("elsewhere.md", LISTED);
    symlink(
        "../../elsewhere.md",
        context.project().join("skills/mine/SKILL.md"),
    )
    .unwrap();
    context.write("skills/other/SKILL.md", LISTED.replace("mine", "other"));
    let path = context.project().join("skills/other/SKILL.md");
    fs::set_permissions(path, PermissionsExt::from_mode(0o444)).unwrap();
    let before = context.tree("");
    context.mdskill(["validate", "skills/mine", "--fix"]).run();
    let outcome = context.mdskill(["validate", "skills/other", "--fix"]).run();
    outcome
        .fails(1)
        .says("skills/other/SKILL.md was not fixed: can't replace")
        .says("SK117")
        .never_says("Fixed");
    before.assert_same(&context.tree(""));
}

#[test]
fn installed_skill_is_fixed_only_when_named() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/SKILL.md", LISTED.replace("mine", "one"));
    repo.commit("Commas");
    context.run(&["add", "acme/skills/one"]).ok();
    context.write("skills/mine/SKILL.md", LISTED);
    context
        .run(&["validate", "--fix"])
        .ok()
        .says("Fixed skills/mine/SKILL.md")
        .says("name one to fix it here: one");
    context.run(&["verify"]).ok();
    context.run(&["validate", ".github/skills", "--fix"]).ok();
    context.run(&["verify"]).ok();
    context
        .run(&["validate", "one", "--fix"])
        .ok()
        .says(".github/skills/one is installed: each fix in it is a local edit")
        .says("Fixed .github/skills/one/SKILL.md");
    context.run(&["verify"]).fails(3);
}

#[test]
fn fix_refuses_skill_that_is_not_on_disk() {
    let (context, _repo) = TestContext::with_skills();
    context.refuses(
        &["validate", "acme/skills/one", "--fix"],
        2,
        "--fix changes files on disk, and",
    );
    context.refuses(
        &["validate", "--unsafe"],
        2,
        "can be used only with --fix or --diff",
    );
}

#[test]
fn several_files_of_a_skill_count_as_one_skill() {
    let context = context(LISTED);
    context.write("skills/mine/references/a.md", "A\n");
    context.write("README.md", "Read me\n");
    let files = [
        "validate",
        "skills/mine/references/a.md",
        "skills/mine/SKILL.md",
        "skills/mine",
        "README.md",
        "--json",
        "--select=SK117",
    ];
    let json = context.mdskill(files).run().ok().json();
    assert_eq!(json["summary"]["skills"], 1);
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(
        json["notes"][0],
        "README.md is not in a skill and was not validated"
    );
}

#[test]
fn file_belongs_only_to_its_own_skill() {
    let context = context(LISTED);
    context.write("skills/mine/references/a.md", "A\n");
    context.write("skills/loose.md", "B\n");
    let look = |folder: &str, file: &str| {
        context
            .mdskill(["validate", file])
            .dir(context.project().join(folder))
            .run()
    };
    look("skills/mine/references", "a.md")
        .ok()
        .says(" --> ../SKILL.md:4:16");
    look("skills/mine", "../loose.md")
        .ok()
        .says("../loose.md is not in a skill")
        .never_says("SK117");
}

#[test]
fn fix_never_quotes_an_indented_field() {
    for page in [
        "---\nname: mine\n  description: Use when x\n  license: MIT\n---\nText\n",
        "---\nname: Mine Tool\n description: Use when x\n---\nText\n",
        "---\nname: mine\ndescription: Use when: x\n  license: MIT\n---\nText\n",
    ] {
        let context = context(page);
        let outcome = context.mdskill(["validate", "--fix", "--unsafe"]).run();
        outcome
            .fails(3)
            .says("in the same column as the other fields")
            .never_says("Fixed");
        assert_eq!(context.read("skills/mine/SKILL.md"), page);
    }
}

#[test]
fn empty_argument_is_refused() {
    let context = TestContext::with_origin("");
    let broken = "---\nname: mine\ndescription: Use it when one is needed.\nargument-hint: [file]\n---\nText\n";
    context.write("mine/SKILL.md", broken);
    for named in [&[""][..], &["mine", ""]] {
        context
            .mdskill([&["validate", "--fix"], named].concat())
            .run()
            .fails(2)
            .says("name a folder, a file, an installed skill, or a spec");
    }
    assert_eq!(context.read("mine/SKILL.md"), broken);
}

#[test]
fn misspelled_field_is_fixed_although_its_value_has_findings() {
    let text = "---\nname: mine\ndescription: Turns minutes into decisions. Use when minutes are shared.\nalowed-tools: Bash(*), Read\n---\n\nText\n";
    let context = context(text);
    let fix = ["validate", "--fix", "--unsafe"];
    context
        .mdskill(fix)
        .run()
        .ok()
        .says("SK110 write `allowed-tools`")
        .never_says("fixable");
    let fixed = text.replace("alowed-tools: Bash(*), Read", "allowed-tools: Bash(*) Read");
    assert_eq!(context.read("skills/mine/SKILL.md"), fixed);
    context.mdskill(fix).run().ok().never_says("Fixed");
}
