//! Recovery: an interrupted transaction is finished or undone.
//!
//! Each step can be repeated, so an interrupted recovery is continued by the next one.

use std::io;
use std::path::{Path, PathBuf};

use tracing::info;

use super::InstallError;
use super::journal::{Exchange, Journal, Journals, NEW, OLD, OldFolder};
use super::scope::Scope;
use super::state::free_in_trash;
use crate::digest::Digest;
use crate::fs::{self, At, atomic, moving};
use mdskill_git::progress::Progress;

/// The name that [`NEW`] gets when all exchanges are done or undone.
const SETTLED: &str = "settled";

/// The end of a transaction.
#[derive(Debug, Default)]
pub struct Ended {
    /// Whether it was committed. Otherwise it was undone.
    pub is_committed: bool,
    /// The paths in the trash that folders with files of the user were moved to.
    pub trashed: Vec<PathBuf>,
    /// The reasons why staging folders can't be removed. The journal then remains, so that the next
    /// command tries again.
    pub left: Vec<fs::Error>,
}

impl Ended {
    /// Reports as warnings what the user has to know about an undone transaction.
    pub(super) fn report(&self, scope: &Scope, progress: &dyn Progress) {
        for path in &self.trashed {
            progress.warn(&format!(
                "a command was undone, and a folder that was changed in the meantime was moved to {}",
                scope.display(path)
            ));
        }
        self.report_left(scope, progress);
    }

    /// Reports as warnings what can't be removed.
    pub(super) fn report_left(&self, scope: &Scope, progress: &dyn Progress) {
        for error in &self.left {
            progress.warn(&format!(
                "{}, which is no longer needed, can't be removed: {}; the next command tries again",
                scope.display(&error.path),
                error.source
            ));
        }
    }
}

impl Journal {
    /// Finishes a committed transaction, or undoes another. `before_step` is called before each change
    /// to the disk.
    ///
    /// # Errors
    /// If the lockfile can't be read, or a folder can't be moved back. The journal then remains for the
    /// next command.
    pub fn finish(
        &self,
        scope: &Scope,
        before_step: &mut dyn FnMut(),
    ) -> Result<Ended, InstallError> {
        if self.is_committed(scope)? {
            Ok(self.complete(scope, before_step))
        } else {
            self.undo(scope, before_step)
        }
    }

    /// Whether the lockfile, or the mark in the journal, shows that the transaction is committed.
    fn is_committed(&self, scope: &Scope) -> Result<bool, InstallError> {
        if self.is_done || self.lockfile.is_none() {
            return Ok(self.is_done);
        }
        let lockfile = fs::read_if_found(&scope.lockfile)?.unwrap_or_default();
        Ok(self.lockfile == Some(Digest::of_bytes(&lockfile).to_string()))
    }

    /// Does what is left after the commit: moves the user's own files to the new folders, and removes the
    /// old ones.
    pub(super) fn complete(&self, scope: &Scope, before_step: &mut dyn FnMut()) -> Ended {
        Ended {
            is_committed: true,
            trashed: self.move_private(scope, before_step),
            left: self.clean_up(scope, before_step),
        }
    }

    /// Undoes every exchange, the last first.
    ///
    /// This also works after an interrupted exchange or undo, because the location of each folder
    /// shows what is left to do.
    fn undo(&self, scope: &Scope, before_step: &mut dyn FnMut()) -> Result<Ended, InstallError> {
        let mut trashed = Vec::new();
        if !self.is_settled(scope)? {
            for exchange in self.exchanges.iter().rev() {
                trashed.extend(self.undo_exchange(scope, exchange, before_step)?);
            }
        }
        Ok(Ended {
            is_committed: false,
            trashed,
            left: self.clean_up(scope, before_step),
        })
    }

    /// Undoes one exchange. Returns the path in the trash of a folder that has files of the user.
    fn undo_exchange(
        &self,
        scope: &Scope,
        exchange: &Exchange,
        before_step: &mut dyn FnMut(),
    ) -> Result<Option<PathBuf>, InstallError> {
        let place = exchange.place(scope);
        let is_there = |path: &Path| fs::look(path).map(|there| there.is_some());
        let old = match exchange.old(scope) {
            Some(old) if is_there(&old)? => Some(old),
            Some(_) => {
                // The old folder was not moved yet, or is restored already.
                return Ok(None);
            }
            None => None,
        };
        let mut trashed = None;
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
                let to = scope.trash().join(free);
                moving::move_entry(&place, &to)?;
                trashed = Some(to);
            }
        }
        if let Some(old) = old {
            before_step();
            moving::move_entry(&old, &place)?;
        }
        Ok(trashed)
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
    /// An old folder with a file that can't be moved because the new folder has another one is moved to the
    /// trash, whose paths are returned. After another error, the next command tries again.
    fn move_private(&self, scope: &Scope, before_step: &mut dyn FnMut()) -> Vec<PathBuf> {
        let mut trashed = Vec::new();
        for exchange in self.exchanges.iter().filter(|it| !it.private.is_empty()) {
            let place = exchange.place(scope);
            let Some(old) = exchange.old(scope) else {
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
            // A folder that can't be looked at is reported as existing, too.
            let is_taken = |(path, moved): (&String, &Result<(), fs::Error>)| {
                moved.as_ref().err().is_some_and(|error| {
                    let is_there = error.source.kind() == io::ErrorKind::AlreadyExists;
                    is_there && error.path == place.join(path)
                })
            };
            if exchange.private.iter().zip(&moved).any(is_taken)
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

    /// Removes the staging folders, then the journal. The transaction is complete, so failures are not
    /// errors: the reasons are returned, and the journal remains for the next command.
    fn clean_up(&self, scope: &Scope, before_step: &mut dyn FnMut()) -> Vec<fs::Error> {
        let stages: Vec<PathBuf> = self.targets.iter().map(|it| scope.stage(it)).collect();
        let mut left = Vec::new();
        let mut removable = Vec::new();
        // All of them first, because a partly removed staging folder must not count as complete.
        for stage in &stages {
            before_step();
            let settled = if self.has_private(scope, stage) {
                let reason = io::Error::other("it has files of yours that can't be moved");
                Err(reason).at("remove", stage)
            } else {
                let marked = std::fs::rename(stage.join(NEW), stage.join(SETTLED));
                fs::if_found(marked).map(|_| ()).at("remove", stage)
            };
            match settled {
                Ok(()) => removable.push(stage),
                Err(error) => left.push(error),
            }
        }
        for stage in removable {
            before_step();
            left.extend(fs::remove_folder(stage).err());
        }
        let targets = self.targets.iter().map(|target| scope.target(target));
        for folder in targets.chain([scope.trash()]) {
            left.extend(moving::remove_moving(&folder).err());
        }
        for folder in self.made.iter().rev() {
            before_step();
            // Only an empty folder is removed: another has files of the user.
            drop(std::fs::remove_dir(scope.target(folder)));
        }
        if left.is_empty() {
            before_step();
            left.extend(fs::remove_file(&self.path).err());
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
pub fn recover(scope: &Scope) -> Result<Ended, InstallError> {
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
        None => Ok(Ended::default()),
    }
}
