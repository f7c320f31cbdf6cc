//! The journal of a transaction. It is written before the changes, so that the next command can
//! finish or undo an interrupted transaction.
//!
//! An untrusted repository may contain a journal, so a journal without a valid seal is ignored. A
//! journal names only targets and skills. The scope determines their paths, and links are not
//! followed. Therefore a project may be moved before the recovery.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tracing::info;

use super::scope::Scope;
use super::{InstallError, seal};
use crate::digest::Digest;
use crate::fs::tree::OnDisk;
use crate::fs::{self, At, atomic, moving};
use crate::target::Target;
use mdskill_lint::name::SkillName;

/// The folder for new skills in a staging folder.
pub(super) const NEW: &str = "new";
/// The folder for replaced skills in a staging folder.
pub(super) const OLD: &str = "old";
/// The name that [`NEW`] gets when all exchanges are done or undone.
const SETTLED: &str = "settled";

/// The planned changes of a transaction.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    /// The digest of the lockfile that commits the transaction. `None` during staging, and if the
    /// lockfile does not change, because then it can't show whether the transaction is committed.
    pub lockfile: Option<String>,
    /// Whether a transaction without a lockfile change is committed.
    #[serde(default)]
    pub is_done: bool,
    /// The targets that have staging folders.
    pub targets: Vec<Target>,
    /// The folders below the root that the transaction created, outermost first.
    pub made: Vec<Target>,
    /// The exchanges, in order.
    #[serde(rename = "swaps")]
    pub exchanges: Vec<Exchange>,
    /// The path of the journal.
    #[serde(skip)]
    pub path: PathBuf,
}

/// The file format of a journal.
#[derive(Serialize, Deserialize)]
struct Sealed {
    seal: Option<String>,
    journal: Box<RawValue>,
}

/// The journals of a scope.
#[derive(Debug, Default)]
pub struct Journals {
    /// The journal of an interrupted command of this user.
    pub ours: Option<Journal>,
    /// The files of journals that this user did not write on this machine.
    pub foreign: Vec<PathBuf>,
    /// The path for a new journal.
    free: Option<PathBuf>,
}

impl Journals {
    /// Finds the journals of a scope.
    ///
    /// # Errors
    /// If a journal can't be read, or one with a valid seal is invalid.
    pub fn find(scope: &Scope) -> Result<Self, InstallError> {
        let mut found = Self::default();
        if fs::look(&scope.state())?.is_some_and(|there| !there.is_dir()) {
            return Ok(found);
        }
        for path in scope.journals() {
            match fs::look(&path)? {
                Some(there) if there.is_file() => {}
                Some(_) => return Err(InstallError::ForeignState { path }),
                None => {
                    found.free.get_or_insert(path);
                    continue;
                }
            }
            let mut text = Vec::new();
            // Another command may have removed its journal in the meantime.
            if let Some(mut file) = fs::if_found(fs::open_plain(&path)).at("open", &path)? {
                file.read_to_end(&mut text).at("read", &path)?;
            } else {
                continue;
            }
            match Journal::unseal(scope, &path, &text)? {
                Some(journal) if found.ours.is_none() => found.ours = Some(journal),
                _ => found.foreign.push(path),
            }
        }
        Ok(found)
    }

    /// Creates an empty journal whose file does not have a foreign journal.
    ///
    /// # Errors
    /// If the file does not exist.
    pub fn start(self, scope: &Scope) -> Result<Journal, InstallError> {
        let ours = self.ours.map(|ours| ours.path);
        let path = ours.or(self.free).ok_or_else(|| {
            let [path, _] = scope.journals();
            InstallError::ForeignState { path }
        })?;
        Ok(Journal {
            path,
            ..Journal::default()
        })
    }
}

/// The exchange of one skill's folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    /// The target.
    pub target: Target,
    /// The skill's name.
    pub name: SkillName,
    /// The digest of the new files, which shows later whether they were edited; `None` for a removal.
    pub new: Option<String>,
    /// The destination of the old folder; `None` without one.
    pub old: Option<OldFolder>,
    /// The user's own files and folders in the old folder, which the new one gets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub private: Vec<String>,
}

/// The destination of an old folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OldFolder {
    /// It is moved to the staging folder, and removed after the commit.
    Aside,
    /// It is moved to the trash, under this name.
    Trash(SkillName),
}

impl Exchange {
    /// Returns the skill's folder.
    #[must_use]
    pub fn place(&self, scope: &Scope) -> PathBuf {
        scope.skill(&self.target, &self.name)
    }

    /// Returns the path of the new folder in the staging folder.
    #[must_use]
    pub fn staged(&self, scope: &Scope) -> PathBuf {
        scope.stage(&self.target).join(NEW).join(&self.name)
    }

    /// Whether `folder` has the new files.
    fn is_new_in(&self, folder: &Path) -> bool {
        let new = self.new.as_ref().and_then(|new| new.parse::<Digest>().ok());
        new.is_some_and(|new| OnDisk::read(folder).is_ok_and(|on_disk| on_disk.is(new)))
    }

    /// Returns the destination of the old folder.
    #[must_use]
    pub fn old(&self, scope: &Scope) -> Option<PathBuf> {
        self.old.as_ref().map(|old| match old {
            OldFolder::Aside => scope.stage(&self.target).join(OLD).join(&self.name),
            OldFolder::Trash(name) => scope.trash().join(name),
        })
    }
}

impl Journal {
    /// Parses a journal; `None` if it has no valid seal.
    fn unseal(scope: &Scope, path: &Path, text: &[u8]) -> Result<Option<Self>, InstallError> {
        let Ok(sealed) = serde_json::from_slice::<Sealed>(text) else {
            return Ok(None);
        };
        let text = sealed.journal.get();
        let is_valid = |seal: String| seal::is_valid(scope, text.as_bytes(), &seal);
        if !sealed.seal.is_some_and(is_valid) {
            return Ok(None);
        }
        let path = path.to_owned();
        match serde_json::from_str::<Self>(text) {
            Ok(journal) => Ok(Some(Self { path, ..journal })),
            Err(source) => Err(InstallError::Journal { path, source }),
        }
    }

    /// Writes the journal. It is flushed once there are exchanges, so that it survives a power loss.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn write(&self, scope: &Scope) -> Result<(), InstallError> {
        let journal = serde_json::value::to_raw_value(self).map_err(io::Error::from);
        let journal = journal.at("write", &self.path)?;
        let seal = seal::seal(scope, journal.get().as_bytes());
        let text = serde_json::to_vec(&Sealed { seal, journal }).map_err(io::Error::from);
        let text = text.at("write", &self.path)?;
        if self.exchanges.is_empty() {
            atomic::write_cache(&self.path, &text)?;
        } else {
            atomic::write(&self.path, &text)?;
        }
        Ok(())
    }

    /// Finishes a committed transaction, or undoes another. `before_step` is called before each change
    /// to the disk.
    ///
    /// # Errors
    /// See [`Journal::undo`]; also if the lockfile can't be read.
    pub fn finish(&self, scope: &Scope, before_step: &mut dyn FnMut()) -> Result<(), InstallError> {
        let lockfile = fs::read_if_found(&scope.lockfile)?.unwrap_or_default();
        let digest = Digest::of_bytes(&lockfile).to_string();
        if self.is_done || self.lockfile.as_ref() == Some(&digest) {
            self.move_private(scope, before_step);
            // If a folder can't be removed now, the journal remains for the next command.
            let _left = self.clean_up(scope, before_step);
            Ok(())
        } else {
            self.undo(scope, before_step)
        }
    }

    /// Undoes every exchange, the last first.
    ///
    /// This also works after an interrupted exchange or undo, because the location of each folder
    /// shows what is left to do.
    ///
    /// # Errors
    /// If a folder can't be moved back. The journal then remains for the next command.
    pub fn undo(&self, scope: &Scope, before_step: &mut dyn FnMut()) -> Result<(), InstallError> {
        if !self.is_settled(scope)? {
            for exchange in self.exchanges.iter().rev() {
                self.undo_exchange(scope, exchange, before_step)?;
            }
        }
        // If a folder can't be removed now, the journal remains for the next command.
        let _left = self.clean_up(scope, before_step);
        Ok(())
    }

    fn undo_exchange(
        &self,
        scope: &Scope,
        exchange: &Exchange,
        before_step: &mut dyn FnMut(),
    ) -> Result<(), InstallError> {
        let place = exchange.place(scope);
        let is_there = |path: &Path| fs::look(path).map(|there| there.is_some());
        let old = match exchange.old(scope) {
            Some(old) if is_there(&old)? => Some(old),
            Some(_) => {
                // The old folder was not moved yet, or is restored already.
                return Ok(());
            }
            None => None,
        };
        let is_placed = exchange.new.is_some() && !is_there(&exchange.staged(scope))?;
        if (is_placed || old.is_some()) && is_there(&place)? {
            let is_half_moved = |part: &Path, whole: &Option<PathBuf>| match whole {
                Some(whole) if !is_placed => moving::is_part_of(part, whole),
                _ => Ok(false),
            };
            before_step();
            if is_placed && exchange.is_new_in(&place) {
                fs::rename(&place, &exchange.staged(scope))?;
            } else if is_half_moved(&place, &old)? {
                // A copy of the old folder was moved aside, and not all of it was removed here.
                fs::remove_folder(&place)?;
            } else {
                // The folder was edited or replaced in the meantime, so it has files of the user.
                let free = free_in_trash(scope, &exchange.name, &self.trashed())?;
                moving::move_entry(&place, &scope.trash().join(free))?;
            }
        }
        if let Some(old) = old {
            before_step();
            moving::move_entry(&old, &place)?;
        }
        Ok(())
    }

    /// Returns the names in the trash that the exchanges use. They may be free for a moment, but
    /// another folder with such a name would be mistaken for the old one.
    pub(super) fn trashed(&self) -> Vec<SkillName> {
        let names = self
            .exchanges
            .iter()
            .filter_map(|exchange| match &exchange.old {
                Some(OldFolder::Trash(name)) => Some(name.clone()),
                _ => None,
            });
        names.collect()
    }

    /// Whether all exchanges are done or undone, and only the staging folders are left to remove.
    ///
    /// A journal with exchanges is written after each staging folder has its folder `new`, and this
    /// folder is renamed before any other part of a staging folder is removed.
    fn is_settled(&self, scope: &Scope) -> Result<bool, InstallError> {
        for target in &self.targets {
            if fs::look(&scope.stage(target).join(NEW))?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Moves the user's own files from the old folders to the new ones, after the commit. Files that
    /// are moved already are skipped, so this also works after an interruption.
    ///
    /// An old folder with a file that can't be moved is moved to the trash, whose paths are returned.
    pub(super) fn move_private(
        &self,
        scope: &Scope,
        before_step: &mut dyn FnMut(),
    ) -> Vec<PathBuf> {
        let mut trashed = Vec::new();
        for exchange in self.exchanges.iter().filter(|it| !it.private.is_empty()) {
            let place = exchange.place(scope);
            let Some(old) = exchange.old(scope).filter(|old| old.is_dir()) else {
                continue;
            };
            before_step();
            let moved = exchange.private.iter().map(|path| {
                let (from, to) = (old.join(path), place.join(path));
                let folder = to.parent().unwrap_or(&place);
                moving::remove_moving(folder)?;
                if fs::look(&from)?.is_some() {
                    fs::create_folder(folder)?;
                    moving::move_new(&from, &to)?;
                }
                Ok(())
            });
            let moved: Vec<Result<(), fs::Error>> = moved.collect();
            if moved.iter().any(Result::is_err)
                && exchange.old == Some(OldFolder::Aside)
                && let Ok(free) = free_in_trash(scope, &exchange.name, &self.trashed())
            {
                let to = scope.trash().join(free);
                if moving::move_entry(&old, &to).is_ok() {
                    trashed.push(to);
                }
            }
        }
        trashed
    }

    /// Whether a staging folder still has files of the user, because they could not be moved.
    fn has_private(&self, scope: &Scope, stage: &Path) -> bool {
        self.exchanges.iter().any(|exchange| {
            let old = exchange.old(scope).filter(|old| old.starts_with(stage));
            let mut private = exchange.private.iter();
            old.is_some_and(|old| private.any(|path| old.join(path).symlink_metadata().is_ok()))
        })
    }

    /// Removes the staging folders, then the journal. The transaction is complete, so failures are
    /// not errors: the folders that can't be removed are returned, and the journal remains for the
    /// next command.
    #[must_use]
    pub fn clean_up(&self, scope: &Scope, before_step: &mut dyn FnMut()) -> Vec<PathBuf> {
        let stages: Vec<PathBuf> = self.targets.iter().map(|it| scope.stage(it)).collect();
        let mut left = Vec::new();
        // All of them first, because a partly removed staging folder must not count as complete.
        for stage in &stages {
            before_step();
            if self.has_private(scope, stage) {
                left.push(stage.clone());
                continue;
            }
            let marked = std::fs::rename(stage.join(NEW), stage.join(SETTLED));
            if fs::if_found(marked).is_err() {
                left.push(stage.clone());
            }
        }
        for stage in stages {
            before_step();
            if !left.contains(&stage) && fs::remove_folder(&stage).is_err() {
                left.push(stage);
            }
        }
        let targets = self.targets.iter().map(|target| scope.target(target));
        for folder in targets.chain([scope.trash()]) {
            if moving::remove_moving(&folder).is_err() {
                left.push(folder);
            }
        }
        for folder in self.made.iter().rev() {
            before_step();
            // Only an empty folder is removed: another has files of the user.
            drop(std::fs::remove_dir(scope.target(folder)));
        }
        if left.is_empty() {
            before_step();
            drop(fs::remove_file(&self.path));
        }
        left
    }

    /// Checks that none of the journal's paths leads elsewhere through a link.
    fn check_places(&self, scope: &Scope) -> Result<(), InstallError> {
        let exchanges = self.exchanges.iter().map(|exchange| &exchange.target);
        for target in self.targets.iter().chain(&self.made).chain(exchanges) {
            scope.check_target(target)?;
            let stage = scope.stage(target);
            for folder in [stage.join(NEW), stage.join(OLD), stage] {
                if fs::look(&folder)?.is_some_and(|there| there.is_symlink()) {
                    return Err(InstallError::TargetOutside { path: folder });
                }
            }
        }
        Ok(())
    }
}

/// Finishes or undoes an interrupted transaction. The caller holds the scope's lock.
///
/// # Errors
/// If the journal is invalid, its paths lead elsewhere, or a file system operation fails.
pub fn recover(scope: &Scope) -> Result<(), InstallError> {
    atomic::remove_leftovers(&scope.state())?;
    match Journals::find(scope)?.ours {
        Some(journal) => {
            info!(
                exchanges = journal.exchanges.len(),
                "recovering an interrupted transaction"
            );
            journal.check_places(scope)?;
            journal.finish(scope, &mut || ())
        }
        None => Ok(()),
    }
}

/// Creates the trash, and returns a name that is free there and not in `taken`.
///
/// # Errors
/// If the trash can't be created.
pub fn free_in_trash(
    scope: &Scope,
    name: &SkillName,
    taken: &[SkillName],
) -> Result<SkillName, InstallError> {
    let trash = scope.trash();
    fs::create_folder(&trash)?;
    let mut number = 1_u32;
    loop {
        let free = name.numbered(number);
        if !taken.contains(&free) && fs::look(&trash.join(&free))?.is_none() {
            return Ok(free);
        }
        number += 1;
    }
}

/// Creates the `.gitignore` of the state folder.
///
/// # Errors
/// If it can't be written.
pub fn write_ignore_file(scope: &Scope) -> Result<(), InstallError> {
    let ignore = scope.ignore();
    if fs::look(&ignore)?.is_none() {
        let file = File::create_new(&ignore);
        file.and_then(|mut file| file.write_all(b"*\n"))
            .at("write", &ignore)?;
    }
    Ok(())
}

/// Removes the state folder's files, unless the trash has entries.
pub fn remove_state(scope: &Scope) {
    let is_empty =
        |folder: &Path| std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let trash = scope.trash();
    if is_empty(&trash) {
        drop(std::fs::remove_dir(&trash));
    }
    if !trash.exists() && !scope.journals().iter().any(|path| path.exists()) {
        drop(fs::remove_file(&scope.ignore()));
    }
}
