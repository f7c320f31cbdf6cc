//! Agents: their names and folders, and which agent sees which skill.

use crate::support::test_context::TestContext;
use serde_json::Value;

fn agent<'a>(report: &'a Value, id: &str) -> &'a Value {
    let agents = report["agents"].as_array().unwrap();
    agents.iter().find(|agent| agent["id"] == id).unwrap()
}

/// The names and places of the skills that an agent sees.
fn seen(report: &Value, id: &str) -> Vec<(String, Vec<String>)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let skills = agent(report, id)["skills"].as_array().unwrap();
    let one = |skill: &Value| {
        let places = skill["places"].as_array().unwrap();
        (text(&skill["name"]), places.iter().map(text).collect())
    };
    skills.iter().map(one).collect()
}

#[test]
fn agents_without_skills_lists_the_folders_of_each() {
    let context = TestContext::new();
    let outcome = context.run(&["agents"]);
    let rows: Vec<&str> = outcome.ok().stdout.lines().collect();
    assert!(rows.len() > 70, "{} rows", rows.len());
    let claude = rows.iter().find(|row| row.starts_with("claude ")).unwrap();
    assert!(
        claude.contains(".claude/skills") && claude.contains("claude-code"),
        "{claude}"
    );
    let codex = rows.iter().find(|row| row.starts_with("codex ")).unwrap();
    assert!(codex.contains(" .agents/skills "), "{codex}");
    let json = context.run(&["agents", "--json"]).ok().json();
    assert_eq!(agent(&json, "copilot")["personal"][0], "~/.copilot/skills");
    assert_eq!(agent(&json, "copilot")["project"][0], ".github/skills");
}

#[test]
fn agent_has_the_names_of_other_tools() {
    let (context, repo) = TestContext::with_skills();
    for (name, folder) in [
        ("claude-code", ".claude/skills"),
        ("github-copilot", ".github/skills"),
        ("codex", ".agents/skills"),
        ("universal", ".agents/skills"),
        ("Gemini", ".agents/skills"),
        ("roo", ".roo/skills"),
    ] {
        context.run(&["add", "acme/skills/one", "-a", name]).ok();
        context
            .tree(&format!("{folder}/one"))
            .assert_same(&repo.snapshot("main:skills/one"));
        context.run(&["remove", "one"]).ok();
        std::fs::remove_file(context.project().join("mdskill.lock")).unwrap();
    }
    context
        .run(&["add", "acme/skills/one", "-a", "github-copilot,claude-code"])
        .ok();
    for folder in [".github/skills", ".claude/skills"] {
        assert_eq!(context.folders(folder), ["one"]);
    }
    context.refuses(
        &["add", "acme/skills/two", "-a", "cluade"],
        2,
        "did you mean `claude`",
    );
    context.refuses(
        &["add", "acme/skills/two", "-a", "nobody"],
        2,
        "hint: `mdskill agents --list`",
    );
    context.refuses(
        &["add", "acme/skills/two", "-a", "*"],
        2,
        "use `--agent agents,claude`",
    );
    context.refuses(&["agents", "nobody"], 2, "unknown agent `nobody`");
}

#[test]
fn agents_shows_who_sees_a_skill_once_twice_or_never() {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    context
        .run(&[
            "add",
            "acme/skills/two",
            "--agent",
            "agents",
            "--agent",
            "copilot",
        ])
        .ok();
    let json = context.run(&["agents", "--json"]).ok().json();
    let at = |name: &str, folders: &[&str]| {
        let places = folders.iter().map(|folder| format!("{folder}/{name}"));
        (name.to_owned(), places.collect::<Vec<_>>())
    };
    let github = ".github/skills";
    assert_eq!(
        seen(&json, "copilot"),
        [at("one", &[github]), at("two", &[github, ".agents/skills"])]
    );
    assert_eq!(seen(&json, "codex"), [at("two", &[".agents/skills"])]);
    assert_eq!(seen(&json, "claude"), []);
    assert_eq!(agent(&json, "copilot")["skills"][1]["is_twice"], true);
    assert_eq!(agent(&json, "codex")["skills"][0]["is_twice"], false);
    let outcome = context.run(&["agents"]);
    outcome.ok().says("`two` is seen twice by copilot");
    let row = outcome
        .stdout
        .lines()
        .find(|line| line.starts_with("none"))
        .unwrap();
    assert!(row.contains("claude"), "{row}");
    context
        .run(&["agents", "claude-code"])
        .ok()
        .says("sees no skills");
    // A folder that is a link to another is the same folder.
    std::fs::remove_dir_all(context.project().join(".agents")).unwrap();
    std::os::unix::fs::symlink(".github", context.project().join(".agents")).unwrap();
    let json = context.run(&["agents", "--json"]).ok().json();
    assert_eq!(agent(&json, "copilot")["skills"][1]["is_twice"], false);
}

#[test]
fn personal_skill_may_hide_one_of_the_project() {
    let (context, _) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills/one", "-a", "claude,agents"])
        .ok();
    context
        .run(&["-g", "add", "acme/skills/one", "-a", "claude,gemini"])
        .ok();
    let json = context.run(&["agents", "--json"]).ok().json();
    let skill = |id: &str| agent(&json, id)["skills"][0].clone();
    assert_eq!(skill("claude")["used"], "~/.claude/skills/one");
    assert_eq!(skill("gemini-cli")["used"], ".agents/skills/one");
    assert_eq!(skill("claude")["is_twice"], false);
    context
        .run(&["agents"])
        .ok()
        .says("claude use ~/.claude/skills/one");
    // With -g, the project does not count.
    let json = context.run(&["-g", "agents", "--json"]).ok().json();
    assert_eq!(seen(&json, "claude").len(), 1);
    assert_eq!(agent(&json, "claude")["skills"][0]["is_in_both"], false);
}

#[test]
fn variable_of_an_agent_moves_its_personal_folder() {
    let (context, _) = TestContext::with_skills();
    let moved = context.path("home/.config/claude");
    let add = ["-g", "add", "acme/skills/one", "-a", "claude"];
    context
        .mdskill(add)
        .env("CLAUDE_CONFIG_DIR", &moved)
        .run()
        .ok();
    assert!(moved.join("skills/one/SKILL.md").is_file());
    let outcome = context
        .mdskill(["agents", "claude", "--json"])
        .env("CLAUDE_CONFIG_DIR", &moved)
        .run();
    assert_eq!(
        agent(&outcome.ok().json(), "claude")["personal"][0],
        "~/.config/claude/skills"
    );
    let elsewhere = context
        .mdskill(add)
        .env("CLAUDE_CONFIG_DIR", context.path("temp"));
    context.assert_refused(elsewhere, 2, "is outside of your home folder");
}

#[test]
fn first_agent_is_the_default_and_add_says_so_once() {
    let (context, _) = TestContext::with_skills();
    let outcome = context.run(&["add", "acme/skills/one", "-a", "claude"]);
    outcome
        .ok()
        .says("Target .claude/skills; later skills are installed there, too");
    outcome.says("Codex and Gemini CLI do not read .claude/skills");
    let later = context.run(&["add", "acme/skills/two"]);
    later.ok().never_says("Target").never_says("do not read");
    assert_eq!(context.folders(".claude/skills"), ["one", "two"]);
}

#[test]
fn add_says_which_agents_do_not_read_the_folder() {
    let (context, _) = TestContext::with_skills();
    let outcome = context.run(&["add", "acme/skills/one"]);
    outcome
        .ok()
        .says("Claude Code, Codex, Cursor and Gemini CLI do not read .github/skills");
    outcome.never_says("Target");
    context
        .run(&["add", "acme/skills/two"])
        .ok()
        .never_says("do not read");
    let outcome = context.run(&["add", "acme/skills/two", "-a", "agents"]);
    outcome
        .ok()
        .says("hint: Claude Code does not read .agents/skills");
    context
        .run(&["add", "acme/skills/three", "-a", "agents,claude"])
        .ok()
        .never_says("not read");
}

#[test]
fn remove_takes_a_skill_out_of_one_folder() {
    let (context, repo) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills", "--all", "-a", "copilot,claude"])
        .ok();
    context
        .run(&["remove", "one", "--agent", "claude-code"])
        .ok()
        .says(".claude/skills/one")
        .says("it stays in .github/skills");
    context
        .run(&["remove", "two", "--target", ".github/skills"])
        .ok();
    assert_eq!(context.folders(".github/skills"), ["one", "three"]);
    assert_eq!(context.folders(".claude/skills"), ["three", "two"]);
    context.has("one", &repo, "main:skills/one");
    context.locked("targets = [\".github/skills\"]");
    context.run(&["verify"]).ok();
    context.refuses(
        &["remove", "one", "-a", "claude"],
        1,
        "`one` is not installed in .claude/skills; it is in .github/skills",
    );
    context
        .run(&["remove", "one", "three", "-a", "copilot"])
        .ok();
    assert_eq!(
        context.lock().into_keys().collect::<Vec<_>>(),
        ["three", "two"]
    );
    context.run(&["update"]).ok();
    context.run(&["verify"]).ok();
    assert!(context.folders(".github/skills").is_empty());
}

#[test]
fn lockfile_with_the_former_folder_of_codex_keeps_it() {
    let (context, repo) = TestContext::with_skills();
    context
        .run(&["add", "acme/skills/one", "--target", ".codex/skills"])
        .ok();
    context.run(&["add", "acme/skills/two"]).ok();
    std::fs::remove_dir_all(context.project().join(".codex")).unwrap();
    context.run(&["install"]).ok();
    assert_eq!(context.folders(".codex/skills"), ["one", "two"]);
    context
        .tree(".codex/skills/one")
        .assert_same(&repo.snapshot("main:skills/one"));
    let json = context.run(&["agents", "--json"]).ok().json();
    assert_eq!(seen(&json, "codex").len(), 2);
}

#[test]
fn all_agents_are_named_on_a_narrow_terminal() {
    let (context, _) = TestContext::with_skills();
    context.run(&["add", "acme/skills/one"]).ok();
    let report = context.run(&["agents", "--json"]).ok().json();
    let ids = report["agents"].as_array().unwrap().iter();
    let ids: Vec<&str> = ids.map(|agent| agent["id"].as_str().unwrap()).collect();
    for arguments in [&["agents"][..], &["agents", "--list"]] {
        for columns in [120, 40] {
            let prepared = context.mdskill(arguments).env("TERM", "xterm-256color");
            let (_, lines) = prepared.terminal((columns, 900), false).end();
            let text = lines.join(" ").replace(',', " ");
            let words: Vec<&str> = text.split_whitespace().collect();
            for id in &ids {
                assert!(
                    words.contains(id),
                    "{arguments:?} {columns}: no {id} in {text}"
                );
            }
            assert!(!text.contains('…'), "{text}");
        }
    }
}
