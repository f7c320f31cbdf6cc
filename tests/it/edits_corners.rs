//! Unusual states of local edits: recorded but missing, unresolved, in one of several folders.

use crate::support::repo::Repo;
use crate::support::test_context::TestContext;

const PAGE: &str = ".github/skills/one/SKILL.md";
const OTHER: &str = ".claude/skills/one/SKILL.md";
const BODY: &str = "---\nname: one\ndescription: Skill one\n---\n\n# One\n\nfirst\n\nsecond\n\nthird\n\nfourth\n\nfifth\n";

/// A context whose `one` has [`BODY`], installed in these targets.
fn installed(targets: &[&str]) -> (TestContext, Repo) {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/SKILL.md", BODY);
    repo.commit("A longer one");
    let mut arguments = vec!["add", "acme/skills/one"];
    for target in targets {
        arguments.extend(["--target", target]);
    }
    context.run(&arguments).ok();
    (context, repo)
}

/// Upstream replaces a line of its page.
fn upstream(repo: &mut Repo, from: &str, to: &str) {
    let page = repo.cat_file(&repo.rev_parse("main:skills/one/SKILL.md"));
    let page = String::from_utf8(page).unwrap();
    repo.write("skills/one/SKILL.md", page.replace(from, to));
    repo.commit(&format!("{from} becomes {to}"));
}

#[test]
fn leftovers_in_one_folder_are_not_other_edits() {
    let (context, mut repo) = installed(&[".github/skills", ".claude/skills"]);
    for page in [PAGE, OTHER] {
        context.write(page, BODY.replace("second", "ours"));
    }
    let left = ".claude/skills/one/.DS_Store";
    context.write(left, "junk");
    upstream(&mut repo, "fourth", "theirs");
    context.run(&["update"]).ok().says("kept your edits");
    for page in [PAGE, OTHER] {
        let merged = BODY.replace("second", "ours").replace("fourth", "theirs");
        assert_eq!(context.read(page), merged);
    }
    context.run(&["verify"]).ok();
}

#[test]
fn update_refuses_missing_recorded_edits() {
    let (context, mut repo) = installed(&[".github/skills"]);
    let ours = BODY.replace("second", "ours");
    context.write(PAGE, &ours);
    context.run(&["keep", "one"]).ok();
    upstream(&mut repo, "fourth", "theirs");
    // Upstream's files, without the edits.
    context.write(PAGE, BODY);
    context.refuses(&["update", "--dry-run"], 3, "1 not changed");
    context.refuses(
        &["update"],
        3,
        ".github/skills/one was not changed: it lacks the local edits that mdskill.lock records",
    )
    .says("`mdskill keep one` accepts it without them");
    // No files.
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context.refuses(&["update"], 3, "it is missing, and mdskill.lock records");
    // Restored from the project's history, the edits are merged.
    context.write(PAGE, &ours);
    context.run(&["update"]).ok().says("kept your edits");
    assert_eq!(context.read(PAGE), ours.replace("fourth", "theirs"));
    // `--force` updates without them.
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    upstream(&mut repo, "fifth", "theirs too");
    context.run(&["update", "--force"]).ok();
    context.has("one", &repo, "main:skills/one");
    assert!(!context.entry("one").contains_key("edits"));
    context.run(&["verify"]).ok();
}

#[test]
fn update_refuses_unresolved_markers() {
    let (context, mut repo) = installed(&[".github/skills"]);
    context.write(PAGE, BODY.replace("second", "ours"));
    upstream(&mut repo, "second", "theirs");
    context.run(&["update", "--conflict=markers"]).fails(3);
    upstream(&mut repo, "fifth", "newer");
    for how in ["--conflict=markers", "--conflict=ours", "--dry-run"] {
        context.refuses(
            &["update", how],
            3,
            "SKILL.md: line 10 has a conflict marker",
        );
    }
    context.run(&["verify"]).fails(3);
    context.write(PAGE, BODY.replace("second", "both"));
    context.run(&["update"]).ok().says("kept your edits");
    let page = context.read(PAGE);
    assert_eq!(
        page,
        BODY.replace("second", "both").replace("fifth", "newer")
    );
    context.run(&["verify"]).ok();
}

#[test]
fn recorded_and_upstream_markers_are_accepted() {
    let markers = "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> z\n";
    let (context, mut repo) = installed(&[".github/skills"]);
    repo.write("skills/one/git.md", markers);
    repo.commit("What a conflict looks like");
    context.run(&["update"]).ok();
    context.write(PAGE, BODY.replace("second", "ours"));
    context.run(&["keep", "one"]).ok().says("Kept one");
    context.write(PAGE, BODY.replace("second", "ours, too"));
    upstream(&mut repo, "fourth", "theirs");
    context
        .run(&["update"])
        .ok()
        .says("kept your edits in SKILL.md");
    let ours = markers.replace('x', "ours");
    context.write(".github/skills/one/ours.md", ours);
    context.refuses(&["keep", "one"], 1, "ours.md: line 1 has a conflict marker");
    context.run(&["keep", "one", "--force"]).ok();
    upstream(&mut repo, "fifth", "newer");
    context
        .run(&["update"])
        .ok()
        .says("kept your edits in SKILL.md, ours.md");
    context.run(&["verify"]).ok();
}

#[test]
fn new_target_gets_recorded_edits() {
    let (context, _repo) = installed(&[".github/skills"]);
    let ours = BODY.replace("second", "ours");
    context.write(PAGE, &ours);
    context.run(&["keep", "one"]).ok();
    let before = context.entry("one");
    context
        .run(&["add", "acme/skills/one", "--target", ".claude/skills"])
        .ok();
    assert_eq!(
        [context.read(PAGE), context.read(OTHER)],
        [ours.as_str(); 2]
    );
    for key in ["tree", "digest", "edits"] {
        assert_eq!(context.entry("one")[key], before[key]);
    }
    context.run(&["verify"]).ok();
    // Also if the folder is missing or has upstream's files, and without a request.
    context.run(&["cache", "clear"]).ok();
    std::fs::remove_dir_all(context.project().join(".claude/skills/one")).unwrap();
    context
        .run(&["install", "--offline"])
        .ok()
        .says("Installed one");
    assert_eq!(context.read(OTHER), ours);
    context.write(OTHER, BODY);
    context.run(&["add", "acme/skills/one"]).ok();
    assert_eq!(context.read(OTHER), ours);
    context.run(&["verify"]).ok();
    // Other edits in it are only replaced with `--force`.
    context.write(OTHER, BODY.replace("third", "more"));
    context.refuses(&["install"], 1, ".claude/skills/one was not changed");
    context
        .run(&["install", "--force"])
        .ok()
        .says(".mdskill/trash/one-1");
    assert_eq!(context.read(OTHER), ours);
    context.run(&["verify"]).ok();
}

#[test]
fn forced_install_reports_lost_edits() {
    let (context, _repo) = installed(&[".github/skills"]);
    context.write(PAGE, BODY.replace("second", "ours"));
    context.run(&["keep", "one"]).ok();
    context.write(PAGE, BODY.replace("second", "ours and more"));
    let note = "without the local edits that mdskill.lock records; `mdskill keep one` accepts it without them";
    context.run(&["install", "--force"]).ok().says(note);
    assert_eq!(context.read(PAGE), BODY);
    context.refuses(
        &["install", "--force"],
        1,
        "it lacks the local edits that mdskill.lock records",
    );
    context.refuses(&["add", "acme/skills/one"], 1, "`mdskill keep one` accepts");
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context.refuses(
        &["add", "acme/skills/one"],
        1,
        "it is missing, and mdskill.lock records",
    );
    context.run(&["add", "acme/skills/one", "--force"]).ok();
    assert!(!context.entry("one").contains_key("edits"));
    context.run(&["verify"]).ok();
}

#[test]
fn update_with_markers_hints_to_resolve_them() {
    let (context, mut repo) = installed(&[".github/skills"]);
    context.run(&["add", "acme/skills/two"]).ok();
    context.write(PAGE, BODY.replace("second", "ours"));
    upstream(&mut repo, "second", "theirs");
    let open = "`mdskill update one --conflict=markers`";
    context
        .refuses(&["update"], 3, open)
        .says("0 updated, 1 unchanged, 1 conflict");
    context
        .refuses(
            &["update", "--dry-run", "--conflict=markers"],
            3,
            "the conflicts would be marked in the files",
        )
        .says("1 to update (1 to resolve), 1 unchanged")
        .never_says("run `mdskill keep one`")
        .never_says(open);
    context
        .run(&["update", "--conflict=markers"])
        .fails(3)
        .says("run `mdskill keep one`")
        .says("1 updated (1 to resolve), 1 unchanged")
        .never_says(open)
        .never_says("conflict (");
    context.run(&["verify"]).fails(3).says("`mdskill keep one`");
}

#[test]
fn missing_folder_is_not_reported_as_unedited() {
    let (context, _repo) = installed(&[".github/skills", ".claude/skills"]);
    let place = context.project().join(".claude/skills/one");
    std::fs::remove_dir_all(&place).unwrap();
    let missing =
        ".claude/skills/one was not compared: it is missing; `mdskill install one` restores it";
    context.refuses(&["diff", "--local"], 0, missing);
    std::os::unix::fs::symlink("../../.github/skills/one", &place).unwrap();
    context.refuses(
        &["diff", "--local"],
        0,
        "it is a file or a link, not a folder",
    );
    context.refuses(&["keep", "one"], 1, "`mdskill install one --force`");
    let json = context.run(&["diff", "--local", "--json"]).json();
    assert_eq!(json["unedited"], 1);
    assert_eq!(json["not_compared"][0]["place"], ".claude/skills/one");
    context.run(&["install", "one", "--force"]).ok();
    context
        .refuses(&["diff", "--local"], 0, "no local edits")
        .never_says("not compared");
    std::os::unix::fs::symlink("/etc", place.join("etc")).unwrap();
    let link = ".claude/skills/one was not compared: `etc` in it is not a regular file";
    context
        .refuses(&["diff", "--local"], 0, link)
        .never_says("mdskill keep");
}

#[test]
fn dry_run_reports_folders_for_the_trash() {
    let (context, mut repo) = installed(&[".github/skills"]);
    context.write(PAGE, BODY.replace("second", "ours"));
    let trash = ".github/skills/one would be moved to the trash";
    context
        .refuses(&["install", "--force", "--dry-run"], 0, trash)
        .says("1 to install, 0 unchanged");
    context.refuses(
        &["add", "acme/skills/one", "--force", "--dry-run"],
        0,
        trash,
    );
    upstream(&mut repo, "fourth", "theirs");
    context
        .refuses(&["update", "--dry-run"], 0, "kept your edits")
        .never_says("trash");
    context.refuses(&["update", "--force", "--dry-run"], 0, trash);
    context
        .run(&["update", "--force"])
        .ok()
        .says(".mdskill/trash/one-1")
        .never_says("would");
}

#[test]
fn skill_with_two_folders_is_counted_once() {
    let (context, mut repo) = installed(&[".github/skills", ".claude/skills"]);
    for target in [".github/skills/one", ".claude/skills/one"] {
        let place = context.project().join(target);
        std::fs::remove_dir_all(&place).unwrap();
        std::fs::write(&place, "a file").unwrap();
    }
    upstream(&mut repo, "fourth", "theirs");
    context.refuses(&["update"], 3, "0 updated, 1 not changed");
    let json = context.run(&["keep", "one", "one", "--json"]).json();
    assert_eq!(json["left_alone"].as_array().unwrap().len(), 1);
}

#[test]
fn hints_for_personal_skills_have_the_option() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/SKILL.md", BODY);
    repo.commit("A longer one");
    context.refuses(&["-g", "update"], 1, "`mdskill -g add owner/repo/skill`");
    context.run(&["-g", "add", "acme/skills/one"]).ok();
    let listed = context.run(&["-g", "list", "--json"]).json();
    let place = listed["skills"][0]["place"].as_str().unwrap().to_owned();
    let page = std::path::Path::new(&place).join("SKILL.md");
    std::fs::write(&page, BODY.replace("second", "ours")).unwrap();
    upstream(&mut repo, "second", "theirs");
    context.refuses(
        &["-g", "update"],
        3,
        "`mdskill -g update one --conflict=markers`",
    );
    context.refuses(&["-g", "verify"], 3, "`mdskill -g install NAME --force`");
    context.run(&["-g", "update", "--conflict=theirs"]).ok();
    context.run(&["-g", "verify"]).ok();
}

#[test]
fn long_conflict_is_cut_except_in_json() {
    let (context, mut repo) = installed(&[".github/skills"]);
    let long = |what: &str| format!("{what}\n").repeat(200);
    context.write(PAGE, BODY.replace("second\n", &long("ours")));
    upstream(&mut repo, "second\n", &long("theirs"));
    // 400 lines and three markers, of which 40 lines are shown.
    let outcome = context.refuses(&["update"], 3, "… 363 more lines; `--json` prints all");
    assert_eq!(outcome.stderr.matches("    ours\n").count(), 39);
    let json = context.run(&["update", "--json"]).json();
    let hunk = json["conflicts"][0]["files"][0]["hunks"][0]
        .as_str()
        .unwrap();
    for line in ["ours\n", "theirs\n"] {
        assert_eq!(hunk.matches(line).count(), 200);
    }
}

#[test]
fn update_does_not_follow_to_an_installed_skill() {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    repo.skill("a/one", "one", "The first")
        .skill("b/one", "one", "The second");
    repo.commit("Two of one name");
    context.run(&["add", "acme/skills/a/one"]).ok();
    context
        .run(&["add", "acme/skills/b/one", "--name", "other"])
        .ok();
    repo.remove("a/one");
    repo.commit("Without the first");
    context.refuses(
        &["update", "--check"],
        3,
        "`one`: acme/skills/a/one is gone upstream",
    );
}

#[test]
fn keep_refuses_invalid_file_name() {
    let (context, _repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    context.write(".github/skills/one/a:b", "mine");
    context.refuses(&["keep", "one"], 1, "`a:b` can't be a skill's file: ");
}
