//! `import` from the small ones, openskills and skillup; skills that several tools know; the report as JSON.

use crate::import::{fixture, imports, put, with_history};

#[test]
fn what_openskills_installed_is_taken_with_the_file_that_it_put_there() {
    let (shop, repo, [first, ..]) = with_history();
    let place = shop.room.project().join(".agent/skills/one");
    put(&place, &repo, &format!("{first}:skills/one"), &[]);
    let note = ".agent/skills/one/.openskills.json";
    shop.room
        .write(note, fixture("openskills/.openskills.json", &[]));
    imports(&shop, &[], 0)
        .says("openskills changed these files")
        .says(".openskills.json (added)");
    assert_eq!(shop.entry("one")["commit"], first);
    assert_eq!(shop.entry("one")["path"], "skills/one");
    shop.run(&["verify"]).ok();
    std::fs::remove_file(shop.room.project().join("mdskill.lock")).unwrap();
    shop.run(&["import", note, "--restore"]).ok();
    shop.room
        .tree(".agent/skills/one")
        .assert_same(&repo.snapshot(&format!("{first}:skills/one")));
    shop.run(&["verify"]).ok();
    shop.run(&["update", "--dry-run"])
        .ok()
        .says("Would move one");
    shop.room.write(note, "{\n\"sourceType\": 5\n}");
    shop.refuses(&["import"], 1, "one/.openskills.json:2: ");
}

#[test]
fn what_skillup_installed_is_taken_at_its_commit() {
    let (shop, repo, [first, ..]) = with_history();
    let skills = shop.room.project().join(".claude/skills");
    put(
        &skills.join("one"),
        &repo,
        &format!("{first}:skills/one"),
        &[],
    );
    put(
        &skills.join("two"),
        &repo,
        &format!("{first}:skills/two"),
        &[],
    );
    std::fs::write(skills.join("two/SKILL.md"), "mine").unwrap();
    let lock = fixture("skillup/skills.lock.json", &[("COMMIT", &first)]);
    shop.room.write("skills.lock.json", &lock);
    imports(&shop, &[], 3)
        .says("2 skills taken, 1 not taken")
        .says("`deploy`: its `commit` is missing");
    for name in ["one", "two"] {
        assert_eq!(shop.entry(name)["commit"], first);
        assert_eq!(shop.entry(name)["path"], format!("skills/{name}"));
        assert_eq!(shop.entry(name)["ref"], "main");
    }
    shop.run(&["verify"]).ok().says("2 folders as locked");
    let damaged = lock.replace("\"acme/tools\"", "\"acme/skills\"");
    shop.room.write("skills.lock.json", damaged);
    shop.refuses(
        &["import"],
        1,
        "skills.lock.json:12: `acme/skills` stands here a second time",
    );
}

#[test]
fn two_tools_that_agree_about_a_skill_make_one_entry() {
    let (shop, repo, [first, ..]) = with_history();
    // npx copied it to two agents, and skillup notes the commit of one of them.
    for folder in [".agents/skills", ".claude/skills"] {
        let place = shop.room.project().join(folder).join("one");
        put(&place, &repo, &format!("{first}:skills/one"), &[]);
    }
    shop.room.write(
        "skills-lock.json",
        r#"{"version": 1, "skills": {"one": {"source": "acme/skills", "sourceType": "github"}}}"#,
    );
    let lock = fixture("skillup/skills.lock.json", &[("COMMIT", &first)]);
    let lock = lock
        .replace("[\"one\", \"two\"]", "[\"one\"]")
        .replace("[\"deploy\"]", "[]");
    shop.room.write("skills.lock.json", lock);
    imports(&shop, &[], 0).says("1 skill taken");
    assert_eq!(shop.entry("one")["commit"], first);
    let lock = shop.room.read("mdskill.lock");
    assert!(
        lock.contains("targets = [\".claude/skills\", \".agents/skills\"]"),
        "{lock}"
    );
    shop.run(&["verify"]).ok().says("2 folders as locked");
}

#[cfg(unix)]
#[test]
fn a_folder_of_skills_that_is_a_link_to_another_is_left_alone() {
    let (shop, repo, [first, ..]) = with_history();
    let project = shop.room.project();
    put(
        &project.join(".agents/skills/one"),
        &repo,
        &format!("{first}:skills/one"),
        &[],
    );
    std::fs::create_dir(project.join(".claude")).unwrap();
    std::os::unix::fs::symlink("../.agents/skills", project.join(".claude/skills")).unwrap();
    // Outside of the project nothing is looked at.
    let outside = shop.room.path("home/skills");
    put(
        &outside.join("two"),
        &repo,
        &format!("{first}:skills/two"),
        &[],
    );
    std::fs::create_dir(project.join(".codex")).unwrap();
    std::os::unix::fs::symlink(&outside, project.join(".codex/skills")).unwrap();
    let entry =
        |name: &str| format!(r#""{name}": {{"source": "acme/skills", "sourceType": "github"}}"#);
    shop.room.write(
        "skills-lock.json",
        format!(
            r#"{{"version": 1, "skills": {{{}, {}}}}}"#,
            entry("one"),
            entry("two")
        ),
    );
    imports(&shop, &[], 3)
        .says(".claude/skills is a link; it is left alone")
        .says(".codex/skills is a link; it is left alone")
        .says("`two`: skills-lock.json names it, and no folder `two` lies in .agents/skills")
        .says("1 skill taken, 1 not taken");
    assert!(
        shop.room
            .read("mdskill.lock")
            .contains("targets = [\".agents/skills\"]")
    );
}

#[test]
fn json_says_what_was_taken_and_what_not() {
    let (shop, repo, [first, ..]) = with_history();
    put(
        &shop.room.project().join(".github/skills/one"),
        &repo,
        &format!("{first}:skills/one"),
        &[],
    );
    shop.room
        .write("skills-lock.json", fixture("npx/skills-lock.json", &[]));
    let json = imports(&shop, &["--json"], 3).json();
    assert_eq!(
        (&json["version"], &json["command"]),
        (&1.into(), &"import".into())
    );
    assert_eq!(json["files"][0], "skills-lock.json");
    assert_eq!(json["skills"][0]["name"], "one");
    assert_eq!(json["skills"][0]["commit"], first);
    assert_eq!(json["skills"][0]["places"][0], ".github/skills/one");
    assert_eq!(json["not_taken"].as_array().unwrap().len(), 5);
    assert!(
        json["not_taken"][4]["reason"]
            .as_str()
            .unwrap()
            .contains("no folder `three`")
    );
}
