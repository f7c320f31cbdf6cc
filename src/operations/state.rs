//! [`State`]: the state of an installed skill, as `list`, `verify`, `update`, `outdated`, and `show`
//! report it.

use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;

use super::installed::{InstalledSkill, SkillFolder};
use crate::context::Context;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::fs::{self, At};
use crate::merge::{Conflict, ConflictKind, unresolved_line};
use crate::skill::tree::SkillTree;

/// The state of a skill's folder, compared with the lockfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum State {
    /// The files are as locked.
    Ok,
    /// The files have the edits that the lockfile records.
    Kept,
    /// The files differ from the lockfile.
    Modified,
    /// The files have the markers of a conflict that is not resolved.
    Conflict,
    /// The folder does not exist.
    Missing,
    /// The folder is not in the lockfile.
    Unmanaged,
}

impl State {
    /// Returns the state as shown to the user.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Kept => "modified, kept",
            Self::Modified => "modified",
            Self::Conflict => "conflict",
            Self::Missing => "missing",
            Self::Unmanaged => "unmanaged",
        }
    }

    /// Returns the state of a folder of an installed skill.
    pub(crate) fn of(
        context: &Context<'_>,
        skill: InstalledSkill<'_>,
        folder: &SkillFolder<'_>,
        on_disk: &OnDisk,
    ) -> Result<Self, fs::Error> {
        let entry = skill.entry;
        let OnDisk::Folder(snapshot) = on_disk else {
            return Ok(match on_disk {
                OnDisk::Absent => Self::Missing,
                _ => Self::Modified,
            });
        };
        if snapshot.is(entry.digest_on_disk()) {
            return Ok(match entry.edits {
                Some(_) => Self::Kept,
                None => Self::Ok,
            });
        }
        let unresolved = unresolved(context, skill, &folder.path, snapshot)?;
        Ok(if unresolved.is_empty() {
            Self::Modified
        } else {
            Self::Conflict
        })
    }
}

/// Returns the files of a modified folder with conflict markers that upstream's files do not have.
pub(crate) fn unresolved(
    context: &Context<'_>,
    skill: InstalledSkill<'_>,
    folder: &Path,
    snapshot: &Snapshot,
) -> Result<Vec<Conflict>, fs::Error> {
    let mut original = None;
    let mut found = Vec::new();
    for (path, ..) in &snapshot.files {
        let file = folder.join(path);
        let bytes = match fs::read_plain(&file) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::FileTooLarge) => {
                continue;
            }
            read => read.at("read", &file)?,
        };
        if unresolved_line(&bytes, None).is_none() {
            continue;
        }
        // The objects are opened only for a file with markers, because few have any.
        let original = original.get_or_insert_with(|| {
            let objects = skill.cached(context)?;
            let tree = SkillTree::read(&objects, skill.place_in(&objects)).ok()?;
            Some((objects, tree))
        });
        let upstream = original.as_ref().and_then(|(objects, tree)| {
            let file = tree.files.iter().find(|file| file.path.as_str() == path)?;
            objects.blob(file.id).ok()
        });
        if let Some(line) = unresolved_line(&bytes, upstream.as_deref()) {
            found.push(Conflict {
                path: path.clone(),
                kind: ConflictKind::Unresolved { line },
                hunks: Vec::new(),
            });
        }
    }
    Ok(found)
}
