//! `install`, `remove`, `verify`, `list`: the disk matches the lockfile, and local edits are never lost.

use crate::support::test_context::TestContext;
use std::os::unix::fs::{PermissionsExt, symlink};

fn installed() -> (TestContext, crate::support::repo::Repo) {
    let (context, repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    (context, repo)
}

#[test]
fn install_restores_locked_version_after_upstream_changed() {
    let (context, mut repo) = installed();
    let first = repo.rev_parse("main");
    let before = context.snapshot();
    repo.write("skills/one/more.md", "more")
        .remove("skills/two");
    repo.commit("Onward");
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context
        .run(&["install"])
        .ok()
        .says("3 installed, 0 unchanged");
    before.assert_same(&context.snapshot());
    // A machine with an empty cache gets the same bytes.
    let fresh = context.another();
    fresh.write("mdskill.lock", context.read("mdskill.lock"));
    fresh.mdskill(["install", "--frozen"]).run().ok();
    for name in ["one", "two", "three"] {
        fresh
            .tree(&format!(".github/skills/{name}"))
            .assert_same(&repo.snapshot(&format!("{first}:skills/{name}")));
    }
    assert_eq!(fresh.read("mdskill.lock"), context.read("mdskill.lock"));
}

#[test]
fn install_again_changes_nothing_and_accepts_names() {
    let (context, _repo) = installed();
    let times = context.times();
    context.refuses(&["install"], 0, "0 installed, 3 unchanged");
    context.refuses(&["install", "--offline"], 0, "3 unchanged");
    assert_eq!(times, context.times());
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.refuses(&["install", "--dry-run"], 0, "Would install one");
    context.run(&["install", "one", "--offline"]).ok();
    assert_eq!(context.folders(".github/skills"), ["one"]);
    context.refuses(&["install", "wto"], 1, "`wto` is not in mdskill.lock");
}

#[test]
fn install_refuses_to_replace_modified_folder() {
    let (context, repo) = installed();
    let skills = context.project().join(".github/skills");
    context.write(".github/skills/one/SKILL.md", "mine");
    std::fs::remove_dir_all(skills.join("two")).unwrap();
    let refused = context.run(&["install"]);
    refused
        .fails(1)
        .says(".github/skills/one was not changed")
        .says("SKILL.md (changed)");
    assert_eq!(context.read(".github/skills/one/SKILL.md"), "mine");
    context.has("two", &repo, "main:skills/two");
    context
        .run(&["install", "--force"])
        .ok()
        .says("your old copy to .mdskill/trash/one-1");
    assert_eq!(context.read(".mdskill/trash/one-1/SKILL.md"), "mine");
    context.has("one", &repo, "main:skills/one");
    std::fs::remove_dir_all(skills.join("one")).unwrap();
    std::fs::write(skills.join("one"), "a file").unwrap();
    context.refuses(&["install"], 1, "it is a file or a link, not a folder");
    context.run(&["install", "--force"]).ok();
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn install_replaces_unmodified_older_version() {
    let (context, mut repo) = installed();
    let second = context.another();
    repo.write("skills/one/more.md", "more")
        .remove("skills/three/scripts");
    repo.commit("More");
    second.mdskill(["add", "acme/skills", "--all"]).run().ok();
    context.write("mdskill.lock", second.read("mdskill.lock"));
    context.run(&["verify"]).fails(3);
    context
        .run(&["install"])
        .ok()
        .says("2 installed, 1 unchanged");
    for name in ["one", "two", "three"] {
        context.has(name, &repo, &format!("main:skills/{name}"));
    }
}

#[test]
fn install_refuses_lockfile_with_wrong_tree_or_digest() {
    let (context, repo) = installed();
    let lock = context.read("mdskill.lock");
    let one = repo.rev_parse("main:skills/one");
    let two = repo.rev_parse("main:skills/two");
    let digest = context.entry("one")["digest"].clone();
    let wrong = format!("sha256:{}", "0".repeat(64));
    let cases = [
        (lock.replace(&one, &two), "`one` is tree"),
        (
            lock.replace(&digest, &wrong),
            "the `digest` of `one` in mdskill.lock does not match its `tree`",
        ),
        (
            lock.replace("path = \"skills/one\"", "path = \"skills/two\""),
            "`one` is tree",
        ),
    ];
    for (text, sentence) in cases {
        let fresh = context.another();
        fresh.write("mdskill.lock", &text);
        let before = fresh.snapshot();
        fresh.mdskill(["install"]).run().fails(1).says(sentence);
        before.assert_same(&fresh.snapshot());
    }
}

#[test]
fn install_accepts_frozen() {
    let (context, _repo) = TestContext::with_skills();
    context.refuses(&["install", "--frozen"], 1, "there is no mdskill.lock");
    context.run(&["add", "acme/skills/one"]).ok();
    context
        .run(&["install", "--frozen"])
        .ok()
        .says("1 unchanged");
}

#[test]
fn remove_deletes_only_installed_files() {
    let (context, repo) = installed();
    context.write(".github/skills/mine/SKILL.md", "mine");
    context
        .run(&["remove", "one", "three"])
        .ok()
        .says("Removed one");
    assert_eq!(context.folders(".github/skills"), ["mine", "two"]);
    assert_eq!(context.lock().len(), 1);
    context.has("two", &repo, "main:skills/two");
    context
        .refuses(
            &["remove", "twos"],
            1,
            "`twos` is not installed; did you mean `two`?",
        )
        .says("`mdskill list` lists the installed skills");
    context.refuses(&["remove", "mine"], 1, "was not installed by mdskill");
    context.refuses(&["rm"], 2, "no skill is named");
}

#[test]
fn remove_refuses_modified_folder_and_force_moves_it_to_trash() {
    let (context, _repo) = installed();
    context.write(".github/skills/one/notes.md", "mine");
    let refused = context.refuses(
        &["remove", "one", "two"],
        1,
        ".github/skills/one was not changed: it has local edits",
    );
    refused.says("notes.md (added)").says("nothing was changed");
    let mine = context.tree(".github/skills/one");
    context
        .run(&["remove", "one", "two", "--force"])
        .ok()
        .says(".mdskill/trash/one-1");
    mine.assert_same(&context.tree(".mdskill/trash/one-1"));
    assert_eq!(context.folders(".github/skills"), ["three"]);
    // A folder that is already missing does not stop the removal.
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    context.run(&["remove", "three"]).ok();
    assert!(context.lock().is_empty());
}

#[test]
fn remove_refuses_link_in_place_of_skill() {
    let (context, _repo) = installed();
    let place = context.project().join(".github/skills/one");
    std::fs::rename(&place, context.project().join("one-elsewhere")).unwrap();
    symlink("../../one-elsewhere", &place).unwrap();
    context.refuses(&["remove", "one"], 1, "it is a file or a link");
    context.run(&["remove", "one", "--force"]).ok();
    assert!(context.project().join("one-elsewhere/SKILL.md").is_file());
}

#[test]
fn verify_lists_every_file_that_differs() {
    let (context, _repo) = installed();
    context.refuses(&["verify"], 0, "Verified 3 skills");
    let skills = context.project().join(".github/skills");
    context.write(".github/skills/three/SKILL.md", "changed");
    context.write(".github/skills/three/new.md", "new");
    let script = skills.join("three/scripts/run.sh");
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o644)).unwrap();
    std::fs::remove_file(skills.join("two/SKILL.md")).unwrap();
    let found = context.refuses(
        &["verify"],
        3,
        ".github/skills/three differs from the lockfile",
    );
    for file in [
        "SKILL.md (changed)",
        "new.md (added)",
        "scripts/run.sh (mode changed)",
        "SKILL.md (deleted)",
    ] {
        found.says(file);
    }
    context.refuses(&["verify", "one"], 0, "1 skill");
    std::fs::remove_dir_all(skills.join("one")).unwrap();
    std::fs::remove_dir_all(skills.join("two")).unwrap();
    std::fs::write(skills.join("two"), "a file").unwrap();
    context
        .refuses(&["verify"], 3, ".github/skills/one is missing")
        .says(".github/skills/two is not a folder");
    symlink("/etc", skills.join("one")).unwrap();
    context.refuses(&["verify"], 3, ".github/skills/one is not a folder");
    let json = context.refuses(&["verify", "--json"], 3, "").json();
    assert_eq!(json["drift"].as_array().unwrap().len(), 3);
    context.refuses(&["verify", "uno"], 1, "`uno` is not installed");
}

#[test]
fn verify_reports_link_inside_skill_without_following_it() {
    let (context, _repo) = installed();
    symlink(
        "/etc/passwd",
        context.project().join(".github/skills/one/link"),
    )
    .unwrap();
    context.refuses(&["verify"], 3, "link (not a file)");
    context.refuses(&["install"], 1, "link (not a file)");
    context.refuses(&["remove", "one"], 1, "link (not a file)");
}

/// The name and state of each skill in `list`.
fn states(context: &TestContext) -> Vec<(String, String)> {
    let json = context.run(&["list", "--json"]).json();
    let text = |skill: &serde_json::Value, key: &str| skill[key].as_str().unwrap().to_owned();
    let skills = json["skills"].as_array().unwrap();
    skills
        .iter()
        .map(|skill| (text(skill, "name"), text(skill, "state")))
        .collect()
}

fn state(context: &TestContext, name: &str) -> String {
    let states = states(context);
    states
        .into_iter()
        .find(|(listed, _)| listed == name)
        .unwrap()
        .1
}

#[test]
fn list_reports_state_of_each_skill() {
    let (context, _repo) = installed();
    context.write(".github/skills/mine/SKILL.md", "mine");
    context.write(".github/skills/no-skill/README.md", "none");
    context.write(".github/skills/two/SKILL.md", "changed");
    std::fs::remove_dir_all(context.project().join(".github/skills/three")).unwrap();
    let expected = [
        ("mine", "unmanaged"),
        ("one", "ok"),
        ("three", "missing"),
        ("two", "modified"),
    ];
    assert_eq!(
        states(&context),
        expected.map(|(name, state)| (name.to_owned(), state.to_owned()))
    );
    let listed = context.refuses(&["ls"], 0, "\t");
    for (name, state) in expected {
        assert!(
            listed
                .stdout
                .lines()
                .any(|line| line.starts_with(name) && line.contains(state)),
            "{listed}"
        );
    }
    let names = context.refuses(&["list", "--names"], 0, "").stdout;
    assert_eq!(names, "mine\none\nthree\ntwo\n");
}

#[test]
fn list_reports_change_that_kept_modification_time() {
    let (context, _repo) = installed();
    let file = context.project().join(".github/skills/one/SKILL.md");
    let bytes = std::fs::read(&file).unwrap();
    let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(state(&context, "one"), "ok");
    let mut changed = bytes.clone();
    changed[bytes.len() - 2] ^= 1;
    std::fs::write(&file, &changed).unwrap();
    let written = std::fs::File::options().write(true).open(&file).unwrap();
    written.set_modified(modified).unwrap();
    assert_eq!(state(&context, "one"), "modified");
    context.refuses(&["verify", "one"], 3, "SKILL.md (changed)");
    std::fs::write(&file, &bytes).unwrap();
    assert_eq!(state(&context, "one"), "ok");
}

#[test]
fn cache_prune_removes_folder_of_version_0_1() {
    let (context, _repo) = installed();
    let old = context.path("cache/states-v1");
    for command in [vec!["cache", "prune"], vec!["cache", "clear"]] {
        std::fs::create_dir_all(&old).unwrap();
        std::fs::write(old.join("0123"), "sha256:0 sha256:0 one").unwrap();
        context.run(&command).ok();
        assert!(!old.exists(), "{command:?}");
    }
}

#[test]
fn remove_refuses_name_in_other_letter_case() {
    let (context, _repo) = installed();
    context.refuses(&["remove", "ONE"], 1, "`ONE` is not installed");
}
