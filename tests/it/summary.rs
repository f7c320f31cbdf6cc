//! `--summary FILE`, and the output of `update` and `outdated` in GitHub Actions.

use std::path::PathBuf;

use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::{Prepared, ServedContext, TestContext};

/// A token that no other output contains by chance.
const TOKEN: &str = "canary-0a1b2c3d4e5f";

/// Installs three skills; then upstream changes one and deletes one.
fn moved() -> (TestContext, Repo) {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    repo.write("skills/one/more.md", "more")
        .remove("skills/two");
    repo.commit("More of one, nothing of two");
    (context, repo)
}

/// The environment of a GitHub Actions runner.
struct Runner<'a> {
    context: &'a TestContext,
}

impl Runner<'_> {
    fn file(&self, name: &str) -> PathBuf {
        self.context.path("temp").join(name)
    }

    fn prepare(&self, arguments: &[&str]) -> Prepared {
        let prepared = self.context.mdskill(arguments);
        prepared
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_OUTPUT", self.file("output"))
            .env("GITHUB_STEP_SUMMARY", self.file("summary"))
            .env("GH_TOKEN", TOKEN)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap_or_default()
    }
}

fn commands(outcome: &Outcome) -> Vec<&str> {
    let lines = outcome.stdout.lines().chain(outcome.stderr.lines());
    lines
        .filter(|line| line.trim_start().starts_with("::"))
        .collect()
}

#[test]
fn summary_is_the_body_of_a_pull_request() {
    let (context, repo) = moved();
    let planned = context.run(&["outdated", "--summary", "../temp/plan.md"]);
    planned.fails(3);
    let plan = std::fs::read_to_string(context.path("temp/plan.md")).unwrap();
    assert!(
        plan.starts_with("**1 skill to update**; 1 deleted upstream, 1 unchanged.\n"),
        "{plan}"
    );
    context
        .run(&["update", "--summary", "../temp/new/done.md"])
        .ok();
    let done = std::fs::read_to_string(context.path("temp/new/done.md")).unwrap();
    assert!(
        done.starts_with("**1 skill updated**; 1 deleted upstream, 1 unchanged.\n"),
        "{done}"
    );
    let id = repo.rev_parse("main");
    assert!(done.contains("| one | acme/skills |"), "{done}");
    assert!(done.contains(&format!("→ `{}`", &id[..7])), "{done}");
    assert!(
        done.contains("- **Deleted upstream:** `two`: acme/skills/skills/two is gone upstream"),
        "{done}"
    );
    for page in [&plan, &done] {
        assert!(
            page.contains("<details><summary><code>one</code> 1 file, +1 −0</summary>"),
            "{page}"
        );
        assert!(
            page.contains("+++ b/") && page.contains("\n+more\n"),
            "{page}"
        );
    }
    // The file is written even without updates, because a workflow reads it in any case.
    context
        .run(&["update", "one", "--summary", "../temp/new/done.md"])
        .ok();
    let nothing = std::fs::read_to_string(context.path("temp/new/done.md")).unwrap();
    assert_eq!(nothing, "All skills are up to date (1 skill).\n");
}

#[test]
fn invalid_summary_path_stops_before_any_change() {
    let (context, _repo) = moved();
    for folder in ["../temp", "."] {
        context.refuses(
            &["update", "--summary", folder],
            2,
            "--summary needs a file",
        );
    }
    let piped = context.run(&["outdated", "--json", "--summary", "/dev/stderr"]);
    assert!(
        piped.fails(3).stderr.starts_with("**1 skill to update**"),
        "{piped}"
    );
    assert_eq!(piped.json()["skills"][0]["name"], "one");
}

#[test]
fn github_actions_gets_annotations_outputs_and_summary() {
    let (context, _repo) = moved();
    let runner = Runner { context: &context };
    let before = context.snapshot();
    let planned = runner.prepare(&["outdated", "--json"]).run();
    before.assert_same(&context.snapshot());
    assert_eq!(planned.fails(3).json()["skills"][0]["name"], "one");
    assert_eq!(
        runner.read("output"),
        "changed=true\nskills=one\nconflicts=\n"
    );
    let gone = "::warning title=two was deleted upstream::acme/skills/skills/two is gone upstream";
    let printed = commands(&planned);
    assert_eq!(printed[0], format!("::add-mask::{TOKEN}"), "{planned}");
    assert!(
        printed.len() == 2 && printed[1].starts_with(gone),
        "{planned}"
    );
    runner.prepare(&["update"]).run().ok();
    runner.prepare(&["update", "one"]).run().ok();
    let outputs = runner.read("output");
    assert!(
        outputs.ends_with("changed=false\nskills=\nconflicts=\n"),
        "{outputs}"
    );
    let page = runner.read("summary");
    let places = [
        "### mdskill outdated\n\n**1 skill to update",
        "### mdskill update\n\n**1 skill updated",
        "### mdskill update\n\nAll skills",
    ];
    let places = places.map(|part| {
        page.find(part)
            .unwrap_or_else(|| panic!("no {part}: {page}"))
    });
    assert!(places.is_sorted(), "{page}");
}

#[test]
fn conflict_is_in_annotations_outputs_and_summary() {
    let (context, mut repo) = moved();
    let page =
        |line: &str| format!("---\nname: three\ndescription: Does three. Use it.\n---\n{line}\n");
    repo.write("skills/three/SKILL.md", page("theirs ::error::x"));
    repo.commit("Another three");
    context.write(".github/skills/three/SKILL.md", page("ours"));
    let runner = Runner { context: &context };
    let outcome = runner
        .prepare(&["update", "--summary", "../temp/page"])
        .run();
    outcome.fails(3);
    assert_eq!(
        runner.read("output"),
        "changed=true\nskills=one\nconflicts=three\n"
    );
    let annotation =
        "::error file=.github/skills/three/SKILL.md,title=three has conflicts::SKILL.md: ";
    assert!(
        commands(&outcome)
            .iter()
            .any(|line| line.starts_with(annotation)),
        "{outcome}"
    );
    let text = runner.read("page");
    assert!(
        text.contains(
            "- **Conflict:** `three` in `.github/skills/three` was not updated: `SKILL.md` ("
        ),
        "{text}"
    );
    assert!(
        text.contains("`SKILL.md` in `three`:\n\n```\n<<<<<<<") && text.contains("\n=======\n"),
        "{text}"
    );
    assert!(
        runner.read("summary").contains(text.as_str()),
        "both pages are one"
    );
}

#[test]
fn token_is_masked_first_and_not_printed() {
    let (context, _repo) = moved();
    let runner = Runner { context: &context };
    let outcome = runner
        .prepare(&["update", "--verbose", "--summary", "../temp/page"])
        .run();
    let line = format!("::add-mask::{TOKEN}\n");
    let rest = outcome
        .ok()
        .stderr
        .strip_prefix(&line)
        .unwrap_or_else(|| panic!("{outcome}"));
    for text in [
        rest,
        &outcome.stdout,
        &runner.read("page"),
        &runner.read("output"),
        &runner.read("summary"),
    ] {
        assert!(!text.contains(TOKEN), "{text}");
    }
    // Users read a file; the runner does not.
    let program = env!("CARGO_BIN_EXE_mdskill");
    let script = format!("'{program}' outdated 2> ../temp/log");
    let kept = context.command("sh", ["-c", &script]);
    kept.env("GITHUB_ACTIONS", "true")
        .env("GH_TOKEN", TOKEN)
        .run();
    assert!(!runner.read("log").is_empty() && !runner.read("log").contains(TOKEN));
}

#[test]
fn nothing_is_written_outside_of_github_actions() {
    let (context, _repo) = moved();
    let runner = Runner { context: &context };
    for value in ["", "false"] {
        let outcome = runner
            .prepare(&["outdated"])
            .env("GITHUB_ACTIONS", value)
            .run();
        outcome.fails(3).never_says(TOKEN);
        assert!(commands(&outcome).is_empty(), "{outcome}");
    }
    for name in ["output", "summary"] {
        assert!(!runner.file(name).exists(), "{name}");
    }
}

#[test]
fn unwritable_outputs_are_a_warning() {
    let (context, repo) = moved();
    let runner = Runner { context: &context };
    let outcome = runner
        .prepare(&["update"])
        .env("GITHUB_OUTPUT", context.path("temp"))
        .env("GITHUB_STEP_SUMMARY", context.path("temp"))
        .run();
    outcome.ok().says("failed to write ");
    context.has("one", &repo, "main:skills/one");
}

#[test]
fn full_step_summary_is_not_changed() {
    let (context, _repo) = moved();
    let runner = Runner { context: &context };
    let full = "x".repeat(1024 * 1024 - 10);
    std::fs::write(runner.file("summary"), &full).unwrap();
    runner.prepare(&["update"]).run().ok();
    assert_eq!(runner.read("summary").len(), full.len());
}

/// Changes two skills and a file of neither in several commits, moves one, and returns the locked commit.
fn many_commits(repo: &mut Repo) -> String {
    let locked = repo.rev_parse("main");
    for file in [
        "skills/one/a.md",
        "README.md",
        "skills/two/b.md",
        "skills/one/c.md",
    ] {
        repo.write(file, file);
        repo.commit(&format!("Change {file}"));
    }
    repo.rename("skills/two", "moved/two");
    repo.commit("Move two");
    locked
}

/// Asserts that the summary lists the same commits for each skill as `git log -- FOLDER`.
#[track_caller]
fn assert_lists_commits_of_skills(context: &TestContext, repo: &Repo, locked: &str) {
    context
        .run(&["update", "--summary", "../temp/done.md"])
        .ok();
    let page = std::fs::read_to_string(context.path("temp/done.md")).unwrap();
    for (name, folders) in [
        ("one", &["skills/one"][..]),
        ("two", &["skills/two", "moved/two"]),
    ] {
        let range = format!("{locked}..main");
        let format = "--format=- `%h` %s";
        let log = ["log", format, "--abbrev=7", &range, "--"];
        let log = repo.git(&[&log[..], folders].concat());
        let start = page.find(&format!("\n- `{name}` `"));
        let start = start.unwrap_or_else(|| panic!("no commits of {name}: {page}"));
        let lines = page[start + 1..].lines().skip(1);
        let listed = lines.take_while(|line| line.starts_with("  - "));
        let expected: Vec<_> = log.lines().map(|line| format!("  {line}")).collect();
        assert_eq!(listed.collect::<Vec<_>>(), expected, "{page}");
    }
    assert!(!page.contains("Change README.md"), "{page}");
}

#[test]
fn summary_lists_the_commits_that_changed_a_skill_as_git_log_does() {
    let mut served = ServedContext::new();
    served.run(&["add", "acme/skills", "--all"]).ok();
    let locked = many_commits(&mut served.repo);
    assert_lists_commits_of_skills(&served, &served.repo, &locked);

    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills", "--all"]).ok();
    let locked = many_commits(&mut repo);
    assert_lists_commits_of_skills(&context, &repo, &locked);
}

#[test]
fn trees_of_the_history_are_fetched_only_for_a_summary() {
    let requests = |arguments: &[&str]| {
        let mut served = ServedContext::new();
        served.run(&["add", "acme/skills", "--all"]).ok();
        many_commits(&mut served.repo);
        let before = served.commands().len();
        served.run(arguments).ok();
        served.commands().len() - before
    };
    let without = requests(&["update"]);
    let with = requests(&["update", "--summary", "../temp/done.md"]);
    assert_eq!(with, without + 1);
}
