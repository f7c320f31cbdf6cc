//! `keep`: record the local edits of installed skills in the lockfile.

use serde::Serialize;

use super::OpError;
use super::git_notes;
use super::install_steps::{self, Verdict};
use super::installed::{InstalledSkill, SkillFolder, required_lockfile};
use super::report::{LeftAlone, Reason};
use super::state::unresolved;
use crate::context::Context;
use crate::digest::Digest;
use crate::fs;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::hint::{Hint, mdskill};
use mdskill_lint::name::SkillName;
use mdskill_lint::path::SkillPath;

/// The arguments of `keep`.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// The skills whose edits to keep.
    pub(crate) names: Vec<SkillName>,
    /// Whether files with conflict markers are kept, too.
    pub(crate) force: bool,
}

/// The result of `keep`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The skills whose edits were recorded.
    pub(crate) kept: Vec<Kept>,
    /// The skills without edits.
    pub(crate) unedited: Vec<SkillName>,
    /// The folders that can't be kept. If there is one, nothing was recorded.
    pub(crate) left_alone: Vec<LeftAlone>,
}

/// A skill whose edits are kept.
#[derive(Debug, Serialize)]
pub(crate) struct Kept {
    pub(crate) name: SkillName,
    /// Its folders.
    pub(crate) places: Vec<String>,
    /// The files that differ from upstream, each with its kind of change, if the original is
    /// cached.
    pub(crate) files: Vec<String>,
    /// The digest of the files on disk.
    pub(crate) edits: String,
}

/// Records the edits of all named skills, or of none.
pub(crate) fn keep(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    // Before the transaction, because it creates the state folder.
    InstalledSkill::named(&context.scope, &required_lockfile(context)?, &options.names)?;
    let (report, _) = install_steps::in_transaction(context, |_, lockfile| {
        let mut report = Report::default();
        let before = lockfile.clone();
        for skill in InstalledSkill::named(&context.scope, &before, &options.names)? {
            let Some((digest, on_disk)) = look(context, options, skill, &mut report)? else {
                continue;
            };
            let edits = (digest != skill.entry.digest).then_some(digest);
            match edits {
                None => report.unedited.push(skill.name.clone()),
                Some(edits) => report.kept.push(Kept {
                    name: skill.name.clone(),
                    places: skill.places(),
                    files: skill.changed_files(context, &on_disk),
                    edits: edits.to_string(),
                }),
            }
            if let Some(entry) = lockfile.skills.get_mut(skill.name) {
                entry.edits = edits;
            }
        }
        if report.left_alone.is_empty() {
            return Ok((report, Verdict::Commit));
        }
        report.kept.clear();
        Ok((report, Verdict::Abandon))
    })?;
    Ok(report)
}

/// Reads all folders of a skill, which must be equal, and reports the first that can't be kept.
fn look(
    context: &Context<'_>,
    options: &Options,
    skill: InstalledSkill<'_>,
    report: &mut Report,
) -> Result<Option<(Digest, OnDisk)>, OpError> {
    let mut seen: Option<(Digest, OnDisk, String)> = None;
    for folder in skill.folders() {
        let on_disk = skill.read(context, &folder)?;
        let problem = match skill.comparable(&on_disk) {
            Err(reason) => Some(reason),
            Ok(snapshot) => match &seen {
                Some((digest, _, other)) if snapshot.own_digest() != *digest => {
                    let text = format!("it differs from {other}");
                    Some(Reason::with_hint(text, Hint::text("make the two the same")))
                }
                _ => match caused_by_git(context, skill, &folder, &on_disk) {
                    Some(cause) if !options.force => Some(cause),
                    _ => problem(context, options, skill, &folder, snapshot)?,
                },
            },
        };
        if let Some(reason) = problem {
            report
                .left_alone
                .push(folder.left_alone(reason, Vec::new()));
            return Ok(None);
        }
        if let OnDisk::Folder(snapshot) = &on_disk {
            let digest = snapshot.own_digest();
            seen.get_or_insert((digest, on_disk, folder.place()));
        }
    }
    Ok(seen.map(|(digest, on_disk, _)| (digest, on_disk)))
}

/// Returns what git did to the files of a folder. A loss that git causes is not an edit.
fn caused_by_git(
    context: &Context<'_>,
    skill: InstalledSkill<'_>,
    folder: &SkillFolder<'_>,
    on_disk: &OnDisk,
) -> Option<Reason> {
    let files = skill.changed_files(context, on_disk);
    let causes = git_notes::causes(&folder.path, &files);
    causes.into_iter().next().map(Reason::from)
}

/// Returns why the next update could not merge the files of a folder.
fn problem(
    context: &Context<'_>,
    options: &Options,
    skill: InstalledSkill<'_>,
    folder: &SkillFolder<'_>,
    snapshot: &Snapshot,
) -> Result<Option<Reason>, OpError> {
    for (path, ..) in &snapshot.files {
        let size = fs::look(&folder.path.join(path))?.map_or(0, |there| there.len());
        if size > fs::MAX_READ_BYTES {
            let limit = fs::MAX_READ_BYTES >> 20;
            let text = format!("`{path}` is larger than {limit} MiB, the limit for a skill's file");
            let hint = Hint::text("move that file out of the skill");
            return Ok(Some(Reason::with_hint(text, hint)));
        }
        if let Err(error) = SkillPath::from_bytes(path.as_bytes())
            && !snapshot.is_leftover(path)
        {
            let text = format!("`{path}` can't be a skill's file: {error}");
            let hint = Hint::text("rename that file");
            return Ok(Some(Reason::with_hint(text, hint)));
        }
    }
    if options.force {
        return Ok(None);
    }
    let unresolved = unresolved(context, skill, &folder.path, snapshot)?;
    Ok(unresolved.first().map(|file| {
        let keep = mdskill("keep").word(skill.name.as_str()).then("--force");
        let hint = Hint::text("resolve the conflict, and run the command again; ")
            .then_command(keep)
            .then(" keeps the marker");
        Reason::with_hint(format!("{}: {}", file.path, file.kind), hint)
    }))
}
