//! `validate` of repositories: skills that can't be installed, and findings that a repository can't suppress.

use crate::support::test_context::ServedContext;
use serde_json::Value;

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 123456\n";

/// The code and the file of each finding, relative to the skill's folder.
fn found(json: &Value) -> Vec<(String, String)> {
    let findings = json["diagnostics"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .map(|finding| {
            let file = text(&finding["file"]);
            let inside = file.split_once("/skills/one/").map(|(_, inside)| inside);
            (text(&finding["code"]), inside.unwrap_or(&file).to_owned())
        })
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(code, file): &(&str, &str)| ((*code).to_owned(), (*file).to_owned());
    expected.iter().map(owned).collect()
}

#[test]
fn validate_reports_links_submodules_pointers_and_junk() {
    let mut context = ServedContext::new();
    let commit = context.commit.clone();
    context
        .repo
        .symlink("skills/one/references/out.md", "/etc/hosts")
        .symlink("skills/one/references/in.md", "../SKILL.md")
        .submodule("skills/one/vendor/lib", &commit)
        .write("skills/one/assets/flow.png", POINTER)
        .write("skills/one/scripts/__pycache__/a.pyc", "x")
        .write("skills/one/node_modules/a/index.js", "x")
        .write("skills/one/scripts/run.sh", "#!/bin/sh\n");
    context.repo.commit("What git can hold");
    let outcome = context.run(&["validate", "acme/skills/one", "--json"]);
    outcome.fails(3);
    let expected = [
        ("SK502", "assets/flow.png"),
        ("SK505", "node_modules"),
        ("SK309", "references/in.md"),
        ("SK501", "references/out.md"),
        ("SK505", "scripts/__pycache__"),
        ("SK507", "scripts/run.sh"),
        ("SK503", "vendor/lib"),
    ];
    assert_eq!(found(&outcome.json()), pairs(&expected));
    // The other skills of the repository are unchanged.
    let all = context.run(&["validate", "acme/skills", "--json"]);
    assert_eq!(all.json()["summary"]["skills"], 3);
}

#[test]
fn validate_reports_all_unportable_names() {
    let mut context = ServedContext::new();
    let blob = context.repo.blob("text");
    let skill_file = context.repo.rev_parse("HEAD:skills/one/SKILL.md");
    let skill = context.repo.raw_tree(&[
        ("100644", "API.md", &blob),
        ("100644", "SKILL.md", &skill_file),
        ("100644", "api.md", &blob),
        ("100644", "aux.md", &blob),
        ("100644", "end.", &blob),
        ("100644", "git~1", &blob),
        ("100644", "twice.md", &blob),
        ("100644", "twice.md", &blob),
        ("100644", "what?.md", &blob),
    ]);
    let skills = context.repo.raw_tree(&[("40000", "one", &skill)]);
    let root = context.repo.raw_tree(&[("40000", "skills", &skills)]);
    context
        .repo
        .commit_tree(&root, "What git itself never writes");
    let outcome = context.run(&["validate", "acme/skills/one", "--json"]);
    outcome.fails(3);
    let files = ["api.md", "aux.md", "end.", "git~1", "twice.md", "what?.md"];
    let expected: Vec<_> = files.iter().map(|file| ("SK504", *file)).collect();
    assert_eq!(found(&outcome.json()), pairs(&expected));
    assert!(outcome.stdout.contains("macOS and Windows treat"));
}

#[test]
fn validate_limits_nested_folders_without_files() {
    let mut context = ServedContext::new();
    let mut tree = context.repo.raw_tree(&[]);
    for _ in 0..60 {
        tree = context
            .repo
            .raw_tree(&[("40000", "a", &tree), ("40000", "b", &tree)]);
    }
    let skill_file = context.repo.rev_parse("HEAD:skills/one/SKILL.md");
    let skill = context
        .repo
        .raw_tree(&[("100644", "SKILL.md", &skill_file), ("40000", "a", &tree)]);
    let root = context.repo.raw_tree(&[("40000", "one", &skill)]);
    context.repo.commit_tree(&root, "A bomb");
    // The discovery has its own limit and may fail, but must end.
    let outcome = context.run(&["validate", "acme/skills/one"]);
    outcome.never_says("panicked");
}

#[test]
fn repository_can_not_suppress_findings() {
    let mut context = ServedContext::new();
    let hushed = "---\nname: one\n---\n\nAsk\u{200b} first.\n\n<!-- mdskill-ignore-file SK210, SK406, SK407: nothing to see here -->\n";
    context.repo.write("skills/one/SKILL.md", hushed);
    context.repo.commit("Hush");
    let outcome = context.run(&["validate", "acme/skills/one", "--json"]);
    outcome.fails(3);
    let expected = [("SK210", "SKILL.md"), ("SK406", "SKILL.md")];
    assert_eq!(found(&outcome.json()), pairs(&expected));
    let added = context.run(&["add", "acme/skills/one"]);
    added.fails(1).says("no client can load it");

    // Only the owner of the files may suppress findings.
    context.write("own/one/SKILL.md", hushed);
    context.run(&["validate", "own"]).ok();
}

#[test]
fn validate_reports_unused_suppression_unless_rule_is_off() {
    let context = ServedContext::new();
    let comment = "<!-- mdskill-ignore SK302: made by `make` -->";
    let text = format!("---\nname: one\ndescription: The first\n---\n\n{comment}\nShort.\n");
    context.write("own/one/SKILL.md", text);
    let outcome = context.run(&["validate", "own", "--strict"]);
    outcome
        .fails(3)
        .says("SK302 (broken-path) finds nothing here");
    let off = context.run(&["validate", "own", "--strict", "--ignore", "SK302"]);
    off.ok();
}

#[test]
fn leftovers_on_disk_are_not_findings() {
    let context = ServedContext::new();
    let text = "---\nname: one\ndescription: The first\n---\n\nShort.\n";
    context.write("own/one/SKILL.md", text);
    for left in [
        "scripts/__pycache__/a.pyc",
        ".DS_Store",
        "node_modules/a/b.js",
    ] {
        context.write(&format!("own/one/{left}"), "x");
    }
    let outcome = context.run(&["validate", "own", "--json"]);
    assert_eq!(found(&outcome.ok().json()), []);
}
