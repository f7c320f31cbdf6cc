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
    ]
}
