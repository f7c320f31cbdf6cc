//! The journal of a transaction. It is written before the changes, so that the next command can
//! finish or undo an interrupted transaction.
//!
//! An untrusted repository may contain a journal, so a journal without a valid seal is ignored. A
//! journal names only targets and skills. The scope determines their paths, and links are not
//! followed. Therefore a project may be moved before the recovery.

use std::io::{self, Read};
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

/// The folder for new skills in a staging folder.
pub(super) const NEW: &str = "new";
/// The folder for replaced skills in a staging folder.
pub(super) const OLD: &str = "old";

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
    pub(super) fn is_new_in(&self, folder: &Path) -> bool {
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
        let text = self.text(scope)?;
        if self.exchanges.is_empty() {
            atomic::write_cache(&self.path, &text)?;
        } else {
            atomic::write(&self.path, &text)?;
        }
        Ok(())
    }

    /// Marks the transaction as committed, on disk and here.
    ///
    /// # Errors
    /// If it can't be written. The mark may be on disk in spite of it, and is here, too, then.
    pub fn write_done(&mut self, scope: &Scope) -> Result<(), InstallError> {
        self.is_done = true;
        let text = self.text(scope)?;
        let written = atomic::write(&self.path, &text);
        if written.is_err() {
            self.is_done = fs::read_if_found(&self.path)?.as_deref() == Some(&text);
        }
        Ok(written?)
    }

    fn text(&self, scope: &Scope) -> Result<Vec<u8>, InstallError> {
        let journal = serde_json::value::to_raw_value(self).map_err(io::Error::from);
        let journal = journal.at("write", &self.path)?;
        let seal = seal::seal(scope, journal.get().as_bytes());
        let text = serde_json::to_vec(&Sealed { seal, journal }).map_err(io::Error::from);
        Ok(text.at("write", &self.path)?)
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
}
