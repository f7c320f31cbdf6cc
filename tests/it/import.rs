//! `import` locks the skills that another tool installed, and changes no file of them.

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::{TestContext, blocks};
use sha2::{Digest, Sha256};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// A project whose skills are from `acme/skills`, which has three commits: all skills, a new file
/// in `one`, a new file in `two`.
pub struct Project {
    pub context: TestContext,
    pub repo: Repo,
    pub first: String,
    pub tip: String,
}

impl Project {
    pub fn new() -> Self {
        let (context, mut repo) = TestContext::with_skills();
        let first = repo.rev_parse("main");
        repo.write("skills/one/more.md", "more")
            .commit("More of one");
        repo.write("skills/two/more.md", "more");
        let tip = repo.commit("More of two");
        Self {
            context,
            repo,
            first,
            tip,
        }
    }

    /// Puts the files of `COMMIT:PATH` into a folder of the project, or of the home.
    pub fn install(&self, folder: &str, at: &str) {
        copy_files(&self.context.project().join(folder), &self.repo, at);
    }

    /// Puts the current version of a skill into `.agents/skills`.
    pub fn install_current(&self, name: &str) {
        self.install(
            &format!(".agents/skills/{name}"),
            &format!("main:skills/{name}"),
        );
    }

    pub fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        self.context.write(file, text);
    }

    pub fn remove(&self, file: &str) {
        std::fs::remove_file(self.context.project().join(file)).unwrap();
    }

    /// Writes a `skills-lock.json` with these entries.
    pub fn write_npx_lock(&self, entries: &[String]) {
        self.write("skills-lock.json", npx_lock(entries));
    }

    /// Runs import, which only adds the lockfile and mdskill's own folder.
    #[track_caller]
    pub fn imports(&self, arguments: &[&str], code: i32) -> Outcome {
        let before = self.context.snapshot();
        let outcome = self.context.run(&[&["import"], arguments].concat());
        outcome.fails(code);
        let is_expected = |line: &String| {
            let ours = ["project/mdskill.lock", "project/.mdskill", "home/.config"];
            let is_ours = ours.iter().any(|name| line.trim_start().starts_with(name));
            is_ours && line.contains("not there, then")
        };
        let mut changes = before.differences(&self.context.snapshot());
        changes.retain(|line| !is_expected(line));
        assert!(changes.is_empty(), "{}\n{outcome}", changes.join("\n"));
        outcome
    }

    /// Checks the lockfile's entry, and that `verify` agrees with the lockfile.
    #[track_caller]
    pub fn is_locked(&self, name: &str, commit: &str, path: &str) {
        self.context
            .has_entry(name, &self.repo, &format!("{commit}:{path}"));
        self.context.run(&["verify"]).ok();
    }
}

/// The text of a `skills-lock.json` with these entries.
pub fn npx_lock(entries: &[String]) -> String {
    let entries = entries.join(",\n");
    format!("{{\n\"version\": 1,\n\"skills\": {{\n{entries}\n}}}}\n")
}

/// The entry of a skill of `acme/skills` in a `skills-lock.json`.
pub fn npx_entry(name: &str) -> String {
    npx_entry_with(name, "")
}

/// The same with more keys, which begin with a comma.
pub fn npx_entry_with(name: &str, keys: &str) -> String {
    format!(
        r#""{name}": {{"source": "acme/skills", "sourceType": "github", "skillPath": "skills/{name}/SKILL.md"{keys}}}"#
    )
}

/// A file of `testdata/importers`, with each `@WORD@` replaced.
pub fn fixture(name: &str, words: &[(&str, &str)]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/importers");
    let mut text = std::fs::read_to_string(folder.join(name)).unwrap();
    for (word, value) in words {
        text = text.replace(&format!("@{word}@"), value);
    }
    text
}

/// Copies the files of `COMMIT:PATH` into a folder.
pub fn copy_files(folder: &Path, repo: &Repo, at: &str) {
    for (mode, id, path) in repo.ls_tree(at) {
        if mode == "120000" {
            continue;
        }
        let file = folder.join(&path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, repo.cat_file(&id)).unwrap();
        let mode = if mode == "100755" { 0o755 } else { 0o644 };
        std::fs::set_permissions(&file, PermissionsExt::from_mode(mode)).unwrap();
    }
}

/// The `computedHash` of `npx skills`.
fn computed_hash(repo: &Repo, at: &str) -> String {
    let mut files = repo.ls_tree(at);
    files.sort_by_key(|(_, _, path)| path.to_lowercase());
    let mut hasher = Sha256::new();
    for (_, id, path) in files {
        hasher.update(path);
        hasher.update(repo.cat_file(&id));
    }
    let hash = hasher.finalize();
    let digits = |text: String, byte: &u8| text + &format!("{byte:02x}");
    hash.iter().fold(String::new(), digits)
}

#[test]
fn import_locks_project_of_npx_in_place() {
    let project = Project::new();
    for name in ["one", "three"] {
        project.install_current(name);
    }
    project.install(".agents/skills/two-the-second", "main:skills/two");
    let linked = project.context.project().join(".claude/skills");
    std::fs::create_dir_all(&linked).unwrap();
    symlink("../../.agents/skills/one", linked.join("one")).unwrap();
    project.write("skills-lock.json", fixture("npx/skills-lock.json", &[]));

    project
        .imports(&[], 3)
        .says("3 imported, 3 not imported")
        .says(".claude/skills/one, which is a symbolic link")
        .says("`From The Web`: it was downloaded from the website `mintlify.com` (well-known)")
        .says("`from-a-package`: it was copied out of the npm package `@acme/toolbox`")
        .says("`no-url`: it is from `acme/skills`, and its `sourceUrl`")
        .says("`mdskill validate`");
    project.is_locked("one", &project.tip, "skills/one");
    project.is_locked("two-the-second", &project.tip, "skills/two");
    // The lockfile of npx does not note the path of this one.
    project.is_locked("three", &project.tip, "skills/three");
    assert_eq!(project.context.entry("two-the-second")["ref"], "main");
    assert!(!project.context.entry("one").contains_key("ref"));
    assert!(!project.context.entry("one").contains_key("edits"));
    let lock = project.context.read("mdskill.lock");
    assert!(lock.contains("targets = [\".agents/skills\"]"), "{lock}");

    project
        .imports(&[], 3)
        .says("3 already locked, 3 not imported");
    assert_eq!(project.context.read("mdskill.lock"), lock);
    let update = project.context.run(&["update"]);
    update.ok().says("all skills are up to date (3 skills)");
}

#[test]
fn import_refuses_older_version_and_suggests_add_force() {
    let project = Project::new();
    project.install(
        ".agents/skills/one",
        &format!("{}:skills/one", project.first),
    );
    project.write_npx_lock(&[npx_entry("one")]);
    project.imports(&[], 3).says(&format!(
        "`one`: it differs from acme/skills/skills/one at {} in 1 file: more.md (deleted). `mdskill import --keep-edits` locks it with these differences as your edits; `mdskill add acme/skills/skills/one --target .agents/skills --force` installs the current version",
        &project.tip[..7]
    ));
    assert!(!project.context.project().join("mdskill.lock").exists());
    let suggested = [
        "acme/skills/skills/one",
        "--target",
        ".agents/skills",
        "--force",
    ];
    project
        .context
        .run(&[&["add"], &suggested[..]].concat())
        .ok();
    project.is_locked("one", &project.tip, "skills/one");
}

#[test]
fn import_keeps_or_restores_files_that_npx_left_out() {
    let mut project = Project::new();
    project.repo.write("skills/one/metadata.json", "{}");
    let tip = project.repo.commit("Metadata");
    project.install(".claude/skills/one", "main:skills/one");
    project.remove(".claude/skills/one/metadata.json");
    project.write_npx_lock(&[npx_entry("one")]);
    let before = project.context.snapshot();
    let dry_run = project.context.run(&["import", "--dry-run"]);
    dry_run
        .ok()
        .says("Would import one")
        .says("1 would be imported");
    before.assert_same(&project.context.snapshot());

    let imported = project.imports(&[], 0);
    imported
        .says("npx skills changed these files")
        .says("metadata.json (deleted)");
    project.is_locked("one", &tip, "skills/one");
    assert!(project.context.entry("one")["edits"].starts_with("sha256:"));

    project.remove("mdskill.lock");
    let restored = project.context.run(&["import", "--restore"]);
    restored.ok().says("they are restored");
    let files = project.context.tree(".claude/skills/one");
    files.assert_same(&project.repo.snapshot("main:skills/one"));
    project.is_locked("one", &tip, "skills/one");
    assert!(!project.context.entry("one").contains_key("edits"));
}

#[test]
fn import_recognizes_edited_skill_by_computed_hash() {
    let project = Project::new();
    project.install_current("one");
    project.write(".agents/skills/one/notes.md", "mine");
    let with_hash = |hash: &str| npx_entry_with("one", &format!(r#", "computedHash": "{hash}""#));
    project.write_npx_lock(&[with_hash(&"0".repeat(64))]);
    project.imports(&[], 3).says("in 1 file: notes.md (added)");
    project.write_npx_lock(&[with_hash(&computed_hash(&project.repo, "main:skills/one"))]);
    let imported = project.imports(&[], 0);
    imported
        .says("it was edited; the edits are kept")
        .says("notes.md (added)");
    project.is_locked("one", &project.tip, "skills/one");
}

#[test]
fn import_reads_both_personal_lockfiles_of_npx() {
    let project = Project::new();
    let home = project.context.path("home");
    let tree = project
        .repo
        .rev_parse(&format!("{}:skills/one", project.first));
    for folder in [".local/state/skills", ".agents"] {
        std::fs::create_dir_all(home.join(folder)).unwrap();
        let text = fixture("npx/.skill-lock.json", &[("TREE", &tree)]);
        std::fs::write(home.join(folder).join(".skill-lock.json"), text).unwrap();
    }
    let one = home.join(".agents/skills/one");
    copy_files(&one, &project.repo, &tree);
    // The tree is noted, so that an edited older version is found too.
    std::fs::write(one.join("SKILL.md"), "mine").unwrap();
    copy_files(
        &home.join(".goose/skills/two"),
        &project.repo,
        "main:skills/two",
    );
    let imported = project.imports(&["-g"], 0);
    imported.says("2 imported").says("SKILL.md (changed)");
    let lock = std::fs::read_to_string(home.join(".config/mdskill/mdskill.lock")).unwrap();
    let locked = blocks(&lock);
    assert_eq!(locked["one"]["commit"], project.first);
    assert_eq!(locked["one"]["tree"], tree);
    assert_eq!(locked["two"]["commit"], project.tip);
    project.context.run(&["verify", "-g"]).ok().says("2 skills");
}

#[test]
fn import_finds_noted_tree_of_gh_in_history() {
    let mut project = Project::new();
    let tree = project.repo.rev_parse("main:skills/three");
    let noted = project.tip.clone();
    project.repo.tag("v1.2.0");
    // This version differs only in SKILL.md, which gh rewrites: only the tree distinguishes them.
    project
        .repo
        .skill("skills/three", "three", "Another description");
    project.repo.commit("Another description");
    let skill = ".github/skills/three/SKILL.md";
    project.install(".github/skills/three", &format!("{noted}:skills/three"));
    let words = [("TREE", tree.as_str()), ("REF", "refs/heads/main")];
    project.write(skill, fixture("gh/SKILL.md", &words));
    let imported = project.imports(&[], 0);
    imported
        .says("gh skill changed these files")
        .says("SKILL.md (changed)");
    project.is_locked("three", &noted, "skills/three");
    assert_eq!(project.context.entry("three")["ref"], "main");
    project.context.run(&["update", "--dry-run"]).says("three");

    project.remove("mdskill.lock");
    let words = [("TREE", tree.as_str()), ("REF", "refs/tags/v1.2.0")];
    project.write(skill, fixture("gh/SKILL.md", &words));
    let restored = project.context.run(&["import", skill, "--restore"]);
    restored
        .ok()
        .says("it stays at the tag `v1.2.0` now, and a range (`@^1.2.0`) follows newer ones");
    assert_eq!(project.context.entry("three")["ref"], "v1.2.0");
    project
        .context
        .has("three", &project.repo, &format!("{noted}:skills/three"));
    let update = project.context.run(&["update"]);
    update.ok().says("all skills are up to date (1 skill)");
}

#[test]
fn import_takes_commit_that_apm_noted() {
    let project = Project::new();
    for place in [
        ".github/skills/one",
        ".agents/skills/two",
        ".github/skills/three",
    ] {
        let (_, name) = place.rsplit_once('/').unwrap();
        project.install(place, &format!("{}:skills/{name}", project.first));
    }
    project.write(".agents/skills/two/SKILL.md", "mine");
    let words = [("COMMIT", project.first.as_str())];
    project.write("apm.lock.yaml", fixture("apm/apm.lock.yaml", &words));
    project
        .imports(&[], 3)
        .says("3 imported, 1 not imported")
        .says("`deploy`: it is a dependency of acme/skills; `mdskill add acme/tools`")
        .never_says("hooks");
    for name in ["one", "two", "three"] {
        project.is_locked(name, &project.first, &format!("skills/{name}"));
    }
    let lock = project.context.read("mdskill.lock");
    assert!(
        lock.contains("\ntargets = [\".github/skills\"]\n\n"),
        "{lock}"
    );
    assert_eq!(
        project.context.entry("two")["targets"],
        "[\".agents/skills\"]"
    );
    // An update merges the new files with the edit.
    project.context.run(&["update", "--allow", "SK101"]).ok();
    let context = &project.context;
    assert_eq!(context.read(".agents/skills/two/SKILL.md"), "mine");
    assert_eq!(context.read(".agents/skills/two/more.md"), "more");
    project.is_locked("two", &project.tip, "skills/two");
}

#[test]
fn import_pins_skill_that_apm_pinned_to_commit() {
    let project = Project::new();
    let pinned = &project.first;
    project.install(".github/skills/one", &format!("{pinned}:skills/one"));
    let lock = fixture("apm/apm.lock.yaml", &[("COMMIT", pinned)]);
    let reference = format!("resolved_ref: {}", &pinned[..8]);
    project.write(
        "apm.lock.yaml",
        lock.replace("resolved_ref: main", &reference),
    );
    project.imports(&[], 3).says("1 imported");
    project.is_locked("one", pinned, "skills/one");
    assert_eq!(project.context.entry("one")["ref"], *pinned);
    project.context.run(&["update"]).ok();
    project.is_locked("one", pinned, "skills/one");
}

#[test]
fn import_combines_notes_of_two_tools() {
    let project = Project::new();
    let one = format!("{}:skills/one", project.first);
    for folder in [".agents/skills", ".github/skills"] {
        project.install(&format!("{folder}/one"), &one);
    }
    project.write_npx_lock(&[npx_entry("one")]);
    let words = [("COMMIT", project.first.as_str())];
    let lock = fixture("apm/apm.lock.yaml", &words);
    let (only_one, _) = lock.split_once("- repo_url: acme/tools").unwrap();
    project.write("apm.lock.yaml", only_one);
    project.imports(&[], 3).says("1 imported, 2 not imported");
    project.is_locked("one", &project.first, "skills/one");
    let lock = project.context.read("mdskill.lock");
    let targets = "targets = [\".github/skills\", \".agents/skills\"]";
    assert!(lock.contains(targets), "{lock}");
}

#[test]
fn import_leaves_linked_folders_alone() {
    let project = Project::new();
    project.install_current("one");
    let context = &project.context;
    let outside = context.path("home/skills");
    copy_files(&outside.join("two"), &project.repo, "main:skills/two");
    for (agent, target) in [
        (".claude", Path::new("../.agents/skills")),
        (".codex", &outside),
    ] {
        let agent = context.project().join(agent);
        std::fs::create_dir(&agent).unwrap();
        symlink(target, agent.join("skills")).unwrap();
    }
    project.write_npx_lock(&[npx_entry("one"), npx_entry("two")]);
    project
        .imports(&[], 3)
        .says(".claude/skills, which is a symbolic link")
        .says(".codex/skills, which is a symbolic link")
        .says("`two`: skills-lock.json names it, but .agents/skills has no folder `two`")
        .says("1 imported, 1 not imported");
    project.is_locked("one", &project.tip, "skills/one");
}

#[test]
fn import_reports_json() {
    let project = Project::new();
    project.install(".github/skills/one", "main:skills/one");
    project.write("skills-lock.json", fixture("npx/skills-lock.json", &[]));
    let json = project.imports(&["--json"], 3).json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["command"], "import");
    assert_eq!(json["files"][0], "skills-lock.json");
    assert_eq!(json["skills"][0]["name"], "one");
    assert_eq!(json["skills"][0]["commit"], project.tip);
    assert_eq!(json["skills"][0]["places"][0], ".github/skills/one");
    assert_eq!(json["not_taken"].as_array().unwrap().len(), 5);
    let reason = json["not_taken"][4]["reason"].as_str().unwrap();
    assert!(reason.contains("no folder `three`"), "{reason}");
}

#[test]
fn commands_of_guide_succeed() {
    let mut project = Project::new();
    project.repo.skill("skills/pdf", "pdf", "Reads PDF files");
    project.repo.commit("PDF");
    project.install_current("pdf");
    project.write_npx_lock(&[npx_entry("pdf")]);
    let guide =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide/coming-from-another-tool.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let commands: Vec<&str> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("mdskill "))
        .collect();
    assert_eq!(commands.len(), 6, "{commands:?}");
    for command in commands {
        let arguments: Vec<&str> = command.split(' ').collect();
        project.context.run(&arguments).ok();
    }
}
