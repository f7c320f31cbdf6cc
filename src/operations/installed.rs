//! [`InstalledSkill`]: a skill with its entry in the lockfile and its folders.

use std::path::PathBuf;

use rayon::prelude::*;

use super::OpError;
use super::checkout::{Checkout, UpstreamFiles};
use super::import::skill_folders::SkillFolders;
use super::install_steps::changed_files;
use super::report::{Action, Change, LeftAlone, Reason};
use super::resolve::full_spec;
use crate::context::Context;
use crate::fetch::LocalObjects;
use crate::fs;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::hint::{CommandLine, Hint, mdskill};
use crate::install::scope::Scope;
use crate::lockfile::{Entry, Lockfile};
use crate::parallel;
use crate::skill::SkillPlace;
use crate::skill::select::nearest;
use crate::skill::tree::SkillTree;
use crate::target::Target;
use mdskill_git::objects::Objects;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::SkillPath;

/// A skill that is in the lockfile, or will be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InstalledSkill<'a> {
    /// The project, or the user's home.
    pub(crate) scope: &'a Scope,
    /// The name of its folders.
    pub(crate) name: &'a SkillName,
    /// Its entry in the lockfile.
    pub(crate) entry: &'a Entry,
    /// Its targets.
    pub(crate) targets: &'a [Target],
}

/// The folder of a skill in one target. It may not exist.
#[derive(Debug)]
pub(crate) struct SkillFolder<'a> {
    scope: &'a Scope,
    /// The name of the skill.
    pub(crate) name: &'a SkillName,
    /// The target.
    pub(crate) target: &'a Target,
    /// The path of the folder.
    pub(crate) path: PathBuf,
}

impl<'a> SkillFolder<'a> {
    /// Returns the folders of a skill. Targets that lead to the same folder have one.
    pub(crate) fn all(
        scope: &'a Scope,
        name: &'a SkillName,
        targets: &'a [Target],
    ) -> impl Iterator<Item = Self> {
        let targets = scope.distinct_targets(targets).into_iter();
        targets.map(move |target| Self {
            scope,
            name,
            target,
            path: scope.skill(target, name),
        })
    }

    /// Returns the path as shown to the user.
    pub(crate) fn place(&self) -> String {
        self.scope.display(&self.path)
    }

    /// Reads and hashes its files, as they are.
    pub(crate) fn read(&self) -> Result<OnDisk, fs::Error> {
        OnDisk::read(&self.path)
    }

    /// Reads and hashes its files, except those that only this machine has.
    pub(crate) fn read_own(&self, entry: &Entry) -> Result<OnDisk, fs::Error> {
        let checkout = Checkout::of(&self.path);
        checkout.read(entry.digest_on_disk(), &UpstreamFiles::new)
    }

    /// Reports that it was left alone.
    pub(crate) fn left_alone(&self, reason: impl Into<Reason>, files: Vec<String>) -> LeftAlone {
        let Reason { text, next } = reason.into();
        LeftAlone {
            name: self.name.to_string(),
            place: self.place(),
            reason: text,
            files,
            next,
        }
    }
}

impl<'a> InstalledSkill<'a> {
    /// Returns all skills of a lockfile.
    pub(crate) fn all(scope: &'a Scope, lockfile: &'a Lockfile) -> impl Iterator<Item = Self> {
        lockfile.skills.iter().map(move |(name, entry)| Self {
            scope,
            name,
            entry,
            targets: lockfile.targets_of(entry),
        })
    }

    /// Returns the skill with this name; `None` if the lockfile does not have it.
    pub(crate) fn get(scope: &'a Scope, lockfile: &'a Lockfile, name: &SkillName) -> Option<Self> {
        let (name, entry) = lockfile.skills.get_key_value(name)?;
        Some(Self {
            scope,
            name,
            entry,
            targets: lockfile.targets_of(entry),
        })
    }

    /// Returns the skill with this name, which a user typed.
    pub(crate) fn find(
        scope: &'a Scope,
        lockfile: &'a Lockfile,
        name: &SkillName,
    ) -> Result<Self, OpError> {
        if let Some(found) = Self::get(scope, lockfile, name) {
            return Ok(found);
        }
        let mut targets = SkillFolders::find(scope)?.targets;
        targets.extend(lockfile.targets.iter().cloned());
        let mut unmanaged = SkillFolder::all(scope, name, &targets);
        if let Some(folder) = unmanaged.find(|folder| folder.path.join(SKILL_FILE).is_file()) {
            return Err(OpError::Unmanaged {
                name: name.clone(),
                place: folder.place(),
            });
        }
        Err(OpError::NotInstalled {
            name: name.clone(),
            nearest: nearest_installed(lockfile, name),
        })
    }

    /// Returns the named skills, or all skills without names.
    pub(crate) fn named(
        scope: &'a Scope,
        lockfile: &'a Lockfile,
        names: &[SkillName],
    ) -> Result<Vec<Self>, OpError> {
        for name in names {
            Self::find(scope, lockfile, name)?;
        }
        let is_named = |skill: &Self| names.is_empty() || names.contains(skill.name);
        Ok(Self::all(scope, lockfile).filter(is_named).collect())
    }

    /// Returns its folders.
    pub(crate) fn folders(self) -> impl Iterator<Item = SkillFolder<'a>> {
        SkillFolder::all(self.scope, self.name, self.targets)
    }

    /// Returns the paths of its folders, as shown to the user.
    pub(crate) fn places(self) -> Vec<String> {
        self.folders().map(|folder| folder.place()).collect()
    }

    /// Returns the path of its first folder, as shown to the user.
    pub(crate) fn first_place(self) -> String {
        self.folders()
            .next()
            .map_or_else(String::new, |folder| folder.place())
    }

    /// Reports what was done with it.
    pub(crate) fn change(self, action: Action) -> Change {
        let entry = self.entry;
        Change {
            name: self.name.to_string(),
            action,
            source: entry.source.to_string(),
            path: entry.path.clone(),
            spec: spec_of(entry),
            git_ref: entry.git_ref.clone(),
            from: None,
            from_version: None,
            version: entry.version.clone(),
            commit: entry.commit.map(|commit| commit.to_string()),
            signed_by: entry.signed_by.clone(),
            tree: entry.tree.to_string(),
            places: self.places(),
            notes: Vec::new(),
            diff: None,
            lineage: None,
            skill_commits: None,
            compare_url: None,
            url: None,
            edited: Vec::new(),
        }
    }

    /// Reads and hashes the files of one of its folders: as git stores them, and without the files that
    /// only this machine has.
    pub(crate) fn read(
        self,
        context: &Context<'_>,
        folder: &SkillFolder<'_>,
    ) -> Result<OnDisk, fs::Error> {
        self.read_again(context, folder, &OnDisk::Absent)
    }

    /// As [`InstalledSkill::read`], without reading the files again that were read just now.
    fn read_again(
        self,
        context: &Context<'_>,
        folder: &SkillFolder<'_>,
        known: &OnDisk,
    ) -> Result<OnDisk, fs::Error> {
        let checkout = Checkout::of(&folder.path);
        let upstream = &|| self.upstream_files(context);
        checkout.read_again(known, self.entry.digest_on_disk(), upstream)
    }

    /// Returns the blobs of its files upstream; none if they are not cached.
    pub(crate) fn upstream_files(self, context: &Context<'_>) -> UpstreamFiles {
        let objects = self.cached(context);
        let files = objects.map(|objects| self.files_in(&objects));
        files.unwrap_or_default()
    }

    /// Returns the blobs of its files in the objects of its source; none if they are not cached.
    pub(crate) fn files_in(self, objects: &Objects) -> UpstreamFiles {
        let tree = SkillTree::read(objects, self.place_in(objects)).ok();
        let files = tree.into_iter().flat_map(|tree| tree.files);
        files
            .map(|file| (file.path.to_string(), (file.id, file.mode)))
            .collect()
    }

    /// Returns its place in the objects of its source, for the links that leave its folder.
    pub(crate) fn place_in(self, objects: &Objects) -> SkillPlace<'a> {
        let root = |commit| objects.root_tree(commit).ok();
        SkillPlace {
            root: self.entry.commit.and_then(root),
            path: &self.entry.path,
            tree: self.entry.tree,
        }
    }

    /// Returns the cached objects of its source.
    pub(crate) fn cached(self, context: &Context<'_>) -> Option<LocalObjects> {
        let fetcher = context.fetcher().ok()?;
        fetcher.open_stored(&self.entry.source).ok()?
    }

    /// Returns the files that differ from the locked ones, without leftovers. The list is empty if
    /// the locked files are not cached.
    pub(crate) fn changed_files(self, context: &Context<'_>, on_disk: &OnDisk) -> Vec<String> {
        self.cached(context).map_or_else(Vec::new, |objects| {
            let original = self.place_in(&objects);
            changed_files(&objects, original, on_disk, Snapshot::is_leftover)
        })
    }

    /// Returns its files with the recorded edits, from the first folder that has them, so that its
    /// other folders can get them, too. `None` if no folder has them, or no edits are recorded.
    pub(crate) fn edited_copy(self, context: &Context<'_>) -> Result<Option<SkillTree>, OpError> {
        let Some(edits) = self.entry.edits else {
            return Ok(None);
        };
        for folder in self.folders() {
            if let OnDisk::Folder(snapshot) = self.read(context, &folder)?
                && snapshot.is(edits)
            {
                let has_leftovers = snapshot.digest() == edits;
                let files = snapshot.files.iter();
                let files = files.filter(|(path, ..)| has_leftovers || !snapshot.is_leftover(path));
                let files = files.map(|(path, mode, _)| {
                    let checked = SkillPath::from_bytes(path.as_bytes()).ok()?;
                    Some((
                        checked,
                        *mode,
                        fs::read_plain(&folder.path.join(path)).ok()?,
                    ))
                });
                let files: Option<Vec<_>> = files.collect();
                return Ok(files.and_then(|files| SkillTree::of_files(files).ok()));
            }
        }
        Ok(None)
    }

    /// Returns what to do if a folder lacks the recorded edits: only the project's own repository
    /// has them, because they are not upstream.
    pub(crate) fn lacks_edits(self, folder: &SkillFolder<'_>, on_disk: &OnDisk) -> Option<Reason> {
        self.entry.edits.filter(|edits| !on_disk.is(*edits))?;
        let restore = CommandLine::git("checkout --").word(folder.place());
        match on_disk {
            OnDisk::Absent => Some(Reason::with_hint(
                "it is missing, and mdskill.lock records local edits to it",
                Hint::command(restore)
                    .then(" restores it; ")
                    .then_command(mdskill("install").word(self.name.as_str()).then("--force"))
                    .then(" installs it without the edits"),
            )),
            on_disk if on_disk.is(self.entry.digest) => Some(Reason::with_hint(
                "it lacks the local edits that mdskill.lock records",
                Hint::command(restore)
                    .then(" restores them; ")
                    .then_command(mdskill("keep").word(self.name.as_str()))
                    .then(" accepts it without them"),
            )),
            _ => None,
        }
    }

    /// Returns the files on disk, or why they can't be compared with the locked ones.
    pub(crate) fn comparable(self, on_disk: &OnDisk) -> Result<&Snapshot, Reason> {
        match on_disk {
            OnDisk::Absent => Err(Reason::with_hint(
                "it is missing",
                Hint::command(mdskill("install").word(self.name.as_str())).then(" restores it"),
            )),
            OnDisk::NotAFolder => Err(Reason::with_hint(
                "it is a file or a link, not a folder",
                Hint::command(mdskill("install").word(self.name.as_str()).then("--force"))
                    .then(" moves it to the trash and restores the skill"),
            )),
            OnDisk::Folder(snapshot) => match snapshot.special_files.first() {
                Some(special) => Err(Reason::with_hint(
                    format!("`{special}` in it is not a regular file"),
                    Hint::text("remove that file, and run the command again"),
                )),
                None => Ok(snapshot),
            },
        }
    }
}

/// Returns the spec of the version that the ref of an entry gives.
fn spec_of(entry: &Entry) -> String {
    let spec = full_spec(&entry.source, &entry.path);
    match &entry.git_ref {
        Some(git_ref) => format!("{spec}@{git_ref}"),
        None => spec,
    }
}

/// Returns the names of installed skills that are similar to a name.
pub(crate) fn nearest_installed(lockfile: &Lockfile, name: &SkillName) -> Vec<String> {
    let installed = lockfile.skills.keys().map(SkillName::as_str);
    let near = nearest(installed, name.as_str(), 3);
    near.into_iter().map(str::to_owned).collect()
}

/// Reads the lockfile, which must exist.
pub(crate) fn required_lockfile(context: &Context<'_>) -> Result<Lockfile, OpError> {
    let lockfile = context.lockfile()?;
    lockfile.ok_or_else(|| OpError::no_lockfile(context))
}

/// Reads all folders of skills, in parallel. A folder that is not as locked is read again, because
/// files that git ignores may be the skill's.
pub(crate) fn read_folders<'a>(
    context: &Context<'_>,
    skills: impl IntoIterator<Item = InstalledSkill<'a>>,
) -> Result<Vec<(InstalledSkill<'a>, SkillFolder<'a>, OnDisk)>, fs::Error> {
    let folders = skills
        .into_iter()
        .flat_map(|skill| skill.folders().map(move |folder| (skill, folder)));
    let folders: Vec<_> = folders.collect();
    let read = folders
        .par_iter()
        .map(|(skill, folder)| folder.read_own(skill.entry));
    let read: Vec<OnDisk> = parallel::run(|| read.collect::<Result<_, fs::Error>>())?;
    let read = folders.into_iter().zip(read);
    let read = read.map(|((skill, folder), on_disk)| {
        let is_as_locked = on_disk.is(skill.entry.digest_on_disk());
        let on_disk = match on_disk {
            known @ OnDisk::Folder(_) if !is_as_locked => {
                skill.read_again(context, &folder, &known)?
            }
            on_disk => on_disk,
        };
        Ok((skill, folder, on_disk))
    });
    read.collect()
}
