//! `validate -`: validates a page from standard input in its skill.

use crate::support::test_context::TestContext;

const PAGE: &str = "---\nname: mine\ndescription: Turns minutes into decisions. Use when minutes are shared.\nargument-hint: [file]\n---\n[here](references/here.md) [gone](references/gone.md)\n";

#[test]
fn page_replaces_its_file() {
    let context = TestContext::with_origin("");
    context.write("skills/mine/SKILL.md", "---\nname: old\n---\n");
    context.write("skills/mine/references/here.md", "[gone](gone.md)\n");
    let check = || {
        context
            .mdskill([
                "validate",
                "-",
                "--stdin-path",
                "skills/mine/SKILL.md",
                "--json",
            ])
            .stdin(PAGE)
            .run()
            .fails(3)
            .json()
    };
    let json = check();
    let found = json["diagnostics"].as_array().unwrap();
    let places: Vec<_> = found
        .iter()
        .map(|found| {
            (
                found["code"].as_str().unwrap(),
                &found["file"],
                &found["line"],
            )
        })
        .collect();
    let file = serde_json::json!("skills/mine/SKILL.md");
    assert_eq!(
        places,
        [
            ("SK111", &file, &4.into()),
            ("SK117", &file, &4.into()),
            ("SK301", &file, &6.into())
        ]
    );
    assert_eq!(
        context.read("skills/mine/SKILL.md"),
        "---\nname: old\n---\n"
    );
}

#[test]
fn folder_of_page_need_not_exist() {
    let context = TestContext::with_origin("");
    let outcome = context
        .mdskill(["validate", "-", "--stdin-path", "new/mine/SKILL.md"])
        .stdin(PAGE)
        .run();
    outcome
        .fails(3)
        .says(" --> new/mine/SKILL.md:4:16")
        .says("references/here.md");
    assert!(!context.project().join("new").exists());
}

#[test]
fn only_findings_of_page_are_reported() {
    let context = TestContext::with_origin("");
    context.write("SKILL.md", PAGE);
    let outcome = context
        .mdskill(["validate", "-", "--stdin-path", "references/here.md"])
        .stdin("Here\n")
        .run();
    outcome.ok().says(": 0 errors").never_says("SK");
    let outcome = context
        .mdskill(["validate", "-", "--stdin-path", "./SKILL.md"])
        .stdin(PAGE)
        .run();
    outcome.fails(3).says(" --> SKILL.md:6:28");
}

#[test]
fn fixed_page_is_written_to_standard_output() {
    let context = TestContext::with_origin("");
    let fixed = PAGE.replace("[file]", "\"[file]\"");
    let flags = ["validate", "-", "--stdin-path", "mine/SKILL.md"];
    let fix = |more: &[&str], page: &[u8]| {
        let arguments = [&flags[..], more].concat();
        context.mdskill(arguments).stdin(page).run()
    };
    let outcome = fix(&["--fix"], PAGE.as_bytes());
    assert_eq!(outcome.fails(3).stdout, fixed);
    assert!(outcome.stderr.contains("SK301"), "{}", outcome.stderr);
    let sound = fixed.lines().take(5).collect::<Vec<_>>().join("\r\n");
    assert_eq!(fix(&["--fix"], sound.as_bytes()).ok().stdout, sound);
    let diff = fix(&["--fix", "--diff"], PAGE.as_bytes());
    diff.fails(3).says("+argument-hint: \"[file]\"");
    let json = fix(&["--fix", "--json"], PAGE.as_bytes()).fails(3).json();
    assert_eq!(json["text"], fixed.as_str());
    fix(&["--fix"], b"---\nname: \xff\n---\n")
        .fails(3)
        .says("UTF-8");
}

#[test]
fn page_outside_of_skills_is_not_validated() {
    let context = TestContext::with_origin("");
    context.write("skills/mine/SKILL.md", PAGE);
    let page = "[gone](gone.md)\n";
    let outcome = |folder: &str, more: &[&str]| {
        let arguments = [&["validate", "-", "--stdin-path"], more].concat();
        let command = context.mdskill(arguments).stdin(page);
        command.dir(context.project().join(folder)).run()
    };
    outcome("", &["skills/README.md"])
        .ok()
        .says("skills/README.md is not in a skill and was not validated")
        .says("0 skills")
        .never_says("SK");
    assert_eq!(outcome("", &["README.md", "--fix"]).ok().stdout, page);
    context.write("skills/mine/references/here.md", "");
    outcome("skills/mine/references", &["new.md"])
        .fails(3)
        .says(" --> ../references/new.md:1:1")
        .never_says("is not in a skill");
    outcome("", &["skills/mine"])
        .fails(2)
        .says("skills/mine, is a folder; did you mean skills/mine/SKILL.md?");
}

#[test]
fn invalid_arguments_are_refused_with_next_step() {
    let context = TestContext::with_origin("");
    let refuse = |arguments: &[&str], why: &str| {
        let outcome = context.mdskill(arguments).stdin(PAGE).run();
        outcome.fails(2).says(why);
    };
    refuse(&["validate", "-"], "needs --stdin-path FILE");
    refuse(
        &["validate", "--stdin-path", "a/SKILL.md"],
        "can be used only with `-`",
    );
    refuse(
        &["validate", "-", "other", "--stdin-path", "a/SKILL.md"],
        "`-` cannot be used with other paths",
    );
    refuse(&["validate", "-", "--stdin-path", "/"], "needs a file");
    let much = vec![b'a'; (16 << 20) + 1];
    let outcome = context
        .mdskill(["validate", "-", "--stdin-path", "a/SKILL.md"])
        .stdin(much)
        .run();
    outcome
        .fails(2)
        .says("standard input is larger than 16 MiB");
}
