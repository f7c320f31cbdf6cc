//! The measured rows: each makes pages of all skills of one folder.

use std::cell::Cell;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::{Cost, cost_of};
use crate::{sealed, workload};

/// The folder with the real repository.
pub const CORPUS: &str = "corpus";
/// The number of the made skills.
const MANY: usize = 5_000;

/// One command.
pub struct Row {
    pub workload: &'static str,
    pub tool: &'static str,
    /// The number of skills.
    pub skills: usize,
    /// The maximum wall time, in milliseconds.
    pub max_wall: Option<u128>,
    /// The maximum memory, in MiB.
    pub max_peak: Option<u64>,
    pub is_of_mdbook: bool,
    /// Whether it takes minutes, so that it is run once.
    pub is_slow: bool,
    /// The number of files that it wrote.
    pub files: Cell<usize>,
    command: Command,
    /// The folder that it writes, and that is removed before each run.
    out: PathBuf,
}

impl Row {
    /// Runs it once.
    pub fn run(&self) -> Cost {
        // The first run finds none.
        let _ = fs::remove_dir_all(&self.out);
        let cost = cost_of(&self.command);
        self.files.set(files_below(&self.out).len());
        cost
    }
}

/// Writes the skills to `root`, and returns the rows.
pub fn rows(root: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    let corpus = root.join(CORPUS);
    fs::create_dir(&corpus).unwrap();
    if workload::corpus(&corpus) {
        add(root, &corpus, "181, wshobson/agents", 1_000, &mut rows);
    } else {
        fs::remove_dir(&corpus).unwrap();
    }
    let many = root.join("many");
    workload::synthetic(&many, MANY);
    let commit =
        "git init -q -b main . && git add . && git -c user.name=x -c user.email=x@x commit -q -m x";
    let made = sealed::command("sh", root)
        .args(["-c", commit])
        .current_dir(&many)
        .status();
    assert!(made.unwrap().success());
    add(root, &many, "5,000, made", 20_000, &mut rows);
    rows
}

fn add(root: &Path, folder: &Path, workload: &'static str, max_wall: u128, rows: &mut Vec<Row>) {
    let pages = markdown_of_skills(folder);
    let skills = pages
        .iter()
        .filter(|page| page.ends_with("SKILL.md"))
        .count();
    let mdskill = |tool, source: String| {
        let out = root.join("site");
        let mut command = sealed::command(env!("CARGO_BIN_EXE_mdskill"), root);
        command
            .args(["site", &source, "--out"])
            .arg(&out)
            .current_dir(root);
        Row {
            workload,
            tool,
            skills,
            max_wall: Some(max_wall),
            max_peak: Some(300),
            is_of_mdbook: false,
            is_slow: false,
            files: Cell::default(),
            command,
            out,
        }
    };
    let path = folder.display();
    rows.push(mdskill("mdskill, of a folder", path.to_string()));
    rows.push(mdskill(
        "mdskill, of git with the history",
        format!("file://{path}"),
    ));
    if let Some(mdbook) = sealed::locate("mdbook") {
        let book = folder.with_extension("book");
        let out = book.join("book");
        write_book(&book, folder, &pages);
        let mut command = sealed::command(mdbook, root);
        command.arg("build").arg(&book);
        rows.push(Row {
            workload,
            tool: "mdBook",
            skills,
            max_wall: None,
            max_peak: None,
            is_of_mdbook: true,
            is_slow: skills >= MANY,
            files: Cell::default(),
            command,
            out,
        });
    }
}

/// Writes a book whose chapters are these files.
fn write_book(book: &Path, folder: &Path, pages: &[PathBuf]) {
    let source = book.join("src");
    fs::create_dir_all(&source).unwrap();
    fs::write(book.join("book.toml"), "[book]\ntitle = \"Skills\"\n").unwrap();
    let mut summary = String::from("# Summary\n\n");
    for page in pages {
        let below = page.strip_prefix(folder).unwrap();
        let copy = source.join(below);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(page, &copy).unwrap();
        let below = below.display();
        let _ = writeln!(summary, "- [{below}]({below})");
    }
    fs::write(source.join("SUMMARY.md"), summary).unwrap();
}

/// Returns the Markdown files in the folders of skills, in order.
fn markdown_of_skills(folder: &Path) -> Vec<PathBuf> {
    let files = files_below(folder);
    let skills: Vec<PathBuf> = files
        .iter()
        .filter(|file| file.ends_with("SKILL.md"))
        .map(|file| file.parent().unwrap().to_owned())
        .collect();
    let is_page = |file: &PathBuf| {
        file.extension().is_some_and(|extension| extension == "md")
            && file.ancestors().any(|above| {
                skills
                    .binary_search_by(|skill| skill.as_path().cmp(above))
                    .is_ok()
            })
    };
    files.into_iter().filter(is_page).collect()
}

/// Returns the page of the first skill.
pub fn first_skill(folder: &Path) -> PathBuf {
    let mut pages = markdown_of_skills(folder).into_iter();
    pages.find(|page| page.ends_with("SKILL.md")).unwrap()
}

/// Returns the files below a folder, in order.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files
}
