//! Skills on disk: where they are, and what is found in each.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::report::{Report, join};
use crate::config::Rules;
use crate::diagnostic::Diagnostic;
use crate::fs::{self, At, Error};
use crate::skill::discover::SKILL_FILE;
use crate::target;
use crate::validate::{Checked, validate};
use crate::view::DiskView;

/// Where `validate` stands, and by what it judges.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    /// The folder that it was started in, from which files are shown.
    pub from: &'a Path,
    /// The project's root, from which the globs of `mdskill.toml` look.
    pub root: &'a Path,
    /// Which rules count, how much and where.
    pub rules: &'a Rules,
}

/// Validates the skill at `named`, or those below it.
pub(super) fn validate_path(
    ground: &Ground<'_>,
    named: &Path,
    report: &mut Report,
) -> Result<(), Error> {
    let from = ground.from;
    let settings = &ground.rules.settings;
    let folder = folder_of(from, named);
    let Seen { mut skills, loose } = Seen::below(from, &folder)?;
    if skills.is_empty() && loose.is_empty() {
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
    let loose: Vec<String> = loose.iter().map(|file| shown(file)).collect();
    report.add_set(checked, &loose, settings, |folder, found| {
        ground.drop_ignored(Path::new(folder), found);
    });
    Ok(())
}

impl Ground<'_> {
    /// Drops what `[rules.per-path]` ignores of what was found, sorted by file, in a folder.
    fn drop_ignored(&self, folder: &Path, found: &mut Vec<Diagnostic>) {
        let per_path = &self.rules.per_path;
        if per_path.is_empty() {
            return;
        }
        let Some(place) = self.place_in_project(folder) else {
            return;
        };
        let (mut file, mut ignored) = (None, BTreeSet::new());
        found.retain(|diagnostic| {
            if file.as_ref() != Some(&diagnostic.file) {
                ignored = per_path.ignored_in(&join(&place, &diagnostic.file));
                file = Some(diagnostic.file.clone());
            }
            !ignored.contains(diagnostic.code)
        });
    }

    /// Returns where a folder lies in the project, by which name it was reached or not.
    fn place_in_project(&self, folder: &Path) -> Option<String> {
        let real = self.from.join(folder).canonicalize().ok()?;
        let root = self.root.canonicalize().ok()?;
        real.strip_prefix(root).ok().map(shown)
    }
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

/// Whether there is a skill in the folder or below it, or a file that shall be one.
pub(super) fn has_skills(from: &Path, folder: &Path) -> Result<bool, Error> {
    let seen = Seen::below(from, folder)?;
    Ok(!seen.skills.is_empty() || !seen.loose.is_empty())
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

/// What a walk found, following no link; paths as seen from where it was started.
#[derive(Default)]
struct Seen {
    /// Folders with a `SKILL.md`, in whatever letter case.
    skills: Vec<PathBuf>,
    /// Markdown files that lie flat where an agent looks for folders.
    loose: Vec<PathBuf>,
}

impl Seen {
    /// Looks into a folder and all below it.
    fn below(from: &Path, folder: &Path) -> Result<Self, Error> {
        let mut seen = Self::default();
        let disk = from.join(folder);
        // `mdskill validate .` inside of `.github/skills` is to know where it is.
        let real = disk.canonicalize().unwrap_or_else(|_| disk.clone());
        seen.look_into(from, folder, &real)?;
        seen.loose.sort_unstable();
        Ok(seen)
    }

    fn look_into(&mut self, from: &Path, folder: &Path, real: &Path) -> Result<(), Error> {
        let disk = from.join(folder);
        let Some(entries) = fs::if_found(std::fs::read_dir(&disk)).at("list", &disk)? else {
            return Ok(());
        };
        let is_agents = is_agents_folder(real);
        let mut is_skill = false;
        for entry in entries {
            let entry = entry.at("list", &disk)?;
            let name = entry.file_name();
            let kind = entry.file_type().at("look at", entry.path())?;
            let is_ours =
                name != ".git" && name != "node_modules" && name != ".mdskill" && name != "target";
            if kind.is_dir() && is_ours {
                self.look_into(from, &folder.join(&name), &real.join(&name))?;
            } else if !kind.is_dir() && name.eq_ignore_ascii_case(SKILL_FILE) {
                is_skill = true;
            } else if is_agents && kind.is_file() && is_markdown(Path::new(&name)) {
                self.loose.push(folder.join(name));
            }
        }
        if is_skill {
            self.skills.push(folder.to_owned());
        }
        Ok(())
    }
}

/// Whether an agent looks for skills in exactly this folder.
fn is_agents_folder(real: &Path) -> bool {
    let real = real.to_string_lossy().replace('\\', "/");
    target::agent_folder(&real) == Some(&real)
}

fn is_markdown(file: &Path) -> bool {
    let extension = file.extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}
