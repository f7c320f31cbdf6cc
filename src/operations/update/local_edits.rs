//! What somebody wrote into an installed skill, and how it goes into the new version.

use std::path::PathBuf;

use crate::digest::{Digest, FileMode};
use crate::fs::tree::{OnDisk, Snapshot};
use crate::fs::{self, At};
use crate::merge::{self, Conflict, File, Files, Labels, OnConflict};
use crate::operations::OpError;
use crate::operations::installed::{InstalledSkill, marked_line};
use crate::operations::own_source::{self, is_own_source};
use crate::operations::report::ConflictedFile;
use crate::skill::tree::{SkillTree, TreeError};
use mdskill_git::objects::Objects;
use mdskill_lint::path::SkillPath;

/// How the folders of a skill compare with the version that is locked.
#[derive(Debug)]
pub(super) enum Local {
    /// Nobody wrote into them.
    AsLocked,
    /// Somebody did.
    Edited(Edited),
    /// They are edited so that nothing can be merged, or lack edits that are recorded, and why.
    Unmergeable {
        /// The folder, as people know it.
        place: String,
        /// Why, as a sentence with a next step.
        reason: String,
    },
}

/// The edited files of a skill.
#[derive(Debug)]
pub(super) struct Edited {
    /// The folder.
    folder: PathBuf,
    /// The folder, as people know it.
    pub place: String,
    /// What is in it.
    snapshot: Snapshot,
    /// The digest of what somebody wrote, or left as it was.
    pub digest: Digest,
    /// Whether the lockfile records just these edits.
    is_meant: bool,
    /// The command that records them.
    keep: String,
}

/// The result of merging edits into a new version.
pub(super) enum MergeOutcome {
    Merged(Merged),
    /// Both sides changed these, and the user must decide.
    Conflict(Vec<ConflictedFile>),
    /// The edits can't be merged, and why.
    Unmergeable(String),
}

/// The new version with the edits in it.
pub(super) struct Merged {
    /// Its files.
    pub files: SkillTree,
    /// The files that are not as upstream has them.
    pub edited: Vec<String>,
    /// The conflicts that were resolved or marked as asked for.
    pub conflicts: Vec<ConflictedFile>,
}

impl Local {
    /// Looks at every folder of a skill. Edits in one of them are the skill's; two that are
    /// edited differently can't both be.
    pub(super) fn look(skill: InstalledSkill<'_>) -> Result<Self, OpError> {
        let entry = skill.entry;
        let mut edited: Option<Edited> = None;
        let mut lacking = None;
        for folder in skill.folders() {
            let place = folder.place();
            if is_own_source(skill.scope, entry, &folder.path) {
                let reason = own_source::REASON.to_owned();
                return Ok(Self::Unmergeable { place, reason });
            }
            let on_disk = folder.read()?;
            if let Some(reason) = skill.lacks_edits(&on_disk) {
                lacking.get_or_insert(Self::Unmergeable { place, reason });
                continue;
            }
            let OnDisk::Folder(snapshot) = on_disk else {
                continue;
            };
            if snapshot.is(entry.digest) {
                continue;
            }
            if let Some(stranger) = snapshot.special_files.first() {
                let reason = format!(
                    "`{stranger}` in it is no plain file, which can't be merged: remove it, or --force moves the folder to the trash folder and goes on"
                );
                return Ok(Self::Unmergeable { place, reason });
            }
            let digest = snapshot.own_digest();
            match &edited {
                Some(other) if other.digest != digest => {
                    let reason = format!(
                        "{} has other edits than it: make the two the same, or --force moves both to the trash folder and goes on",
                        other.place
                    );
                    return Ok(Self::Unmergeable { place, reason });
                }
                Some(_) => {}
                None => {
                    edited = Some(Edited {
                        folder: folder.path,
                        place,
                        is_meant: entry.edits.is_some_and(|edits| snapshot.is(edits)),
                        snapshot,
                        digest,
                        keep: skill.scope.command(&format!("keep {}", skill.name)),
                    });
                }
            }
        }
        Ok(match edited {
            Some(edited) => Self::Edited(edited),
            None => lacking.unwrap_or(Self::AsLocked),
        })
    }
}

impl Edited {
    /// Merges the edits, which were made to `base`, into `theirs`.
    ///
    /// Without the base, both sides changed every line that differs.
    pub(super) fn merge_into(
        &self,
        base: Option<&SkillTree>,
        theirs: &SkillTree,
        objects: &Objects,
        on_conflict: OnConflict,
        upstream: &str,
    ) -> Result<MergeOutcome, OpError> {
        let base = match base {
            Some(base) => merge::files_of(base, objects)?,
            None => Files::new(),
        };
        let paths = match self.paths(&base) {
            Ok(paths) => paths,
            Err(reason) => return Ok(MergeOutcome::Unmergeable(reason)),
        };
        let ours = match self.read(paths) {
            // The user or another command removed it after it was listed.
            Err(error) if error.is_not_found() => {
                return Ok(MergeOutcome::Unmergeable(
                    "it was changed while it was being read; run the command again".to_owned(),
                ));
            }
            read => read?,
        };
        if let Some(marker) = self.unresolved(&ours, &base) {
            return Ok(MergeOutcome::Unmergeable(format!(
                "{marker} still has the markers of a conflict: resolve it, and {} records that; --force takes the new version and moves the folder to the trash folder",
                self.keep
            )));
        }
        let theirs = merge::files_of(theirs, objects)?;
        let labels = Labels {
            ours: "your edits",
            theirs: upstream,
        };
        let merged = merge::merge(&base, &ours, &theirs, &labels, on_conflict);
        let conflicts: Vec<ConflictedFile> = merged.conflicts.into_iter().map(told).collect();
        if !conflicts.is_empty() && on_conflict == OnConflict::Stop {
            return Ok(MergeOutcome::Conflict(conflicts));
        }
        let edited = differing(&merged.files, &theirs);
        Ok(match tree_of(merged.files) {
            Ok(files) => MergeOutcome::Merged(Merged {
                files,
                edited,
                conflicts,
            }),
            Err(error) => {
                MergeOutcome::Unmergeable(format!("with your edits it is refused: {error}"))
            }
        })
    }

    /// Returns `FILE:LINE` of the first marker that a merge left in the edits and nobody means: merged
    /// into the next version, it would pass for an edit.
    fn unresolved(&self, ours: &Files, base: &Files) -> Option<String> {
        let edited = ours
            .iter()
            .filter(|(path, file)| !self.is_meant && base.get(*path) != Some(*file));
        let mut marked = edited.filter_map(|(path, file)| Some((path, marked_line(&file.bytes)?)));
        marked.next().map(|(path, line)| format!("{path}:{line}"))
    }

    /// Returns the skill's files. Files that the system or an interpreter leaves behind belong to it
    /// only when they did before. The error names a file that no skill can have.
    fn paths(&self, base: &Files) -> Result<Vec<(SkillPath, FileMode)>, String> {
        let mut paths = Vec::new();
        for (path, mode, _) in &self.snapshot.files {
            let checked = match SkillPath::from_bytes(path.as_bytes()) {
                Ok(checked) => checked,
                Err(_) if self.snapshot.is_leftover(path) => continue,
                Err(fault) => {
                    return Err(format!(
                        "`{path}` can't be a skill's file: {fault}; rename it"
                    ));
                }
            };
            if !self.snapshot.is_leftover(path) || base.contains_key(&checked) {
                paths.push((checked, *mode));
            }
        }
        Ok(paths)
    }

    fn read(&self, paths: Vec<(SkillPath, FileMode)>) -> Result<Files, fs::Error> {
        let files = paths.into_iter().map(|(path, mode)| {
            let bytes = read_plain(&self.folder.join(&path))?.into();
            Ok((path, File { mode, bytes }))
        });
        files.collect()
    }
}

/// Reads a file that was a plain one a moment ago, and may be a pipe now.
fn read_plain(path: &std::path::Path) -> Result<Vec<u8>, fs::Error> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let read = fs::open_plain(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.at("read", path)?;
    Ok(bytes)
}

fn tree_of(files: Files) -> Result<SkillTree, TreeError> {
    let files = files.into_iter();
    SkillTree::of_files(files.map(|(path, file)| (path, file.mode, file.bytes.to_vec())))
}

/// Returns the paths at which the two differ.
fn differing(ours: &Files, theirs: &Files) -> Vec<String> {
    let all = ours.keys().chain(theirs.keys());
    let mut paths: Vec<String> = all
        .filter(|path| ours.get(path) != theirs.get(path))
        .map(ToString::to_string)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

fn told(conflict: Conflict) -> ConflictedFile {
    ConflictedFile {
        reason: conflict.kind.to_string(),
        path: conflict.path,
        hunks: conflict.hunks,
    }
}
