//! [`Transaction`]: skills are staged, then exchanged by rename. The lockfile is written last, and
//! that write is the commit. If the lockfile does not change (`install`), a mark in the journal is
//! the commit.
//!
//! 1. The scope's lock is acquired, and an interrupted transaction is finished or undone.
//! 2. New folders are written next to the target, where agents do not search.
//! 3. One flush makes all of them durable.
//! 4. The exchanges are written to the journal.
//! 5. Each old folder is moved aside, and each new one is moved to its place.
//! 6. The lockfile is replaced. An error before this step undoes everything.
//! 7. The user's own files in old folders are moved to the new ones, and old folders are removed,
//!    except those in the trash.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing::{debug, info};

use super::InstallError;
use super::journal::{self, Exchange, Journal, Journals, OldFolder};
use super::plan::Step;
use super::recovery::Ended;
use super::scope::Scope;
use super::{recovery, state};
use rayon::prelude::*;

use crate::digest::{Digest, FileDigest};
use crate::fs::lock::{FileLock, Waiting};
use crate::fs::moving;
use crate::fs::tree::{OnDisk, write_new};
use crate::fs::{self, At, atomic};
use crate::parallel;
use crate::skill::tree::SkillTree;
use crate::target::Target;
use mdskill_git::Shared;
use mdskill_git::objects::Objects;
use mdskill_git::progress::Progress;
use mdskill_lint::name::SkillName;

/// The time to wait for another mdskill. Only a stalled network takes longer.
const LOCK_PATIENCE: Duration = Duration::from_mins(1);

/// Exclusive access to a scope. Dropping it without a commit undoes the changes.
pub struct Transaction<'a> {
    scope: &'a Scope,
    journal: Journal,
    planned_on: Vec<OnDisk>,
    /// The reason why a staging folder of an interrupted command can't be removed.
    left: Option<fs::Error>,
    checkpoint: &'a dyn Fn() -> bool,
    progress: &'a dyn Progress,
    is_open: bool,
    _lock: FileLock,
}

/// A skill's folder to install.
pub struct StagedSkill<'a> {
    /// The target.
    pub target: Target,
    /// The skill's name.
    pub name: &'a SkillName,
    /// Its files.
    pub files: &'a SkillTree,
    /// The repository with the files' blobs. Each thread opens it for itself.
    pub repository: Shared,
    /// The planned step.
    pub step: Step,
    /// The folder's content during planning. It is compared again before the folder is removed.
    pub on_disk: OnDisk,
}

/// The result of a commit.
#[derive(Debug, Default)]
pub struct Committed {
    /// The paths in the trash that modified or unmanaged folders were moved to.
    pub trashed: Vec<PathBuf>,
}

/// Whether an interrupted command left a transaction to finish or undo.
///
/// # Errors
/// If a journal can't be read.
pub fn was_interrupted(scope: &Scope) -> Result<bool, InstallError> {
    Ok(Journals::find(scope)?.ours.is_some())
}

/// Removes what a command left in the state folder that was killed before or after its transaction.
/// Does nothing while another command runs, or if it can't be removed.
///
/// # Errors
/// [`InstallError::ForeignState`] if the state folder has something that mdskill did not create.
pub fn tidy(scope: &Scope) -> Result<(), InstallError> {
    let waiting = Waiting {
        limit: Duration::ZERO,
        on_wait: &|_| (),
        interrupted: &|| false,
    };
    if state::is_untidy(scope) {
        scope.check_state()?;
        if let Ok(_lock) = FileLock::acquire(&scope.lock(), &waiting) {
            drop(atomic::remove_leftovers(&scope.state()));
            state::remove_state(scope);
        }
    }
    Ok(())
}

impl<'a> Transaction<'a> {
    /// Acquires the scope's lock, waiting for another mdskill if necessary, and recovers the scope.
    ///
    /// `checkpoint` is called between steps and returns whether the user pressed Ctrl-C. `progress`
    /// gets warnings.
    ///
    /// # Errors
    /// If the lock can't be acquired, or an interrupted transaction can't be recovered.
    pub fn begin(
        scope: &'a Scope,
        checkpoint: &'a dyn Fn() -> bool,
        progress: &'a dyn Progress,
    ) -> Result<Self, InstallError> {
        let state = scope.display(&scope.state());
        let on_wait = |holder: &str| {
            progress.warn(&format!("waiting for {holder}, which is changing {state}"));
        };
        let waiting = Waiting {
            limit: LOCK_PATIENCE,
            on_wait: &on_wait,
            interrupted: checkpoint,
        };
        scope.check_state()?;
        let mut transaction = Self {
            scope,
            journal: Journal::default(),
            planned_on: Vec::new(),
            left: None,
            checkpoint,
            progress,
            is_open: true,
            _lock: FileLock::acquire(&scope.lock(), &waiting)?,
        };
        let ended = recovery::recover(scope)?;
        ended.report(scope, progress);
        transaction.left = ended.left.into_iter().next();
        state::write_ignore_file(scope)?;
        transaction.journal = Journals::find(scope)?.start(scope)?;
        Ok(transaction)
    }

    /// Whether files of an interrupted command can't be removed.
    #[must_use]
    pub fn has_left(&self) -> bool {
        self.left.is_some()
    }

    /// Writes new folders to the staging folders, adds their exchanges to the journal, and returns the
    /// digest of each, in the given order.
    ///
    /// The folders are written in parallel, because reading, checking and hashing are CPU-bound.
    ///
    /// # Errors
    /// If files can't be read from their repository or written.
    pub fn stage_all(&mut self, skills: Vec<StagedSkill<'_>>) -> Result<Vec<Digest>, InstallError> {
        let mut stages = Vec::with_capacity(skills.len());
        for skill in &skills {
            self.check_interrupt()?;
            self.scope.check_target(&skill.target)?;
            stages.push(self.stage_for(&skill.target)?);
        }
        let folders: Vec<PathBuf> = skills
            .iter()
            .zip(&stages)
            .map(|(skill, stage)| stage.join(journal::NEW).join(skill.name))
            .collect();
        let write = |(skill, folder): (&StagedSkill<'_>, &PathBuf)| {
            skill
                .repository
                .on_this_thread(|objects| write_skill(folder, skill.files, objects))
        };
        let written = || skills.par_iter().zip(&folders).map(write).collect();
        let digests: Vec<Digest> = parallel::run::<Result<_, InstallError>>(written)?;
        for (skill, digest) in skills.into_iter().zip(&digests) {
            self.add_exchange(
                &skill.target,
                skill.name,
                Some(*digest),
                skill.step,
                skill.on_disk,
            )?;
        }
        Ok(digests)
    }

    /// Adds the removal of a skill's folder.
    ///
    /// # Errors
    /// If the staging folder can't be created.
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
        self.add_exchange(target, name, None, step, on_disk)
    }

    fn add_exchange(
        &mut self,
        target: &Target,
        name: &SkillName,
        new: Option<Digest>,
        step: Step,
        on_disk: OnDisk,
    ) -> Result<(), InstallError> {
        let old = match step {
            Step::Keep | Step::Place => None,
            Step::Replace => Some(OldFolder::Aside),
            Step::Trash => {
                let taken = self.journal.trashed();
                let free = state::free_in_trash(self.scope, name, &taken)?;
                Some(OldFolder::Trash(free))
            }
        };
        self.journal.exchanges.push(Exchange {
            target: target.clone(),
            name: name.clone(),
            new: new.map(|digest| digest.to_string()),
            private: match old {
                Some(_) if new.is_some() => on_disk.private().to_vec(),
                _ => Vec::new(),
            },
            old,
        });
        self.planned_on.push(on_disk);
        Ok(())
    }

    /// Returns the staging folder of a target. It is created on first use, after it is in the journal.
    fn stage_for(&mut self, target: &Target) -> Result<PathBuf, InstallError> {
        // A new journal would replace that of the interrupted command, and with it what is left to do.
        if let Some(error) = self.left.take() {
            return Err(error.into());
        }
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

    /// Whether another target of this transaction has the same staging folder through a link. Any
    /// other existing folder is an error: it may have files of the user, whose journal is lost.
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

    /// Makes all exchanges and writes the lockfile.
    ///
    /// # Errors
    /// If a step before the commit fails. Then all changes are undone, except with
    /// [`InstallError::NotUndone`].
    pub fn commit(mut self, lockfile: &str) -> Result<Committed, InstallError> {
        let lockfile = lockfile.as_bytes();
        let is_same = fs::read_if_found(&self.scope.lockfile)?.as_deref() == Some(lockfile);
        if self.journal.exchanges.is_empty() && is_same {
            return Ok(Committed::default());
        }
        let ended = match self.apply(lockfile, is_same) {
            Ok(()) => {
                info!(lockfile_changed = !is_same, "the transaction is committed");
                self.is_open = false;
                // After the commit, an interrupt only leaves clean-up to the next command.
                let _too_late = (self.checkpoint)();
                self.journal.complete(self.scope, &mut || ())
            }
            Err(error) => self.end_after(error)?,
        };
        ended.report_left(self.scope, self.progress);
        let (trash, trashed) = (self.scope.trash(), self.journal.trashed());
        let mut trashed: Vec<PathBuf> = trashed.iter().map(|name| trash.join(name)).collect();
        trashed.extend(ended.trashed);
        Ok(Committed { trashed })
    }

    /// Makes all changes, up to the one that commits them.
    fn apply(&mut self, lockfile: &[u8], is_same: bool) -> Result<(), InstallError> {
        self.check_interrupt()?;
        for target in &self.journal.targets {
            fs::flush(&self.scope.stage(target))?;
        }
        self.check_interrupt()?;
        self.journal.lockfile = (!is_same).then(|| Digest::of_bytes(lockfile).to_string());
        let count = self.journal.exchanges.len();
        if count > 0 {
            self.journal.write(self.scope)?;
            info!(count, "the journal is written; exchanging folders");
        }
        self.exchange()?;
        if is_same {
            self.journal.write_done(self.scope)
        } else {
            let lock = &self.scope.lockfile;
            Ok(atomic::write_from(&self.scope.state(), lock, lockfile)?)
        }
    }

    /// Ends the transaction after an error: if the commit was written in spite of it, because only its
    /// flush failed, this completes the transaction. Otherwise it undoes it, and returns the error.
    fn end_after(&mut self, error: InstallError) -> Result<Ended, InstallError> {
        self.is_open = false;
        match self.journal.finish(self.scope, &mut || ()) {
            Ok(ended) if ended.is_committed => {
                self.progress.warn(&format!(
                    "the command succeeded, but a power loss may undo it: {error}"
                ));
                Ok(ended)
            }
            Ok(ended) => {
                ended.report(self.scope, self.progress);
                Err(error)
            }
            Err(undo) => Err(InstallError::NotUndone {
                error: Box::new(error),
                undo: Box::new(undo),
                next: self.scope.command("list"),
            }),
        }
    }

    fn exchange(&self) -> Result<(), InstallError> {
        let mut touched = BTreeSet::new();
        for (exchange, seen) in self.journal.exchanges.iter().zip(&self.planned_on) {
            let place = exchange.place(self.scope);
            debug!(place = %place.display(), "exchanging a folder");
            self.check_interrupt()?;
            if let Some(old) = exchange.old(self.scope) {
                moving::move_entry(&place, &old)?;
                // Compare the old folder again, now that other programs can't find it: an edit
                // saved after the planning must not be lost.
                if exchange.old == Some(OldFolder::Aside) && !seen.is_still_in(&old)? {
                    return Err(InstallError::Changed { path: place });
                }
                touched.extend(old.parent().map(Path::to_owned));
            }
            self.check_interrupt()?;
            if exchange.new.is_some() {
                fs::rename(&exchange.staged(self.scope), &place)?;
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
    /// Undoes the changes unless they were committed.
    fn drop(&mut self) {
        if self.is_open && !self.journal.targets.is_empty() {
            info!("undoing the open transaction");
            match self.journal.finish(self.scope, &mut || ()) {
                Ok(ended) => ended.report(self.scope, self.progress),
                // The next command undoes the change.
                Err(error) => self.progress.warn(&format!(
                    "files of this command can't be removed now: {error}"
                )),
            }
        }
        state::remove_state(self.scope);
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
