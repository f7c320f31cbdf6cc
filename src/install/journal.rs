//! The journal: what a transaction is about to do, on disk before it does it, so
//! that the next command can finish or undo what a kill interrupted.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::InstallError;
use super::site::Site;
use crate::digest::Digest;
use crate::fs::tree::OnDisk;
use crate::fs::{self, atomic};

const FILE: &str = "journal.json";
const TRASH: &str = "trash";
const IGNORE: &str = ".gitignore";

/// What a transaction is about to do. Paths are absolute: a journal outlives its
/// process, never its project's place.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    /// The digest of the lockfile that commits it; nothing while staging.
    pub lockfile: Option<String>,
    /// Folders that hold what is made ready.
    pub stages: Vec<PathBuf>,
    /// Folders that were made for it, outermost first.
    pub made: Vec<PathBuf>,
    /// What is exchanged, in order.
    pub swaps: Vec<Swap>,
}

/// One folder that is exchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Swap {
    /// The skill's folder.
    pub place: PathBuf,
    /// What comes in; nothing for a removal.
    pub new: Option<Incoming>,
    /// Where what was there goes; nothing when there was nothing.
    pub old: Option<PathBuf>,
}

/// A folder made ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Incoming {
    /// Where it was made ready.
    pub staged: PathBuf,
    /// Its digest, to tell later whether somebody wrote into it.
    pub digest: String,
}

impl Journal {
    /// Returns where a site's journal is.
    #[must_use]
    pub fn path(site: &Site) -> PathBuf {
        site.state().join(FILE)
    }

    /// Reads the journal that a killed command left, if any.
    ///
    /// # Errors
    /// When it can't be read or understood.
    pub fn read(site: &Site) -> Result<Option<Self>, InstallError> {
        let path = Self::path(site);
        let Some(text) = fs::read_if_found(&path)? else {
            return Ok(None);
        };
        let parsed = serde_json::from_slice(&text);
        parsed.map(Some).map_err(|error| InstallError::Journal {
            path,
            reason: error.to_string(),
        })
    }

    /// Writes the journal; flushed before the first swap, so that it outlives the power.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write(&self, site: &Site) -> Result<(), InstallError> {
        let path = Self::path(site);
        // A root whose name is not UTF-8 can't be written down, so nothing may be exchanged in it.
        let text = serde_json::to_vec(self).map_err(|error| InstallError::Journal {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        match self.swaps.is_empty() {
            true => atomic::write_cache(&path, &text)?,
            false => atomic::write(&path, &text)?,
        }
        Ok(())
    }

    /// Takes back every swap that was made, the last first.
    ///
    /// Also right after a kill: where each folder is tells how far it came.
    ///
    /// # Errors
    /// When a folder can't be moved back; the journal then stays for the next command.
    pub fn undo(&self, site: &Site) -> Result<(), InstallError> {
        for swap in self.swaps.iter().rev() {
            if let Some(new) = &swap.new
                && fs::look(&new.staged)?.is_none()
                && fs::look(&swap.place)?.is_some()
            {
                take_back(site, swap, new)?;
            }
            if let Some(old) = &swap.old
                && fs::look(old)?.is_some()
            {
                fs::rename(old, &swap.place)?;
            }
        }
        drop_unused_trash(site);
        self.clean(site)
    }

    /// Removes what was made ready, then the journal itself.
    ///
    /// # Errors
    /// When something can't be removed.
    pub fn clean(&self, site: &Site) -> Result<(), InstallError> {
        for stage in &self.stages {
            fs::remove_folder(stage)?;
        }
        for folder in self.made.iter().rev() {
            // Only an empty one goes: it has become somebody's otherwise.
            drop(std::fs::remove_dir(folder));
        }
        let no_trash = std::fs::remove_dir(site.state().join(TRASH)).is_ok();
        if no_trash {
            fs::remove_file(&site.state().join(IGNORE))?;
        }
        Ok(fs::remove_file(&Self::path(site))?)
    }
}

/// Moves a new folder out again; one that somebody wrote into since goes to the trash.
fn take_back(site: &Site, swap: &Swap, new: &Incoming) -> Result<(), InstallError> {
    let unchanged = new
        .digest
        .parse::<Digest>()
        .is_ok_and(|digest| OnDisk::read(&swap.place).is_ok_and(|on_disk| on_disk.is(digest)));
    let to = match unchanged {
        true => new.staged.clone(),
        false => trash_path(site, &swap.place)?,
    };
    Ok(fs::rename(&swap.place, &to)?)
}

/// Removes a trash that was made for what then stayed. What can't be removed, or holds
/// something, stays: it is no part of the project.
fn drop_unused_trash(site: &Site) {
    if std::fs::remove_dir(site.state().join("trash")).is_ok() {
        drop(fs::remove_file(&site.state().join(".gitignore")));
    }
}

/// Finishes or undoes what a killed command left. Under the site's lock.
///
/// # Errors
/// When the journal can't be understood, or the disk refuses.
pub fn recover(site: &Site) -> Result<(), InstallError> {
    atomic::sweep(&site.state())?;
    let Some(journal) = Journal::read(site)? else {
        return Ok(());
    };
    let lockfile = fs::read_if_found(&site.lockfile)?.unwrap_or_default();
    let committed = journal
        .lockfile
        .as_ref()
        .is_some_and(|digest| *digest == Digest::of_bytes(&lockfile).to_string());
    match committed {
        true => journal.clean(site),
        false => journal.undo(site),
    }
}

/// Returns a free place in the trash for a skill's folder, and makes the trash.
///
/// # Errors
/// When the trash can't be made.
pub fn trash_path(site: &Site, place: &Path) -> Result<PathBuf, InstallError> {
    let trash = site.state().join(TRASH);
    fs::create_folder(&trash)?;
    // What mdskill keeps for itself is not for the team's repository.
    let ignore = site.state().join(IGNORE);
    if fs::look(&ignore)?.is_none() {
        atomic::write_cache(&ignore, b"*\n")?;
    }
    let name = place
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for number in 1_u32.. {
        let path = trash.join(format!("{name}-{number}"));
        if fs::look(&path)?.is_none() {
            return Ok(path);
        }
    }
    Ok(trash.join(name))
}
