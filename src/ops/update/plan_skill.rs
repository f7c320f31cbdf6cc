//! Taking a new version: with the edits in it, validated, and with what it means.

use super::Options;
use super::local_edits::{Local, Settled};
use super::source_update::{Answer, Installed, Kept, Move, Relocked, Target, Terms, Upstream};
use crate::context::Context;
use crate::diagnostic::Diagnostic;
use crate::diff::{self, SkillDiff};
use crate::fetch::history::Lineage;
use crate::git::objects::ObjectError;
use crate::lockfile::Entry;
use crate::merge::Favor;
use crate::oid::ObjectId;
use crate::ops::OpError;
use crate::ops::apply::{self, digest_of};
use crate::ops::candidate::diagnose;
use crate::ops::change::{Conflicted, ConflictedFile};
use crate::ops::gate::{Refusal, Version};
use crate::skill::files::{MAX_AT_HAND, SkillTree};
use crate::view::{DiskView, GitView, SkillView};

/// Takes a new version, unless edits are in its way or no client would load it.
pub(super) fn take(
    terms: Terms<'_, '_>,
    answer: &mut Answer<'_>,
    skill: Installed<'_>,
    target: &Target,
    mut upstream: Upstream,
) -> Result<(), OpError> {
    if let Err(error) = upstream
        .files
        .load(answer.repository.objects(), MAX_AT_HAND)
    {
        answer.stick(skill.name, format!("its new version is refused: {error}"));
        return Ok(());
    }
    let mut entry = skill.entry.clone();
    entry.path.clone_from(&upstream.path);
    entry.commit = target.commit;
    entry.tree = upstream.files.tree;
    entry.edits = None;
    let refused = refusals(terms, answer, skill, target, &upstream)?;
    if !refused.is_empty() {
        answer.refused.extend(refused);
        return Ok(());
    }
    let mut notes = std::mem::take(&mut upstream.notes);
    let Some((files, kept)) =
        with_edits(terms.options, answer, skill, target, upstream, &mut notes)?
    else {
        return Ok(());
    };
    let objects = answer.repository.objects();
    let root = answer.repository.root_tree(target.commit)?;
    let folder = skill.name.as_str();
    let found = diagnose(
        objects,
        root,
        &entry.path,
        folder,
        &files,
        &terms.options.settings,
    )
    .diagnostics;
    // Markers are there to be resolved; until then nothing can load some of them.
    let is_marked = kept.as_ref().is_some_and(|kept| !kept.marked.is_empty());
    let whose = match kept {
        Some(_) => "its new version with your edits",
        None => "its new version",
    };
    if let (Some(reason), false) = (unloadable(&found, whose), terms.options.force || is_marked) {
        answer.stick(skill.name, reason);
        answer.stuck_for.push((skill.name.clone(), found));
        return Ok(());
    }
    // A marker is no command: what is told is told without them.
    let unmarked = kept.as_ref().and_then(|kept| kept.unmarked.as_ref());
    let told = unmarked.unwrap_or(&files);
    let after = GitView::of(objects, root, &entry.path, folder, told);
    let (diff, unified) = differences(terms, answer, skill, &after);
    let lineage = lineage(answer, skill.entry, target);
    notes.extend(warning(lineage.as_ref(), skill.entry, target));
    answer.moves.push(Move {
        name: skill.name.clone(),
        entry,
        files,
        kept,
        notes,
        diff,
        unified,
        lineage,
        diagnostics: found,
    });
    Ok(())
}

/// Returns what the policy has against upstream's own version. What a skill could do before is read
/// from the version that is locked where somebody has edited it since: an edit admits nothing.
fn refusals(
    terms: Terms<'_, '_>,
    answer: &Answer<'_>,
    skill: Installed<'_>,
    target: &Target,
    upstream: &Upstream,
) -> Result<Vec<Refusal>, OpError> {
    if terms.gate.policy().is_empty() {
        return Ok(Vec::new());
    }
    let theirs = theirs(answer, skill, target, upstream)?;
    let before = match &upstream.base {
        Some(base) => Some(locked(answer, skill, base.tree)?),
        None => before(terms.context, answer, skill),
    };
    let gained = diff::compare(before.as_deref(), &theirs).gained;
    let version = Version {
        kind: target.kind,
        commit: target.commit,
        ..Version::locked(skill.name.as_str(), skill.entry)
    };
    Ok(terms
        .gate
        .before_write(&answer.repository, &version, &gained))
}

/// Returns the new version as upstream has it.
fn theirs<'v>(
    answer: &'v Answer<'_>,
    skill: Installed<'_>,
    target: &Target,
    upstream: &'v Upstream,
) -> Result<GitView<'v>, OpError> {
    let objects = answer.repository.objects();
    let root = answer.repository.root_tree(target.commit)?;
    let (path, folder) = (&upstream.path, skill.name.as_str());
    Ok(GitView::of(objects, root, path, folder, &upstream.files))
}

/// Returns a version that was locked, whose files are here.
fn locked<'v>(
    answer: &'v Answer<'_>,
    skill: Installed<'_>,
    tree: ObjectId,
) -> Result<Box<dyn SkillView + 'v>, ObjectError> {
    let objects = answer.repository.objects();
    let view = GitView::at(objects, tree, "", skill.name.as_str(), tree)?;
    Ok(Box::new(view))
}

/// Compares the version that goes with the one that comes, and writes it as git does when that was
/// asked for.
fn differences(
    terms: Terms<'_, '_>,
    answer: &Answer<'_>,
    skill: Installed<'_>,
    after: &dyn SkillView,
) -> (SkillDiff, Option<String>) {
    let before = before(terms.context, answer, skill);
    let before = before.as_deref();
    let targets = skill.lockfile.targets_of(skill.entry);
    let places = apply::places(&terms.context.site, skill.name, targets);
    let place = places.first().map_or("", String::as_str);
    let unified = || diff::unified(before, after, place);
    let unified = terms.options.with_differences.then(unified);
    (diff::compare(before, after), unified)
}

/// Merges the edits into the new version; nothing when somebody must decide first.
fn with_edits(
    options: &Options,
    answer: &mut Answer<'_>,
    skill: Installed<'_>,
    target: &Target,
    upstream: Upstream,
    notes: &mut Vec<String>,
) -> Result<Option<(SkillTree, Option<Kept>)>, OpError> {
    let edited = match &upstream.local {
        _ if options.force => return Ok(Some((upstream.files, None))),
        Local::AsLocked => return Ok(Some((upstream.files, None))),
        Local::Edited(edited) => edited,
        Local::Unmergeable { place, reason } => {
            answer.leave_alone(skill.name, place.clone(), reason.clone());
            return Ok(None);
        }
    };
    let (base, files) = (upstream.base.as_ref(), &upstream.files);
    if base.is_none() && options.favor == Favor::Nobody {
        answer.leave_alone(skill.name, edited.place.clone(), base_is_gone(skill.entry));
        return Ok(None);
    }
    let objects = answer.repository.objects();
    let name_of_theirs = match target.commit {
        Some(commit) => format!("upstream {}", commit.short()),
        None => "upstream".to_owned(),
    };
    let merge = |favor| edited.merge_into(base, files, objects, favor, &name_of_theirs);
    let merged = match merge(options.favor)? {
        Ok(Settled::Merged(merged)) => merged,
        Ok(Settled::Conflict(conflicts)) => {
            let place = edited.place.clone();
            tell_conflict(options, answer, skill, target, &upstream, place, conflicts)?;
            return Ok(None);
        }
        Err(reason) => {
            answer.leave_alone(skill.name, edited.place.clone(), reason);
            return Ok(None);
        }
    };
    let mut kept = Kept {
        on_disk: edited.digest,
        upstream: digest_of(files, objects)?,
        edited: merged.edited,
        marked: Vec::new(),
        unmarked: None,
    };
    match options.favor {
        Favor::Markers if !merged.conflicts.is_empty() => {
            kept.marked = merged.conflicts;
            if let Ok(Settled::Merged(theirs)) = merge(Favor::Theirs)? {
                kept.unmarked = Some(theirs.files);
            }
        }
        favor => notes.extend(settled(&merged.conflicts, favor)),
    }
    Ok(Some((merged.files, Some(kept))))
}

/// Notes a conflict, with what upstream changed when differences are wanted.
fn tell_conflict(
    options: &Options,
    answer: &mut Answer<'_>,
    skill: Installed<'_>,
    target: &Target,
    upstream: &Upstream,
    place: String,
    conflicts: Vec<ConflictedFile>,
) -> Result<(), OpError> {
    if let (Some(base), true) = (&upstream.base, options.with_differences) {
        let unified = {
            let before = locked(answer, skill, base.tree)?;
            let after = theirs(answer, skill, target, upstream)?;
            diff::unified(Some(&*before), &after, &place)
        };
        answer.differences.push((skill.name.to_string(), unified));
    }
    answer.conflicts.push(Conflicted {
        name: skill.name.to_string(),
        place,
        commit: target.commit.map(|commit| commit.to_string()),
        is_marked: false,
        files: conflicts,
    });
    Ok(())
}

fn base_is_gone(entry: &Entry) -> String {
    let commit = entry.commit.map_or_else(String::new, |commit| {
        format!(" at commit {}", commit.short())
    });
    format!(
        "the version that its edits were made to (tree {}{commit}) can't be had any more, neither upstream nor from the store, so they can't be merged; --conflict=ours keeps them on top of the new version, --force takes the new version and moves them to the trash folder",
        entry.tree.short()
    )
}

fn settled(conflicts: &[ConflictedFile], favor: Favor) -> Option<String> {
    let whose = match favor {
        Favor::Ours => "your edits",
        _ => "upstream's lines",
    };
    let files: Vec<&str> = conflicts.iter().map(|file| file.path.as_str()).collect();
    (!files.is_empty()).then(|| format!("{whose} won in {}", files.join(", ")))
}

fn unloadable(found: &[Diagnostic], whose: &str) -> Option<String> {
    let blocker = found.iter().find(|found| found.stops())?;
    Some(format!(
        "clients would not load {whose} ({}:{}: {} [{code}]); --allow {code} takes it all the same",
        blocker.file,
        blocker.start.line,
        blocker.message,
        code = blocker.code
    ))
}

/// Returns the version that the new one replaces: what lies on disk, else what is locked.
fn before<'v>(
    context: &Context<'_>,
    answer: &'v Answer<'_>,
    skill: Installed<'_>,
) -> Option<Box<dyn SkillView + 'v>> {
    let targets = skill.lockfile.targets_of(skill.entry).iter();
    let folders = targets.map(|target| context.site.skill(target, skill.name));
    let mut on_disk = folders.filter(|folder| folder.is_dir());
    if let Some(view) = on_disk.find_map(|folder| DiskView::open(&folder, None).ok()) {
        return Some(Box::new(view));
    }
    let objects = answer.repository.objects();
    let blobs = GitView::blobs_of(objects, skill.entry.tree).ok()?;
    let is_here = blobs.into_iter().all(|blob| objects.contains(blob));
    let view = || locked(answer, skill, skill.entry.tree).ok();
    is_here.then(view).flatten()
}

fn lineage(answer: &Answer<'_>, entry: &Entry, target: &Target) -> Option<Lineage> {
    let way = (entry.commit?, target.commit?);
    answer.lineages.get(&way).cloned()
}

fn warning(lineage: Option<&Lineage>, entry: &Entry, target: &Target) -> Option<String> {
    lineage?.warning(entry.commit?, target.commit?)
}

/// Leads the entry of what is as it was to a commit that is still there, where the history was
/// rewritten: the server may drop the locked one any day, and `install` would not find it.
pub(super) fn relock(answer: &mut Answer<'_>, skill: Installed<'_>, target: &Target) {
    let lineage = lineage(answer, skill.entry, target);
    match lineage {
        Some(Lineage::Rewritten) => answer.relocked.push(Relocked {
            name: skill.name.clone(),
            commit: target.commit,
            note: warning(lineage.as_ref(), skill.entry, target),
        }),
        _ => answer.unchanged += 1,
    }
}
