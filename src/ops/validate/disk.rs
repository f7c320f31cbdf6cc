//! Skills on disk: where they are, and what is found in each.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::report::{Report, join};
use crate::fs::{self, At, Error};
use crate::skill::discover::SKILL_FILE;
use crate::validate::set::{Facts, Set};
use crate::validate::{Checked, Settings, validate, validate_set};
use crate::view::DiskView;

/// Validates the skill at `named`, or those below it; both as seen from `from`.
pub(super) fn validate_path(
    from: &Path,
    named: &Path,
    settings: &Settings,
    report: &mut Report,
) -> Result<(), Error> {
    let folder = folder_of(from, named);
    let mut skills = Vec::new();
    find_skills(from, &folder, &mut skills)?;
    if skills.is_empty() {
        // A folder that was named, and has no SKILL.md, is a finding of its own.
        skills.push(folder.clone());
    }
    skills.sort();
    let is_one_skill = skills == [folder.clone()];
    let repository = repository_around(&from.join(&folder), is_one_skill);
    let check = |skill: &PathBuf| {
        let view = DiskView::open(&from.join(skill), repository.as_deref())?;
        Ok((shown(skill), validate(&view, settings)))
    };
    let checked: Vec<(String, Checked)> =
        skills.par_iter().map(check).collect::<Result<_, Error>>()?;
    let mut facts: Vec<(String, Facts)> = Vec::with_capacity(checked.len());
    for (skill, found) in checked {
        report.add(&skill, found.diagnostics);
        facts.push((skill, found.facts));
    }
    let set = Set {
        skills: &facts,
        loose: &[],
    };
    for (skill, mut diagnostic) in validate_set(&set, settings) {
        let place = skill.map_or("", |at| &facts[at].0);
        diagnostic.file = join(place, &diagnostic.file);
        report.push(place, diagnostic);
    }
    Ok(())
}

/// Returns the folder that a path means: a file's is the skill around it.
fn folder_of(from: &Path, named: &Path) -> PathBuf {
    if from.join(named).is_dir() {
        return named.to_owned();
    }
    let folder = match named.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let around = folder
        .ancestors()
        .find(|folder| from.join(folder).join(SKILL_FILE).is_file());
    around.unwrap_or(folder).to_owned()
}

/// Whether there is a skill in the folder or below it.
pub(super) fn has_skills(from: &Path, folder: &Path) -> Result<bool, Error> {
    let mut skills = Vec::new();
    find_skills(from, folder, &mut skills)?;
    Ok(!skills.is_empty())
}

/// Returns the root of the git repository around a folder, else the folder itself; of a skill
/// alone it is not known what lies around it.
fn repository_around(folder: &Path, is_one_skill: bool) -> Option<PathBuf> {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let root = real.ancestors().find(|above| above.join(".git").exists());
    let itself = (!is_one_skill).then_some(real.as_path());
    root.or(itself).map(Path::to_owned)
}

fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./")
        .unwrap_or(&text)
        .trim_end_matches('/')
        .to_owned()
}

/// Finds folders with a `SKILL.md`, in whatever letter case, in a folder and below, following no link.
fn find_skills(from: &Path, folder: &Path, skills: &mut Vec<PathBuf>) -> Result<(), Error> {
    let disk = from.join(folder);
    let Some(entries) = fs::if_found(std::fs::read_dir(&disk)).at("list", &disk)? else {
        return Ok(());
    };
    let mut is_skill = false;
    for entry in entries {
        let entry = entry.at("list", &disk)?;
        let name = entry.file_name();
        let is_folder = entry.file_type().at("look at", entry.path())?.is_dir();
        let is_ours =
            name != ".git" && name != "node_modules" && name != ".mdskill" && name != "target";
        if is_folder && is_ours {
            find_skills(from, &folder.join(name), skills)?;
        } else if !is_folder {
            is_skill |= name.eq_ignore_ascii_case(SKILL_FILE);
        }
    }
    if is_skill {
        skills.push(folder.to_owned());
    }
    Ok(())
}
