//! What is measured: each row is one command over one workload.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::{Cost, cost_of};
use crate::sealed;
use crate::workload;

/// Sizes of the made-up repositories: the second shows whether time grows with the first.
pub const SMALL: usize = 1_000;
pub const LARGE: usize = 10_000;

/// How many skills the reference checker's program is started for.
const STARTED: usize = 20;
/// What the package `skills-ref` calls its program.
const REFERENCE_PROGRAM: &str = "agentskills";

/// Exit code of a check that found something, which is no failure here.
const FOUND: &str = "failed: exit status: 3";

/// What runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// `mdskill validate --select all` on one core.
    AllRules,
    /// The same on every core.
    AllRulesAllCores,
    /// The reference checker as its users run it: a process for each skill.
    ReferenceProgram,
    /// The reference checker as a library, every skill in one process.
    Reference,
    /// `cat` of every file.
    Cat,
}

/// One command over one workload.
pub struct Row {
    pub tool: Tool,
    /// What the workload is called.
    pub workload: &'static str,
    /// How many skills it has.
    pub skills: usize,
    /// Whether it is a text from a stranger, of which only the time and memory count.
    pub is_hostile: bool,
    command: Command,
}

impl Row {
    /// Runs it once.
    pub fn run(&self) -> Cost {
        let mut cost = cost_of(&self.command);
        cost.failure.take_if(|why| why.starts_with(FOUND));
        cost
    }
}

/// The workloads on disk, and the commands over them.
pub struct Room {
    rows: Vec<Row>,
    pub has_reference: bool,
}

impl Room {
    /// Writes the workloads below `place`.
    pub fn furnish(place: &Path) -> Self {
        let python = reference_python();
        let mut room = Self {
            rows: Vec::new(),
            has_reference: python.is_some(),
        };
        let script = place.join("reference.py");
        fs::write(&script, REFERENCE).unwrap();
        let mut workloads = Vec::new();
        let corpus = place.join("corpus");
        fs::create_dir(&corpus).unwrap();
        if workload::corpus(&corpus) {
            workloads.push(("wshobson/agents", corpus));
        }
        for (name, count) in [("made up, 1,000", SMALL), ("made up, 10,000", LARGE)] {
            let folder = place.join(format!("made-up-{count}"));
            workload::synthetic(&folder, count);
            workloads.push((name, folder));
        }
        for (name, folder) in &workloads {
            let skills = count_skills(folder);
            let mut add = |tool, command| {
                room.rows.push(Row {
                    tool,
                    workload: name,
                    skills,
                    is_hostile: false,
                    command,
                });
            };
            add(Tool::AllRules, mdskill(folder, &["--select", "all"], true));
            add(
                Tool::AllRulesAllCores,
                mdskill(folder, &["--select", "all"], false),
            );
            add(Tool::Cat, cat(folder));
            // A hundred times slower: the small one says all about it.
            if let Some(python) = &python
                && skills <= SMALL
            {
                add(Tool::Reference, reference(python, &script, folder));
            }
            if let Some(program) = sealed::locate(REFERENCE_PROGRAM)
                && skills < SMALL
            {
                let command = reference_program(&program, folder);
                room.rows.push(Row {
                    tool: Tool::ReferenceProgram,
                    workload: name,
                    skills: STARTED,
                    is_hostile: false,
                    command,
                });
            }
        }
        for (number, hostile) in workload::hostile().into_iter().enumerate() {
            let folder = place.join(format!("hostile-{number}/hostile"));
            let file = folder.join(hostile.file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            let skill = "---\nname: hostile\ndescription: Use when testing\n---\nRead `references/page.md`.\n";
            fs::write(folder.join("SKILL.md"), skill).unwrap();
            fs::write(file, hostile.text).unwrap();
            room.rows.push(Row {
                tool: Tool::AllRules,
                workload: hostile.name,
                skills: 1,
                is_hostile: true,
                command: mdskill(&folder, &["--select", "all"], true),
            });
        }
        room
    }

    /// Returns every row.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }
}

fn mdskill(folder: &Path, flags: &[&str], on_one_core: bool) -> Command {
    let mut command = sealed::command(env!("CARGO_BIN_EXE_mdskill"), folder);
    command.arg("validate").args(flags).current_dir(folder);
    if on_one_core {
        command.env("RAYON_NUM_THREADS", "1");
    }
    command
}

fn cat(folder: &Path) -> Command {
    let mut command = sealed::command("find", folder);
    command
        .args([".", "-type", "f", "-not", "-path", "./.git/*"])
        .args(["-exec", "cat", "{}", "+"])
        .current_dir(folder);
    command
}

fn reference(python: &Path, script: &Path, folder: &Path) -> Command {
    let mut command = sealed::command(python, folder);
    command.arg(script).arg(folder).current_dir(folder);
    command
}

fn reference_program(program: &Path, folder: &Path) -> Command {
    let each = "find . -name SKILL.md | sort | head -n \"$1\" | while read -r file; do \"$0\" validate \"${file%/*}\"; done; exit 0";
    let mut command = sealed::command("sh", folder);
    command
        .args(["-c", each])
        .arg(program)
        .arg(STARTED.to_string());
    command.current_dir(folder);
    command
}

/// Validates every skill below a folder in one process, so that Python's start counts once.
const REFERENCE: &str = "\
import pathlib, sys
from skills_ref import validate
for skill in sorted(pathlib.Path(sys.argv[1]).rglob('SKILL.md')):
    validate(skill.parent)
";

/// The Python that the reference checker is installed for.
fn reference_python() -> Option<PathBuf> {
    let program = sealed::locate(REFERENCE_PROGRAM)?;
    let text = fs::read_to_string(program).ok()?;
    let python = PathBuf::from(text.lines().next()?.strip_prefix("#!")?.trim());
    let is_program =
        fs::metadata(&python).is_ok_and(|metadata| metadata.permissions().mode() & 0o100 != 0);
    is_program.then_some(python)
}

fn count_skills(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => count_skills(&entry.path()),
            false => usize::from(entry.file_name() == "SKILL.md"),
        })
        .sum()
}
