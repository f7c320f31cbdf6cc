//! The local edits of an installed skill, and their merge into a new version.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::source_update::{Kept, Upstream};
use crate::context::Context;
use crate::digest::{Digest, FileMode};
use crate::fs::tree::{OnDisk, Snapshot};
use crate::fs::{self, At};
use crate::hint::{Hint, mdskill};
use crate::merge::{self, Conflict, File, Files, Labels, OnConflict};
use crate::operations::OpError;
use crate::operations::checkout::Checkout;
use crate::operations::install_steps::digest_of;
use crate::operations::installed::{InstalledSkill, read_folders};
use crate::operations::own_source::{self, is_own_source};
use crate::operations::report::{Conflicted, Reason};
use crate::operations::state::unresolved;
use crate::skill::tree::SkillTree;
use mdskill_git::objects::Objects;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::SkillPath;

/// The comparison of the folders of a skill with the locked version.
#[derive(Debug)]
pub(super) enum Local {
    /// The files are unmodified.
    AsLocked,
    /// There are edits.
    Edited(Edited),
    /// A folder can't be merged, or lacks recorded edits.
    Unmergeable {
        /// The folder, as it is displayed.
        place: String,
        /// The reason and the next step.
        reason: Reason,
    },
}

/// The edited files of a skill.
#[derive(Debug)]
pub(super) struct Edited {
    folder: PathBuf,
    /// The folder, as it is displayed.
    place: String,
    snapshot: Snapshot,
    /// The digest without files that tools create.
    digest: Digest,
}

/// The result of merging edits into a new version.
pub(super) enum MergeOutcome {
    /// The files are unmodified, or the edits are discarded.
    Unedited,
    /// The new version with the edits.
    Merged(SkillTree, Box<Kept>),
    /// Both sides changed these files, and the user must decide.
    Conflict { place: String, files: Vec<Conflict> },
    /// The edits can't be merged.
    Unmergeable { place: String, reason: Reason },
}

impl Local {
    /// Reads all folders of a skill. Edits in one of them apply to all; folders with different edits
    /// can't be merged.
    pub(super) fn read(context: &Context<'_>, skill: InstalledSkill<'_>) -> Result<Self, OpError> {
        let entry = skill.entry;
        let mut edited: Option<Edited> = None;
        let mut lacking = None;
        for folder in skill.folders() {
            let place = folder.place();
            if is_own_source(skill.scope, entry, &folder.path) {
                let reason = own_source::reason(skill.name);
                return Ok(Self::Unmergeable { place, reason });
            }
            let on_disk = skill.read(context, &folder)?;
            if let Some(reason) = skill.lacks_edits(&folder, &on_disk) {
                lacking.get_or_insert(Self::Unmergeable { place, reason });
                continue;
            }
            let OnDisk::Folder(snapshot) = on_disk else {
                continue;
            };
            if snapshot.is(entry.digest) {
                continue;
            }
            if let Some(special) = snapshot.special_files.first() {
                let text =
                    format!("`{special}` in it is not a regular file, so it can't be merged");
                let effect = "moves the folder to the trash and updates it";
                let reason = Reason::unless_forced(text, effect);
                return Ok(Self::Unmergeable { place, reason });
            }
            let digest = snapshot.own_digest();
            if let Some(other) = &edited {
                if other.digest != digest {
                    let text = format!("its edits differ from those in {}", other.place);
                    let force = mdskill("update").word(skill.name.as_str()).then("--force");
                    let hint = Hint::text("make the two the same; ")
                        .then_command(force)
                        .then(" moves both to the trash and updates them");
                    let reason = Reason::with_hint(text, hint);
                    return Ok(Self::Unmergeable { place, reason });
                }
                continue;
            }
            edited = Some(Edited {
                folder: folder.path,
                place,
                snapshot,
                digest,
            });
        }
        Ok(match edited {
            Some(edited) => Self::Edited(edited),
            None => lacking.unwrap_or(Self::AsLocked),
        })
    }
}

impl Edited {
    /// Merges the edits into the new version. Without the base, every line that differs was changed by
    /// both sides.
    pub(super) fn merge_into(
        &self,
        upstream: &Upstream,
        objects: &Objects,
        on_conflict: OnConflict,
        label: &str,
    ) -> Result<MergeOutcome, OpError> {
        let base = match &upstream.base {
            Some(base) => merge::files_of(base, objects)?,
            None => Files::new(),
        };
        let paths = match self.paths(&base) {
            Ok(paths) => paths,
            Err(reason) => return Ok(self.unmergeable(reason.into())),
        };
        let ours = match self.read(paths) {
            Err(error) if error.is_not_found() => {
                return Ok(self.unmergeable(Reason::with_hint(
                    "it was changed while it was being read",
                    Hint::text("run the command again"),
                )));
            }
            read => read?,
        };
        let theirs = merge::files_of(&upstream.files, objects)?;
        let labels = Labels {
            ours: "your edits",
            theirs: label,
        };
        let merged = merge::merge(&base, &ours, &theirs, labels, on_conflict);
        let (mut marked, mut resolved) = (Vec::new(), Vec::new());
        match on_conflict {
            OnConflict::Markers => marked = merged.conflicts,
            _ => resolved = merged.conflicts,
        }
        let edited = edited_files(&merged.files, &theirs, &marked);
        let files = merged.files.into_iter();
        let files = files.map(|(path, file)| (path, file.mode, file.bytes.to_vec()));
        let files = match SkillTree::of_files(files) {
            Ok(files) => files,
            Err(error) => {
                let text = format!("with your edits it is refused: {error}");
                return Ok(self.unmergeable(text.into()));
            }
        };
        if on_conflict == OnConflict::Stop && !resolved.is_empty() {
            return Ok(MergeOutcome::Conflict {
                place: self.place.clone(),
                files: resolved,
            });
        }
        let kept = Kept {
            on_disk: self.digest,
            upstream: digest_of(&upstream.files, objects)?,
            edited,
            marked,
            resolved,
            unmarked: None,
        };
        Ok(MergeOutcome::Merged(files, Box::new(kept)))
    }

    pub(super) fn unmergeable(&self, reason: Reason) -> MergeOutcome {
        MergeOutcome::Unmergeable {
            place: self.place.clone(),
            reason,
        }
    }

    /// Returns the files of the skill, without the files that tools create unless the base has them. The
    /// error names a file that is not allowed in a skill.
    fn paths(&self, base: &Files) -> Result<Vec<(SkillPath, FileMode)>, String> {
        let mut paths = Vec::new();
        for (path, mode, _) in &self.snapshot.files {
            let is_leftover = self.snapshot.is_leftover(path);
            match SkillPath::from_bytes(path.as_bytes()) {
                Ok(checked) if !is_leftover || base.contains_key(&checked) => {
                    paths.push((checked, *mode));
                }
                Err(fault) if !is_leftover => {
                    return Err(format!(
                        "`{path}` can't be a skill's file: {fault}; rename it"
                    ));
                }
                _ => {}
            }
        }
        Ok(paths)
    }

    fn read(&self, paths: Vec<(SkillPath, FileMode)>) -> Result<Files, fs::Error> {
        let checkout = Checkout::of(&self.folder);
        let files = paths.into_iter().map(|(path, mode)| {
            let is_converted = self.snapshot.is_converted(path.as_str());
            let stored = is_converted.then(|| checkout.read_stored(path.as_str()));
            let bytes = match stored.flatten() {
                Some(bytes) => bytes,
                None => read_file(&self.folder.join(&path))?,
            };
            let bytes = bytes.into();
            Ok((path, File { mode, bytes }))
        });
        files.collect()
    }
}

/// Returns the files that differ from upstream, except those with markers.
fn edited_files(merged: &Files, theirs: &Files, marked: &[Conflict]) -> Vec<String> {
    let paths: BTreeSet<&SkillPath> = merged.keys().chain(theirs.keys()).collect();
    let differing = paths
        .into_iter()
        .filter(|path| merged.get(*path) != theirs.get(*path));
    differing
        .map(ToString::to_string)
        .filter(|path| !marked.iter().any(|file| file.path == *path))
        .collect()
}

/// Reads a regular file. It may have been replaced by a pipe since it was listed.
fn read_file(path: &Path) -> Result<Vec<u8>, fs::Error> {
    let mut bytes = Vec::new();
    let read = fs::open_plain(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.at("read", path)?;
    Ok(bytes)
}

/// The skills with markers of an earlier conflict.
pub(super) type Unresolved = BTreeMap<SkillName, Conflicted>;

/// Returns the skills with markers of an earlier conflict, which are not updated until it is resolved,
/// because the next merge would take the markers for edits.
pub(super) fn find_unresolved(
    context: &Context<'_>,
    skills: &[InstalledSkill<'_>],
) -> Result<Unresolved, OpError> {
    let mut found = Unresolved::new();
    for (skill, folder, on_disk) in read_folders(context, skills.iter().copied())? {
        let OnDisk::Folder(snapshot) = &on_disk else {
            continue;
        };
        if snapshot.is(skill.entry.digest_on_disk()) {
            continue;
        }
        let files = unresolved(context, skill, &folder.path, snapshot)?;
        if !files.is_empty() {
            found.entry(skill.name.clone()).or_insert(Conflicted {
                name: skill.name.to_string(),
                place: folder.place(),
                commit: None,
                is_marked: false,
                is_unresolved: true,
                files,
            });
        }
    }
    Ok(found)
}
