//! The steps that `add`, `import`, and `update` share: write the files of a skill to all of its targets.

use super::OpError;
use super::own_source::{self, is_own_source};
use super::report::{LeftAlone, lacks_edits};
use crate::context::Context;
use crate::digest::{Digest, FileDigest};
use crate::fs::tree::{OnDisk, Snapshot};
use crate::install::InstallError;
use crate::install::plan::{Refusal, Step, decide};
use crate::install::scope::Scope;
use crate::install::transaction::{StagedSkill, Transaction};
use crate::lockfile::{Entry, Lockfile};
use crate::skill::tree::SkillTree;
use crate::target::Target;
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, blob_id, tree_id};
use mdskill_lint::name::SkillName;

/// A skill to write, and its targets.
pub struct Wanted<'a, 'b> {
    /// Its name.
    pub name: &'a SkillName,
    /// Its files.
    pub files: &'a SkillTree,
    /// The digest of its files, if it is known without reading them.
    pub digest: Option<Digest>,
    /// Its entry in the lockfile before the command.
    pub locked: Option<&'b Entry>,
    /// The digest of edited files that may be replaced, because `files` contains the edits.
    pub replaceable: Option<Digest>,
    /// Its targets.
    pub targets: &'b [Target],
    /// Explains why a folder is not changed.
    pub why: fn(Refusal) -> &'static str,
}

/// The step for each target, and what is on disk there.
pub type Plan = Vec<(Target, Step, OnDisk)>;

/// A skill whose steps are planned.
pub struct Planned<'a> {
    /// Its name.
    pub name: &'a SkillName,
    /// Its files.
    pub files: &'a SkillTree,
    /// The objects with their content.
    pub objects: &'a Objects,
    /// The digest of its files, if it is known without reading them.
    pub digest: Option<Digest>,
    /// The steps; [`put_all`] takes them.
    pub plan: Plan,
}

/// Returns whether a plan changes any folder.
#[must_use]
pub fn is_change(plan: &Plan) -> bool {
    plan.iter().any(|(_, step, _)| *step != Step::Keep)
}

/// Returns a note for each folder that a plan moves to the trash, for dry runs.
pub fn trash_notes<'a>(
    scope: &'a Scope,
    name: &'a SkillName,
    plan: &'a Plan,
) -> impl Iterator<Item = String> + 'a {
    let trashed = plan.iter().filter(|(_, step, _)| *step == Step::Trash);
    trashed.map(move |(target, ..)| {
        let place = scope.display(&scope.skill(target, name));
        format!("what is in {place} would go to the trash folder")
    })
}

impl Planned<'_> {
    /// Returns the digest of its files, and reads them if it is not known.
    ///
    /// # Errors
    /// If a blob is missing.
    pub fn digest(&self) -> Result<Digest, ObjectError> {
        match self.digest {
            Some(digest) => Ok(digest),
            None => digest_of(self.files, self.objects),
        }
    }
}

/// The result of [`plan`].
pub enum SkillPlan<'a> {
    /// All folders can be written.
    Ready(Planned<'a>),
    /// The folders that must not be changed, so that none is.
    Blocked(Vec<LeftAlone>),
}

/// Plans the steps for a skill.
///
/// # Errors
/// If a folder or a blob can't be read.
pub fn plan<'a>(
    scope: &Scope,
    wanted: &Wanted<'a, '_>,
    force: bool,
    objects: &'a Objects,
) -> Result<SkillPlan<'a>, InstallError> {
    let mut plan = Vec::with_capacity(wanted.targets.len());
    let mut left_alone = Vec::new();
    for target in wanted.targets {
        let place = scope.skill(target, wanted.name);
        let on_disk = OnDisk::read(&place)?;
        let holds = |locked| holds_edits(locked, wanted, &on_disk);
        if !force && wanted.locked.is_some_and(holds) {
            plan.push((target.clone(), Step::Keep, on_disk));
            continue;
        }
        let own = wanted
            .locked
            .filter(|locked| is_own_source(scope, locked, &place));
        let lacking = wanted
            .locked
            .filter(|locked| !force && is_same(locked, wanted));
        let reason = own.map(|_| own_source::REASON.to_owned());
        let reason = reason.or_else(|| {
            lacking.and_then(|locked| lacks_edits(scope, wanted.name, locked, &on_disk))
        });
        if let Some(reason) = reason {
            left_alone.push(LeftAlone {
                name: wanted.name.to_string(),
                place: scope.display(&place),
                reason,
                files: Vec::new(),
            });
            continue;
        }
        let locked = wanted.locked.map(|locked| locked.digest);
        let ours: Vec<Digest> = locked.into_iter().chain(wanted.replaceable).collect();
        // An empty place needs no comparison, so the files are read only once, to be written.
        let digest = match (&on_disk, wanted.digest) {
            (OnDisk::Folder(_), None) => Some(digest_of(wanted.files, objects)?),
            (_, known) => known,
        };
        match decide(&on_disk, &ours, digest, force) {
            Ok(step) => plan.push((target.clone(), step, on_disk)),
            Err(refusal) => left_alone.push(LeftAlone {
                name: wanted.name.to_string(),
                place: scope.display(&place),
                reason: (wanted.why)(refusal).to_owned(),
                files: match (refusal, wanted.locked) {
                    (Refusal::Edited, Some(entry)) => changed_files(objects, entry.tree, &on_disk),
                    _ => Vec::new(),
                },
            }),
        }
    }
    if !left_alone.is_empty() {
        return Ok(SkillPlan::Blocked(left_alone));
    }
    let &Wanted {
        name,
        files,
        digest,
        ..
    } = wanted;
    Ok(SkillPlan::Ready(Planned {
        name,
        files,
        objects,
        digest,
        plan,
    }))
}

/// Returns whether the files on disk differ from the wanted files only by recorded edits.
fn holds_edits(locked: &Entry, wanted: &Wanted<'_, '_>, on_disk: &OnDisk) -> bool {
    is_same(locked, wanted) && locked.edits.is_some_and(|edits| on_disk.is(edits))
}

/// Returns whether the locked version is wanted, without merged edits.
fn is_same(locked: &Entry, wanted: &Wanted<'_, '_>) -> bool {
    wanted.replaceable.is_none() && locked.tree == wanted.files.tree
}

/// Stages all planned steps in the transaction, and returns the digest of each skill's files.
///
/// # Errors
/// If files can't be read or written.
pub fn put_all<'a, 'b: 'a>(
    transaction: &mut Transaction<'_>,
    planned: impl IntoIterator<Item = &'a mut Planned<'b>>,
) -> Result<Vec<Digest>, OpError> {
    let mut digests = Vec::new();
    let (mut puts, mut owners) = (Vec::new(), Vec::new());
    for skill in planned {
        let plan = std::mem::take(&mut skill.plan);
        if !is_change(&plan) {
            skill.digest = Some(skill.digest()?);
        }
        let changes = plan.into_iter().filter(|(_, step, _)| *step != Step::Keep);
        for (target, step, on_disk) in changes {
            let repository = skill.objects.path();
            puts.push(StagedSkill {
                target,
                name: skill.name,
                files: skill.files,
                repository,
                step,
                on_disk,
            });
            owners.push(digests.len());
        }
        digests.push(skill.digest);
    }
    for (owner, digest) in owners.into_iter().zip(transaction.stage_all(puts)?) {
        digests[owner] = Some(digest);
    }
    Ok(digests.into_iter().flatten().collect())
}

/// Returns the digest of a skill's files in the store.
///
/// # Errors
/// If a blob is missing.
pub fn digest_of(files: &SkillTree, objects: &Objects) -> Result<Digest, ObjectError> {
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

/// Returns the folders of a skill, as they are displayed.
#[must_use]
pub fn places(scope: &Scope, name: &SkillName, targets: &[Target]) -> Vec<String> {
    targets
        .iter()
        .map(|target| scope.display(&scope.skill(target, name)))
        .collect()
}

/// Returns the files that differ from the tree `original`, each with its kind of change, without
/// leftovers. The list is empty if the store no longer has that tree.
#[must_use]
pub fn changed_files(objects: &Objects, original: ObjectId, on_disk: &OnDisk) -> Vec<String> {
    let OnDisk::Folder(snapshot) = on_disk else {
        return Vec::new();
    };
    changed_files_but(objects, original, on_disk, |path| {
        snapshot.is_leftover(path)
    })
}

/// Returns the same, without the added files for which `is_left_out` holds.
#[must_use]
pub fn changed_files_but(
    objects: &Objects,
    original: ObjectId,
    on_disk: &OnDisk,
    is_left_out: impl Fn(&str) -> bool,
) -> Vec<String> {
    let (OnDisk::Folder(snapshot), Ok(original)) = (on_disk, SkillTree::read(objects, original))
    else {
        return Vec::new();
    };
    differences(&original, snapshot, objects, is_left_out).unwrap_or_default()
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
        match disk.files.iter().find(|(there, ..)| there == path) {
            None => lines.push(format!("{path} (deleted)")),
            Some((_, mode, digest)) => {
                let bytes = objects.blob(file.id).ok()?;
                if FileDigest::of(&bytes) != *digest {
                    lines.push(format!("{path} (changed)"));
                } else if *mode != file.mode {
                    lines.push(format!("{path} (mode changed)"));
                }
            }
        }
    }
    let is_original = |path: &str| original.files.iter().any(|file| file.path.as_str() == path);
    let added = disk
        .files
        .iter()
        .filter(|(path, ..)| !is_original(path) && !is_left_out(path));
    lines.extend(added.map(|(path, ..)| format!("{path} (added)")));
    lines.sort();
    Some(lines)
}

/// Runs `change` in a transaction, and commits its steps and the changed lockfile.
///
/// # Errors
/// If any step fails; then nothing was changed.
pub fn in_transaction<T>(
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
    let text = match before.as_ref() == Some(&lockfile) {
        // A command that changes nothing in the lockfile does not reformat it.
        true => Lockfile::read_text(&context.scope.lockfile)?,
        false => None,
    };
    let committed = transaction.commit(&text.unwrap_or_else(|| lockfile.to_text()))?;
    for left in &committed.left {
        let left = context.scope.display(left);
        context.progress.warn(&format!(
            "all is done, but {left} can't be removed; it holds what was there before"
        ));
    }
    let trashed = committed
        .trashed
        .iter()
        .map(|path| context.scope.display(path))
        .collect();
    Ok((report, trashed))
}

/// Whether the staged steps are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All of it.
    Commit,
    /// None of it, because a folder must not be changed.
    Abandon,
}

/// Returns whether the files on disk are a tree in the store: an installed older version without
/// edits.
#[must_use]
pub fn is_known_version(objects: &Objects, on_disk: &OnDisk, folder: &std::path::Path) -> bool {
    let OnDisk::Folder(snapshot) = on_disk else {
        return false;
    };
    snapshot.special_files.is_empty()
        && tree_of(snapshot, folder).is_some_and(|tree| objects.contains(tree))
}

/// Computes the git tree of the files on disk.
fn tree_of(snapshot: &Snapshot, folder: &std::path::Path) -> Option<ObjectId> {
    let mut files = Vec::with_capacity(snapshot.files.len());
    for (path, mode, _) in &snapshot.files {
        let bytes = std::fs::read(folder.join(path)).ok()?;
        files.push((path.as_str(), *mode, blob_id(&bytes).ok()?));
    }
    tree_id(&files).ok()
}
