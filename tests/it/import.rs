//! `import`: what another tool has installed is locked as it lies, and nothing moves.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::shop::Shop;
use sha2::{Digest, Sha256};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// A fixture, with these words put where they belong.
pub fn fixture(name: &str, words: &[(&str, &str)]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/importers")
        .join(name);
    let text = std::fs::read_to_string(path).unwrap();
    let put =
        |text: String, (word, value): &(&str, &str)| text.replace(&format!("@{word}@"), value);
    words.iter().fold(text, put)
}

/// A shop whose `acme/skills` has had three commits: all skills, more of `one`, more of `two`.
pub fn with_history() -> (Shop, Repo, [String; 3]) {
    let (shop, mut repo) = Shop::stocked();
    let first = repo.rev_parse("main");
    repo.write("skills/one/more.md", "more");
    let second = repo.commit("More of one");
    repo.write("skills/two/more.md", "more")
        .write("README.md", "news");
    let third = repo.commit("More of two");
    (shop, repo, [first, second, third])
}

/// Puts the files of `COMMIT:PATH` into a folder, as a tool does that leaves some out.
pub fn put(folder: &Path, repo: &Repo, at: &str, left_out: &[&str]) {
    for (mode, id, path) in repo.ls_tree(at) {
        if left_out.contains(&path.as_str()) {
            continue;
        }
        let file = folder.join(&path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, repo.cat_file(&id)).unwrap();
        let mode = if mode == "100755" { 0o755 } else { 0o644 };
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
    }
}

/// The newest commit of `main` that has this tree at this path, by git's own word.
fn newest(repo: &Repo, path: &str, tree: &str) -> String {
    let commits = repo.git(&["rev-list", "main"]);
    let has = |commit: &&str| {
        let line = repo.git(&["ls-tree", "-d", commit, path]);
        line.contains(tree)
    };
    commits.lines().find(has).unwrap().to_owned()
}

/// The sum that `npx skills` makes of a folder, as its source has it.
fn computed_hash(repo: &Repo, at: &str) -> String {
    let mut files = repo.ls_tree(at);
    files.sort_by_key(|(_, _, path)| path.to_lowercase());
    let mut hasher = Sha256::new();
    for (_, id, path) in files {
        hasher.update(path);
        hasher.update(repo.cat_file(&id));
    }
    let sum = hasher.finalize();
    sum.iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Runs import, which leaves every file as it was and only adds the lockfile and our own folder.
#[track_caller]
pub fn imports(shop: &Shop, arguments: &[&str], code: i32) -> Outcome {
    let before = shop.room.snapshot();
    let outcome = shop.run(&[&["import"], arguments].concat());
    outcome.fails(code);
    let ours = |line: &String| {
        let line = line.trim_start();
        let name = ["project/mdskill.lock", "project/.mdskill", "home/.config"];
        name.iter().any(|name| line.starts_with(name)) && line.contains("not there, then")
    };
    let moved: Vec<_> = before.differences(&shop.room.snapshot());
    let moved: Vec<_> = moved.into_iter().filter(|line| !ours(line)).collect();
    assert!(moved.is_empty(), "{}\n{outcome}", moved.join("\n"));
    outcome
}

/// The lock says of the skill what git says of this commit.
#[track_caller]
fn locked_at(shop: &Shop, repo: &Repo, name: &str, commit: &str, path: &str) {
    let entry = shop.entry(name);
    assert_eq!(entry["commit"], commit, "{name}");
    assert_eq!(entry["path"], path, "{name}");
    assert_eq!(
        entry["tree"],
        repo.rev_parse(&format!("{commit}:{path}")),
        "{name}"
    );
}

#[test]
fn what_npx_skills_installed_in_a_project_is_taken_as_it_lies() {
    let (shop, repo, [first, second, third]) = with_history();
    let skills = shop.room.project().join(".agents/skills");
    put(
        &skills.join("one"),
        &repo,
        &format!("{first}:skills/one"),
        &[],
    );
    put(
        &skills.join("two-the-second"),
        &repo,
        &format!("{second}:skills/two"),
        &[],
    );
    put(&skills.join("three"), &repo, "main:skills/three", &[]);
    std::fs::create_dir_all(shop.room.project().join(".claude/skills")).unwrap();
    symlink(
        "../../.agents/skills/one",
        shop.room.project().join(".claude/skills/one"),
    )
    .unwrap();
    shop.room
        .write("skills-lock.json", fixture("npx/skills-lock.json", &[]));

    let outcome = imports(&shop, &[], 3);
    outcome
        .says("3 skills taken, 3 not taken")
        .says(".claude/skills/one is a link; it is left alone")
        .says("`From The Web`: it was downloaded from the web site `mintlify.com` (well-known)")
        .says(
            "`from-a-package`: it was copied out of the npm package `@acme/toolbox` (node_modules)",
        )
        .says("`no-url`: it is from `acme/skills`, and its `sourceUrl`")
        .says("`mdskill validate`");
    locked_at(&shop, &repo, "one", &first, "skills/one");
    let tree = repo.rev_parse(&format!("{first}:skills/two"));
    assert_eq!(newest(&repo, "skills/two", &tree), second);
    locked_at(&shop, &repo, "two-the-second", &second, "skills/two");
    // Where it lies in the repository the lock did not say: its files did.
    locked_at(&shop, &repo, "three", &third, "skills/three");
    assert_eq!(shop.entry("two-the-second")["ref"], "main");
    assert!(!shop.entry("one").contains_key("ref"));
    assert!(!shop.entry("one").contains_key("edits"));
    assert!(
        shop.room
            .read("mdskill.lock")
            .contains("targets = [\".agents/skills\"]")
    );
    shop.run(&["verify"]).ok().says("3 folders as locked");
    shop.run(&["update", "--dry-run"])
        .ok()
        .says("Would move one")
        .says("Would move two-the-second")
        .says("2 skills would move, 1 unchanged");
    // Once more: nothing is taken twice.
    let lock = shop.room.read("mdskill.lock");
    imports(&shop, &[], 3).says("3 locked already, 3 not taken");
    assert_eq!(shop.room.read("mdskill.lock"), lock);
}

#[test]
fn what_npx_leaves_out_is_no_edit_of_the_persons_and_can_be_restored() {
    let (shop, mut repo) = Shop::stocked();
    repo.write("skills/one/metadata.json", "{}")
        .write("skills/one/README.md", "read me");
    let commit = repo.commit("Metadata");
    let place = shop.room.project().join(".claude/skills/one");
    put(&place, &repo, "main:skills/one", &["metadata.json"]);
    shop.room.write(
        "skills-lock.json",
        r#"{"version":1,"skills":{"one":{"source":"acme/skills","sourceType":"github","skillPath":"skills/one/SKILL.md"}}}"#,
    );
    let before = shop.room.snapshot();
    shop.run(&["import", "--dry-run"])
        .ok()
        .says("Would take one")
        .says("1 skill would be taken");
    before.assert_same(&shop.room.snapshot());
    imports(&shop, &[], 0)
        .says("npx skills changed these files")
        .says("metadata.json (deleted)");
    locked_at(&shop, &repo, "one", &commit, "skills/one");
    assert!(shop.entry("one")["edits"].starts_with("sha256:"));
    shop.run(&["verify"]).ok();

    std::fs::remove_file(shop.room.project().join("mdskill.lock")).unwrap();
    shop.run(&["import", "--restore"])
        .ok()
        .says("they are upstream's again");
    shop.room
        .tree(".claude/skills/one")
        .assert_same(&repo.snapshot("main:skills/one"));
    assert!(!shop.entry("one").contains_key("edits"));
    shop.run(&["verify"]).ok();
    shop.run(&["update"])
        .ok()
        .says("everything is up to date (1 skill)");
}

#[test]
fn an_edited_skill_of_npx_is_found_by_the_sum_that_its_lock_has() {
    let (shop, repo, [first, ..]) = with_history();
    let place = shop.room.project().join(".agents/skills/one");
    put(&place, &repo, &format!("{first}:skills/one"), &[]);
    std::fs::write(place.join("notes.md"), "mine").unwrap();
    let hash = computed_hash(&repo, &format!("{first}:skills/one"));
    let lock = |hash: &str| {
        format!(
            r#"{{"version":1,"skills":{{"one":{{"source":"acme/skills","sourceType":"github","skillPath":"skills/one/SKILL.md","computedHash":"{hash}"}}}}}}"#
        )
    };
    shop.room.write("skills-lock.json", lock(&"0".repeat(64)));
    imports(&shop, &[], 3)
        .says("`one`: no version of acme/skills/skills/one in the history of the default branch has exactly its files")
        .says(&format!("it differs in 1 file from {}: notes.md (added)", &first[..7]));
    assert!(!shop.room.project().join("mdskill.lock").exists());
    shop.room.write("skills-lock.json", lock(&hash));
    imports(&shop, &[], 0)
        .says("it was edited; its files stay, as edits")
        .says("notes.md (added)");
    locked_at(&shop, &repo, "one", &first, "skills/one");
    shop.run(&["verify"]).ok();
}

#[test]
fn what_npx_skills_installed_in_a_home_is_found_in_both_places() {
    let (shop, repo, [first, second, _]) = with_history();
    let home = shop.room.path("home");
    let tree = repo.rev_parse(&format!("{first}:skills/one"));
    let text = fixture("npx/.skill-lock.json", &[("TREE", &tree)]);
    let lock = ".local/state/skills/.skill-lock.json";
    for lock in [lock, ".agents/.skill-lock.json"] {
        std::fs::create_dir_all(home.join(lock).parent().unwrap()).unwrap();
        std::fs::write(home.join(lock), &text).unwrap();
    }
    put(
        &home.join(".agents/skills/one"),
        &repo,
        &format!("{first}:skills/one"),
        &[],
    );
    // Edited; the tree that the lock names says of which version.
    std::fs::write(home.join(".agents/skills/one/SKILL.md"), "mine").unwrap();
    put(
        &home.join(".goose/skills/two"),
        &repo,
        &format!("{second}:skills/two"),
        &[],
    );
    let outcome = imports(&shop, &["-g"], 0);
    outcome.says("2 skills taken").says("SKILL.md (changed)");
    let read = std::fs::read_to_string(home.join(".config/mdskill/mdskill.lock")).unwrap();
    let locked = crate::support::shop::blocks(&read);
    assert_eq!(locked["one"]["commit"], first);
    assert_eq!(locked["one"]["tree"], tree);
    assert_eq!(locked["two"]["commit"], second);
    shop.run(&["verify", "-g"]).ok().says("2 folders");
    shop.run(&["update", "-g", "--dry-run", "two"])
        .ok()
        .says("Would move two");
}

#[test]
fn what_gh_installed_is_found_by_its_tree_and_its_own_words_are_an_edit() {
    let (shop, mut repo) = Shop::stocked();
    let first = repo.rev_parse("main");
    let tree = repo.rev_parse("main:skills/three");
    repo.tag("v1.2.0");
    // A version of which all files but SKILL.md are the same: only the tree tells them apart.
    repo.skill("skills/three", "three", "Another description");
    repo.commit("Another description");
    let skill = ".github/skills/three";
    put(
        &shop.room.project().join(skill),
        &repo,
        &format!("{first}:skills/three"),
        &[],
    );
    let text = fixture(
        "gh/SKILL.md",
        &[("TREE", &tree), ("REF", "refs/heads/main")],
    );
    shop.room.write(&format!("{skill}/SKILL.md"), &text);

    imports(&shop, &[], 0)
        .says("gh skill changed these files")
        .says("SKILL.md (changed)");
    locked_at(&shop, &repo, "three", &first, "skills/three");
    assert_eq!(shop.entry("three")["ref"], "main");
    shop.run(&["verify"]).ok();
    shop.run(&["update", "--dry-run"]).says("three");

    // The same by its name, from a tag: gh would have followed newer releases.
    std::fs::remove_file(shop.room.project().join("mdskill.lock")).unwrap();
    shop.room.write(
        &format!("{skill}/SKILL.md"),
        text.replace("refs/heads/main", "refs/tags/v1.2.0"),
    );
    let file = format!("{skill}/SKILL.md");
    shop.run(&["import", &file, "--restore"])
        .ok()
        .says("it stays at the tag `v1.2.0` now, and a range (`@^1.2.0`) follows newer ones");
    assert_eq!(shop.entry("three")["ref"], "v1.2.0");
    shop.has("three", &repo, &format!("{first}:skills/three"));
    shop.run(&["update"])
        .ok()
        .says("everything is up to date (1 skill)");
}

#[test]
fn what_skillcask_installed_is_taken_at_its_commit_edited_or_not() {
    let (shop, repo, [first, ..]) = with_history();
    repo.git(&["tag", "v1.0.0", &first]);
    let mut tools = shop.repo("acme/tools");
    tools.skill("deploy", "deploy", "Deploys");
    let commit = tools.commit("Deploy");
    let url = format!("file://{}", tools.folder().display());
    let words = [
        ("COMMIT", first.as_str()),
        ("TOOLS", &commit),
        ("URL", &url),
    ];
    let skills = shop.room.project().join(".agents/skills");
    put(
        &skills.join("one"),
        &repo,
        &format!("{first}:skills/one"),
        &[],
    );
    std::fs::write(skills.join("one/SKILL.md"), "mine").unwrap();
    put(
        &skills.join("renamed"),
        &repo,
        &format!("{first}:skills/two"),
        &[],
    );
    put(&skills.join("deploy"), &tools, "main:deploy", &[]);
    for file in ["skills.lock", "skills.toml"] {
        shop.room
            .write(file, fixture(&format!("skillcask/{file}"), &words));
    }
    imports(&shop, &[], 0)
        .says("3 skills taken")
        .says("it was edited; its files stay, as edits");
    locked_at(&shop, &repo, "one", &first, "skills/one");
    locked_at(&shop, &repo, "renamed", &first, "skills/two");
    locked_at(&shop, &tools, "deploy", &commit, "deploy");
    assert_eq!(shop.entry("renamed")["ref"], "^1.0");
    assert_eq!(shop.entry("deploy")["ref"], "main");
    assert!(shop.entry("one").contains_key("edits"));
    shop.run(&["verify"]).ok().says("3 folders as locked");
    shop.run(&["update", "--dry-run"])
        .ok()
        .says("everything is up to date (3 skills)");
}

#[test]
fn what_apm_installed_is_taken_where_it_says_that_it_lies() {
    let (shop, repo, [first, ..]) = with_history();
    let project = shop.room.project();
    let place = |folder: &str, name: &str| {
        let at = format!("{first}:skills/{name}");
        put(&project.join(folder).join(name), &repo, &at, &[]);
    };
    place(".github/skills", "one");
    place(".agents/skills", "two");
    place(".github/skills", "three");
    shop.room.write(".agents/skills/two/SKILL.md", "mine");
    shop.room.write(
        "apm.lock.yaml",
        fixture("apm/apm.lock.yaml", &[("COMMIT", &first)]),
    );
    imports(&shop, &[], 3)
        .says("3 skills taken, 1 not taken")
        .says("`deploy`: it came along with acme/skills; `mdskill add acme/tools`")
        .never_says("hooks");
    for name in ["one", "two", "three"] {
        locked_at(&shop, &repo, name, &first, &format!("skills/{name}"));
    }
    assert!(
        shop.room
            .read("mdskill.lock")
            .contains("\ntargets = [\".github/skills\"]\n\n")
    );
    assert_eq!(shop.entry("two")["targets"], "[\".agents/skills\"]");
    shop.run(&["verify"]).ok().says("3 folders as locked");
    shop.run(&["update", "--dry-run"])
        .says("one")
        .says("1 unchanged");
    // An update takes what is new and keeps the edit.
    shop.run(&["update", "--allow", "SK101"]).ok();
    assert_eq!(shop.room.read(".agents/skills/two/SKILL.md"), "mine");
    assert_eq!(shop.room.read(".agents/skills/two/more.md"), "more");
    shop.run(&["verify"]).ok().says("3 folders as locked");
}
