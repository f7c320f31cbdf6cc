//! The measured rows: each is one command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::corpus;
use crate::measure::{Cost, cost_of};
use crate::sealed;

/// The name of the index that a search keeps.
const INDEX: &str = "mdskill-search";

/// One command.
pub struct Row {
    pub what: &'static str,
    /// The maximum wall time, in milliseconds.
    pub limit: Option<f64>,
    /// The row that reads the same text with a standard tool.
    pub beside: Option<&'static str>,
    command: Command,
    /// The cache whose indexes are removed before each run.
    clears: Option<PathBuf>,
}

impl Row {
    /// Runs it once.
    pub fn run(&self) -> Cost {
        for source in self
            .clears
            .iter()
            .flat_map(|cache| fs::read_dir(cache).unwrap())
        {
            // The first run finds none.
            let _ = fs::remove_file(source.unwrap().path().join(INDEX));
        }
        cost_of(&self.command)
    }
}

/// Writes the corpus to `root`, and returns the rows.
pub fn rows(root: &Path) -> Vec<Row> {
    corpus::write(root);
    let mdskill = |arguments: &[&str]| {
        let mut command = sealed::command(env!("CARGO_BIN_EXE_mdskill"), root);
        command
            .env("MDSKILL_GITHUB_URL", root.join("mirror"))
            .env("MDSKILL_CACHE_DIR", root.join("cache"))
            .args(arguments)
            .current_dir(root);
        command
    };
    for name in corpus::names() {
        let mut list = mdskill(&["list", &name, "--quiet"]);
        let listed = list.stdout(std::process::Stdio::null()).status().unwrap();
        assert!(listed.success(), "{name}");
    }
    let project = root.join("project");
    fs::create_dir(&project).unwrap();
    let in_project = |arguments: &[&str]| {
        let mut command = mdskill(arguments);
        command.current_dir(&project);
        command
    };
    let first = corpus::names().next().unwrap();
    let added = in_project(&["add", &first, "--all", "--quiet"]).status();
    assert!(added.unwrap().success());
    let listed = in_project(&["list", "--names"]).output().unwrap();
    let name = String::from_utf8(listed.stdout).unwrap();
    let name = name.lines().next().unwrap().to_owned();
    let page = project.join(".github/skills").join(&name).join("SKILL.md");
    let mut cat = sealed::command("cat", root);
    cat.arg(page);
    let mut git = sealed::command("git", root);
    git.arg("--version");
    let mut complete = in_project(&["--", "mdskill", "update", &name[..2]]);
    complete.env("MDSKILL_COMPLETE", "zsh");
    let mut complete_spec = in_project(&["--", "mdskill", "add", &format!("{first}/w")]);
    complete_spec.env("MDSKILL_COMPLETE", "zsh");
    let words = ["wkatomi", "wreno"];
    let search = || mdskill(&["search", words[0], words[1], "--offline"]);
    let mut grep = sealed::command("grep", root);
    grep.args(["-rilE", &words.join("|"), "files"])
        .current_dir(root);
    let row = |what, command| Row {
        what,
        limit: None,
        beside: None,
        command,
        clears: None,
    };
    vec![
        Row {
            clears: Some(root.join("cache/store-v1")),
            ..row(
                "first search of 10,000 cached skills, which indexes them",
                search(),
            )
        },
        Row {
            limit: Some(60.0),
            beside: Some("`grep -r` of the same text"),
            ..row("search of 10,000 cached skills", search())
        },
        row("`grep -r` of the same text", grep),
        Row {
            limit: Some(15.0),
            beside: Some("`cat` of its SKILL.md"),
            ..row(
                "show an installed skill of 8 KB",
                in_project(&["show", &name]),
            )
        },
        row("`cat` of its SKILL.md", cat),
        Row {
            limit: Some(10.0),
            beside: Some("`git --version`"),
            ..row("complete the name of one of 100 installed skills", complete)
        },
        Row {
            beside: Some("`git --version`"),
            ..row(
                "complete a spec of one of 100 cached repositories",
                complete_spec,
            )
        },
        row("`git --version`", git),
    ]
}
