//! Skills on disk: where they are, and what is found in each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;

use super::fixing::{self, Fixing};
use super::report::Report;
use super::shown::{join, shown};
use super::{OpError, Options};
use crate::context::Context;
use crate::diagnostic::Safety;
use crate::fs::{self, At, Error};
use crate::install::InstallError;
use crate::name::SkillName;
use crate::skill::discover::SKILL_FILE;
use crate::validate::set::{Facts, Set};
use crate::validate::{Checked, Mended, Settings, mend, validate, validate_set};
use crate::view::DiskView;

/// A walk over skills on disk, each of which is looked at once.
pub(super) struct Walk<'a> {
    context: &'a Context<'a>,
    settings: &'a Settings,
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
            settings: &options.settings,
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
        let mut skills = Vec::new();
        find_skills(from, &folder, &mut skills)?;
        if skills.is_empty() {
            // A folder that was named, and has no SKILL.md, is a finding of its own.
            skills.push(folder.clone());
        }
        skills.retain(|skill| self.seen.insert(real(&from.join(skill))));
        skills.sort();
        let asked_for = real(&from.join(&folder));
        let repository = repository_around(&from.join(&folder));
        let mending = |skill: PathBuf| {
            let safety = self.fixing.map(|fixing| fixing.safety);
            let is_ours = self.may_mend(&asked_for, &skill);
            (skill, safety.filter(|_| is_ours))
        };
        let skills: Vec<(PathBuf, Option<Safety>)> = skills.into_iter().map(mending).collect();
        let (settings, interrupt) = (self.settings, &self.context.interrupt);
        let look = |(skill, safety): &(PathBuf, Option<Safety>)| {
            if interrupt.is_raised() {
                return Err(OpError::from(InstallError::Interrupted));
            }
            let view = DiskView::open(&from.join(skill), Some(&repository))?;
            Ok(match safety {
                Some(safety) => mend(&view, settings, *safety),
                None => Mended::from(validate(&view, settings)),
            })
        };
        let looked: Vec<Mended> = skills.par_iter().map(look).collect::<Result<_, _>>()?;
        self.note_installed(&asked_for, &skills, report);
        let mut facts: Vec<(String, Facts)> = Vec::with_capacity(looked.len());
        for ((skill, _), mended) in skills.iter().zip(looked) {
            let place = shown(skill);
            let checked = self.settle(skill, &repository, mended, report)?;
            report.add(&place, checked.diagnostics);
            facts.push((place, checked.facts));
        }
        let set = Set {
            skills: &facts,
            loose: &[],
        };
        for (skill, mut diagnostic) in validate_set(&set, self.settings) {
            let place = skill.map_or("", |at| &facts[at].0);
            diagnostic.file = join(place, &diagnostic.file);
            report.push(place, diagnostic);
        }
        Ok(())
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
        skills: &[(PathBuf, Option<Safety>)],
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
        repository: &Path,
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
        let view = DiskView::open(&folder, Some(repository))?;
        Ok(validate(&view, self.settings))
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

/// Whether there is a skill in the folder or below it.
pub(super) fn has_skills(from: &Path, folder: &Path) -> Result<bool, Error> {
    let mut skills = Vec::new();
    find_skills(from, folder, &mut skills)?;
    Ok(!skills.is_empty())
}

/// Returns the root of the git repository around a folder, else the folder itself.
pub(super) fn repository_around(folder: &Path) -> PathBuf {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let root = real.ancestors().find(|above| above.join(".git").exists());
    root.unwrap_or(&real).to_owned()
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
