//! `validate --fix`: what is mended on disk, what is left alone, and what is told of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::room::Room;
use crate::support::shop::Shop;

const LISTED: &str = "---\r\nname: mine # ours\r\ndescription: 'Turns minutes into decisions. Use when minutes are shared.'\r\nargument-hint: [file]\r\n---\r\n\r\nText without an end";
const QUOTED: &str = "---\r\nname: mine # ours\r\ndescription: 'Turns minutes into decisions. Use when minutes are shared.'\r\nargument-hint: \"[file]\"\r\n---\r\n\r\nText without an end";

fn room(text: &str) -> Room {
    let room = Room::new("");
    room.write("skills/mine/SKILL.md", text);
    room
}

#[test]
fn a_fix_changes_what_it_is_about_and_the_second_run_nothing() {
    let room = room(LISTED);
    let path = room.project().join("skills/mine/SKILL.md");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    let told = room.mdskill(["validate", "--fix"]).run();
    told.ok()
        .says("Fixed skills/mine/SKILL.md: SK117 quote the hint")
        .says(": 0 errors, 0 warnings");
    assert_eq!(room.read("skills/mine/SKILL.md"), QUOTED);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    let before = room.tree("");
    room.mdskill(["validate", "--fix"])
        .run()
        .ok()
        .never_says("Fixed");
    before.assert_same(&room.tree(""));
}

#[test]
fn what_remains_is_told_and_decides_the_exit_code() {
    let room = room(&format!("{LISTED}\n[gone](references/gone.md)\n"));
    let told = room.mdskill(["validate", "skills", "--fix"]).run();
    told.fails(3)
        .says("SK301")
        .says("Fixed")
        .never_says("warning[SK117]");
    let json = room
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
    // What is only counted, like CRLF throughout, is left alone.
    assert_eq!(codes, ["SK004", "SK111", "SK301"]);
}

#[test]
fn a_diff_writes_nothing_and_is_what_fix_does() {
    let room = room(LISTED);
    let before = room.tree("skills");
    let diff = room.mdskill(["validate", "--diff"]).run();
    diff.fails(3).says("Would fix skills/mine/SKILL.md");
    before.assert_same(&room.tree("skills"));
    room.run("git", ["apply", "-"])
        .stdin(diff.stdout.clone())
        .run()
        .ok();
    assert_eq!(room.read("skills/mine/SKILL.md"), QUOTED);
    let nothing = room.mdskill(["validate", "--fix", "--diff"]).run();
    assert_eq!(nothing.ok().stdout, "");
}

#[test]
fn a_diff_in_colour_or_in_ci_is_cleaned() {
    let room = room(&LISTED.replace("\r\n\r\n", "\r\n\u{1b}[2J\r\n::error::x\r\n"));
    let told = room
        .mdskill(["validate", "--diff", "--color", "always"])
        .run();
    assert!(
        told.stdout.contains("\u{1b}[31m-argument-hint"),
        "{}",
        told.stdout
    );
    assert!(!told.stdout.contains("\u{1b}[2J"), "{}", told.stdout);
    let told = room.mdskill(["validate", "--diff"]).env("CI", "1").run();
    assert!(!told.stdout.contains('\u{1b}'), "{}", told.stdout);
    let is_command = |line: &str| line.trim_start().starts_with("::");
    assert!(!told.stdout.lines().any(is_command), "{}", told.stdout);
}

#[test]
fn json_tells_what_was_done_and_what_would_be() {
    let room = room(LISTED);
    let json = room
        .mdskill(["validate", "--diff", "--json"])
        .run()
        .fails(3)
        .json();
    assert!(json["diff"].as_str().unwrap().contains("+argument-hint"));
    let json = room
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
    let json = room.mdskill(["validate", "--json"]).run().ok().json();
    assert!(json.get("fixed").is_none());
}

#[test]
fn a_rule_that_does_not_count_mends_nothing() {
    let room = room(LISTED);
    for flags in [["--ignore", "SK117"], ["--select", "SK301"]] {
        let arguments = [&["validate", "--fix"][..], &flags].concat();
        room.mdskill(arguments).run().ok().never_says("Fixed");
    }
    assert_eq!(room.read("skills/mine/SKILL.md"), LISTED);
}

#[test]
fn links_and_read_only_files_are_left() {
    let room = room("");
    fs::remove_file(room.project().join("skills/mine/SKILL.md")).unwrap();
    room.write("elsewhere.md", LISTED);
    symlink(
        "../../elsewhere.md",
        room.project().join("skills/mine/SKILL.md"),
    )
    .unwrap();
    room.write("skills/other/SKILL.md", LISTED.replace("mine", "other"));
    let path = room.project().join("skills/other/SKILL.md");
    fs::set_permissions(path, PermissionsExt::from_mode(0o444)).unwrap();
    let before = room.tree("");
    room.mdskill(["validate", "skills/mine", "--fix"]).run();
    let told = room.mdskill(["validate", "skills/other", "--fix"]).run();
    told.fails(1)
        .says("skills/other/SKILL.md was not fixed: can't replace")
        .says("SK117")
        .never_says("Fixed");
    before.assert_same(&room.tree(""));
}

#[test]
fn an_installed_skill_is_mended_only_by_name() {
    let (shop, mut repo) = Shop::stocked();
    repo.write("skills/one/SKILL.md", LISTED.replace("mine", "one"));
    repo.commit("Commas");
    shop.run(&["add", "acme/skills/one"]).ok();
    shop.room.write("skills/mine/SKILL.md", LISTED);
    shop.run(&["validate", "--fix"])
        .ok()
        .says("Fixed skills/mine/SKILL.md")
        .says("stay as they are; name one to mend it here: one");
    shop.run(&["verify"]).ok();
    shop.run(&["validate", ".github/skills", "--fix"]).ok();
    shop.run(&["verify"]).ok();
    shop.run(&["validate", "one", "--fix"])
        .ok()
        .says(".github/skills/one is installed: what is mended in it is an edit")
        .says("Fixed .github/skills/one/SKILL.md");
    shop.run(&["verify"]).fails(3);
}

#[test]
fn what_is_not_on_disk_can_not_be_mended() {
    let (shop, _repo) = Shop::stocked();
    shop.refuses(
        &["validate", "acme/skills/one", "--fix"],
        2,
        "only there can be mended; clone the repository",
    );
    shop.refuses(
        &["validate", "--unsafe"],
        2,
        "can be used only with --fix or --diff",
    );
}

#[test]
fn several_files_of_a_skill_are_one_skill() {
    let room = room(LISTED);
    room.write("skills/mine/references/a.md", "A\n");
    room.write("README.md", "Read me\n");
    let files = [
        "validate",
        "skills/mine/references/a.md",
        "skills/mine/SKILL.md",
        "skills/mine",
        "README.md",
        "--json",
        "--select=SK117",
    ];
    let json = room.mdskill(files).run().ok().json();
    assert_eq!(json["summary"]["skills"], 1);
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(
        json["notes"][0],
        "README.md lies in no skill: it is not looked at"
    );
}

#[test]
fn a_file_is_found_from_within_its_skill_and_no_other() {
    let room = room(LISTED);
    room.write("skills/mine/references/a.md", "A\n");
    room.write("skills/loose.md", "B\n");
    let look = |folder: &str, file: &str| {
        room.mdskill(["validate", file])
            .dir(room.project().join(folder))
            .run()
    };
    look("skills/mine/references", "a.md")
        .ok()
        .says(" --> ../SKILL.md:4:16");
    look("skills/mine", "../loose.md")
        .ok()
        .says("../loose.md lies in no skill")
        .never_says("SK117");
}

#[test]
fn a_field_that_is_indented_is_never_quoted_away() {
    for page in [
        "---\nname: mine\n  description: Use when x\n  license: MIT\n---\nText\n",
        "---\nname: Mine Tool\n description: Use when x\n---\nText\n",
        "---\nname: mine\ndescription: Use when: x\n  license: MIT\n---\nText\n",
    ] {
        let room = room(page);
        let told = room.mdskill(["validate", "--fix", "--unsafe"]).run();
        told.fails(3)
            .says("where the other fields begin")
            .never_says("Fixed");
        assert_eq!(room.read("skills/mine/SKILL.md"), page);
    }
}

#[test]
fn an_empty_argument_is_not_the_whole_folder() {
    let room = Room::new("");
    let broken = "---\nname: mine\ndescription: Use it when one is needed.\nargument-hint: [file]\n---\nText\n";
    room.write("mine/SKILL.md", broken);
    for named in [&[""][..], &["mine", ""]] {
        room.mdskill([&["validate", "--fix"], named].concat())
            .run()
            .fails(2)
            .says("name a folder, a file, an installed skill or a spec");
    }
    assert_eq!(room.read("mine/SKILL.md"), broken);
}
