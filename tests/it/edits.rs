//! Local edits of installed skills are merged into new versions, or kept and reported; never lost.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::TestContext;
use std::os::unix::fs::PermissionsExt;

const PAGE: &str = ".github/skills/one/SKILL.md";
/// A page with lines far enough apart for two hunks.
const BODY: &str = "---\nname: one\ndescription: Skill one\n---\n\n# One\n\nfirst\n\nsecond\n\nthird\n\nfourth\n\nfifth\n";

/// A context whose `one` has [`BODY`] and a script, all installed.
fn installed() -> (TestContext, Repo) {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/SKILL.md", BODY)
        .write(
            "skills/one/references/a.md",
            "one\ntwo\nthree\nfour\nfive\n",
        )
        .write("skills/one/logo.png", b"\x89PNG\0\0old")
        .executable("skills/one/scripts/run.sh", "#!/bin/sh\necho one\n");
    repo.commit("A longer one");
    context.run(&["add", "acme/skills", "--all"]).ok();
    (context, repo)
}

/// Replaces a line of the installed page.
fn edit(context: &TestContext, from: &str, to: &str) {
    let page = context.read(PAGE);
    assert!(page.contains(from), "{page}");
    context.write(PAGE, page.replace(from, to));
}

/// Upstream replaces a line of its page.
fn upstream(repo: &mut Repo, from: &str, to: &str) -> String {
    let page = repo.cat_file(&repo.rev_parse("main:skills/one/SKILL.md"));
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains(from), "{page}");
    repo.write("skills/one/SKILL.md", page.replace(from, to));
    repo.commit(&format!("{from} becomes {to}"))
}

fn state(context: &TestContext, name: &str) -> String {
    let listed = context.run(&["list", "--json"]).json();
    let skills = listed["skills"].as_array().unwrap();
    let skill = skills.iter().find(|skill| skill["name"] == name).unwrap();
    skill["state"].as_str().unwrap().to_owned()
}

/// Returns git's merge of three pages.
fn merged_by_git(context: &TestContext, base: &str, ours: &str, theirs: &str) -> String {
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        std::fs::write(context.path("temp").join(name), text).unwrap();
    }
    let merge = ["merge-file", "-p", "ours", "base", "theirs"];
    let outcome: Outcome = context
        .command("git", merge)
        .dir(context.path("temp"))
        .run();
    outcome.ok();
    outcome.stdout.clone()
}

#[test]
fn update_merges_edits_each_time() {
    let (context, mut repo) = installed();
    edit(&context, "fifth", "fifth, as we do it");
    context.write(".github/skills/one/notes.md", "ours\n");
    let ours = context.read(PAGE);
    let second = upstream(&mut repo, "first", "first, but better");
    let outcome = context.run(&["update"]);
    outcome
        .ok()
        .says("Updated one")
        .says("kept your edits in SKILL.md, notes.md")
        .says("1 updated, 2 unchanged");
    let theirs = BODY.replace("first", "first, but better");
    let expected = merged_by_git(&context, BODY, &ours, &theirs);
    assert_eq!(context.read(PAGE), expected);
    assert_eq!(context.read(".github/skills/one/notes.md"), "ours\n");
    let entry = context.entry("one");
    assert_eq!(entry["commit"], second);
    assert_eq!(entry["tree"], repo.rev_parse("main:skills/one"));
    assert!(entry["edits"].starts_with("sha256:") && entry["edits"] != entry["digest"]);
    context.run(&["verify"]).ok();
    assert_eq!(state(&context, "one"), "kept");
    context.refuses(&["update"], 0, "all skills are up to date (3 skills)");
    upstream(&mut repo, "third", "third, twice");
    context
        .run(&["update"])
        .ok()
        .says("kept your edits in SKILL.md, notes.md");
    assert_eq!(
        context.read(PAGE),
        expected.replace("third", "third, twice")
    );
    context.run(&["verify"]).ok();
    context.refuses(&["install", "--frozen"], 0, "3 unchanged");
}

#[test]
fn update_merges_files_and_modes() {
    let (context, mut repo) = installed();
    let one = context.project().join(".github/skills/one");
    std::fs::remove_file(one.join("logo.png")).unwrap();
    edit(&context, "fifth", "ours");
    context.write(
        ".github/skills/one/references/a.md",
        "one\ntwo\nthree\nfour\nours\n",
    );
    repo.write("skills/one/scripts/run.sh", "#!/bin/sh\necho one\n")
        .rename("skills/one/references/a.md", "skills/one/references/b.md")
        .write("skills/one/new.md", "new\n");
    repo.commit("Not executable, renamed, and a new file");
    context.run(&["update"]).ok().says("Updated one");
    let tree = context.tree(".github/skills/one");
    let expected = [
        "SKILL.md",
        "new.md",
        "references",
        "references/b.md",
        "scripts",
        "scripts/run.sh",
    ];
    assert_eq!(tree.paths(), expected);
    assert_eq!(
        tree.text("references/b.md"),
        "one\ntwo\nthree\nfour\nours\n"
    );
    let mode = one
        .join("scripts/run.sh")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0);
    context.run(&["verify"]).ok();
}

#[test]
fn conflict_leaves_skill_and_lists_files() {
    let (context, mut repo) = installed();
    edit(&context, "second", "second, ours");
    let before = context.entry("one");
    upstream(&mut repo, "second", "second, theirs");
    repo.write("skills/two/more.md", "more");
    let now = repo.commit("More of two");
    context.refuses(&["update", "--check"], 3, "1 conflict");
    let page = context.read(PAGE);
    let outcome = context.run(&["update"]);
    outcome
        .fails(3)
        .says(".github/skills/one: your edits conflict with the new version")
        .says("SKILL.md: both sides changed the same lines")
        .says("second, ours")
        .says("second, theirs")
        .says("`mdskill update one --conflict=markers`")
        .says("1 updated, 1 unchanged, 1 conflict");
    assert_eq!(context.read(PAGE), page);
    assert_eq!(context.entry("one"), before);
    context.has("two", &repo, "main:skills/two");
    let json = context.run(&["update", "--json"]).json();
    let conflict = &json["conflicts"][0];
    assert_eq!(conflict["name"], "one");
    assert_eq!(conflict["commit"], now);
    assert_eq!(conflict["files"][0]["path"], "SKILL.md");
    let hunk = conflict["files"][0]["hunks"][0].as_str().unwrap();
    assert!(
        hunk.contains("<<<<<<< your edits\nsecond, ours\n"),
        "{hunk}"
    );
    assert!(
        hunk.contains(&format!(">>>>>>> upstream {}", &now[..7])),
        "{hunk}"
    );
}

#[test]
fn update_writes_markers_that_keep_accepts_when_resolved() {
    let (context, mut repo) = installed();
    edit(&context, "second", "second, ours");
    upstream(&mut repo, "second", "second, theirs");
    let outcome = context.run(&["update", "--conflict=markers"]);
    outcome
        .fails(3)
        .says("Updated one")
        .says("the conflicts are marked in the files")
        .says("then run `mdskill keep one`")
        .never_says("--conflict=")
        .never_says("kept your edits");
    let page = context.read(PAGE);
    assert!(
        page.contains(
            "<<<<<<< your edits\nsecond, ours\n=======\nsecond, theirs\n>>>>>>> upstream"
        )
    );
    context.has_entry("one", &repo, "main:skills/one");
    let marker = "SKILL.md: line 10 has a conflict marker";
    context.run(&["verify"]).fails(3).says(marker);
    context.refuses(&["keep", "one"], 1, marker);
    context.write(PAGE, BODY.replace("second", "second, both"));
    context
        .run(&["keep", "one"])
        .ok()
        .says("Kept one")
        .says("SKILL.md (changed)");
    context.run(&["verify"]).ok();
    upstream(&mut repo, "fourth", "fourth, newer");
    context
        .run(&["update"])
        .ok()
        .says("kept your edits in SKILL.md");
    let page = context.read(PAGE);
    assert!(
        page.contains("second, both") && page.contains("fourth, newer"),
        "{page}"
    );
}

#[test]
fn conflict_option_chooses_a_side() {
    for (side, line) in [("ours", "second, ours"), ("theirs", "second, theirs")] {
        let (context, mut repo) = installed();
        edit(&context, "second", "second, ours");
        edit(&context, "fifth", "fifth, ours");
        upstream(&mut repo, "second", "second, theirs");
        let how = format!("--conflict={side}");
        context.run(&["update", &how]).ok().says("won in SKILL.md");
        let page = context.read(PAGE);
        assert!(
            page.contains(line) && page.contains("fifth, ours"),
            "{page}"
        );
        context.run(&["verify"]).ok();
        assert_eq!(state(&context, "one"), "kept");
    }
}

#[test]
fn edits_that_upstream_made_too_are_no_longer_recorded() {
    let (context, mut repo) = installed();
    edit(&context, "second", "the second");
    context.run(&["keep", "one"]).ok();
    assert_eq!(state(&context, "one"), "kept");
    upstream(&mut repo, "second", "the second");
    context
        .run(&["update"])
        .ok()
        .says("Updated one")
        .never_says("your edits");
    context.has("one", &repo, "main:skills/one");
    assert!(!context.entry("one").contains_key("edits"));
    assert_eq!(state(&context, "one"), "ok");
}

#[test]
fn remove_and_add_refuse_recorded_edits() {
    let (context, mut repo) = installed();
    edit(&context, "second", "ours");
    context.run(&["keep", "one"]).ok();
    let page = context.read(PAGE);
    context.refuses(&["remove", "one"], 1, "it has local edits");
    context
        .run(&["add", "acme/skills/one"])
        .ok()
        .says("Unchanged one");
    assert!(context.entry("one").contains_key("edits"));
    upstream(&mut repo, "fourth", "theirs");
    context.refuses(&["add", "acme/skills/one"], 1, "it has local edits");
    assert_eq!(context.read(PAGE), page);
    context
        .run(&["update", "--force"])
        .ok()
        .says("your old copy to .mdskill/trash/one-1");
    context.has("one", &repo, "main:skills/one");
    assert_eq!(context.read(".mdskill/trash/one-1/SKILL.md"), page);
    assert!(!context.entry("one").contains_key("edits"));
}

#[test]
fn keep_reports_edits_and_refuses_special_files() {
    let (context, _repo) = installed();
    context.refuses(
        &["keep", "thre"],
        1,
        "`thre` is not installed; did you mean `three`?",
    );
    context.run(&["keep", "one"]).ok().says("no local edits");
    assert!(!context.entry("one").contains_key("edits"));
    edit(&context, "second", "ours");
    context.refuses(
        &["diff", "--local"],
        0,
        "`mdskill keep one` accepts the edits",
    );
    let outcome = context.run(&["diff", "--local", "one"]);
    assert!(
        outcome.stdout.contains("-second\n+ours\n"),
        "{}",
        outcome.stdout
    );
    let json = context.run(&["keep", "one", "--json"]).json();
    assert_eq!(json["kept"][0]["files"][0], "SKILL.md (changed)");
    assert_eq!(json["kept"][0]["edits"], context.entry("one")["edits"]);
    std::os::unix::fs::symlink("/etc", context.project().join(".github/skills/two/etc")).unwrap();
    context.refuses(&["keep", "two"], 1, "`etc` in it is not a regular file");
    std::fs::remove_dir_all(context.project().join(".github/skills/three")).unwrap();
    context.refuses(&["keep", "three"], 1, "`mdskill install three` restores it");
    // Without edits, `keep` removes them from the lockfile.
    context.write(PAGE, BODY);
    context.run(&["keep", "one"]).ok().says("no local edits");
    assert!(!context.entry("one").contains_key("edits"));
    context.run(&["verify", "one"]).ok();
}

#[test]
fn install_refuses_missing_recorded_edits() {
    let (context, _repo) = installed();
    edit(&context, "second", "ours");
    context.run(&["keep", "one"]).ok();
    context.refuses(&["install"], 0, "3 unchanged");
    context.write(PAGE, BODY);
    context.refuses(
        &["install"],
        1,
        "it lacks the local edits that mdskill.lock records",
    );
    std::fs::remove_dir_all(context.project().join(".github/skills/one")).unwrap();
    context.refuses(
        &["install", "--frozen"],
        1,
        "mdskill.lock records local edits to it",
    );
    context
        .run(&["install", "--force"])
        .ok()
        .says("Installed one");
    context.run(&["verify"]).fails(3);
    context.run(&["keep", "one"]).ok();
    context.run(&["verify"]).ok();
}

#[test]
fn edits_in_one_of_two_folders_apply_to_both() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write("skills/one/SKILL.md", BODY);
    repo.commit("A longer one");
    context
        .run(&[
            "add",
            "acme/skills/one",
            "--target",
            ".github/skills",
            "--target",
            ".claude/skills",
        ])
        .ok();
    edit(&context, "second", "ours");
    upstream(&mut repo, "fourth", "theirs");
    let other = ".claude/skills/one/SKILL.md";
    context.run(&["update"]).ok();
    assert_eq!(
        context.read(PAGE),
        BODY.replace("second", "ours").replace("fourth", "theirs")
    );
    assert_eq!(context.read(other), context.read(PAGE));
    context.run(&["verify"]).ok();
    edit(&context, "first", "one");
    context.write(other, context.read(other).replace("first", "other"));
    upstream(&mut repo, "fifth", "theirs too");
    context.refuses(&["update"], 3, "make the two the same");
}

#[test]
fn conflicts_of_every_kind_are_listed() {
    let (context, mut repo) = installed();
    let one = context.project().join(".github/skills/one");
    context.write(".github/skills/one/logo.png", b"\x89PNG\0\0ours");
    context.write(".github/skills/one/references/a.md", "mine\n");
    std::fs::remove_file(one.join("scripts/run.sh")).unwrap();
    repo.write("skills/one/logo.png", b"\x89PNG\0\0theirs")
        .remove("skills/one/references")
        .executable("skills/one/scripts/run.sh", "#!/bin/sh\necho theirs\n");
    repo.commit("All of it otherwise");
    let outcome = context.refuses(&["update"], 3, "your edits conflict with the new version");
    for file in ["logo.png: ", "references/a.md: ", "scripts/run.sh: "] {
        outcome.says(file);
    }
    context.run(&["update", "--conflict=ours"]).ok();
    assert_eq!(
        std::fs::read(one.join("logo.png")).unwrap(),
        b"\x89PNG\0\0ours"
    );
    assert_eq!(context.read(".github/skills/one/references/a.md"), "mine\n");
    context.run(&["verify"]).ok();
}

#[test]
fn update_refuses_paths_that_cannot_exist_side_by_side() {
    let (context, mut repo) = installed();
    context.write(".github/skills/one/notes", "a file\n");
    edit(&context, "second", "ours");
    upstream(&mut repo, "second", "theirs");
    repo.write("skills/one/notes/a.md", "in a folder\n");
    repo.commit("A folder");
    for how in ["--conflict=ours", "--conflict=markers", "--dry-run"] {
        let refused = "with your edits it is refused: `notes`: it is a file and a folder";
        context.refuses(&["update", how], 3, refused);
    }
    assert_eq!(context.read(".github/skills/one/notes"), "a file\n");
    context.write(".github/skills/one/Guide.md", "ours\n");
    std::fs::remove_file(context.project().join(".github/skills/one/notes")).unwrap();
    repo.write("skills/one/guide.md", "theirs\n");
    repo.commit("A guide");
    let refused = "`guide.md`: macOS and Windows can't distinguish it from `Guide.md`";
    context.refuses(&["update", "--conflict=theirs"], 3, refused);
    context.run(&["update", "--force"]).ok();
}

#[test]
fn missing_base_is_reported_with_two_options() {
    let (context, mut repo) = installed();
    edit(&context, "second", "ours");
    // A new history, without any commit of the first one.
    upstream(&mut repo, "fourth", "theirs");
    let tree = repo.rev_parse("main^{tree}");
    repo.reset_to(&repo.git(&["commit-tree", &tree, "-m", "Anew"]));
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "--quiet", "--prune=now"]);
    context.run(&["cache", "clear"]).ok();
    let outcome = context.refuses(
        &["update", "one"],
        3,
        "is neither upstream nor in the cache",
    );
    outcome.says("--conflict=ours").says("--force");
    context.run(&["update", "one", "--conflict=ours"]).ok();
    assert!(context.read(PAGE).contains("ours"));
    context.run(&["verify", "one"]).ok();
}

#[test]
fn update_merges_over_read_only_files_and_leftovers() {
    let (context, mut repo) = installed();
    edit(&context, "second", "ours");
    context.write(".github/skills/one/Thumbs.db", "junk");
    let page = context.project().join(PAGE);
    let mut permissions = page.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&page, permissions).unwrap();
    upstream(&mut repo, "fourth", "theirs");
    context
        .run(&["update"])
        .ok()
        .says("kept your edits in SKILL.md");
    context.run(&["verify"]).ok();
    assert_eq!(
        context.read(PAGE),
        BODY.replace("second", "ours").replace("fourth", "theirs")
    );
}

#[test]
fn markers_are_not_reported_as_capabilities() {
    let (context, mut repo) = installed();
    let script = ".github/skills/one/scripts/run.sh";
    context.write(script, "#!/bin/sh\necho ours\n");
    repo.executable("skills/one/scripts/run.sh", "#!/bin/sh\necho theirs\n");
    repo.commit("Another word");
    let json = context
        .run(&["update", "--conflict=markers", "--json"])
        .json();
    assert!(context.read(script).contains("<<<<<<< your edits\n"));
    assert_eq!(json["skills"][0]["diff"]["gained"], serde_json::json!([]));
}

#[test]
fn verify_reports_missing_recorded_edits() {
    let (context, _repo) = installed();
    edit(&context, "second", "ours");
    context.refuses(&["verify"], 3, "`mdskill keep NAME` accepts them");
    context.run(&["keep", "one"]).ok();
    context.write(PAGE, BODY);
    context
        .refuses(
            &["verify"],
            3,
            ".github/skills/one lacks the local edits that the lockfile records",
        )
        .says("`mdskill keep NAME`");
    context.run(&["keep", "one"]).ok();
    context.run(&["verify"]).ok();
}
