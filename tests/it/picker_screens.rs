//! The screens of the picker, compared with the files in `tests/it/snapshots`.
//! `SNAPSHOTS=overwrite cargo test --test it picker_screens` writes them.

use std::path::Path;
use std::time::Duration;

use crate::support::repo::Repo;
use crate::support::snapshot_file::assert_matches_file;
use crate::support::terminal::Terminal;
use crate::support::test_context::TestContext;

type Size = (u16, u16);

const DESK: Size = (120, 30);
const CLASSIC: Size = (80, 24);
const PHONE: Size = (40, 15);
const TINY: Size = (20, 10);

const ESCAPE: &str = "\u{1b}";
const DOWN: &str = "\u{1b}[B";

const DESCRIPTIONS: [(&str, &str, &str); 14] = [
    (
        "backend",
        "api-design",
        "Design REST and GraphQL interfaces that stay compatible. Use when you add an endpoint or review one.",
    ),
    (
        "backend",
        "cqrs-implementation",
        "Separate commands from queries",
    ),
    (
        "backend",
        "temporal-python-testing",
        "Test workflows with pytest",
    ),
    (
        "docs",
        "changelog",
        "Write a changelog from the commits since a tag",
    ),
    (
        "docs",
        "openapi-generation",
        "Describe an interface with OpenAPI",
    ),
    ("docs", "技能写作", "如何编写技能：名称、描述和示例"),
    (
        "python",
        "async-python-patterns",
        "Use asyncio, tasks and timeouts",
    ),
    (
        "python",
        "python-packaging",
        "Build wheels and publish them",
    ),
    (
        "python",
        "python-performance",
        "Profile CPU and memory, then fix the hot path",
    ),
    (
        "python",
        "python-testing-patterns",
        "Fixtures, parametrized tests, and mocks",
    ),
    (
        "python",
        "uv-package-manager",
        "Manage dependencies and Python versions with uv",
    ),
    ("security", "threat-modeling", "Find threats with STRIDE"),
    (
        "security",
        "attack-trees",
        "Draw attack trees \u{202e}reversed\u{202c} and \\e[31mred",
    ),
    (
        "security",
        "sast-configuration",
        "Configure static analysis",
    ),
];

/// A repository with four plugins and a skill at the root of the list, which runs any command.
fn repository() -> (TestContext, Repo) {
    let context = TestContext::new();
    let mut repo = context.repo("acme/skills");
    for (plugin, name, description) in DESCRIPTIONS {
        let path = format!("plugins/{plugin}/skills/{name}");
        repo.skill(&path, name, description);
    }
    repo.write(
        "skills/deploy/SKILL.md",
        "---\nname: deploy\ndescription: Deploys the app\nallowed-tools: Bash\nlicense: MIT\n---\n\nDeploy with `kubectl`.\n",
    );
    repo.executable("skills/deploy/scripts/go.sh", "#!/bin/sh\n");
    repo.write(
        ".claude-plugin/marketplace.json",
        r#"{"name": "acme", "plugins": [
            {"name": "backend-development", "source": "./plugins/backend"},
            {"name": "documentation", "source": "./plugins/docs"},
            {"name": "python-development", "source": "./plugins/python"},
            {"name": "security-scanning", "source": "./plugins/security"}]}"#,
    );
    repo.commit("Skills");
    (context, repo)
}

fn open(context: &TestContext, arguments: &[&str], size: Size, text: &str) -> Terminal {
    let prepared = context.mdskill(arguments);
    let terminal = prepared.env("TERM", "xterm-256color").terminal(size, false);
    terminal.wait_for(text);
    terminal
}

/// Compares the screen with a snapshot, when a line contains `text` and nothing changes any more.
#[track_caller]
fn assert_screen(name: &str, terminal: &Terminal, text: &str) {
    let mut lines = terminal.wait_for(text);
    loop {
        std::thread::sleep(Duration::from_millis(50));
        let now = terminal.lines();
        if now == lines {
            break;
        }
        lines = now;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    let screen = lines.join("\n") + "\n";
    assert_matches_file(&screen, &folder.join(format!("picker-{name}.txt")));
}

#[test]
fn add_at_four_sizes() {
    let (context, _repo) = repository();
    context.run(&["add", "acme/skills/changelog"]).ok();
    for (name, size) in [
        ("add-120", DESK),
        ("add-80", CLASSIC),
        ("add-40", PHONE),
        ("add-20", TINY),
    ] {
        let terminal = open(&context, &["add", "acme/skills"], size, "deploy");
        assert_screen(name, &terminal, "esc");
        terminal.press(ESCAPE);
        terminal.end();
    }
}

#[test]
fn docs_show_a_real_screen_and_all_keys() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let page = read("docs/reference/picker.md");
    let screen = read("tests/it/snapshots/picker-add-80.txt");
    assert!(page.contains(&format!("```text\n{screen}```")), "{screen}");
    let help = read("tests/it/snapshots/picker-help-80.txt");
    let keys = help.lines().filter_map(|line| line.strip_prefix("  "));
    let keys: Vec<&str> = keys.filter_map(|line| line.split("  ").next()).collect();
    assert!(keys.contains(&"ctrl-t"), "{keys:?}");
    for key in keys.into_iter().filter(|key| *key != "letters") {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
}

#[test]
fn filter_of_two_words_keeps_the_groups() {
    let (context, _repo) = repository();
    let terminal = open(&context, &["add", "acme/skills"], CLASSIC, "esc cancel");
    terminal.press("test python");
    terminal.wait_for("2 matches");
    terminal.press("\t");
    assert_screen("filter-80", &terminal, "1 of 15 selected");
    terminal.resize(120, 30);
    assert_screen("filter-120", &terminal, "│");
    terminal.press("\u{15}技能");
    assert_screen("filter-wide-characters-120", &terminal, "1 match");
    terminal.press(ESCAPE);
    terminal.wait_for("esc cancel");
    terminal.press(ESCAPE);
    terminal.end();
}

#[test]
fn help_shows_the_keys() {
    let (context, _repo) = repository();
    let terminal = open(&context, &["add", "acme/skills"], CLASSIC, "esc cancel");
    terminal.press("?");
    assert_screen("help-80", &terminal, "any key closes the help");
    terminal.resize(40, 15);
    assert_screen("help-40", &terminal, "0/15");
    terminal.press("x");
    terminal.wait_for("? help");
    terminal.press(ESCAPE);
    terminal.end();
}

#[test]
fn list_scrolls_and_follows_the_size() {
    let (context, _repo) = repository();
    let terminal = open(&context, &["add", "acme/skills"], DESK, "esc cancel");
    terminal.press("\u{1b}[F");
    terminal.wait_for("> [ ] threat-modeling");
    terminal.resize(100, 12);
    assert_screen("resized-100", &terminal, "┃");
    terminal.resize(20, 5);
    assert_screen("resized-20", &terminal, "> [ ] threat-mode");
    terminal.press(ESCAPE);
    terminal.end();
}

/// Adds all skills, also the one whose description changes the direction of text.
fn install_all(context: &TestContext) {
    let hostile = ["add", "acme/skills/attack-trees", "--allow", "SK406"];
    context.run(&hostile).ok();
    context.run(&["add", "acme/skills", "--all"]).ok();
}

#[test]
fn remove_shows_states_and_obstacles() {
    let (context, _repo) = repository();
    install_all(&context);
    context.write(
        ".github/skills/api-design/SKILL.md",
        "---\nname: api-design\ndescription: Mine\n---\n\nMine.\n",
    );
    std::fs::remove_dir_all(context.project().join(".github/skills/changelog")).unwrap();
    for (name, size) in [
        ("remove-120", DESK),
        ("remove-80", CLASSIC),
        ("remove-40", PHONE),
    ] {
        let terminal = open(&context, &["remove"], size, "api-design (modified)");
        assert_screen(name, &terminal, "esc");
        terminal.press(ESCAPE);
        terminal.end();
    }
}

#[test]
fn update_shows_versions_and_conflicts() {
    let (context, mut repo) = repository();
    install_all(&context);
    context.write(
        ".github/skills/api-design/SKILL.md",
        "---\nname: api-design\ndescription: Mine\n---\n\nMine.\n",
    );
    repo.skill("plugins/backend/skills/api-design", "api-design", "Theirs");
    repo.write(
        "plugins/docs/skills/changelog/SKILL.md",
        "---\nname: changelog\ndescription: Write a changelog\nallowed-tools: Bash\n---\n\nRun `git log`.\n",
    );
    repo.executable(
        "plugins/docs/skills/changelog/scripts/log.sh",
        "#!/bin/sh\n",
    );
    repo.skill(
        "plugins/python/skills/python-packaging",
        "python-packaging",
        "Build",
    );
    repo.commit("News");
    for (name, size) in [
        ("update-120", DESK),
        ("update-80", CLASSIC),
        ("update-40", PHONE),
        ("update-20", TINY),
    ] {
        let terminal = open(&context, &["update", "-i"], size, "api-design");
        terminal.press(DOWN);
        terminal.wait_for("> [ ] changelog");
        assert_screen(name, &terminal, "esc");
        terminal.press(ESCAPE);
        terminal.end();
    }
}

#[test]
fn show_picks_one() {
    let (context, _repo) = repository();
    let terminal = open(&context, &["show", "acme/skills"], CLASSIC, "esc cancel");
    assert_screen("show-80", &terminal, "enter show");
    terminal.press(ESCAPE);
    terminal.end();
}

#[test]
fn numbered_list_is_for_terminals_that_print_lines() {
    let (context, _repo) = repository();
    let prepared = context.mdskill(["add", "acme/skills"]);
    let terminal = prepared.env("TERM", "dumb").terminal((80, 40), false);
    terminal.wait_for("or empty to cancel:");
    terminal.press("/python test\r");
    terminal.wait("the matches", |lines| {
        let asked = lines
            .iter()
            .filter(|line| line.contains("or empty to cancel:"));
        asked.count() == 2
    });
    terminal.press("99\r");
    assert_screen("numbered", &terminal, "`99` is not a number");
    terminal.press("\r");
    let (code, _) = terminal.end();
    assert_eq!(code, Some(130));
}
