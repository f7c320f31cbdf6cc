//! The measured rows: each is one command over one workload.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::{Cost, cost_of};
use crate::sealed;
use crate::workload;

/// Numbers of skills in the synthetic repositories. Two sizes show whether the time grows linearly.
pub const SMALL: usize = 1_000;
pub const LARGE: usize = 10_000;

/// The number of skills for which the reference checker is started.
const STARTED: usize = 20;
/// The program of the package `skills-ref`.
const SKILLS_REF_PROGRAM: &str = "agentskills";

/// The failure of a validation with findings, which is not a failure here.
const FOUND: &str = "failed: exit status: 3";

/// The measured program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// `mdskill validate --select all` on one core.
    AllRules,
    /// The same on every core.
    AllRulesAllCores,
    /// The reference checker as users run it: one process for each skill.
    SkillsRefProgram,
    /// The reference checker as a library: all skills in one process.
    SkillsRefLibrary,
    /// `cat` of every file.
    Cat,
}

/// One command over one workload.
pub struct Row {
    pub tool: Tool,
    /// The name of the workload.
    pub workload: &'static str,
    /// The number of its skills.
    pub skills: usize,
    /// Whether it is hostile input, for which only time and memory count.
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
pub struct Workloads {
    rows: Vec<Row>,
    pub has_skills_ref: bool,
}

impl Workloads {
    /// Writes the workloads to `root`.
    pub fn write(root: &Path) -> Self {
        let python = skills_ref_python();
        let mut all = Self {
            rows: Vec::new(),
            has_skills_ref: python.is_some(),
        };
        let script = root.join("library.py");
        fs::write(&script, SKILLS_REF_SCRIPT).unwrap();
        let mut workloads = Vec::new();
        let corpus = root.join("corpus");
        fs::create_dir(&corpus).unwrap();
        if workload::corpus(&corpus) {
            workloads.push(("wshobson/agents", corpus));
        }
        for (name, count) in [("synthetic, 1,000", SMALL), ("synthetic, 10,000", LARGE)] {
            let folder = root.join(format!("synthetic-{count}"));
            workload::synthetic(&folder, count);
            workloads.push((name, folder));
        }
        for (name, folder) in &workloads {
            let skills = count_skills(folder);
            let mut add = |tool, command| {
                all.rows.push(Row {
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
            // It is a hundred times slower, so only the small workloads are measured.
            if let Some(python) = &python
                && skills <= SMALL
            {
                add(
                    Tool::SkillsRefLibrary,
                    skills_ref_library(python, &script, folder),
                );
            }
            if let Some(program) = sealed::locate(SKILLS_REF_PROGRAM)
                && skills < SMALL
            {
                let command = skills_ref_program(&program, folder);
                all.rows.push(Row {
                    tool: Tool::SkillsRefProgram,
                    workload: name,
                    skills: STARTED,
                    is_hostile: false,
                    command,
                });
            }
        }
        for (number, hostile) in workload::hostile().into_iter().enumerate() {
            let folder = root.join(format!("hostile-{number}/hostile"));
            let file = folder.join(hostile.file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            let skill = "---\nname: hostile\ndescription: Use when testing\n---\nRead `references/page.md`.\n";
            fs::write(folder.join("SKILL.md"), skill).unwrap();
            fs::write(file, hostile.text).unwrap();
            all.rows.push(Row {
                tool: Tool::AllRules,
                workload: hostile.name,
                skills: 1,
                is_hostile: true,
                command: mdskill(&folder, &["--select", "all"], true),
            });
        }
        all
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

fn skills_ref_library(python: &Path, script: &Path, folder: &Path) -> Command {
    let mut command = sealed::command(python, folder);
    command.arg(script).arg(folder).current_dir(folder);
    command
}

fn skills_ref_program(program: &Path, folder: &Path) -> Command {
    let each = "find . -name SKILL.md | sort | head -n \"$1\" | while read -r file; do \"$0\" validate \"${file%/*}\"; done; exit 0";
    let mut command = sealed::command("sh", folder);
    command
        .args(["-c", each])
        .arg(program)
        .arg(STARTED.to_string());
    command.current_dir(folder);
    command
}

/// Validates all skills in a folder in one process, so that Python starts only once.
const SKILLS_REF_SCRIPT: &str = "\
import pathlib, sys
from skills_ref import validate
for skill in sorted(pathlib.Path(sys.argv[1]).rglob('SKILL.md')):
    validate(skill.parent)
";

/// Returns the Python interpreter of the reference checker.
fn skills_ref_python() -> Option<PathBuf> {
    let program = sealed::locate(SKILLS_REF_PROGRAM)?;
    let text = fs::read_to_string(program).ok()?;
    let python = PathBuf::from(text.lines().next()?.strip_prefix("#!")?.trim());
    let is_program =
        fs::metadata(&python).is_ok_and(|metadata| metadata.permissions().mode() & 0o100 != 0);
    is_program.then_some(python)
}

fn count_skills(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            if entry.file_type().unwrap().is_dir() {
                count_skills(&entry.path())
            } else {
                usize::from(entry.file_name() == "SKILL.md")
            }
        })
        .sum()
}
