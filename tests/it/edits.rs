//! Local edits of installed skills are merged into new versions, or kept and reported; never lost.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::shop::Shop;
use std::os::unix::fs::PermissionsExt;

const PAGE: &str = ".github/skills/one/SKILL.md";
/// A page with lines far enough apart for two hunks.
const BODY: &str = "---\nname: one\ndescription: Skill one\n---\n\n# One\n\nfirst\n\nsecond\n\nthird\n\nfourth\n\nfifth\n";

/// A shop whose `one` has [`BODY`] and a script, all installed.
fn installed() -> (Shop, Repo) {
    let (shop, mut repo) = Shop::stocked();
    repo.write("skills/one/SKILL.md", BODY)
        .write(
            "skills/one/references/a.md",
            "one\ntwo\nthree\nfour\nfive\n",
        )
        .write("skills/one/logo.png", b"\x89PNG\0\0old")
        .executable("skills/one/scripts/run.sh", "#!/bin/sh\necho one\n");
    repo.commit("A longer one");
    shop.run(&["add", "acme/skills", "--all"]).ok();
    (shop, repo)
}

/// Replaces a line of the installed page.
fn edit(shop: &Shop, from: &str, to: &str) {
    let page = shop.room.read(PAGE);
    assert!(page.contains(from), "{page}");
    shop.room.write(PAGE, page.replace(from, to));
}

/// Upstream replaces a line of its page.
fn upstream(repo: &mut Repo, from: &str, to: &str) -> String {
    let page = repo.cat_file(&repo.rev_parse("main:skills/one/SKILL.md"));
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains(from), "{page}");
    repo.write("skills/one/SKILL.md", page.replace(from, to));
    repo.commit(&format!("{from} becomes {to}"))
}

fn state(shop: &Shop, name: &str) -> String {
    let listed = shop.run(&["list", "--json"]).json();
    let skills = listed["skills"].as_array().unwrap();
    let skill = skills.iter().find(|skill| skill["name"] == name).unwrap();
    skill["state"].as_str().unwrap().to_owned()
}

/// Returns git's merge of three pages.
fn merged_by_git(shop: &Shop, base: &str, ours: &str, theirs: &str) -> String {
    for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        std::fs::write(shop.room.path("temp").join(name), text).unwrap();
    }
    let merge = ["merge-file", "-p", "ours", "base", "theirs"];
    let told: Outcome = shop
        .room
        .run("git", merge)
        .dir(shop.room.path("temp"))
        .run();
    told.ok();
    told.stdout.clone()
}

#[test]
fn update_merges_edits_each_time() {
    let (shop, mut repo) = installed();
    edit(&shop, "fifth", "fifth, as we do it");
    shop.room.write(".github/skills/one/notes.md", "ours\n");
    let ours = shop.room.read(PAGE);
    let second = upstream(&mut repo, "first", "first, but better");
    let outcome = shop.run(&["update"]);
    outcome
        .ok()
        .says("Updated one")
        .says("kept your edits in SKILL.md, notes.md")
        .says("1 updated, 2 unchanged");
    let theirs = BODY.replace("first", "first, but better");
    let expected = merged_by_git(&shop, BODY, &ours, &theirs);
    assert_eq!(shop.room.read(PAGE), expected);
    assert_eq!(shop.room.read(".github/skills/one/notes.md"), "ours\n");
    let entry = shop.entry("one");
    assert_eq!(entry["commit"], second);
    assert_eq!(entry["tree"], repo.rev_parse("main:skills/one"));
    assert!(entry["edits"].starts_with("sha256:") && entry["edits"] != entry["digest"]);
    shop.run(&["verify"]).ok();
    assert_eq!(state(&shop, "one"), "kept");
    shop.refuses(&["update"], 0, "all skills are up to date (3 skills)");
    upstream(&mut repo, "third", "third, twice");
    shop.run(&["update"])
        .ok()
        .says("kept your edits in SKILL.md, notes.md");
    assert_eq!(
        shop.room.read(PAGE),
        expected.replace("third", "third, twice")
    );
    shop.run(&["verify"]).ok();
    shop.refuses(&["install", "--frozen"], 0, "3 unchanged");
}

#[test]
fn update_merges_files_and_modes() {
    let (shop, mut repo) = installed();
    let one = shop.room.project().join(".github/skills/one");
    std::fs::remove_file(one.join("logo.png")).unwrap();
    edit(&shop, "fifth", "ours");
    shop.room.write(
        ".github/skills/one/references/a.md",
        "one\ntwo\nthree\nfour\nours\n",
    );
    repo.write("skills/one/scripts/run.sh", "#!/bin/sh\necho one\n")
        .rename("skills/one/references/a.md", "skills/one/references/b.md")
        .write("skills/one/new.md", "new\n");
    repo.commit("Not executable, renamed, and a new file");
    shop.run(&["update"]).ok().says("Updated one");
    let tree = shop.room.tree(".github/skills/one");
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
    shop.run(&["verify"]).ok();
}

#[test]
fn conflict_leaves_skill_and_lists_files() {
    let (shop, mut repo) = installed();
    edit(&shop, "second", "second, ours");
    let before = shop.entry("one");
    upstream(&mut repo, "second", "second, theirs");
    repo.write("skills/two/more.md", "more");
    let now = repo.commit("More of two");
    shop.refuses(&["update", "--check"], 3, "1 conflict");
    let page = shop.room.read(PAGE);
    let outcome = shop.run(&["update"]);
    outcome
        .fails(3)
        .says(".github/skills/one: your edits conflict with the new version")
        .says("SKILL.md: both sides changed the same lines")
        .says("second, ours")
        .says("second, theirs")
        .says("`mdskill update one --conflict=markers`")
        .says("1 updated, 1 unchanged, 1 conflict");
    assert_eq!(shop.room.read(PAGE), page);
    assert_eq!(shop.entry("one"), before);
    shop.has("two", &repo, "main:skills/two");
    let json = shop.run(&["update", "--json"]).json();
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
    let (shop, mut repo) = installed();
    edit(&shop, "second", "second, ours");
    upstream(&mut repo, "second", "second, theirs");
    let outcome = shop.run(&["update", "--conflict=markers"]);
    outcome
        .fails(3)
        .says("Updated one")
        .says("the conflicts are marked in the files")
        .says("then run `mdskill keep one`")
        .never_says("--conflict=")
        .never_says("kept your edits");
    let page = shop.room.read(PAGE);
    assert!(
        page.contains(
            "<<<<<<< your edits\nsecond, ours\n=======\nsecond, theirs\n>>>>>>> upstream"
        )
    );
    shop.has_entry("one", &repo, "main:skills/one");
    shop.run(&["verify"]).fails(3).says("SKILL.md (changed)");
    shop.refuses(
        &["keep", "one"],
        1,
        "SKILL.md:10 still has the markers of a conflict",
    );
    shop.room
        .write(PAGE, BODY.replace("second", "second, both"));
    shop.run(&["keep", "one"])
        .ok()
        .says("Kept one")
        .says("SKILL.md (changed)");
    shop.run(&["verify"]).ok();
    upstream(&mut repo, "fourth", "fourth, newer");
    shop.run(&["update"])
        .ok()
        .says("kept your edits in SKILL.md");
    let page = shop.room.read(PAGE);
    assert!(
        page.contains("second, both") && page.contains("fourth, newer"),
        "{page}"
    );
}

#[test]
fn conflict_option_chooses_a_side() {
    for (side, line) in [("ours", "second, ours"), ("theirs", "second, theirs")] {
        let (shop, mut repo) = installed();
        edit(&shop, "second", "second, ours");
        edit(&shop, "fifth", "fifth, ours");
        upstream(&mut repo, "second", "second, theirs");
        let how = format!("--conflict={side}");
        shop.run(&["update", &how]).ok().says("won in SKILL.md");
        let page = shop.room.read(PAGE);
        assert!(
            page.contains(line) && page.contains("fifth, ours"),
            "{page}"
        );
        shop.run(&["verify"]).ok();
        assert_eq!(state(&shop, "one"), "kept");
    }
}

#[test]
fn edits_that_upstream_made_too_are_no_longer_recorded() {
    let (shop, mut repo) = installed();
    edit(&shop, "second", "the second");
    shop.run(&["keep", "one"]).ok();
    assert_eq!(state(&shop, "one"), "kept");
    upstream(&mut repo, "second", "the second");
    shop.run(&["update"])
        .ok()
        .says("Updated one")
        .never_says("your edits");
    shop.has("one", &repo, "main:skills/one");
    assert!(!shop.entry("one").contains_key("edits"));
    assert_eq!(state(&shop, "one"), "ok");
}

#[test]
fn remove_and_add_refuse_recorded_edits() {
    let (shop, mut repo) = installed();
    edit(&shop, "second", "ours");
    shop.run(&["keep", "one"]).ok();
    let page = shop.room.read(PAGE);
    shop.refuses(&["remove", "one"], 1, "it has local edits");
    shop.run(&["add", "acme/skills/one"])
        .ok()
        .says("Unchanged one");
    assert!(shop.entry("one").contains_key("edits"));
    upstream(&mut repo, "fourth", "theirs");
    shop.refuses(&["add", "acme/skills/one"], 1, "it has local edits");
    assert_eq!(shop.room.read(PAGE), page);
    shop.run(&["update", "--force"])
        .ok()
        .says("your old copy to .mdskill/trash/one-1");
    shop.has("one", &repo, "main:skills/one");
    assert_eq!(shop.room.read(".mdskill/trash/one-1/SKILL.md"), page);
    assert!(!shop.entry("one").contains_key("edits"));
}

#[test]
fn keep_reports_edits_and_refuses_special_files() {
    let (shop, _repo) = installed();
    shop.refuses(
        &["keep", "thre"],
        1,
        "`thre` is not installed; did you mean `three`?",
    );
    shop.run(&["keep", "one"]).ok().says("no local edits");
    assert!(!shop.entry("one").contains_key("edits"));
    edit(&shop, "second", "ours");
    shop.refuses(
        &["diff", "--local"],
        0,
        "`mdskill keep one` accepts the edits",
    );
    let told = shop.run(&["diff", "--local", "one"]);
    assert!(told.stdout.contains("-second\n+ours\n"), "{}", told.stdout);
    let json = shop.run(&["keep", "one", "--json"]).json();
    assert_eq!(json["kept"][0]["files"][0], "SKILL.md (changed)");
    assert_eq!(json["kept"][0]["edits"], shop.entry("one")["edits"]);
    std::os::unix::fs::symlink("/etc", shop.room.project().join(".github/skills/two/etc")).unwrap();
    shop.refuses(&["keep", "two"], 1, "`etc` in it is not a regular file");
    std::fs::remove_dir_all(shop.room.project().join(".github/skills/three")).unwrap();
    shop.refuses(&["keep", "three"], 1, "`mdskill install three` restores it");
    // Without edits, `keep` removes them from the lockfile.
    shop.room.write(PAGE, BODY);
    shop.run(&["keep", "one"]).ok().says("no local edits");
    assert!(!shop.entry("one").contains_key("edits"));
    shop.run(&["verify", "one"]).ok();
}

#[test]
fn install_refuses_missing_recorded_edits() {
    let (shop, _repo) = installed();
    edit(&shop, "second", "ours");
    shop.run(&["keep", "one"]).ok();
    shop.refuses(&["install"], 0, "3 unchanged");
    shop.room.write(PAGE, BODY);
    shop.refuses(
        &["install"],
        1,
        "it lacks the local edits that mdskill.lock records",
    );
    std::fs::remove_dir_all(shop.room.project().join(".github/skills/one")).unwrap();
    shop.refuses(
        &["install", "--frozen"],
        1,
        "mdskill.lock records local edits to it",
    );
    shop.run(&["install", "--force"]).ok().says("Installed one");
    shop.run(&["verify"]).fails(3);
    shop.run(&["keep", "one"]).ok();
    shop.run(&["verify"]).ok();
}

#[test]
fn edits_in_one_of_two_folders_apply_to_both() {
    let (shop, mut repo) = Shop::stocked();
    repo.write("skills/one/SKILL.md", BODY);
    repo.commit("A longer one");
    shop.run(&[
        "add",
        "acme/skills/one",
        "--target",
        ".github/skills",
        "--target",
        ".claude/skills",
    ])
    .ok();
    edit(&shop, "second", "ours");
    upstream(&mut repo, "fourth", "theirs");
    let other = ".claude/skills/one/SKILL.md";
    shop.run(&["update"]).ok();
    assert_eq!(
        shop.room.read(PAGE),
        BODY.replace("second", "ours").replace("fourth", "theirs")
    );
    assert_eq!(shop.room.read(other), shop.room.read(PAGE));
    shop.run(&["verify"]).ok();
    edit(&shop, "first", "one");
    shop.room
        .write(other, shop.room.read(other).replace("first", "other"));
    upstream(&mut repo, "fifth", "theirs too");
    shop.refuses(&["update"], 3, "make the two the same");
}

#[test]
fn conflicts_of_every_kind_are_listed() {
    let (shop, mut repo) = installed();
    let one = shop.room.project().join(".github/skills/one");
    shop.room
        .write(".github/skills/one/logo.png", b"\x89PNG\0\0ours");
    shop.room
        .write(".github/skills/one/references/a.md", "mine\n");
    std::fs::remove_file(one.join("scripts/run.sh")).unwrap();
    repo.write("skills/one/logo.png", b"\x89PNG\0\0theirs")
        .remove("skills/one/references")
        .executable("skills/one/scripts/run.sh", "#!/bin/sh\necho theirs\n");
    repo.commit("All of it otherwise");
    let outcome = shop.refuses(&["update"], 3, "your edits conflict with the new version");
    for file in ["logo.png: ", "references/a.md: ", "scripts/run.sh: "] {
        outcome.says(file);
    }
    shop.run(&["update", "--conflict=ours"]).ok();
    assert_eq!(
        std::fs::read(one.join("logo.png")).unwrap(),
        b"\x89PNG\0\0ours"
    );
    assert_eq!(
        shop.room.read(".github/skills/one/references/a.md"),
        "mine\n"
    );
    shop.run(&["verify"]).ok();
}

#[test]
fn update_refuses_paths_that_cannot_exist_side_by_side() {
    let (shop, mut repo) = installed();
    shop.room.write(".github/skills/one/notes", "a file\n");
    edit(&shop, "second", "ours");
    upstream(&mut repo, "second", "theirs");
    repo.write("skills/one/notes/a.md", "in a folder\n");
    repo.commit("A folder");
    for how in ["--conflict=ours", "--conflict=markers", "--dry-run"] {
        let refused = "with your edits it is refused: `notes`: it is a file and a folder";
        shop.refuses(&["update", how], 3, refused);
    }
    assert_eq!(shop.room.read(".github/skills/one/notes"), "a file\n");
    shop.room.write(".github/skills/one/Guide.md", "ours\n");
    std::fs::remove_file(shop.room.project().join(".github/skills/one/notes")).unwrap();
    repo.write("skills/one/guide.md", "theirs\n");
    repo.commit("A guide");
    let refused = "`guide.md`: macOS and Windows can't distinguish it from `Guide.md`";
    shop.refuses(&["update", "--conflict=theirs"], 3, refused);
    shop.run(&["update", "--force"]).ok();
}

#[test]
fn missing_base_is_reported_with_two_options() {
    let (shop, mut repo) = installed();
    edit(&shop, "second", "ours");
    // A new history, without any commit of the first one.
    upstream(&mut repo, "fourth", "theirs");
    let tree = repo.rev_parse("main^{tree}");
    repo.reset_to(&repo.git(&["commit-tree", &tree, "-m", "Anew"]));
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "--quiet", "--prune=now"]);
    shop.run(&["cache", "clear"]).ok();
    let outcome = shop.refuses(
        &["update", "one"],
        3,
        "is neither upstream nor in the cache",
    );
    outcome.says("--conflict=ours").says("--force");
    shop.run(&["update", "one", "--conflict=ours"]).ok();
    assert!(shop.room.read(PAGE).contains("ours"));
    shop.run(&["verify", "one"]).ok();
}

#[test]
fn update_merges_over_read_only_files_and_leftovers() {
    let (shop, mut repo) = installed();
    edit(&shop, "second", "ours");
    shop.room.write(".github/skills/one/Thumbs.db", "junk");
    let page = shop.room.project().join(PAGE);
    let mut permissions = page.metadata().unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&page, permissions).unwrap();
    upstream(&mut repo, "fourth", "theirs");
    shop.run(&["update"])
        .ok()
        .says("kept your edits in SKILL.md");
    shop.run(&["verify"]).ok();
    assert_eq!(
        shop.room.read(PAGE),
        BODY.replace("second", "ours").replace("fourth", "theirs")
    );
}

#[test]
fn markers_are_not_reported_as_capabilities() {
    let (shop, mut repo) = installed();
    let script = ".github/skills/one/scripts/run.sh";
    shop.room.write(script, "#!/bin/sh\necho ours\n");
    repo.executable("skills/one/scripts/run.sh", "#!/bin/sh\necho theirs\n");
    repo.commit("Another word");
    let json = shop.run(&["update", "--conflict=markers", "--json"]).json();
    assert!(shop.room.read(script).contains("<<<<<<< your edits\n"));
    assert_eq!(json["skills"][0]["diff"]["gained"], serde_json::json!([]));
}

#[test]
fn verify_reports_missing_recorded_edits() {
    let (shop, _repo) = installed();
    edit(&shop, "second", "ours");
    shop.refuses(&["verify"], 3, "`mdskill keep NAME` accepts them");
    shop.run(&["keep", "one"]).ok();
    shop.room.write(PAGE, BODY);
    shop.refuses(
        &["verify"],
        3,
        ".github/skills/one lacks the local edits that the lockfile records",
    )
    .says("`mdskill keep NAME`");
    shop.run(&["keep", "one"]).ok();
    shop.run(&["verify"]).ok();
}
