//! `keep`: record the local edits of installed skills in the lockfile.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::OpError;
use super::install_steps::{self, Verdict};
use super::installed::{check_installed, marked_line, stored_difference};
use super::report::{LeftAlone, no_files};
use crate::context::Context;
use crate::digest::Digest;
use crate::fs::At;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::lockfile::{Entry, Lockfile};
use mdskill_git::objects::blob_id;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::SkillPath;

/// The arguments of `keep`.
#[derive(Debug, Default)]
pub struct Options {
    /// The skills whose edits to keep.
    pub names: Vec<SkillName>,
    /// Whether files with conflict markers are kept, too.
    pub force: bool,
}

/// The result of `keep`.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The skills whose edits were recorded.
    pub kept: Vec<Kept>,
    /// The skills without edits.
    pub unedited: Vec<String>,
    /// The folders that can't be kept. If there is one, nothing was recorded.
    pub left_alone: Vec<LeftAlone>,
}

/// A skill whose edits are kept.
#[derive(Debug, Serialize)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// Its folders.
    pub places: Vec<String>,
    /// The files that differ from upstream, each with its kind of change, if the store has the
    /// original.
    pub files: Vec<String>,
    /// The digest of the files on disk.
    pub edits: String,
}

/// Records the edits of all named skills, or of none.
///
/// # Errors
/// If one is not installed, or a file system operation fails.
pub fn keep(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let lockfile = context
        .lockfile()?
        .ok_or_else(|| OpError::no_lockfile(&context.scope))?;
    check_installed(&lockfile, &options.names)?;
    let (report, _) = install_steps::in_transaction(context, |_, lockfile| {
        let mut report = Report::default();
        // A name may be given twice.
        for name in options.names.iter().collect::<BTreeSet<_>>() {
            let Some(entry) = lockfile.skills.get(name) else {
                continue;
            };
            let Some((digest, on_disk)) =
                look(context, options, lockfile, name, entry, &mut report)?
            else {
                continue;
            };
            let edits = (digest != entry.digest).then_some(digest);
            match edits {
                None => report.unedited.push(name.to_string()),
                Some(edits) => report.kept.push(Kept {
                    name: name.to_string(),
                    places: install_steps::places(&context.scope, name, lockfile.targets_of(entry)),
                    files: stored_difference(context, entry, &on_disk),
                    edits: edits.to_string(),
                }),
            }
            if let Some(entry) = lockfile.skills.get_mut(name) {
                entry.edits = edits;
            }
        }
        match report.left_alone.is_empty() {
            true => Ok((report, Verdict::Commit)),
            false => {
                report.kept.clear();
                Ok((report, Verdict::Abandon))
            }
        }
    })?;
    Ok(report)
}

/// Returns why a file can't be part of a skill: the next update could not merge it.
fn odd_name(snapshot: &Snapshot) -> Option<String> {
    snapshot.files.iter().find_map(|(path, ..)| {
        let fault = SkillPath::from_bytes(path.as_bytes()).err()?;
        (!snapshot.is_leftover(path))
            .then(|| format!("`{path}` can't be a skill's file: {fault}; rename it"))
    })
}

/// Reads all folders of a skill, which must be equal, and reports the first that can't be kept.
fn look(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    name: &SkillName,
    entry: &Entry,
    report: &mut Report,
) -> Result<Option<(Digest, OnDisk)>, OpError> {
    let mut seen: Option<(Digest, OnDisk, String)> = None;
    for target in lockfile.targets_of(entry) {
        let folder = context.scope.skill(target, name);
        let place = context.scope.display(&folder);
        let on_disk = OnDisk::read(&folder)?;
        let problem = match (no_files(&context.scope, name, &on_disk), &on_disk, &seen) {
            (Some(fault), ..) => Some(fault),
            (None, OnDisk::Folder(snapshot), Some((digest, _, other)))
                if snapshot.own_digest() != *digest =>
            {
                Some(format!("it differs from {other}: make the two the same"))
            }
            (None, OnDisk::Folder(snapshot), _) if let Some(fault) = odd_name(snapshot) => {
                Some(fault)
            }
            (None, OnDisk::Folder(snapshot), _) if !options.force => {
                let marker = marker(context, entry, &folder, snapshot)?;
                marker.map(|at| format!("{at} still has the markers of a conflict: resolve it, or --force keeps them"))
            }
            (None, ..) => None,
        };
        match (problem, &on_disk) {
            (None, OnDisk::Folder(snapshot)) => {
                let digest = snapshot.own_digest();
                seen.get_or_insert((digest, on_disk, place));
            }
            (problem, _) => {
                report.left_alone.push(LeftAlone {
                    name: name.to_string(),
                    place,
                    reason: problem.unwrap_or_default(),
                    files: Vec::new(),
                });
                return Ok(None);
            }
        }
    }
    Ok(seen.map(|(digest, on_disk, _)| (digest, on_disk)))
}

/// Returns `FILE:LINE` of the first conflict marker that is not upstream, too: a skill may explain
/// git's markers.
fn marker(
    context: &Context<'_>,
    entry: &Entry,
    folder: &Path,
    snapshot: &Snapshot,
) -> Result<Option<String>, OpError> {
    for (path, ..) in &snapshot.files {
        let place = folder.join(path);
        let bytes = std::fs::read(&place).at("read", &place)?;
        if let Some(line) = marked_line(&bytes)
            && !is_upstreams(context, entry, &bytes)
        {
            return Ok(Some(format!("{path}:{line}")));
        }
    }
    Ok(None)
}

/// Returns whether the entry's source has a file with these bytes in the store.
fn is_upstreams(context: &Context<'_>, entry: &Entry, bytes: &[u8]) -> bool {
    let stored = context
        .fetcher()
        .and_then(|fetcher| fetcher.open_stored(&entry.source));
    let id = blob_id(bytes);
    matches!((stored, id), (Ok(Some(objects)), Ok(id)) if objects.contains(id))
}
