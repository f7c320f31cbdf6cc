//! Pages with `console` blocks are run from beginning to end: each command prints what the page shows.

use crate::support::outcome::Outcome;
use crate::support::site_server::{SiteServer, file, sha256, zip};
use crate::support::test_context::TestContext;
use pulldown_cmark::{CodeBlockKind, Event, Parser as Markdown, Tag, TagEnd};
use std::fmt::Write;
use std::path::Path;

use super::ROOT;

/// Separates the outputs of two commands.
const END: &str = "@@ end of output @@\n";
/// A line that matches any number of lines.
const ANYTHING: &str = "...";

/// A command of a page, and the output that the page shows.
#[derive(Debug)]
struct Step {
    command: String,
    shown: Vec<String>,
}

/// Returns the commands in the page's `console` blocks: `$ ` begins one, `> ` continues it.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut in_console = false;
    for event in Markdown::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                in_console = &*language == "console";
            }
            Event::End(TagEnd::CodeBlock) => in_console = false,
            Event::Text(text) if in_console => {
                for line in text.lines() {
                    read(line, &mut steps);
                }
            }
            _ => {}
        }
    }
    steps
}

fn read(line: &str, steps: &mut Vec<Step>) {
    if let Some(command) = line.strip_prefix("$ ") {
        steps.push(Step {
            command: command.to_owned(),
            shown: Vec::new(),
        });
        return;
    }
    let step = steps.last_mut().expect("a block begins with a command");
    match line.strip_prefix("> ").filter(|_| step.shown.is_empty()) {
        Some(more) => step.command.extend(["\n", more]),
        None => step.shown.push(line.to_owned()),
    }
}

/// Runs all commands in one shell, because directories and variables carry over.
fn run(steps: &[Step], setup: &str) -> Outcome {
    let context = TestContext::with_origin("unused");
    let mut script = format!("exec 2>&1\n{setup}\n");
    for step in steps {
        // The next command may read the exit code of this one.
        let end = END.trim_end();
        write!(
            script,
            "{}\ncode=$?; echo '{end}'; (exit $code)\n",
            step.command
        )
        .unwrap();
    }
    let program = Path::new(env!("CARGO_BIN_EXE_mdskill"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    context
        .command("bash", ["-c", &script])
        .env("PATH", path)
        .dir(ROOT)
        .run()
}

/// Whether the first line has the values of a table, which a terminal would show in columns.
fn has_values(printed: &[&str]) -> bool {
    printed.first().is_some_and(|line| line.contains('\t'))
}

/// Whether a line has the headings of a table.
fn has_headings(line: &str) -> bool {
    ["NAME ", "SKILL ", "COMMIT "]
        .iter()
        .any(|heading| line.starts_with(heading))
}

/// Whether a row has these values, separated by tabs. A terminal cuts long ones.
fn is_row(row: &str, values: &str) -> bool {
    let cells = row.split("  ").map(str::trim);
    let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
    let values = values.split('\t').filter(|value| !value.is_empty());
    let values: Vec<&str> = values.collect();
    let is_cell = |(cell, value): (&&str, &&str)| match cell.strip_suffix('…') {
        Some(beginning) => value.starts_with(beginning),
        None => cell == value,
    };
    cells.len() == values.len() && cells.iter().zip(&values).all(is_cell)
}

/// Whether the printed lines are those that the page shows.
fn fits(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == ANYTHING => {
            (0..=printed.len()).any(|at| fits(rest, &printed[at..]))
        }
        // A terminal shows headings.
        Some((first, rest)) if has_headings(first) && has_values(printed) => fits(rest, printed),
        Some((first, rest)) => {
            let is_printed =
                |line: &&str| *line == first || line.contains('\t') && is_row(first, line);
            printed.first().is_some_and(is_printed) && fits(rest, &printed[1..])
        }
    }
}

/// Runs a page's commands in the checkout, after `setup`, and compares what they print.
#[track_caller]
fn assert_page_prints(path: &str, setup: &str) {
    let page = std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    assert_prints(path, &page, setup);
}

#[track_caller]
fn assert_prints(path: &str, page: &str, setup: &str) {
    let steps = steps(page);
    assert!(steps.len() > 2, "{path}: {} commands", steps.len());
    let outcome = run(&steps, setup);
    let printed: Vec<&str> = outcome.stdout.split(END).collect();
    assert_eq!(printed.len(), steps.len() + 1, "{path}: {outcome}");
    let mut differences = String::new();
    for (step, printed) in steps.iter().zip(&printed) {
        let lines: Vec<&str> = printed.lines().collect();
        if !fits(&step.shown, &lines) {
            let shown = step.shown.join("\n");
            write!(
                differences,
                "$ {}\n{printed}--- is shown as\n{shown}\n\n",
                step.command
            )
            .unwrap();
        }
    }
    assert!(differences.is_empty(), "{path}:\n{differences}");
}

#[test]
fn guide_to_first_steps_prints_what_it_shows() {
    assert_page_prints("docs/guide/first-steps.md", "");
}

#[test]
fn guide_to_finding_skills_prints_what_it_shows() {
    assert_page_prints("docs/guide/finding-skills.md", "");
}

#[test]
fn guide_to_sites_prints_what_it_shows() {
    const PATH: &str = "docs/guide/sites.md";
    let site = SiteServer::start();
    let pages = [
        (
            "release-notes",
            "Writes release notes. Use when a version is released.",
        ),
        (
            "style-guide",
            "The style guide. Use when writing documentation.",
        ),
    ];
    let skills = pages.map(|(name, description)| {
        let text = format!("---\nname: {name}\ndescription: {description}\n---\n\n# {name}\n");
        let url = format!("/{name}/SKILL.md");
        site.put(&url, &*text);
        let digest = sha256(text.as_bytes());
        let packed = zip(&[file(&format!("{name}-1.0/SKILL.md"), &text)]);
        site.put(&format!("/files/{name}-1.0.zip"), packed);
        serde_json::json!({
            "name": name, "type": "skill-md", "description": description,
            "url": url, "digest": digest,
        })
    });
    let index = serde_json::json!({
        "$schema": "https://schemas.agentskills.io/discovery/0.2.0/schema.json",
        "skills": skills,
    });
    site.put("/.well-known/agent-skills/index.json", index.to_string());
    let page = std::fs::read_to_string(Path::new(ROOT).join(PATH)).unwrap();
    let page = page.replace("https://skills.example.com", &site.url());
    assert_prints(PATH, &page, "");
}

#[test]
fn guide_to_updating_prints_what_it_shows() {
    assert_page_prints("docs/guide/updating.md", "");
}

#[test]
fn guide_to_judging_prints_what_it_shows() {
    assert_page_prints("docs/guide/judging-a-skill.md", "");
}

#[test]
fn guide_to_troubleshooting_prints_what_it_shows() {
    assert_page_prints("docs/guide/troubleshooting.md", "");
}

#[test]
fn guide_to_writing_skills_prints_what_it_shows() {
    assert_page_prints("docs/guide/writing-skills.md", "");
}

#[test]
fn evaluations_of_our_skill_print_what_they_show() {
    assert_page_prints("skills/mdskill/evals/evals.md", "");
}

/// Between its two blocks the README lets upstream and the user change the skill.
#[test]
fn readme_prints_what_it_shows() {
    let setup = r#"
sample=$PWD/testdata/mirror mirror=$(mktemp -d)
sh "$sample/make" --out "$mirror" --until 1 >"$mirror/log"
export MDSKILL_GITHUB_URL=$mirror
cd "$(mktemp -d)"
mdskill() {
    if [ "$1" = update ]; then
        sh "$sample/make" --out "$mirror" --until 2 >"$mirror/log"
        sed -i 's/Put a time limit/Put a time limit of 30 seconds/' .github/skills/*/SKILL.md
    fi
    command mdskill "$@"
}
"#;
    assert_page_prints("README.md", setup);
}

#[test]
fn shown_lines_must_be_printed() {
    let shown = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
    };
    let cases: [(&[&str], &[&str], bool); 11] = [
        (&["NAME  A", "x  one t…"], &["x\tone two"], true),
        (&["SKILL  A", "x  one t…"], &["x\ttwo"], false),
        (&["x  one t…"], &["x\tone two\tthree"], false),
        (&["a", "b"], &["a", "b"], true),
        (&["a"], &["a", "b"], false),
        (&["a", "b"], &["a"], false),
        (&[], &["a"], false),
        (&["...", "b"], &["x", "b", "y", "b"], true),
        (&["...", "b"], &["b", "y"], false),
        (&["a", "...", "c", "..."], &["a", "c"], true),
        (&["a", "...", "d"], &["a", "b", "c"], false),
    ];
    for (page, printed, expected) in cases {
        assert_eq!(
            fits(&shown(page), printed),
            expected,
            "{page:?} {printed:?}"
        );
    }
}
