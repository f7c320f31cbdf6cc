//! Untrusted repositories: nothing in one is executed, written outside of the skill's folder, or printed unescaped.

use crate::support::fault::Fault;
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::{ServedContext, TestContext};

const SKILL: &str = "---\nname: evil\ndescription: An honest skill\n---\n\n# Evil\n";
const SPEC: [&str; 2] = ["add", "acme/evil/evil"];

/// A test context with a repository of arbitrary objects.
struct HostileRepo {
    context: ServedContext,
    evil: Repo,
}

impl HostileRepo {
    fn set() -> Self {
        let context = ServedContext::new();
        let evil = Repo::create(context.root(), "acme/evil");
        Self { context, evil }
    }

    /// Commits a skill with a `SKILL.md` and these entries.
    fn commit(&mut self, entries: &[(&str, &str, &str)]) {
        let skill_file = self.evil.blob(SKILL);
        let mut all = vec![("100644", "SKILL.md", skill_file.as_str())];
        all.extend(entries);
        let skill = self.evil.raw_tree(&all);
        self.commit_skill(&skill);
    }

    fn commit_skill(&mut self, tree: &str) {
        let root = self.evil.raw_tree(&[("40000", "evil", tree)]);
        self.evil.commit_tree(&root, "Evil");
    }

    /// Asserts that the skill is refused with this sentence, and that nothing of it is written or printed unescaped.
    #[track_caller]
    fn refuses(&self, sentence: &str) -> Outcome {
        let outcome = self.context.refuses(&SPEC, 1, sentence);
        assert_clean(&outcome);
        outcome
    }
}

/// Asserts that no terminal control characters were printed.
#[track_caller]
fn assert_clean(outcome: &Outcome) {
    for raw in ["\u{1b}", "\u{9b}", "\u{7}", "\u{202e}", "\u{2066}"] {
        outcome.never_says(raw);
    }
}

#[test]
fn add_refuses_file_with_unsafe_path() {
    for (mode, name, reason) in [
        ("120000", "link", "it is a symbolic link"),
        ("100644", "..", "climbs out of the skill"),
        ("100644", ".", "climbs out of the skill"),
        ("100644", ".git", "`.git` or one of its disguises"),
        ("100644", ".GIT", "`.git` or one of its disguises"),
        ("100644", "git~1", "`.git` or one of its disguises"),
        ("100644", ".g\u{200c}it", "`.g\\u{200c}it`"),
        ("100644", "/etc", "`/etc`"),
        ("100644", "../../x", "`../../x`"),
        ("100644", "a\\b", "it has a backslash"),
        ("100644", "C:x", "a character that Windows forbids"),
        ("100644", "aux.md", "a device name on Windows"),
        ("100644", "x.", "ends with a dot or a space"),
        (
            "100644",
            "\u{1b}[2Jgone",
            "`\\u{1b}[2Jgone`: it has a control",
        ),
        (
            "100644",
            "\u{202e}fdp.exe",
            "`\\u{202e}fdp.exe`: it has a control",
        ),
    ] {
        let mut hostile = HostileRepo::set();
        let blob = hostile.evil.blob("/etc/passwd");
        hostile.commit(&[(mode, name, &blob)]);
        hostile.refuses(reason);
    }
}

#[test]
fn add_accepts_legacy_file_mode() {
    let mut hostile = HostileRepo::set();
    let blob = hostile.evil.blob("text");
    hostile.commit(&[("100664", "old.md", &blob)]);
    hostile.context.run(&SPEC).ok();
    assert_eq!(hostile.context.read(".github/skills/evil/old.md"), "text");
    hostile.context.run(&["verify"]).ok();
}

#[test]
fn add_refuses_folder_with_unsafe_name() {
    for (name, reason) in [
        ("..", "climbs out of the skill"),
        (".git", "`.git` or one of its disguises"),
        ("nul", "a device name on Windows"),
    ] {
        let mut hostile = HostileRepo::set();
        let blob = hostile.evil.blob("evil");
        let folder = hostile.evil.raw_tree(&[("100755", "hook", &blob)]);
        hostile.commit(&[("40000", name, &folder)]);
        hostile.refuses(&format!("`{name}/hook`")).says(reason);
    }
    let mut hostile = HostileRepo::set();
    let commit = hostile.context.commit.clone();
    hostile.commit(&[("160000", "module", &commit)]);
    hostile.refuses("`module`: it is a submodule");
}

#[test]
fn add_refuses_files_that_collide_on_some_file_systems() {
    for (one, other) in [
        ("README.md", "readme.md"),
        ("caf\u{e9}.md", "cafe\u{301}.md"),
        ("skill.md", "x.md"),
    ] {
        let mut hostile = HostileRepo::set();
        let blob = hostile.evil.blob("text");
        hostile.commit(&[("100644", one, &blob), ("100644", other, &blob)]);
        hostile.refuses("macOS and Windows can't distinguish it from");
    }
}

#[test]
fn add_refuses_duplicate_tree_entries() {
    let mut hostile = HostileRepo::set();
    let blobs = ["one", "two"].map(|text| hostile.evil.blob(text));
    let folders = [0, 1].map(|at| hostile.evil.raw_tree(&[("100644", "x", &blobs[at])]));
    hostile.commit(&[
        ("100644", "twice.md", &blobs[0]),
        ("100644", "twice.md", &blobs[1]),
        ("40000", "folder", &folders[0]),
        ("40000", "folder", &folders[1]),
    ]);
    hostile
        .refuses("`twice.md`: duplicate name in its folder")
        .says("`folder`: duplicate name in its folder");
}

#[test]
fn add_refuses_more_files_than_the_limit() {
    let mut hostile = HostileRepo::set();
    let blob = hostile.evil.blob("text");
    let names: Vec<_> = (0..5_000).map(|number| format!("f{number:04}")).collect();
    let entries: Vec<_> = names
        .iter()
        .map(|name| ("100644", name.as_str(), blob.as_str()))
        .collect();
    hostile.commit(&entries);
    hostile.refuses("more than 5000 files, the limit");
    hostile.commit(&entries[1..]);
    hostile.context.run(&SPEC).ok();
    let installed = hostile.context.tree(".github/skills/evil");
    installed.assert_same(&hostile.evil.snapshot("HEAD:evil"));
}

#[test]
fn add_refuses_too_deeply_nested_folders() {
    let mut hostile = HostileRepo::set();
    let blob = hostile.evil.blob("text");
    let mut tree = hostile.evil.raw_tree(&[("100644", "file", &blob)]);
    for _ in 0..17 {
        tree = hostile.evil.raw_tree(&[("40000", "d", &tree)]);
    }
    hostile.commit(&[("40000", "d", &tree)]);
    hostile.refuses("nested deeper than 16 folders");
}

#[test]
fn add_refuses_file_of_17_mebibytes() {
    let mut hostile = HostileRepo::set();
    let large = hostile.evil.blob(vec![0; 17 << 20]);
    hostile.commit(&[("100644", "large.bin", &large)]);
    hostile.refuses("16 MiB");
}

#[test]
fn link_named_skill_md_is_not_a_skill() {
    let mut hostile = HostileRepo::set();
    let target = hostile.evil.blob("../../../../../etc/passwd");
    let tree = hostile.evil.raw_tree(&[("120000", "SKILL.md", &target)]);
    hostile.commit_skill(&tree);
    hostile
        .refuses(
            "is a symbolic link to `../../../../../etc/passwd`, and it leads out of the repository",
        )
        .never_says("root:");
}

#[test]
fn add_limits_entries_of_shared_subtrees() {
    let mut hostile = HostileRepo::set();
    let blob = hostile.evil.blob(SKILL);
    let mut tree = hostile.evil.raw_tree(&[("100644", "SKILL.md", &blob)]);
    let names: Vec<_> = (0..10).map(|number| format!("d{number}")).collect();
    for _ in 0..10 {
        let entries: Vec<_> = names
            .iter()
            .map(|name| ("40000", name.as_str(), tree.as_str()))
            .collect();
        tree = hostile.evil.raw_tree(&entries);
    }
    hostile.evil.commit_tree(&tree, "Bomb");
    hostile.refuses("which exceeds the limit");
}

#[test]
fn add_refuses_name_that_is_a_path() {
    for name in ["../x", "\"\\e[2Jgone\"", "/etc/x", ".git", "con"] {
        let mut hostile = HostileRepo::set();
        let text = format!("---\nname: {name}\ndescription: Evil\n---\n\n# Evil\n");
        hostile.evil.write("evil/SKILL.md", text);
        hostile.evil.commit("Evil");
        let outcome = hostile.context.run(&SPEC);
        assert_clean(&outcome);
        hostile.context.assert_tidy();
        let project = hostile.context.tree("");
        let skills: Vec<_> = project
            .paths()
            .into_iter()
            .filter(|path| path.ends_with("SKILL.md"))
            .collect();
        assert!(
            matches!(skills[..], [] | [".github/skills/evil/SKILL.md"]),
            "{skills:?}\n{outcome}"
        );
        let above = hostile.context.path("x");
        assert!(!above.exists() && !project.paths().contains(&".github/x"));
    }
}

#[test]
fn control_characters_of_repository_are_escaped() {
    let mut hostile = HostileRepo::set();
    let text = "---\nname: evil\ndescription: \"Clear \\e[2J and \\u202E turn \\u2066 \\a\"\n---\n\n# Evil \u{1b}]0;title\u{7}\n\n\u{1b}[31mred\u{202e}\n";
    hostile.evil.write("evil/SKILL.md", text);
    hostile.evil.commit("Evil");
    hostile.context.run(&SPEC);
    for arguments in [
        &["list", "acme/evil"][..],
        &["show", "acme/evil/evil"],
        &["validate", "acme/evil/evil"],
        &["list"],
        &["show", "evil"],
        &["validate"],
    ] {
        for color in ["--color=never", "--color=auto"] {
            let outcome = hostile.context.run(&[arguments, &[color]].concat());
            assert_clean(&outcome);
        }
        let json = hostile.context.run(&[arguments, &["--json"]].concat());
        json.never_says("\u{1b}").never_says("\u{7}");
    }
    let listed = hostile.context.run(&["list", "acme/evil"]);
    listed.ok().says("\\u{1b}[2J").says("\\u{202e}");
}

#[test]
fn control_characters_of_server_are_escaped() {
    let context = ServedContext::new();
    for fault in [
        Fault::ErrPkt("\u{1b}[2Jgone \u{202e}\n::error::forged".to_owned()),
        Fault::SidebandError("\u{1b}[2Jgone \u{202e}\n::error::forged".to_owned()),
    ] {
        context.server.clear_faults();
        context.server.fault_when(
            |request| request.command().as_deref() == Some("fetch"),
            fault,
        );
        for ci in ["", "true"] {
            let prepared = context.mdskill(["add", "acme/skills/one"]).env("CI", ci);
            let outcome = prepared.run();
            outcome
                .fails(5)
                .says("the server refused the request: \\u{1b}[2Jgone");
            assert_clean(&outcome);
            if ci == "true" {
                assert_no_command(&outcome);
            }
        }
    }
}

/// Asserts that no line is a workflow command of GitHub Actions.
#[track_caller]
fn assert_no_command(outcome: &Outcome) {
    let mut lines = outcome.stdout.lines().chain(outcome.stderr.lines());
    let command = lines.find(|line| line.trim_start().starts_with("::"));
    assert_eq!(command, None, "{outcome}");
}

#[test]
fn ci_log_has_no_workflow_command_of_repository() {
    let mut hostile = HostileRepo::set();
    for folder in ["a", "b", "a\n::error::forged", "b\n::error::forged"] {
        hostile.evil.write(
            &format!("{folder}/evil/SKILL.md"),
            format!("{SKILL}{folder}"),
        );
    }
    hostile.evil.write("::error::forged/SKILL.md", SKILL);
    hostile.evil.commit("Evil");
    for arguments in [
        &["list", "acme/evil"][..],
        &["list", "acme/evil", "--names"],
        &["list", "acme/evil/::error::forged"],
        &["show", "acme/evil/::error::forged"],
        &["validate", "acme/evil/::error::forged"],
        &["add", "acme/evil/::error::forged"],
        &["add", "acme/evil/evil"],
        &["add", "acme/evil", "--all"],
    ] {
        let outcome = hostile.context.mdskill(arguments).env("CI", "true").run();
        assert_no_command(&outcome);
        assert_clean(&outcome);
    }
    let outcome = hostile.context.run(&SPEC);
    outcome.fails(1).says("is the name of 4 skills");
}

/// Names that git never writes: a path with one leads to another folder, and a lockfile can't have it.
#[test]
fn folder_with_a_name_that_git_refuses_is_not_searched() {
    for name in [
        "../x",
        "/etc",
        "a/../../x",
        "./x",
        "x/.",
        "/",
        "a/b",
        ".",
        "..",
        ".git",
        ".GIT",
        "git~1",
    ] {
        let mut hostile = HostileRepo::set();
        let skill_file = hostile.evil.blob(SKILL);
        let good = hostile.evil.blob(SKILL.replace("evil", "good"));
        let evil = hostile
            .evil
            .raw_tree(&[("100644", "SKILL.md", &skill_file)]);
        let good = hostile.evil.raw_tree(&[("100644", "SKILL.md", &good)]);
        let above = hostile.evil.raw_tree(&[("40000", name, &evil)]);
        let root = hostile.evil.raw_tree(&[
            ("40000", name, &evil),
            ("40000", "below", &above),
            ("40000", "good", &good),
        ]);
        hostile.evil.commit_tree(&root, "Evil");
        let context = &hostile.context;
        context
            .run(&["add", "acme/evil", "--all"])
            .ok()
            .never_says("evil/");
        assert_eq!(context.folders(".github/skills"), ["good"], "{name}");
        for command in [&["list"][..], &["verify"], &["update"]] {
            context.run(command).ok();
        }
        context.refuses(&["add", "acme/evil/evil"], 1, "evil");
    }
}

#[test]
fn usage_error_with_hostile_arguments_is_clean() {
    let context = TestContext::new();
    for hostile in [
        "--\u{1b}[2J",
        "--a\n::error::forged",
        "--##[error]x",
        "--\u{202e}x",
    ] {
        for arguments in [
            &["add", hostile][..],
            &["list", "--outdated", hostile],
            &[hostile],
        ] {
            let run = context.mdskill(arguments).env("CI", "true").run();
            run.fails(2);
            let has_command = run.stderr.lines().any(|line| line.starts_with("::"));
            let hidden = ['\u{1b}', '\u{202e}'];
            assert!(
                !has_command && !run.stderr.contains(hidden),
                "{}",
                run.stderr
            );
            assert!(!run.stderr.contains("##["), "{}", run.stderr);
        }
    }
}
