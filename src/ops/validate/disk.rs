//! Skills on disk: where they are, and what is found in each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use super::fixing::{self, Fixing};
use super::report::Report;
use super::shown::{join, shown};
use super::{OpError, Options};
use crate::config::Rules;
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::fs::{self, At, Error};
use crate::install::InstallError;
use crate::name::SkillName;
use crate::skill::discover::SKILL_FILE;
use crate::target;
use crate::validate::mend::{Mended, Reach, mend};
use crate::validate::{Checked, validate};
use crate::view::DiskView;

/// A walk over skills on disk, each of which is looked at once.
pub(super) struct Walk<'a> {
    context: &'a Context<'a>,
    rules: &'a Rules,
    fixing: Option<Fixing>,
    /// Where installed skills really lie, when something is to be mended.
    installed: BTreeMap<PathBuf, SkillName>,
    /// Where the skills really lie that were looked at.
    seen: BTreeSet<PathBuf>,
}

impl<'a> Walk<'a> {
    pub fn new(context: &'a Context<'a>, options: &'a Options) -> Result<Self, OpError> {
        Ok(Self {
            context,
            rules: &options.rules,
            fixing: options.fixing,
            installed: match options.fixing {
                Some(_) => installed(context)?,
                None => BTreeMap::new(),
            },
            seen: BTreeSet::new(),
        })
    }

    /// Validates the skill at `named`, or those below it, as seen from the current folder.
    pub fn validate(&mut self, named: &Path, report: &mut Report) -> Result<(), OpError> {
        let from = &self.context.env.current_dir;
        let Some(folder) = folder_of(from, named) else {
            let note = format!("{} lies in no skill: it is not looked at", shown(named));
            report.notes.push(note);
            return Ok(());
        };
        let Seen { mut skills, loose } = Seen::below(from, &folder)?;
        if skills.is_empty() && loose.is_empty() {
            // A folder that was named, and has no SKILL.md, is a finding of its own.
            skills.push(folder.clone());
        }
        skills.sort();
        let is_one_skill = skills == [folder.clone()];
        skills.retain(|skill| self.seen.insert(real(&from.join(skill))));
        let asked_for = real(&from.join(&folder));
        let repository = repository_around(&from.join(&folder), is_one_skill);
        let mending = |skill: PathBuf| {
            let reach = self.fixing.map(|fixing| fixing.reach);
            let is_ours = self.may_mend(&asked_for, &skill);
            (skill, reach.filter(|_| is_ours))
        };
        let skills: Vec<(PathBuf, Option<Reach>)> = skills.into_iter().map(mending).collect();
        let (settings, interrupt) = (&self.rules.settings, &self.context.interrupt);
        let look = |(skill, reach): &(PathBuf, Option<Reach>)| {
            if interrupt.is_raised() {
                return Err(OpError::from(InstallError::Interrupted));
            }
            let view = DiskView::open(&from.join(skill), repository.as_deref())?;
            Ok(match reach {
                Some(reach) => mend(&view, settings, *reach),
                None => Mended::from(validate(&view, settings)),
            })
        };
        let looked: Vec<Mended> = skills.par_iter().map(look).collect::<Result<_, _>>()?;
        self.note_installed(&asked_for, &skills, report);
        let mut checked: Vec<(String, Checked)> = Vec::with_capacity(looked.len());
        for ((skill, _), mended) in skills.iter().zip(looked) {
            let found = self.settle(skill, repository.as_deref(), mended, report)?;
            checked.push((shown(skill), found));
        }
        let loose: Vec<String> = loose.iter().map(|file| shown(file)).collect();
        report.add_set(checked, &loose, settings, |folder, found| {
            self.drop_ignored(Path::new(folder), found);
        });
        Ok(())
    }

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
        let place = self
            .context
            .env
            .current_dir
            .join(folder)
            .canonicalize()
            .ok()?;
        let root = self.context.site.root.canonicalize().ok()?;
        place.strip_prefix(root).ok().map(shown)
    }

    /// Whether a skill is the author's to mend: an installed one is its source's, unless it
    /// is what was asked for.
    fn may_mend(&self, asked_for: &Path, skill: &Path) -> bool {
        let place = real(&self.context.env.current_dir.join(skill));
        place == asked_for || !self.installed.contains_key(&place)
    }

    /// Tells what it means that skills are installed: in one sentence for those left alone.
    fn note_installed(
        &self,
        asked_for: &Path,
        skills: &[(PathBuf, Option<Reach>)],
        report: &mut Report,
    ) {
        let mut left: Vec<&str> = Vec::new();
        for (skill, _) in skills {
            let place = real(&self.context.env.current_dir.join(skill));
            match self.installed.get(&place) {
                Some(_) if place == asked_for => report.notes.push(format!(
                    "{} is installed: what is mended in it is an edit, which `mdskill update` keeps; mend it at its source too",
                    shown(skill)
                )),
                Some(name) => left.push(name.as_str()),
                None => {}
            }
        }
        if !left.is_empty() {
            report.notes.push(format!(
                "installed skills are their source's and stay as they are; name one to mend it here: {}",
                left.join(", ")
            ));
        }
    }

    /// Writes what is mended, or tells the difference; returns what is found afterwards.
    fn settle(
        &self,
        skill: &Path,
        repository: Option<&Path>,
        mended: Mended,
        report: &mut Report,
    ) -> Result<Checked, OpError> {
        let (Some(fixing), Some(fixes)) = (self.fixing, &mut report.fixes) else {
            return Ok(mended.checked);
        };
        if fixing.is_dry {
            fixes.add(&shown(skill), &mended, &[]);
            return Ok(mended.checked);
        }
        if self.context.interrupt.is_raised() {
            return Err(InstallError::Interrupted.into());
        }
        let folder = self.context.env.current_dir.join(skill);
        let kept = fixing::write(&folder, &mended.changes);
        fixes.add(&shown(skill), &mended, &kept);
        if kept.is_empty() {
            return Ok(mended.checked);
        }
        let view = DiskView::open(&folder, repository)?;
        Ok(validate(&view, &self.rules.settings))
    }
}

/// Returns where each skill really lies that the lockfile names.
fn installed(context: &Context<'_>) -> Result<BTreeMap<PathBuf, SkillName>, OpError> {
    let Some(lockfile) = context.lockfile()? else {
        return Ok(BTreeMap::new());
    };
    let places = lockfile.skills.iter().flat_map(|(name, entry)| {
        let targets = lockfile.targets_of(entry).iter();
        targets.map(|target| (real(&context.site.skill(target, name)), name.clone()))
    });
    Ok(places.collect())
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Returns the folder that a path means: a file's is the skill around it, if there is one.
fn folder_of(from: &Path, named: &Path) -> Option<PathBuf> {
    if from.join(named).is_dir() {
        return Some(named.to_owned());
    }
    let has_way_up = named.components().any(|part| part == Component::ParentDir);
    let is_below = named.is_relative() && !has_way_up;
    skill_around(from, named).or_else(|| is_below.then(|| skill_above(from)).flatten())
}

/// Returns the folder of the skill that a file lies in, as far as its path tells.
pub(super) fn skill_around(from: &Path, file: &Path) -> Option<PathBuf> {
    // What stands before a `..` is not above what stands behind it.
    let is_above = |folder: &&Path| {
        let below = file.strip_prefix(folder).unwrap_or(file);
        !below.components().any(|part| part == Component::ParentDir)
    };
    let mut above = file.ancestors().skip(1).take_while(is_above);
    let around = above.find(|folder| has_skill_file(&from.join(folder)))?;
    Some(match around.as_os_str().is_empty() {
        true => PathBuf::from("."),
        false => around.to_owned(),
    })
}

/// Returns the folder of the skill that a folder of the same repository lies in.
fn skill_above(from: &Path) -> Option<PathBuf> {
    let mut way = PathBuf::new();
    let mut below = from;
    while let Some(folder) = below.parent().filter(|_| !below.join(".git").exists()) {
        way.push("..");
        if has_skill_file(folder) {
            return Some(way);
        }
        below = folder;
    }
    None
}

/// Whether a folder has a `SKILL.md`, in whatever letter case.
fn has_skill_file(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name())
        .any(|name| name.eq_ignore_ascii_case(SKILL_FILE))
}

/// Whether there is a skill in the folder or below it, or a file that shall be one.
pub(super) fn has_skills(from: &Path, folder: &Path) -> Result<bool, Error> {
    let seen = Seen::below(from, folder)?;
    Ok(!seen.skills.is_empty() || !seen.loose.is_empty())
}

/// Returns the root of the git repository around a folder, else the folder itself; of a skill
/// alone it is not known what lies around it.
pub(super) fn repository_around(folder: &Path, is_one_skill: bool) -> Option<PathBuf> {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let root = real.ancestors().find(|above| above.join(".git").exists());
    let itself = (!is_one_skill).then_some(real.as_path());
    root.or(itself).map(Path::to_owned)
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
