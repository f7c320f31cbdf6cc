//! `init`: a new skill is valid for all clients, and nothing that exists is changed.

use crate::support::terminal::on_terminal;
use crate::support::test_context::{Prepared, TestContext};
use rustix::process::{Signal, kill_process};
use std::os::unix::fs::PermissionsExt;

const DESCRIPTION: &str = "Reads PDF files. Use when the user asks about one.";
const BACKSPACE: &str = "\u{7f}";

#[track_caller]
fn assert_strict(context: &TestContext, folder: &str) {
    for profile in ["copilot", "claude", "spec"] {
        let strict = ["validate", folder, "--strict", "--profile", profile];
        context.run(&strict).ok().says("0 errors, 0 warnings");
    }
}

/// The frontmatter, read with a parser of YAML.
fn frontmatter(context: &TestContext, folder: &str) -> serde_yaml::Value {
    let page = context.read(&format!("{folder}/SKILL.md"));
    let yaml = page.split("---\n").nth(1).expect("a frontmatter");
    serde_yaml::from_str(yaml).expect("YAML")
}

fn in_terminal(prepared: Prepared) -> Prepared {
    prepared.env("TERM", "xterm-256color")
}

#[test]
fn new_skill_is_valid_for_every_client_and_can_be_added() {
    let context = TestContext::new();
    context.run(&["init", "pdf-tools"]).ok();
    assert_strict(&context, "pdf-tools");
    assert_eq!(context.tree("pdf-tools").paths(), ["SKILL.md"]);
    assert_eq!(frontmatter(&context, "pdf-tools")["name"], "pdf-tools");
    // The missing text is a note of `validate`.
    let notes = context.run(&["validate", "pdf-tools", "--severity", "info"]);
    notes.ok().says("SK405");
    context.run(&["add", "./pdf-tools"]).ok();
    let installed = context.tree(".github/skills/pdf-tools");
    installed.assert_same(&context.tree("pdf-tools"));
}

#[test]
fn full_template_has_a_linked_reference_and_a_script_that_runs() {
    let context = TestContext::new();
    let full = ["init", "skills/pdf-tools", "-t", "full", "-d", DESCRIPTION];
    context.run(&full).ok();
    assert_strict(&context, "skills/pdf-tools");
    let files = ["SKILL.md", "references/details.md", "scripts/run.sh"];
    for file in files {
        let path = context.project().join("skills/pdf-tools").join(file);
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o111 != 0, file.starts_with("scripts/"), "{file}");
    }
    let page = context.read("skills/pdf-tools/SKILL.md");
    assert!(page.contains("(references/details.md)") && page.contains("`scripts/run.sh"));
    let script = context.project().join("skills/pdf-tools/scripts/run.sh");
    let run = |arguments: &[&str]| {
        let prepared = context.command(script.to_str().unwrap(), arguments);
        prepared.env("PATH", "/usr/bin:/bin").run()
    };
    run(&["skills/pdf-tools/SKILL.md"]).ok();
    run(&[]).fails(2).says("usage: run.sh FILE");
}

#[test]
fn description_is_read_back_from_the_yaml() {
    let context = TestContext::new();
    for (name, description) in [
        ("a", DESCRIPTION),
        ("b", "Use when: #1 is \"quoted\" \\ or 'not'"),
        ("c", "- [x] {y}: &z *a !b |c >d %e @f `g`"),
        ("yes", "no"),
        ("42", "42"),
        ("d", "Größe und 技能 🦀"),
    ] {
        let given = format!("--description={description}");
        context.run(&["init", name, &given]).ok();
        assert_strict(&context, name);
        let read = frontmatter(&context, name);
        assert_eq!(read["name"].as_str(), Some(name));
        assert_eq!(read["description"].as_str(), Some(description));
    }
    context
        .run(&["init", "lines", "-d", "  Two\n lines\t "])
        .ok();
    assert_eq!(frontmatter(&context, "lines")["description"], "Two lines");
}

#[test]
fn description_that_a_client_refuses_is_refused() {
    let context = TestContext::new();
    let long = "long ".repeat(300);
    for (description, reason) in [
        ("", "the description is empty"),
        (" \n ", "the description is empty"),
        ("Writes <lang> bindings", "removes tags"),
        (&long, "the limit is 1024"),
    ] {
        let arguments = ["init", "pdf", "-d", description];
        context.refuses(&arguments, 2, reason).says("hint: ");
    }
}

#[test]
fn without_name_the_current_folder_becomes_a_skill() {
    let context = TestContext::new();
    context.write("pdf-tools/LICENSE", "mine\n");
    let folder = context.project().join("pdf-tools");
    context.mdskill(["init"]).dir(&folder).run().ok();
    assert_strict(&context, "pdf-tools");
    assert_eq!(context.read("pdf-tools/LICENSE"), "mine\n");
    context.write("My Skill/x", "");
    let folder = context.project().join("My Skill");
    let refused = context.mdskill(["init"]).dir(&folder);
    let refused = context.assert_refused(refused, 2, "`My Skill` is not a valid skill name");
    refused.says("hint: `mdskill init my-skill`");
    // The hint works when pasted.
    context
        .mdskill(["init", "my-skill"])
        .dir(&folder)
        .run()
        .ok();
    assert_strict(&context, "My Skill/my-skill");
}

#[test]
fn invalid_name_is_refused_with_a_valid_one() {
    let context = TestContext::new();
    for (typed, hint) in [
        ("My Skill", "`mdskill init my-skill`"),
        ("skills/PDF_Tools/", "`mdskill init skills/pdf-tools`"),
        ("./-x-", "`mdskill init x`"),
        ("café", "for example `mdskill init pdf-tools`"),
        ("aux", "for example `mdskill init pdf-tools`"),
        ("/", "for example `mdskill init pdf-tools`"),
        ("a\u{1b}[31mb", "`mdskill init a-31mb`"),
        (
            "https://github.com/acme/skills",
            "`mdskill add https://github.com/acme/skills`",
        ),
    ] {
        let refused = context.refuses(&["init", "--", typed], 2, hint);
        assert!(!refused.stderr.contains('\u{1b}'));
    }
    let long = "a".repeat(65);
    context.refuses(&["init", &long], 2, "more than 64 characters");
    context.refuses(&["-g", "init", "x"], 2, "-g does not apply");
}

#[test]
fn existing_files_are_never_replaced() {
    let context = TestContext::new();
    context.write("one/SKILL.md", "mine");
    let refused = context.refuses(&["init", "one"], 1, "one/SKILL.md already exists");
    refused.says("hint: `mdskill validate one`");
    context.write("two/skill.md", "mine");
    context.refuses(&["init", "./two/"], 1, "two/skill.md already exists");
    context.write("three/scripts/run.sh", "mine");
    let full = ["init", "three", "--template", "full"];
    context.refuses(&full, 1, "three/scripts/run.sh already exists");
    context.run(&["init", "three"]).ok();
    context.write("file", "mine");
    context.refuses(&["init", "file"], 1, "file is a file, not a folder");
    context.refuses(&["init", "file/four"], 1, "file is a file, not a folder");
    std::os::unix::fs::symlink("nowhere", context.project().join("dangling")).unwrap();
    context.refuses(&["init", "dangling"], 1, "not a folder");
}

#[test]
fn failed_write_leaves_nothing() {
    let context = TestContext::new();
    // The reference can't be written after the script was.
    context.write("pdf/references", "a file");
    let full = ["init", "pdf", "--template", "full"];
    context.refuses(&full, 1, "references");
    if rustix::process::geteuid().is_root() {
        return;
    }
    let locked = context.project().join("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, PermissionsExt::from_mode(0o555)).unwrap();
    context.refuses(&["init", "locked/pdf"], 4, "locked");
}

#[test]
fn report_is_json_without_a_question() {
    let context = TestContext::new();
    let prepared = in_terminal(context.mdskill(["init", "pdf", "--json"]));
    on_terminal(prepared, &[]).ends(0).says("\"name\": \"pdf\"");
    let report = context.run(&["init", ".github/skills/own", "--json"]);
    let report = report.ok().json();
    assert_eq!(report["folder"], ".github/skills/own");
    assert_eq!(report["files"], serde_json::json!(["SKILL.md"]));
    assert_eq!(report["is_loaded"], true);
    assert_eq!(report["is_placeholder"], true);
}

#[test]
fn skill_inside_another_is_reported() {
    let context = TestContext::new();
    context.run(&["init", "outer"]).ok();
    let inner = context.run(&["init", "outer/inner"]);
    inner
        .ok()
        .says("inner is inside another skill (outer/SKILL.md)");
}

#[test]
fn broken_project_does_not_matter() {
    let context = TestContext::new();
    context.write("mdskill.toml", "= broken");
    context.write("mdskill.lock", "<<<<<<< broken");
    context.run(&["init", "pdf"]).ok();
}

#[test]
fn terminal_asks_for_what_is_not_given() {
    let context = TestContext::new();
    context.write("README.md", "A project");
    let dialog = [
        // In a project, Enter alone does not create ./SKILL.md.
        ("Name of the skill", "\r"),
        ("a new skill needs a name", "My Skill\r"),
        ("`mdskill init my-skill`", "pdf-toolz"),
        ("> pdf-toolz", BACKSPACE),
        ("> pdf-tool", "s\r"),
        ("What does it do", "Writes <lang> bindings\r"),
        ("removes tags", DESCRIPTION),
        ("asks about one.", "\r"),
    ];
    let seen = on_terminal(in_terminal(context.mdskill(["init"])), &dialog);
    seen.ends(0).says("Created pdf-tools/SKILL.md");
    assert_eq!(
        frontmatter(&context, "pdf-tools")["description"],
        DESCRIPTION
    );
    let given = ["init", "given", "-d", DESCRIPTION];
    on_terminal(in_terminal(context.mdskill(given)), &[]).ends(0);
    let yes = context.mdskill(["init", "yes", "--yes"]);
    on_terminal(in_terminal(yes), &[]).ends(0);
    context.run(&["init", "ci"]).ok();
}

#[test]
fn enter_takes_the_defaults_in_an_empty_folder() {
    let context = TestContext::new();
    let folder = context.project().join("pdf-tools");
    std::fs::create_dir(&folder).unwrap();
    for (term, columns) in [("xterm-256color", 20), ("dumb", 80)] {
        let prepared = context.mdskill(["init"]).dir(&folder).env("TERM", term);
        let terminal = prepared.terminal((columns, 24), false);
        terminal.wait_for("Name of the skill");
        terminal.press("\r");
        terminal.wait_for("What does it do");
        terminal.press("abc");
        terminal.wait_for("> abc");
        terminal.press(&BACKSPACE.repeat(3));
        terminal.wait("no answer", |lines| lines.iter().any(|line| line == ">"));
        terminal.press("\r");
        assert_eq!(terminal.end().0, Some(0));
        assert_strict(&context, "pdf-tools");
        std::fs::remove_file(folder.join("SKILL.md")).unwrap();
    }
}

#[test]
fn interrupted_question_creates_nothing() {
    let context = TestContext::new();
    let before = context.snapshot();
    for keys in ["\u{3}", "\u{4}", "\u{1b}"] {
        let dialog = [
            ("What does it do", "text"),
            ("> text", "\u{15}"),
            (">", keys),
        ];
        let prepared = in_terminal(context.mdskill(["init", "pdf"]));
        on_terminal(prepared, &dialog).ends(130);
    }
    let terminal = in_terminal(context.mdskill(["init", "pdf"])).terminal((80, 24), false);
    terminal.wait_for("What does it do");
    kill_process(terminal.id(), Signal::TERM).unwrap();
    assert_eq!(terminal.end().0, Some(130));
    before.assert_same(&context.snapshot());
}
