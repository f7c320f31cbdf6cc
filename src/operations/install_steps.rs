//! The steps that `add`, `import`, and `update` share: write the files of a skill to all of its targets.

use std::path::Path;

use super::OpError;
use super::installed::{InstalledSkill, SkillFolder};
use super::own_source::{self, is_own_source};
use super::report::{LeftAlone, Reason};
use crate::context::Context;
use crate::digest::{Digest, FileDigest};
use crate::fs::leftover::is_cache;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::install::InstallError;
use crate::install::plan::{Refusal, Step, decide};
use crate::install::scope::Scope;
use crate::install::transaction::{StagedSkill, Transaction};
use crate::lockfile::{Entry, Lockfile};
use crate::skill::SkillPlace;
use crate::skill::tree::SkillTree;
use crate::target::Target;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// A skill to write, and its targets.
pub(crate) struct Wanted<'a, 'b> {
    pub(crate) name: &'a SkillName,
    pub(crate) files: &'a SkillTree,
    /// Its entry in the lockfile before the command.
    pub(crate) locked: Option<&'b Entry>,
    /// The digest of edited files that may be replaced, because `files` contains the edits.
    pub(crate) replaceable: Option<Digest>,
    pub(crate) targets: &'b [Target],
    /// Explains why a folder is not changed.
    pub(crate) why: fn(Refusal) -> Reason,
}

/// The step for each target, and what is on disk there.
pub(crate) type Plan = Vec<(Target, Step, OnDisk)>;

/// A skill whose steps are planned.
pub(crate) struct Planned<'a> {
    pub(crate) name: &'a SkillName,
    pub(crate) files: &'a SkillTree,
    /// The objects with their content.
    pub(crate) objects: &'a Objects,
    /// The steps; [`put_all`] takes them.
    pub(crate) plan: Plan,
}

/// Returns whether a plan changes any folder.
pub(crate) fn is_change(plan: &Plan) -> bool {
    plan.iter().any(|(_, step, _)| *step != Step::Keep)
}

impl Planned<'_> {
    /// Reads the files, and returns their digest.
    pub(crate) fn digest(&self) -> Result<Digest, ObjectError> {
        digest_of(self.files, self.objects)
    }
}

/// Returns a note for each folder that a plan moves to the trash, for dry runs.
pub(crate) fn trash_notes(
    scope: &Scope,
    name: &SkillName,
    plan: &Plan,
) -> impl Iterator<Item = String> {
    let trashed = plan.iter().filter(|(_, step, _)| *step == Step::Trash);
    trashed.map(move |(target, ..)| {
        let place = scope.display(&scope.skill(target, name));
        format!("{place} would be moved to the trash")
    })
}

/// The result of [`plan`].
pub(crate) enum SkillPlan<'a> {
    /// All folders can be written.
    Ready(Planned<'a>),
    /// The folders that must not be changed, so that none is.
    Blocked(Vec<LeftAlone>),
}

/// Plans the steps for a skill.
pub(crate) fn plan<'a>(
    context: &Context<'_>,
    wanted: &Wanted<'a, '_>,
    force: bool,
    objects: &'a Objects,
) -> Result<SkillPlan<'a>, InstallError> {
    let scope = &context.scope;
    let mut plan = Vec::with_capacity(wanted.targets.len());
    let mut left_alone = Vec::new();
    let locked = wanted.locked.map(|entry| InstalledSkill {
        scope,
        name: wanted.name,
        entry,
        targets: wanted.targets,
    });
    // Whether the locked version is wanted, without merged edits.
    let same = match locked {
        Some(locked) if !force && wanted.replaceable.is_none() => {
            is_version(wanted.files, locked.entry, objects)?.then_some(locked)
        }
        _ => None,
    };
    let locked_digest = locked.map(|locked| locked.entry.digest);
    let ours: Vec<Digest> = locked_digest
        .into_iter()
        .chain(wanted.replaceable)
        .collect();
    let mut digest = None;
    for folder in SkillFolder::all(scope, wanted.name, wanted.targets) {
        let on_disk = match locked {
            Some(locked) => locked.read(context, &folder)?,
            None => folder.read()?,
        };
        let edits = same.and_then(|same| same.entry.edits);
        if edits.is_some_and(|edits| on_disk.is(edits)) {
            plan.push((folder.target.clone(), Step::Keep, on_disk));
            continue;
        }
        if locked.is_some_and(|locked| is_own_source(scope, locked.entry, &folder.path)) {
            left_alone.push(folder.left_alone(own_source::reason(folder.name), Vec::new()));
            continue;
        }
        if let Some(reason) = same.and_then(|same| same.lacks_edits(&folder, &on_disk)) {
            left_alone.push(folder.left_alone(reason, Vec::new()));
            continue;
        }
        // An empty place needs no comparison, so the files are read only once, to be written.
        if digest.is_none() && matches!(on_disk, OnDisk::Folder(_)) {
            digest = Some(digest_of(wanted.files, objects)?);
        }
        match decide(&on_disk, &ours, digest, force) {
            Ok(Step::Replace)
                if let Some(path) = overwritten(wanted.files, &folder.path, &on_disk) =>
            {
                let reason = format!(
                    "its new version has `{path}`, which git ignores here and which would be lost; move it out of the folder"
                );
                left_alone.push(folder.left_alone(reason, Vec::new()));
            }
            Ok(step) => plan.push((folder.target.clone(), step, on_disk)),
            Err(refusal) => {
                let files = match (refusal, wanted.locked) {
                    (Refusal::Edited, Some(_)) => locked.map_or_else(Vec::new, |locked| {
                        let original = locked.place_in(objects);
                        changed_files(objects, original, &on_disk, Snapshot::is_leftover)
                    }),
                    _ => Vec::new(),
                };
                left_alone.push(folder.left_alone((wanted.why)(refusal), files));
            }
        }
    }
    if !left_alone.is_empty() {
        return Ok(SkillPlan::Blocked(left_alone));
    }
    Ok(SkillPlan::Ready(Planned {
        name: wanted.name,
        files: wanted.files,
        objects,
        plan,
    }))
}

/// Returns the first of the user's own files that the new files would replace, except for caches.
fn overwritten<'o>(files: &SkillTree, folder: &Path, on_disk: &'o OnDisk) -> Option<&'o String> {
    on_disk.private().iter().find(|path| {
        let private = fold(path);
        let is_replaced = files.files.iter().any(|file| {
            let file = fold(file.path.as_str());
            let is_below = |path: &str, folder: &str| {
                let rest = path.strip_prefix(folder);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            is_below(&file, &private) || is_below(&private, &file)
        });
        is_replaced && !is_cache(&folder.join(path))
    })
}

/// Whether the files are those of an entry. If a link leads out of the skill, its target may change
/// while the skill's own tree does not.
pub(crate) fn is_version(
    files: &SkillTree,
    entry: &Entry,
    objects: &Objects,
) -> Result<bool, ObjectError> {
    Ok(files.tree == entry.tree
        && (!files.has_links() || digest_of(files, objects)? == entry.digest))
}

/// Stages all planned steps in the transaction, and returns the digest of each skill's files.
pub(crate) fn put_all<'a, 'b: 'a>(
    transaction: &mut Transaction<'_>,
    planned: impl IntoIterator<Item = &'a mut Planned<'b>>,
) -> Result<Vec<Digest>, OpError> {
    let mut digests = Vec::new();
    let (mut puts, mut owners) = (Vec::new(), Vec::new());
    for skill in planned {
        let plan = std::mem::take(&mut skill.plan);
        let is_written = is_change(&plan);
        for (target, step, on_disk) in plan {
            if step != Step::Keep {
                owners.push(digests.len());
                puts.push(StagedSkill {
                    target,
                    name: skill.name,
                    files: skill.files,
                    repository: skill.objects.shared(),
                    step,
                    on_disk,
                });
            }
        }
        digests.push(if is_written {
            None
        } else {
            Some(skill.digest()?)
        });
    }
    for (owner, digest) in owners.into_iter().zip(transaction.stage_all(puts)?) {
        digests[owner] = Some(digest);
    }
    Ok(digests.into_iter().flatten().collect())
}

/// Returns the digest of a skill's files.
pub(crate) fn digest_of(files: &SkillTree, objects: &Objects) -> Result<Digest, ObjectError> {
    let mut digests = Vec::with_capacity(files.files.len());
    for file in &files.files {
        digests.push((
            file.path.as_str(),
            file.mode,
            FileDigest::of(&files.bytes(file, objects)?),
        ));
    }
    Ok(Digest::of_files(digests))
}

/// Returns the files that differ from the version at `original`, each with its kind of change, except added
/// files for which `is_left_out` is true. The list is empty if that version is not cached.
pub(crate) fn changed_files(
    objects: &Objects,
    original: SkillPlace<'_>,
    on_disk: &OnDisk,
    is_left_out: impl Fn(&Snapshot, &str) -> bool,
) -> Vec<String> {
    let (OnDisk::Folder(disk), Ok(original)) = (on_disk, SkillTree::read(objects, original)) else {
        return Vec::new();
    };
    differences(&original, disk, objects, |path| is_left_out(disk, path)).unwrap_or_default()
}

/// Returns each file that differs, with its kind of change; `None` if a blob is missing.
pub(super) fn differences(
    original: &SkillTree,
    disk: &Snapshot,
    objects: &Objects,
    is_left_out: impl Fn(&str) -> bool,
) -> Option<Vec<String>> {
    let mut lines: Vec<String> = disk
        .special_files
        .iter()
        .map(|path| format!("{path} (not a file)"))
        .collect();
    for file in &original.files {
        let path = file.path.as_str();
        let Some((_, mode, digest)) = disk.files.iter().find(|(there, ..)| there == path) else {
            lines.push(format!("{path} (deleted)"));
            continue;
        };
        let bytes = objects.blob(file.id).ok()?;
        if FileDigest::of(&bytes) != *digest {
            lines.push(format!("{path} (changed)"));
        } else if *mode != file.mode {
            lines.push(format!("{path} (mode changed)"));
        }
    }
    let is_original = |path: &str| original.files.iter().any(|file| file.path.as_str() == path);
    let paths = disk.files.iter().map(|(path, ..)| path);
    let added = paths.filter(|path| !is_original(path) && !is_left_out(path));
    lines.extend(added.map(|path| format!("{path} (added)")));
    lines.sort();
    Some(lines)
}

/// Runs `change` in a transaction, and commits its steps and the changed lockfile.
pub(crate) fn in_transaction<T>(
    context: &Context<'_>,
    change: impl FnOnce(&mut Transaction<'_>, &mut Lockfile) -> Result<(T, Verdict), OpError>,
) -> Result<(T, Vec<String>), OpError> {
    let checkpoint = || context.interrupt.is_raised();
    let mut transaction = context.begin(&checkpoint)?;
    let before = context.read_lockfile()?;
    let mut lockfile = before.clone().unwrap_or_default();
    let (report, verdict) = change(&mut transaction, &mut lockfile)?;
    if verdict == Verdict::Abandon {
        return Ok((report, Vec::new()));
    }
    let text = if before.as_ref() == Some(&lockfile) {
        // A command that changes nothing in the lockfile does not reformat it.
        Lockfile::read_text(&context.scope.lockfile)?
    } else {
        None
    };
    let text = text.map_or_else(|| lockfile.to_checked_text(), Ok)?;
    let committed = transaction.commit(&text)?;
    let trashed = committed.trashed.iter();
    let trashed = trashed.map(|path| context.scope.display(path)).collect();
    Ok((report, trashed))
}

/// Whether the staged steps are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All of it.
    Commit,
    /// None of it, because a folder must not be changed.
    Abandon,
}
