//! [`Transaction`]: skills are made ready, then exchanged by rename, and the
//! lockfile is written last: that write is the point of no return. Where the lockfile
//! stays as it is (`install`), a mark in the journal is.
//!
//! 1. The scope's lock is taken, and what a killed command left is finished or undone.
//! 2. New folders are written beside the target, where no agent looks.
//! 3. One flush makes them durable, whatever their number.
//! 4. The journal says what will be exchanged.
//! 5. Each old folder moves aside, each new one in.
//! 6. The lockfile is replaced. Before it, any error takes everything back.
//! 7. What moved aside is removed, or is in the trash.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::InstallError;
use super::journal::{self, Journal, Journals, Old, Swap};
use super::plan::Step;
use super::scope::Scope;
use rayon::prelude::*;

use crate::digest::{Digest, FileDigest};
use crate::fs::lock::{FileLock, Waiting};
use crate::fs::tree::{OnDisk, write_new};
use crate::fs::{self, At, atomic};
use crate::skill::tree::SkillTree;
use crate::target::Target;
use mdskill_git::objects::Objects;
use mdskill_lint::name::SkillName;

/// How long another mdskill is waited for: longer than any but a dead network takes.
const LOCK_PATIENCE: Duration = Duration::from_mins(1);

/// A scope that is ours alone until this is dropped.
pub struct Transaction<'a> {
    scope: &'a Scope,
    journal: Journal,
    seen: Vec<OnDisk>,
    trashed: Vec<SkillName>,
    checkpoint: &'a dyn Fn() -> bool,
    is_open: bool,
    _lock: FileLock,
}

/// A skill's folder that is to be made ready.
pub struct Put<'a> {
    /// Where it goes.
    pub target: Target,
    /// The skill's name.
    pub name: &'a SkillName,
    /// Its files.
    pub files: &'a SkillTree,
    /// The folder of the repository that has their bytes; each thread opens it for itself.
    pub repository: &'a Path,
    /// What the plan says about what is there.
    pub step: Step,
    /// What the plan saw there; it is looked at again before it goes.
    pub on_disk: OnDisk,
}

/// What a committed transaction did.
#[derive(Debug, Default)]
pub struct Committed {
    /// Where edited or unmanaged folders were moved to.
    pub trashed: Vec<PathBuf>,
    /// Folders of what is gone that can't be removed; all else is done.
    pub left: Vec<PathBuf>,
}

/// Tells whether a killed command left something to finish or undo.
///
/// # Errors
/// When a journal can't be read.
pub fn was_interrupted(scope: &Scope) -> Result<bool, InstallError> {
    Ok(atomic::has_leftovers(&scope.state()) || Journals::find(scope)?.ours.is_some())
}

impl<'a> Transaction<'a> {
    /// Takes the scope, waiting for another mdskill if need be, and recovers it.
    ///
    /// `checkpoint` is asked between any two steps whether the user gave up;
    /// `tell` hears who is waited for.
    ///
    /// # Errors
    /// When the lock is not to be had, or a killed command's leavings can't be settled.
    pub fn begin(
        scope: &'a Scope,
        checkpoint: &'a dyn Fn() -> bool,
        tell: &dyn Fn(&str),
    ) -> Result<Self, InstallError> {
        let waiting = Waiting {
            limit: LOCK_PATIENCE,
            tell,
            interrupted: checkpoint,
        };
        scope.check_state()?;
        let lock = FileLock::acquire(&scope.lock(), &waiting)?;
        journal::recover(scope)?;
        journal::hide(scope)?;
        Ok(Self {
            scope,
            journal: Journals::find(scope)?.start(scope)?,
            seen: Vec::new(),
            trashed: Vec::new(),
            checkpoint,
            is_open: true,
            _lock: lock,
        })
    }

    /// Makes new folders ready, notes that they will take their places, and returns the
    /// digest of what was written to each, in the order given.
    ///
    /// The folders are written side by side: reading, checking and hashing is the
    /// processor's work.
    ///
    /// # Errors
    /// When files can't be read from their repository or written.
    pub fn put_all(&mut self, puts: Vec<Put<'_>>) -> Result<Vec<Digest>, InstallError> {
        let mut beside = Vec::with_capacity(puts.len());
        for put in &puts {
            self.check_interrupt()?;
            self.scope.check_target(&put.target)?;
            beside.push(self.stage_for(&put.target)?);
        }
        let folders: Vec<PathBuf> = puts
            .iter()
            .zip(&beside)
            .map(|(put, stage)| stage.join(journal::NEW).join(put.name))
            .collect();
        let write = |(put, folder): (&Put<'_>, &PathBuf)| {
            Objects::on_this_thread(put.repository, |objects| {
                write_skill(folder, put.files, objects)
            })
        };
        let digests: Vec<Digest> = puts
            .par_iter()
            .zip(&folders)
            .map(write)
            .collect::<Result<_, InstallError>>()?;
        for (put, digest) in puts.into_iter().zip(&digests) {
            self.note(&put.target, put.name, Some(*digest), put.step, put.on_disk)?;
        }
        Ok(digests)
    }

    /// Notes that a skill's folder will go.
    ///
    /// # Errors
    /// When the place for it can't be made.
    pub fn remove(
        &mut self,
        target: &Target,
        name: &SkillName,
        step: Step,
        on_disk: OnDisk,
    ) -> Result<(), InstallError> {
        self.check_interrupt()?;
        self.scope.check_target(target)?;
        self.stage_for(target)?;
        self.note(target, name, None, step, on_disk)
    }

    fn note(
        &mut self,
        target: &Target,
        name: &SkillName,
        new: Option<Digest>,
        step: Step,
        on_disk: OnDisk,
    ) -> Result<(), InstallError> {
        let old = match step {
            Step::Keep | Step::Place => None,
            Step::Replace => Some(Old::Aside),
            Step::Trash => {
                let free = journal::free_in_trash(self.scope, name, &self.trashed)?;
                self.trashed.push(free.clone());
                Some(Old::Trash(free))
            }
        };
        self.seen.push(on_disk);
        self.journal.swaps.push(Swap {
            target: target.clone(),
            name: name.clone(),
            new: new.map(|digest| digest.to_string()),
            old,
        });
        Ok(())
    }

    /// Returns the stage of a target, made on first use and noted before it is.
    fn stage_for(&mut self, target: &Target) -> Result<PathBuf, InstallError> {
        let stage = self.scope.stage(target);
        if !self.journal.targets.contains(target) {
            let is_shared = self.check_stage(&stage)?;
            self.journal.targets.push(target.clone());
            self.journal
                .made
                .extend(self.scope.missing_folders(target)?);
            self.journal.write(self.scope)?;
            if !is_shared {
                fs::create_folder(stage.parent().unwrap_or(Path::new(".")))?;
                std::fs::create_dir(&stage).at("make the folder", &stage)?;
            }
            fs::create_folder(&stage.join(journal::NEW))?;
            fs::create_folder(&stage.join(journal::OLD))?;
            fs::create_folder(&self.scope.target(target))?;
        }
        Ok(stage)
    }

    /// Tells whether a stage is there for another target of this transaction, by way of a link.
    /// Any other one may have a user's folder in it, whose journal is lost, so it is not removed.
    fn check_stage(&self, stage: &Path) -> Result<bool, InstallError> {
        let Some(there) = fs::look(stage)? else {
            return Ok(false);
        };
        let real = stage.canonicalize().ok();
        let mut others = self.journal.targets.iter().map(|it| self.scope.stage(it));
        let is_shared = others.any(|other| real.is_some() && other.canonicalize().ok() == real);
        if there.is_dir() && is_shared {
            Ok(true)
        } else {
            let path = stage.to_owned();
            Err(InstallError::StageTaken { path })
        }
    }

    /// Exchanges everything that was noted and writes the lockfile.
    ///
    /// # Errors
    /// Whatever went wrong; everything is then as it was.
    pub fn commit(mut self, lockfile: &str) -> Result<Committed, InstallError> {
        let lockfile = lockfile.as_bytes();
        let is_same = fs::read_if_found(&self.scope.lockfile)?.as_deref() == Some(lockfile);
        if self.journal.swaps.is_empty() && is_same {
            return Ok(Committed::default());
        }
        self.check_interrupt()?;
        for target in &self.journal.targets {
            fs::flush(&self.scope.stage(target))?;
        }
        self.check_interrupt()?;
        self.journal.lockfile = (!is_same).then(|| Digest::of_bytes(lockfile).to_string());
        self.journal.write(self.scope)?;
        self.exchange()?;
        match is_same {
            true => {
                self.journal.is_done = true;
                self.journal.write(self.scope)?;
            }
            false => atomic::write_from(&self.scope.state(), &self.scope.lockfile, lockfile)?,
        }
        self.is_open = false;
        // From here on an interrupt only leaves work to the next command's recovery.
        let _too_late = (self.checkpoint)();
        let trash = self.scope.trash();
        Ok(Committed {
            trashed: self.trashed.iter().map(|name| trash.join(name)).collect(),
            left: self.journal.settle(self.scope),
        })
    }

    fn exchange(&self) -> Result<(), InstallError> {
        let mut touched = BTreeSet::new();
        for (swap, seen) in self.journal.swaps.iter().zip(&self.seen) {
            let place = swap.place(self.scope);
            self.check_interrupt()?;
            if let Some(old) = swap.old(self.scope) {
                fs::rename(&place, &old)?;
                // What is about to be removed is looked at again, now that nobody finds
                // it any more: an edit saved since the plan was made must not be lost.
                if swap.old == Some(Old::Aside) && OnDisk::read(&old)? != *seen {
                    return Err(InstallError::Changed { path: place });
                }
                touched.extend(old.parent().map(Path::to_owned));
            }
            self.check_interrupt()?;
            if swap.new.is_some() {
                fs::rename(&swap.staged(self.scope), &place)?;
            }
            touched.extend(place.parent().map(Path::to_owned));
        }
        for folder in touched {
            fs::flush_entries(&folder)?;
        }
        self.check_interrupt()
    }

    fn check_interrupt(&self) -> Result<(), InstallError> {
        if (self.checkpoint)() {
            Err(InstallError::Interrupted)
        } else {
            Ok(())
        }
    }
}

impl Drop for Transaction<'_> {
    /// Takes everything back unless it was committed.
    fn drop(&mut self) {
        if self.is_open && !self.journal.targets.is_empty() {
            // What can't be taken back now, the next command's recovery does.
            drop(match self.journal.lockfile {
                // The lockfile may have been replaced before its flush failed: then it is done.
                Some(_) => self.journal.finish(self.scope),
                None => self.journal.undo(self.scope),
            });
        }
        journal::tidy(self.scope);
    }
}

/// Writes the files of a skill into a new folder and returns their digest.
fn write_skill(
    folder: &Path,
    files: &SkillTree,
    objects: &Objects,
) -> Result<Digest, InstallError> {
    fs::create_folder(folder)?;
    let mut made: BTreeSet<&str> = BTreeSet::new();
    let mut digests = Vec::with_capacity(files.files.len());
    for file in &files.files {
        if let Some((above, _)) = file.path.as_str().rsplit_once('/')
            && made.insert(above)
        {
            fs::create_folder(&folder.join(above))?;
        }
        let bytes = files.bytes(file, objects)?;
        write_new(&folder.join(&file.path), file.mode, &bytes)?;
        digests.push((file.path.as_str(), file.mode, FileDigest::of(&bytes)));
    }
    Ok(Digest::of_files(digests))
}

#[cfg(test)]
mod tests;
