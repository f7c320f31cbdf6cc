//! What `validate` finds in a repository that could not be installed, and what a stranger can't hush up.

use crate::forge::Scene;
use serde_json::Value;

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 123456\n";

/// The code and the file of each finding, the skill's folder left out.
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
fn links_submodules_pointers_and_junk_are_findings_and_no_refusal() {
    let mut scene = Scene::set();
    let commit = scene.commit.clone();
    scene
        .repo
        .symlink("skills/one/references/out.md", "../../two/SKILL.md")
        .symlink("skills/one/references/in.md", "../SKILL.md")
        .submodule("skills/one/vendor/lib", &commit)
        .write("skills/one/assets/flow.png", POINTER)
        .write("skills/one/scripts/__pycache__/a.pyc", "x")
        .write("skills/one/node_modules/a/index.js", "x")
        .write("skills/one/scripts/run.sh", "#!/bin/sh\n");
    scene.repo.commit("What git can hold");
    let outcome = scene.run(&["validate", "acme/skills/one", "--json"]);
    outcome.fails(3);
    let expected = [
        ("SK502", "assets/flow.png"),
        ("SK505", "node_modules"),
        ("SK501", "references/in.md"),
        ("SK501", "references/out.md"),
        ("SK505", "scripts/__pycache__"),
        ("SK507", "scripts/run.sh"),
        ("SK503", "vendor/lib"),
    ];
    assert_eq!(found(&outcome.json()), pairs(&expected));
    // The others of the repository are as they were.
    let all = scene.run(&["validate", "acme/skills", "--json"]);
    assert_eq!(all.json()["summary"]["skills"], 3);
}

#[test]
fn names_that_some_system_can_not_hold_are_told_all_at_once() {
    let mut scene = Scene::set();
    let blob = scene.repo.blob("text");
    let skill_file = scene.repo.rev_parse("HEAD:skills/one/SKILL.md");
    let skill = scene.repo.raw_tree(&[
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
    let skills = scene.repo.raw_tree(&[("40000", "one", &skill)]);
    let root = scene.repo.raw_tree(&[("40000", "skills", &skills)]);
    scene
        .repo
        .commit_tree(&root, "What git itself never writes");
    let outcome = scene.run(&["validate", "acme/skills/one", "--json"]);
    outcome.fails(3);
    let files = ["api.md", "aux.md", "end.", "git~1", "twice.md", "what?.md"];
    let expected: Vec<_> = files.iter().map(|file| ("SK504", *file)).collect();
    assert_eq!(found(&outcome.json()), pairs(&expected));
    assert!(outcome.stdout.contains("macOS and Windows can't tell"));
}

#[test]
fn folders_of_folders_without_a_file_have_an_end() {
    let mut scene = Scene::set();
    let mut tree = scene.repo.raw_tree(&[]);
    for _ in 0..60 {
        tree = scene
            .repo
            .raw_tree(&[("40000", "a", &tree), ("40000", "b", &tree)]);
    }
    let skill_file = scene.repo.rev_parse("HEAD:skills/one/SKILL.md");
    let skill = scene
        .repo
        .raw_tree(&[("100644", "SKILL.md", &skill_file), ("40000", "a", &tree)]);
    let root = scene.repo.raw_tree(&[("40000", "one", &skill)]);
    scene.repo.commit_tree(&root, "A bomb");
    // Finding the skills has its own limit, and may refuse; neither may go on for ever.
    let outcome = scene.run(&["validate", "acme/skills/one"]);
    outcome.never_says("panicked");
}

#[test]
fn a_stranger_cannot_silence_what_is_found_in_their_skill() {
    let mut scene = Scene::set();
    let hushed = "---\nname: one\n---\n\nAsk\u{200b} first.\n\n<!-- mdskill-ignore-file SK210, SK406, SK407: nothing to see here -->\n";
    scene.repo.write("skills/one/SKILL.md", hushed);
    scene.repo.commit("Hush");
    let outcome = scene.run(&["validate", "acme/skills/one", "--json"]);
    outcome.fails(3);
    let expected = [("SK210", "SKILL.md"), ("SK406", "SKILL.md")];
    assert_eq!(found(&outcome.json()), pairs(&expected));
    let added = scene.run(&["add", "acme/skills/one"]);
    added.fails(1).says("no client can load it");

    // Who owns the files decides what is found in them.
    scene.room.write("own/one/SKILL.md", hushed);
    scene.run(&["validate", "own"]).ok();
}

#[test]
fn what_silences_nothing_is_told_and_what_is_off_is_not() {
    let scene = Scene::set();
    let comment = "<!-- mdskill-ignore SK302: made by `make` -->";
    let text = format!("---\nname: one\ndescription: The first\n---\n\n{comment}\nShort.\n");
    scene.room.write("own/one/SKILL.md", text);
    let outcome = scene.run(&["validate", "own", "--strict"]);
    outcome
        .fails(3)
        .says("SK302 (broken-path) finds nothing here");
    let off = scene.run(&["validate", "own", "--strict", "--ignore", "SK302"]);
    off.ok();
}

#[test]
fn what_is_left_by_use_on_disk_is_no_finding() {
    let scene = Scene::set();
    let text = "---\nname: one\ndescription: The first\n---\n\nShort.\n";
    scene.room.write("own/one/SKILL.md", text);
    for left in [
        "scripts/__pycache__/a.pyc",
        ".DS_Store",
        "node_modules/a/b.js",
    ] {
        scene.room.write(&format!("own/one/{left}"), "x");
    }
    let outcome = scene.run(&["validate", "own", "--json"]);
    assert_eq!(found(&outcome.ok().json()), []);
}
