//! The journal: what a transaction is about to do, on disk before it does it, so
//! that the next command can finish or undo what a kill interrupted.
//!
//! A journal may come with a stranger's repository, so only one with a valid seal is
//! obeyed, and any other is left alone. It names nothing but targets and skills: where their
//! folders are, the scope says, and no link is followed there. And so a project may be moved
//! between the kill and the next command.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::scope::Scope;
use super::{InstallError, seal};
use crate::digest::Digest;
use crate::fs::tree::OnDisk;
use crate::fs::{self, At, atomic};
use crate::target::Target;
use mdskill_lint::name::SkillName;

/// The folder in a stage for what comes in.
pub(super) const NEW: &str = "new";
/// The folder in a stage for what moves aside.
pub(super) const OLD: &str = "old";
/// What the first is called when all swaps are made, or taken back.
const SETTLED: &str = "settled";

/// What a transaction is about to do.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    /// The digest of the lockfile that commits it; nothing while staging, and when the
    /// lockfile stays as it is, for then its bytes say nothing.
    pub lockfile: Option<String>,
    /// Whether everything was exchanged, where the lockfile can't tell.
    #[serde(default)]
    pub is_done: bool,
    /// The targets beside which something is made ready.
    pub targets: Vec<Target>,
    /// Folders below the root that were made for it, outermost first.
    pub made: Vec<Target>,
    /// What is exchanged, in order.
    pub swaps: Vec<Swap>,
    /// The file it is in.
    #[serde(skip)]
    pub path: PathBuf,
}

/// A journal as it is in its file.
#[derive(Serialize, Deserialize)]
struct Sealed {
    seal: Option<String>,
    journal: Box<RawValue>,
}

/// The journals of a scope.
#[derive(Debug, Default)]
pub struct Journals {
    /// The one that a killed command of this user's left.
    pub ours: Option<Journal>,
    /// The files of those that this user did not write on this machine.
    pub foreign: Vec<PathBuf>,
    /// Where a new one may be written.
    free: Option<PathBuf>,
}

impl Journals {
    /// Looks for the journals of a scope.
    ///
    /// # Errors
    /// When one can't be read, or is the user's and can't be understood.
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
            // Another command may have removed its own by now.
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

    /// Returns an empty journal, in a file that no stranger's journal is in.
    ///
    /// # Errors
    /// When there is none.
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

/// One folder that is exchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Swap {
    /// The target it is in.
    pub target: Target,
    /// The skill.
    pub name: SkillName,
    /// The digest of what comes in, to tell later whether somebody wrote into it;
    /// nothing for a removal.
    pub new: Option<String>,
    /// Where what was there goes; nothing when there was nothing.
    pub old: Option<Old>,
}

/// Where a folder goes that makes room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Old {
    /// Aside, and away when all is done.
    Aside,
    /// Into the trash, under this name.
    Trash(SkillName),
}

impl Swap {
    /// Returns the skill's folder.
    #[must_use]
    pub fn place(&self, scope: &Scope) -> PathBuf {
        scope.skill(&self.target, &self.name)
    }

    /// Returns where the new folder is made ready.
    #[must_use]
    pub fn staged(&self, scope: &Scope) -> PathBuf {
        scope.stage(&self.target).join(NEW).join(&self.name)
    }

    /// Whether the folder has the files of the new one.
    fn is_new_in(&self, folder: &Path) -> bool {
        let new = self.new.as_ref().and_then(|new| new.parse::<Digest>().ok());
        new.is_some_and(|new| OnDisk::read(folder).is_ok_and(|on_disk| on_disk.is(new)))
    }

    /// Returns where the old folder goes.
    #[must_use]
    pub fn old(&self, scope: &Scope) -> Option<PathBuf> {
        self.old.as_ref().map(|old| match old {
            Old::Aside => scope.stage(&self.target).join(OLD).join(&self.name),
            Old::Trash(name) => scope.trash().join(name),
        })
    }
}

impl Journal {
    /// Reads a journal; `None` when this user did not write it on this machine.
    fn unseal(scope: &Scope, path: &Path, text: &[u8]) -> Result<Option<Self>, InstallError> {
        let Ok(sealed) = serde_json::from_slice::<Sealed>(text) else {
            return Ok(None);
        };
        let text = sealed.journal.get();
        let is_valid = |seal: String| seal::is_valid(scope, text.as_bytes(), &seal);
        if !sealed.seal.is_some_and(is_valid) {
            return Ok(None);
        }
        let journal: Self =
            serde_json::from_str(text).map_err(|error| bad_journal(path, &error))?;
        Ok(Some(Self {
            path: path.to_owned(),
            ..journal
        }))
    }

    /// Writes the journal; flushed before the first swap, so that it outlives the power.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, scope: &Scope) -> Result<(), InstallError> {
        let bad = |error| bad_journal(&self.path, &error);
        let journal = serde_json::value::to_raw_value(self).map_err(bad)?;
        let seal = seal::seal(scope, journal.get().as_bytes());
        let text = serde_json::to_vec(&Sealed { seal, journal }).map_err(bad)?;
        if self.swaps.is_empty() {
            atomic::write_cache(&self.path, &text)?;
        } else {
            atomic::write(&self.path, &text)?;
        }
        Ok(())
    }

    /// Takes back every swap that was made, the last first.
    ///
    /// Also right after a kill, and after a kill of an undo: the location of each folder shows
    /// what is left to do.
    ///
    /// # Errors
    /// When a folder can't be moved back; the journal then stays for the next command.
    pub fn undo(&self, scope: &Scope) -> Result<(), InstallError> {
        self.undo_by_steps(scope, &mut || ())
    }

    /// Settles what was committed and takes back what was not.
    ///
    /// # Errors
    /// As [`Journal::undo`], and when the lockfile can't be read.
    pub fn finish(&self, scope: &Scope) -> Result<(), InstallError> {
        self.finish_by_steps(scope, &mut || ())
    }

    /// As [`Journal::finish`]; `before_step` is called before each change to the disk.
    pub(super) fn finish_by_steps(
        &self,
        scope: &Scope,
        before_step: &mut dyn FnMut(),
    ) -> Result<(), InstallError> {
        let lockfile = fs::read_if_found(&scope.lockfile)?.unwrap_or_default();
        let digest = Digest::of_bytes(&lockfile).to_string();
        if self.is_done || self.lockfile.as_ref() == Some(&digest) {
            // What can't be removed now stays in the journal for the next command.
            let _left = self.settle_by_steps(scope, before_step);
            Ok(())
        } else {
            self.undo_by_steps(scope, before_step)
        }
    }

    /// As [`Journal::undo`]; `before_step` is called before each change to the disk.
    fn undo_by_steps(
        &self,
        scope: &Scope,
        before_step: &mut dyn FnMut(),
    ) -> Result<(), InstallError> {
        if !self.is_settled(scope)? {
            for swap in self.swaps.iter().rev() {
                self.undo_swap(scope, swap, before_step)?;
            }
        }
        // What can't be removed now stays in the journal for the next command.
        let _left = self.settle_by_steps(scope, before_step);
        Ok(())
    }

    fn undo_swap(
        &self,
        scope: &Scope,
        swap: &Swap,
        before_step: &mut dyn FnMut(),
    ) -> Result<(), InstallError> {
        let place = swap.place(scope);
        let is_there = |path: &Path| fs::look(path).map(|there| there.is_some());
        let old = match swap.old(scope) {
            Some(old) if is_there(&old)? => Some(old),
            Some(_) => {
                // It did not move yet, or is back: in its place is nothing of ours.
                return Ok(());
            }
            None => None,
        };
        let is_placed = swap.new.is_some() && !is_there(&swap.staged(scope))?;
        if (is_placed || old.is_some()) && is_there(&place)? {
            let is_new = is_placed && swap.is_new_in(&place);
            let to = if is_new {
                swap.staged(scope)
            } else {
                // Something was written into it since, or it is another: it is the user's.
                let free = free_in_trash(scope, &swap.name, &self.trashed())?;
                scope.trash().join(free)
            };
            before_step();
            fs::rename(&place, &to)?;
        }
        if let Some(old) = old {
            before_step();
            fs::rename(&old, &place)?;
        }
        Ok(())
    }

    /// Returns the names in the trash that belong to what is exchanged: they may be free for a
    /// moment, but another folder under such a name would be taken for the old one.
    fn trashed(&self) -> Vec<SkillName> {
        let names = self.swaps.iter().map(|swap| match &swap.old {
            Some(Old::Trash(name)) => Some(name.clone()),
            Some(Old::Aside) | None => None,
        });
        names.flatten().collect()
    }

    /// Whether all swaps are made, or taken back, and only the stages are left to be removed.
    ///
    /// A journal with swaps is written when each stage has its folder `new`, which is renamed
    /// before anything else of a stage goes.
    fn is_settled(&self, scope: &Scope) -> Result<bool, InstallError> {
        for target in &self.targets {
            if fs::look(&scope.stage(target).join(NEW))?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Removes what moved aside, then the journal itself; all is done, so nothing here
    /// is worth a failure. Returns the folders that can't be removed; the journal then
    /// stays, so that the next command tries again.
    #[must_use]
    pub fn settle(&self, scope: &Scope) -> Vec<PathBuf> {
        self.settle_by_steps(scope, &mut || ())
    }

    fn settle_by_steps(&self, scope: &Scope, before_step: &mut dyn FnMut()) -> Vec<PathBuf> {
        let stages: Vec<PathBuf> = self.targets.iter().map(|it| scope.stage(it)).collect();
        let mut left = Vec::new();
        // All of them first: a stage of which a part is gone must not be read as one that is whole.
        for stage in &stages {
            before_step();
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
        for folder in self.made.iter().rev() {
            before_step();
            // Only an empty one goes: it has become somebody's otherwise.
            drop(std::fs::remove_dir(scope.target(folder)));
        }
        if left.is_empty() {
            before_step();
            drop(fs::remove_file(&self.path));
        }
        left
    }

    /// Checks that no link leads from where the journal points to somewhere else.
    fn check_places(&self, scope: &Scope) -> Result<(), InstallError> {
        let swaps = self.swaps.iter().map(|swap| &swap.target);
        for target in self.targets.iter().chain(&self.made).chain(swaps) {
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

/// Finishes or undoes what a killed command left. Under the scope's lock.
///
/// # Errors
/// When the journal can't be understood, leads elsewhere, or the disk refuses.
pub fn recover(scope: &Scope) -> Result<(), InstallError> {
    atomic::sweep(&scope.state())?;
    match Journals::find(scope)?.ours {
        Some(journal) => {
            journal.check_places(scope)?;
            journal.finish(scope)
        }
        None => Ok(()),
    }
}

fn bad_journal(path: &Path, error: &serde_json::Error) -> InstallError {
    InstallError::Journal {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Returns a name that is free in the trash and not among `taken`, and makes the trash.
///
/// # Errors
/// When the trash can't be made.
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

/// Keeps what a command has for itself out of the project's repository.
///
/// # Errors
/// When the disk refuses.
pub fn hide(scope: &Scope) -> Result<(), InstallError> {
    let ignore = scope.ignore();
    if fs::look(&ignore)?.is_none() {
        let file = File::create_new(&ignore);
        file.and_then(|mut file| file.write_all(b"*\n"))
            .at("write", &ignore)?;
    }
    Ok(())
}

/// Removes what a command had for itself, unless the trash holds something.
pub fn tidy(scope: &Scope) {
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
