//! `log`: the commits that changed a skill. The truth is `git log` of the repository.

use crate::support::fault::Fault;
use crate::support::outcome::Outcome;
use crate::support::repo::Repo;
use crate::support::test_context::{ServedContext, TestContext};
use serde_json::Value;
use std::path::Path;

/// The commits of a report, with what git prints as well.
fn listed(outcome: &Outcome) -> Vec<String> {
    let report = outcome.ok().json();
    assert_eq!(report["command"], "log");
    let commits = report["commits"].as_array().unwrap().iter();
    let line = |commit: &Value| {
        let text = |key: &str| commit[key].as_str().unwrap().to_owned();
        [
            text("commit"),
            text("date"),
            text("author"),
            text("summary"),
        ]
        .join("|")
    };
    commits.map(line).collect()
}

/// The same lines by git.
fn by_git(repo: &Path, tip: &str, path: &str) -> Vec<String> {
    let context = TestContext::new();
    let folder = repo.display().to_string();
    let path = if path.is_empty() { "." } else { path };
    let format = "--format=%H|%ad|%an|%s";
    let log = [
        "-C",
        &folder,
        "log",
        format,
        "--date=short",
        tip,
        "--",
        path,
    ];
    let printed = context.git(&log).ok().stdout.clone();
    printed.lines().map(str::to_owned).collect()
}

#[track_caller]
fn same(context: &TestContext, repo: &Repo, path: &str) {
    let spec = format!("acme/skills/{path}");
    let ours = listed(&context.run(&["log", &spec, "-n", "500", "--json"]));
    assert_eq!(ours, by_git(repo.folder(), "HEAD", path), "{path}");
    assert!(!ours.is_empty(), "{path}");
}

/// Adds a merge of two branches, whose result is the tree of `main`, and of another one that changes `one`.
fn merge(repo: &mut Repo) {
    let base = repo.rev_parse("main");
    repo.git(&["branch", "side", &base]);
    repo.skill("skills/two", "two", "Changed on the main branch");
    let main = repo.commit("Main changes two");
    repo.branch("side");
    repo.skill("skills/one", "one", "Changed on the side");
    repo.commit("Side changes one");
    repo.skill("skills/three", "three", "Changed on the side");
    let side = repo.commit("Side changes three");
    // The merge takes nothing of the side branch.
    repo.branch("main");
    let ours = repo.raw_commit(&[&main, &side], 30, "Merge side, and take nothing");
    repo.reset_to(&ours);
    repo.wait(40)
        .skill("skills/one", "one", "Changed after the merge");
    let after = repo.commit("Main changes one");
    // The merge has changes of its own.
    repo.git(&["branch", "other", &after]);
    repo.branch("other");
    repo.skill("skills/one", "one", "Changed on another branch");
    let other = repo.commit("Other changes one");
    repo.branch("main");
    repo.skill("skills/one", "one", "Resolved");
    let resolved = repo.commit("Resolve");
    let evil = repo.raw_commit(&[&after, &other], 90, "Merge other");
    assert_ne!(resolved, evil);
    repo.reset_to(&evil);
}

#[test]
fn commits_are_those_of_git_with_merges() {
    let mut context = ServedContext::new();
    merge(&mut context.repo);
    for path in ["skills/one", "skills/two", "skills/three"] {
        same(&context, &context.repo, path);
        context.clear_cache();
    }
    let (local, mut repo) = TestContext::with_skills();
    merge(&mut repo);
    for path in ["skills/one", "skills/two", "skills/three"] {
        same(&local, &repo, path);
    }
    let all = by_git(repo.folder(), "HEAD", "skills/one");
    assert!(
        all.iter().any(|line| line.ends_with("Merge other")),
        "{all:?}"
    );
    assert!(
        !all.iter().any(|line| line.contains("on the side")),
        "{all:?}"
    );
}

#[test]
fn commits_of_the_sample_are_those_of_git() {
    let mirror = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mirror");
    let context = TestContext::with_origin(&mirror.display().to_string());
    let bundle = mirror.join("wshobson/agents.bundle").display().to_string();
    let clone = context.path("temp/clone");
    let arguments = ["clone", "--quiet", &bundle, &clone.display().to_string()];
    context.git(&arguments).ok();
    let skills = context
        .run(&["list", "wshobson/agents", "--json"])
        .ok()
        .json();
    let mut compared = 0;
    for skill in skills["skills"].as_array().unwrap() {
        let path = skill["path"].as_str().unwrap();
        let spec = format!("wshobson/agents/{path}");
        let ours = listed(&context.run(&["log", &spec, "--json"]));
        assert_eq!(ours, by_git(&clone, "HEAD", path), "{path}");
        compared += 1;
    }
    assert!(compared > 2, "{compared}");
}

#[test]
fn history_is_cached() {
    let mut context = ServedContext::new();
    for text in ["a", "b", "c"] {
        context.repo.write("skills/one/notes.md", text);
        context.repo.commit(text);
    }
    context.server.reset();
    let log = ["log", "acme/skills/skills/one", "--json"];
    let first = listed(&context.run(&log));
    assert_eq!(first.len(), 4);
    // Refs and trees of the skill, the tags, the history, and the files.
    assert_eq!(
        context.commands(),
        ["ls-refs", "fetch", "ls-refs", "fetch", "fetch"]
    );
    context.server.reset();
    assert_eq!(listed(&context.run(&log)), first);
    assert_eq!(context.commands(), ["ls-refs", "ls-refs"]);
    context.run(&["add", "acme/skills/one"]).ok();
    context.server.reset();
    assert_eq!(listed(&context.run(&["log", "one", "--json"])), first);
    assert_eq!(context.commands(), ["ls-refs"]);
    context.server.reset();
    let offline = context.run(&["log", "one", "--json", "--offline"]);
    assert_eq!(listed(&offline), first);
    assert!(offline.json()["as_of"].is_u64());
    assert!(context.commands().is_empty());
    let never = ServedContext::new();
    let outcome = never.run(&["log", "acme/skills/one", "--offline"]);
    outcome.fails(5).says("--offline");
}

#[test]
fn offline_lists_what_the_cache_has() {
    let mut context = ServedContext::new();
    context.repo.write("skills/one/notes.md", "a");
    context.repo.commit("second");
    context.run(&["add", "acme/skills/one"]).ok();
    // Only the newest commit is cached, and whether it changed the skill is unknown.
    let outcome = context.run(&["log", "one", "--offline"]);
    outcome
        .fails(5)
        .says("the history of acme/skills/skills/one is not in the cache");
    context.run(&["log", "one"]).ok();
    context.run(&["log", "one", "--offline"]).ok();
}

#[test]
fn long_history_is_fetched_in_batches_and_bounded() {
    let mut context = ServedContext::new();
    for number in 0..250 {
        let path = if number % 60 == 0 {
            "skills/one/notes.md"
        } else {
            "README.md"
        };
        context.repo.write(path, format!("{number}\n"));
        context.repo.commit(&format!("Commit {number}"));
    }
    context.run(&["add", "acme/skills/one"]).ok();
    context.server.reset();
    let three = context.run(&["log", "one", "-n", "3", "--json"]);
    let all = by_git(context.repo.folder(), "HEAD", "skills/one");
    assert_eq!(listed(&three), all[..3]);
    assert_eq!(three.json()["has_more"], true);
    // The last 100 commits are not enough.
    assert_eq!(context.commands(), ["ls-refs", "fetch", "fetch", "fetch"]);
    context
        .run(&["log", "one", "-n", "3"])
        .ok()
        .says("there are older ones")
        .says("`mdskill log one -n 15` lists more");
    let every = context.run(&["log", "one", "--json"]);
    assert_eq!(listed(&every), all);
    assert_eq!(every.json()["has_more"], false);
}

#[test]
fn newer_and_installed_commits_are_marked_with_versions() {
    let (context, mut repo) = TestContext::with_skills();
    repo.tag("v1.0.0");
    repo.write("README.md", "Other");
    repo.commit("Another file");
    context.run(&["add", "acme/skills/one"]).ok();
    context.run(&["add", "acme/skills/two@v1.0.0"]).ok();
    for name in ["one", "two"] {
        repo.skill(&format!("skills/{name}"), name, "Second text");
        repo.commit(&format!("Change {name}"));
    }
    repo.annotated_tag("v1.1.0");
    repo.tag("two-v9.0.0");
    repo.tag("nightly");
    repo.skill("skills/one", "one", "Third text");
    repo.commit("Change one again");
    let rows = |name: &str| -> Vec<String> {
        let report = context.run(&["log", name, "--json"]).ok().json();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let commits = report["commits"].as_array().unwrap().iter();
        let row = |commit: &Value| {
            let keys = ["summary", "state", "version", "action"];
            keys.map(|key| text(&commit[key])).join(" ")
        };
        commits.map(row).collect()
    };
    assert_eq!(
        rows("one"),
        [
            "Change one again newer - changed",
            "Change one newer v1.1.0 changed",
            "Three skills installed v1.0.0 added",
        ]
    );
    // A pinned skill has newer commits in the default branch.
    assert_eq!(
        rows("two"),
        [
            "Change two newer v1.1.0 changed",
            "Three skills installed v1.0.0 added",
        ]
    );
    context
        .run(&["log", "one"])
        .ok()
        .says("3 commits, 2 newer than the installed version")
        .says("`mdskill diff one`");
    let pinned = context.run(&["log", "two"]);
    pinned
        .ok()
        .says("pinned to v1.0.0; `mdskill update --latest two`");
    context.run(&["update", "one"]).ok();
    assert_eq!(rows("one")[0], "Change one again installed - changed");
    context.run(&["log", "one"]).ok().never_says("newer");
    let at = context.run(&["log", "acme/skills/one@v1.0.0", "--json"]);
    assert_eq!(listed(&at), by_git(repo.folder(), "v1.0.0", "skills/one"));
}

#[test]
fn version_of_another_branch_is_not_marked_in_this_one() {
    let (context, mut repo) = TestContext::with_skills();
    repo.git(&["branch", "side"]);
    repo.branch("side");
    repo.skill("skills/one", "one", "Changed on the side");
    let side = repo.commit("Side changes one");
    repo.branch("main");
    repo.skill("skills/one", "one", "Changed on the main branch");
    repo.commit("Main changes one");
    context
        .run(&["add", &format!("acme/skills/one@{side}")])
        .ok();
    let report = context.run(&["log", "one", "--json"]).ok().json();
    let commits = report["commits"].as_array().unwrap().iter();
    let states: Vec<&Value> = commits.map(|commit| &commit["state"]).collect();
    assert_eq!(states, [&Value::from("newer"), &Value::Null]);
}

#[test]
fn changed_lines_and_patches_are_those_of_git() {
    let mut context = ServedContext::new();
    let repo = &mut context.repo;
    repo.write("skills/one/notes.md", "a\nb\nc\nd\ne\n")
        .write("skills/one/picture.png", b"\0png");
    repo.commit("Add notes");
    repo.write("skills/one/notes.md", "a\nB\nc\nd\ne\nf\n")
        .remove("skills/one/picture.png");
    repo.commit("Change notes");
    let report = context
        .run(&["log", "acme/skills/one", "--patch", "--json"])
        .ok()
        .json();
    for commit in report["commits"].as_array().unwrap() {
        let id = commit["commit"].as_str().unwrap();
        let show = ["show", "--format=", "--numstat", id, "--", "skills/one"];
        let mut by_git = [0, 0];
        for line in context.repo.git(&show).lines() {
            for (sum, number) in by_git.iter_mut().zip(line.split('\t')) {
                *sum += number.parse::<u64>().unwrap_or_default();
            }
        }
        let sum = |key: &str| -> u64 {
            let files = commit["diff"]["files"].as_array().unwrap().iter();
            files.filter_map(|file| file[key].as_u64()).sum()
        };
        assert_eq!([sum("added"), sum("removed")], by_git, "{commit}");
        let lines = |text: &str| -> Vec<String> {
            let is_change =
                |line: &&str| line.starts_with(['+', '-', '@']) && !line.contains("/dev/null");
            text.lines().filter(is_change).map(str::to_owned).collect()
        };
        let show = ["show", "--format=", id, "--", "skills/one"];
        assert_eq!(
            lines(commit["patch"].as_str().unwrap()),
            lines(&context.repo.git(&show))
        );
    }
    let shown = context.run(&["log", "acme/skills/one", "-p"]);
    shown
        .ok()
        .says("Change notes\ndiff --git a/skills/one/notes.md");
}

#[test]
fn capabilities_that_come_and_go_are_named() {
    let (context, mut repo) = TestContext::with_skills();
    repo.write(
        "skills/one/SKILL.md",
        "---\nname: one\ndescription: Text\nallowed-tools: Bash\n---\nText\n",
    );
    repo.executable("skills/one/scripts/go.sh", "#!/bin/sh\nexit 0\n");
    repo.commit("Add a script");
    repo.remove("skills/one/scripts");
    repo.commit("Remove the script");
    let report = context
        .run(&["log", "acme/skills/one", "--json"])
        .ok()
        .json();
    let kinds = |commit: usize, key: &str| -> Vec<String> {
        let diff = &report["commits"][commit]["diff"];
        let kinds = diff[key].as_array().unwrap().iter();
        kinds
            .map(|one| one["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(
        kinds(1, "gained").iter().any(|kind| kind == "scripts"),
        "{report}"
    );
    assert!(
        kinds(0, "lost").iter().any(|kind| kind == "scripts"),
        "{report}"
    );
    let prepared = context
        .mdskill(["log", "acme/skills/one"])
        .env("TERM", "xterm-256color");
    let (_, lines) = prepared.terminal((100, 30), false).end();
    let below = |subject: &str| {
        let at = lines
            .iter()
            .position(|line| line.contains(subject))
            .unwrap();
        lines[at + 1].trim().to_owned()
    };
    assert!(
        below("Add a script").starts_with("+ ") && below("Add a script").contains("scripts"),
        "{lines:?}"
    );
    assert!(below("Remove the script").starts_with("- "), "{lines:?}");
}

#[test]
fn moved_and_removed_skills_have_their_history() {
    let (context, mut repo) = TestContext::with_skills();
    context.run(&["add", "acme/skills/two"]).ok();
    repo.rename("skills/one", "plugins/x/skills/one");
    let moved = repo.commit("Move one");
    repo.remove("skills/two");
    repo.commit("Remove two");
    same(&context, &repo, "plugins/x/skills/one");
    let outcome = context.run(&["log", "acme/skills/one"]);
    outcome.ok().says(&format!(
        "{} moved the skill here from skills/one",
        &moved[..7]
    ));
    outcome.says("`mdskill log");
    let old = format!(
        "acme/skills/skills/one@{}",
        repo.rev_parse(&format!("{moved}^"))
    );
    let ours = listed(&context.run(&["log", &old, "--json"]));
    assert_eq!(
        ours,
        by_git(repo.folder(), &format!("{moved}^"), "skills/one")
    );
    let two = context.run(&["log", "two", "--json"]);
    assert_eq!(listed(&two), by_git(repo.folder(), "HEAD", "skills/two"));
    assert_eq!(two.json()["commits"][0]["action"], "removed");
}

#[test]
fn folder_in_a_repository_has_its_history() {
    let context = TestContext::new();
    let text = |text: &str| format!("---\nname: mine\ndescription: {text}\n---\nText\n");
    let identity = [
        "-c",
        "user.name=Ada Author",
        "-c",
        "user.email=ada@example.org",
    ];
    for number in ["first", "second"] {
        context.write("drafts/mine/SKILL.md", text(number));
        context.write("drafts/other/SKILL.md", text("other"));
        context.git(&["add", "drafts"]).ok();
        context
            .git(&[&identity[..], &["commit", "--quiet", "-m", number]].concat())
            .ok();
    }
    let ours = listed(&context.run(&["log", "./drafts/mine", "--json"]));
    assert_eq!(ours, by_git(&context.project(), "HEAD", "drafts/mine"));
    assert_eq!(ours.len(), 2);
    context.run(&["add", "./drafts/mine"]).ok();
    let installed = context.run(&["log", "mine", "--json"]);
    assert_eq!(listed(&installed), ours);
    assert_eq!(installed.json()["commits"][0]["state"], "installed");
    context.write("drafts/new/SKILL.md", text("not committed"));
    context
        .run(&["log", "./drafts/new"])
        .ok()
        .says("no commits");
    let outside = TestContext::without_project("unused");
    outside.write("mine/SKILL.md", text("outside"));
    outside.refuses(&["log", "./mine"], 1, "is not in a git repository");
}

#[test]
fn servers_without_filters_or_history() {
    let mut context = ServedContext::new();
    context.repo.skill("skills/one", "one", "Second");
    context.repo.commit("second");
    let all = by_git(context.repo.folder(), "HEAD", "skills/one");
    for fault in [Fault::NoFilter, Fault::V0Only] {
        context.clear_cache();
        context.server.clear_faults();
        context.server.fault(fault);
        let ours = listed(&context.run(&["log", "acme/skills/one", "--json"]));
        assert_eq!(ours, all);
    }
    context.server.clear_faults();
    context.clear_cache();
    context.run(&["add", "acme/skills/one"]).ok();
    context.server.fault_when(
        |request| String::from_utf8_lossy(&request.body).contains("deepen 100"),
        Fault::ErrPkt("no history for you".to_owned()),
    );
    let outcome = context.run(&["log", "one"]);
    outcome
        .ok()
        .says("older commits are not listed: the source does not have them");
}

#[test]
fn text_of_strangers_is_escaped() {
    let (context, mut repo) = TestContext::with_skills();
    repo.skill("skills/one", "one", "Second");
    repo.commit(&format!(
        "\u{1b}[31m\u{202e}evil ::error::{}",
        "x".repeat(1 << 16)
    ));
    for arguments in [
        &["log", "acme/skills/one"][..],
        &["log", "acme/skills/one", "--json"],
        &["log", "acme/skills/one", "-p"],
    ] {
        let outcome = context.mdskill(arguments).env("CI", "1").run();
        outcome.ok().never_says("\u{1b}").never_says("\u{202e}");
    }
    for columns in [120, 80, 40, 20] {
        let prepared = context.mdskill(["log", "acme/skills/one"]);
        let prepared = prepared.env("TERM", "xterm-256color");
        let (_, lines) = prepared.terminal((columns, 40), false).end();
        assert!(
            lines.iter().any(|line| line.contains("COMMIT")),
            "{lines:?}"
        );
        for line in &lines {
            assert!(
                line.chars().count() <= usize::from(columns),
                "{columns}: {line}"
            );
        }
    }
}

#[test]
fn bad_arguments_have_a_next_step() {
    let (context, _) = TestContext::with_skills();
    context.refuses(&["log", "nowhere"], 1, "`nowhere` is not installed");
    context.refuses(&["log", "acme/skills/nowhere"], 1, "has no skill `nowhere`");
    context.refuses(&["log", "acme/skills"], 2, "has 3 skills");
    context.refuses(&["log", "one", "-n", "0"], 2, "0 is not in 1..");
    context.refuses(&["log"], 2, "required");
}
