//! Plans the update of each skill: its new version with the edits, validated, and what changes.

use std::collections::BTreeMap;

use super::audit;
use super::local_edits::{Local, MergeOutcome, Unresolved};
use super::skill_commits::commits_of;
use super::source_update::{
    Comparison, Fetched, Kept, NewVersion, Relocked, Request, SkillUpdate, SourceUpdate, Tracked,
    Upstream,
};
use super::successors::Successor;
use crate::diff::{self, capabilities};
use crate::fetch::history::Lineage;
use crate::fetch::{Move, Repository};
use crate::hint::{Hint, mdskill};
use crate::lockfile::Entry;
use crate::merge::{Conflict, OnConflict};
use crate::operations::OpError;
use crate::operations::findings::Found;
use crate::operations::install_steps::is_version;
use crate::operations::installed::SkillFolder;
use crate::operations::policy_check::Refusal;
use crate::operations::report::{Conflicted, Gone, LeftAlone, Reason};
use crate::operations::resolve::full_spec;
use crate::skill::tree::{MAX_IN_MEMORY, Memory, SkillTree};
use crate::skill::{DiskFiles, GitFiles};
use mdskill_git::objects::ObjectError;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::name::SkillName;
use mdskill_lint::skill_files::SkillFiles;
use mdskill_lint::validate_with_capabilities;

/// Plans the update of every skill of a source.
pub(super) fn plan_source<'a>(
    request: Request<'a, '_>,
    unresolved: &Unresolved,
    fetched: Fetched<'a>,
) -> Result<SourceUpdate<'a>, OpError> {
    let planner = Planner {
        request,
        repository: &fetched.repository,
        lineages: &fetched.lineages,
    };
    let mut skills = Vec::with_capacity(fetched.skills.len());
    for (tracked, compared) in fetched.skills {
        let unresolved = unresolved.get(tracked.skill.name);
        let update = match (compared, unresolved) {
            (Comparison::Changed(_), Some(unresolved)) if !request.options.force => {
                conflict_with(&tracked, unresolved)
            }
            (Comparison::Changed(upstream), _) => planner.plan(&tracked, *upstream)?,
            (Comparison::Same | Comparison::Decided(SkillUpdate::Unchanged), Some(unresolved)) => {
                conflict_with(&tracked, unresolved)
            }
            (Comparison::Same, None) => planner.relock(&tracked),
            (Comparison::Gone, _) => gone(
                request,
                &tracked,
                fetched.successors.get(tracked.skill.name),
            ),
            (Comparison::Decided(update), _) => update,
        };
        skills.push((tracked.skill.name.clone(), update));
    }
    let mut updates = skills.iter();
    let is_read = updates.any(|(_, update)| matches!(update, SkillUpdate::Updated(_)));
    Ok(SourceUpdate {
        repository: is_read.then_some(fetched.repository),
        newer: fetched.newer,
        versions: fetched.versions,
        as_of: fetched.as_of,
        skills,
    })
}

struct Planner<'p, 'a, 'c> {
    request: Request<'a, 'c>,
    repository: &'p Repository<'a>,
    lineages: &'p BTreeMap<Move, Lineage>,
}

impl Planner<'_, '_, '_> {
    /// Plans a new version, unless the policy or the edits forbid it, or no client could load it.
    fn plan(&self, tracked: &Tracked<'_>, mut upstream: Upstream) -> Result<SkillUpdate, OpError> {
        let (objects, limits) = (self.repository.objects(), self.repository.limits);
        if let Err(error) =
            upstream
                .files
                .load(objects, &Memory::of(MAX_IN_MEMORY, MAX_IN_MEMORY), limits)
        {
            let reason = format!("its new version is refused: {error}");
            return Ok(SkillUpdate::blocked(reason));
        }
        // A link may lead to other files, while the skill's own tree is the same. Without the locked
        // commit, only the digest shows whether they differ.
        let entry = tracked.skill.entry;
        let is_moved = upstream.path != entry.path;
        if !is_moved && is_version(&upstream.files, entry, self.repository.objects())? {
            return Ok(self.relock(tracked));
        }
        let refused = self.refusals(tracked, &upstream)?;
        if !refused.is_empty() {
            return Ok(SkillUpdate::Refused(refused));
        }
        let merged = match self.merge(tracked, &upstream)? {
            MergeOutcome::Unedited => None,
            MergeOutcome::Merged(files, kept) => Some((files, *kept)),
            MergeOutcome::Conflict { place, files } => {
                return self.conflict(tracked, &upstream, place, files);
            }
            MergeOutcome::Unmergeable { place, reason } => {
                return Ok(SkillUpdate::LeftAlone(LeftAlone {
                    name: tracked.skill.name.to_string(),
                    place,
                    reason: reason.text,
                    files: Vec::new(),
                    next: reason.next,
                }));
            }
        };
        self.new_version(tracked, upstream, merged)
    }

    /// Merges the edits into the new version.
    fn merge(&self, tracked: &Tracked<'_>, upstream: &Upstream) -> Result<MergeOutcome, OpError> {
        let options = self.request.options;
        let edited = match &upstream.local {
            Local::Edited(edited) if !options.force => edited,
            Local::Unmergeable { place, reason } if !options.force => {
                return Ok(MergeOutcome::Unmergeable {
                    place: place.clone(),
                    reason: reason.clone(),
                });
            }
            _ => return Ok(MergeOutcome::Unedited),
        };
        if upstream.base.is_none() && options.on_conflict == OnConflict::Stop {
            return Ok(edited.unmergeable(missing_base(tracked.skill.name, tracked.skill.entry)));
        }
        let objects = self.repository.objects();
        let label = match tracked.commit() {
            Some(commit) => format!("upstream {}", commit.short()),
            None => "upstream".to_owned(),
        };
        let merge = |on_conflict| edited.merge_into(upstream, objects, on_conflict, &label);
        let mut merged = merge(options.on_conflict)?;
        if let MergeOutcome::Merged(_, kept) = &mut merged
            && !kept.marked.is_empty()
            && let MergeOutcome::Merged(unmarked, _) = merge(OnConflict::Theirs)?
        {
            kept.unmarked = Some(unmarked);
        }
        Ok(merged)
    }

    /// Validates a new version, and compares it with the installed one.
    fn new_version(
        &self,
        tracked: &Tracked<'_>,
        upstream: Upstream,
        merged: Option<(SkillTree, Kept)>,
    ) -> Result<SkillUpdate, OpError> {
        let options = self.request.options;
        let objects = self.repository.objects();
        let root = self.repository.root_tree(tracked.commit())?;
        let mut entry = tracked.entry();
        entry.path = upstream.path;
        entry.tree = upstream.files.tree;
        entry.download = self.repository.download_of(&entry.path);
        entry.edits = None;
        self.sign(tracked, &mut entry);
        let (files, kept) = match merged {
            Some((files, kept)) => (files, Some(kept)),
            None => (upstream.files, None),
        };
        let (path, folder) = (entry.path.as_str(), tracked.skill.name.as_str());
        let settings = options.rules.settings_for(&entry.source);
        let new = GitFiles::of(objects, root, path, folder, &files);
        let (checked, new_capabilities) =
            validate_with_capabilities(&new, &settings.for_untrusted(), None);
        let found = checked.diagnostics;
        let place = tracked.skill.first_place();
        if let Some(reason) =
            audit::refusal(options, tracked.skill.name, &found, whose_of(kept.as_ref()))
        {
            let found = Found::of(&place, found).collect();
            return Ok(SkillUpdate::Blocked(reason, found));
        }
        // A version with markers need not be loadable until they are resolved.
        let is_marked = kept.as_ref().is_some_and(|kept| !kept.marked.is_empty());
        if !options.force
            && !is_marked
            && let Some(reason) = unloadable(&found, whose_of(kept.as_ref()))
        {
            let found = Found::of(&place, found).collect();
            return Ok(SkillUpdate::Blocked(reason, found));
        }
        // The files without markers are compared, so that no marker is reported as a capability.
        let unmarked = kept.as_ref().and_then(|kept| kept.unmarked.as_ref());
        let after = unmarked.map(|files| GitFiles::of(objects, root, path, folder, files));
        let after = after.as_ref().unwrap_or(&new);
        let before = self.before(tracked);
        let before = before.as_deref();
        let lineage = self.lineage(tracked);
        let resolved = kept
            .as_ref()
            .and_then(|kept| resolved(kept, options.on_conflict));
        let mut notes = upstream.notes;
        notes.extend(resolved.into_iter().chain(warning(lineage, tracked)));
        notes.extend(new_ref(tracked));
        let diff = diff::compare_with(before, after, &mut |files, is_before| {
            // A version with markers is compared without them.
            if is_before || unmarked.is_some() {
                capabilities(files)
            } else {
                new_capabilities.clone()
            }
        });
        let unified = options
            .with_differences
            .then(|| diff::unified(before, after, &place));
        let folders = [&*tracked.skill.entry.path, path];
        let skill_commits = lineage
            .filter(|_| options.with_differences)
            .and_then(|lineage| commits_of(objects, lineage, folders));
        Ok(SkillUpdate::Updated(Box::new(NewVersion {
            entry,
            diff,
            unified,
            lineage: lineage.cloned(),
            skill_commits,
            diagnostics: audit::marked(&place, found, before, &settings),
            files,
            kept,
            notes,
        })))
    }

    /// Returns why the policy does not allow the new version. Its capabilities are compared with those of
    /// the locked version if the skill was edited, because local edits must not widen what is allowed.
    fn refusals(
        &self,
        tracked: &Tracked<'_>,
        upstream: &Upstream,
    ) -> Result<Vec<Refusal>, OpError> {
        let policy_check = self.request.policy_check;
        if policy_check.policy.is_empty() {
            return Ok(Vec::new());
        }
        let before = match &upstream.base {
            Some(_) => Some(self.locked(tracked)?),
            None => self.before(tracked),
        };
        let after = self.without_edits(tracked, upstream)?;
        let gained = diff::compare(before.as_deref(), &after).gained;
        Ok(policy_check.before_write(self.repository, &tracked.version(tracked.commit()), &gained))
    }

    /// Returns the new version without the edits.
    fn without_edits<'v>(
        &'v self,
        tracked: &Tracked<'_>,
        upstream: &'v Upstream,
    ) -> Result<GitFiles<'v>, OpError> {
        let objects = self.repository.objects();
        let root = self.repository.root_tree(tracked.commit())?;
        let (path, folder) = (&upstream.path, tracked.skill.name.as_str());
        Ok(GitFiles::of(objects, root, path, folder, &upstream.files))
    }

    /// Returns a locked version, whose files are in the cache.
    fn locked(&self, tracked: &Tracked<'_>) -> Result<Box<dyn SkillFiles + '_>, ObjectError> {
        let objects = self.repository.objects();
        let name = tracked.skill.name.as_str();
        let files = GitFiles::at(objects, tracked.skill.place_in(objects), name)?;
        Ok(Box::new(files))
    }

    /// Returns the version that the new one replaces: the one on disk, or else the locked one.
    fn before(&self, tracked: &Tracked<'_>) -> Option<Box<dyn SkillFiles + '_>> {
        let folders = tracked.skill.folders();
        let mut on_disk = folders.filter(|folder| folder.path.is_dir());
        let open = |folder: SkillFolder<'_>| {
            let on_disk = tracked.skill.read(self.request.context, &folder).ok()?;
            DiskFiles::installed(&folder.path, on_disk.private()).ok()
        };
        if let Some(files) = on_disk.find_map(open) {
            return Some(Box::new(files));
        }
        let objects = self.repository.objects();
        let blobs = GitFiles::blobs_of(objects, tracked.skill.place_in(objects)).ok()?;
        let is_cached = blobs.into_iter().all(|blob| objects.contains(blob));
        self.locked(tracked).ok().filter(|_| is_cached)
    }

    fn conflict(
        &self,
        tracked: &Tracked<'_>,
        upstream: &Upstream,
        place: String,
        files: Vec<Conflict>,
    ) -> Result<SkillUpdate, OpError> {
        let unified = match &upstream.base {
            Some(_) if self.request.options.with_differences => {
                let before = self.locked(tracked)?;
                let after = self.without_edits(tracked, upstream)?;
                Some(diff::unified(Some(&*before), &after, &place))
            }
            _ => None,
        };
        let conflict = Conflicted {
            name: tracked.skill.name.to_string(),
            place,
            commit: tracked.commit().map(|commit| commit.to_string()),
            is_marked: false,
            is_unresolved: false,
            files,
        };
        Ok(SkillUpdate::Conflict { conflict, unified })
    }

    /// Locks another commit for an unchanged skill if the history was rewritten, because the server may
    /// delete the locked commit at any time, and `install` needs it.
    fn relock(&self, tracked: &Tracked<'_>) -> SkillUpdate {
        let before = tracked.skill.entry;
        let note = match self.lineage(tracked) {
            Some(lineage @ Lineage::Rewritten) => warning(Some(lineage), tracked),
            _ if before.is_gone => Some("it is upstream again".to_owned()),
            _ if tracked.git_ref() != before.git_ref.as_deref() => None,
            _ => return SkillUpdate::Unchanged,
        };
        let refused = self.unsigned(tracked);
        if !refused.is_empty() {
            return SkillUpdate::Refused(refused);
        }
        let mut entry = tracked.entry();
        self.sign(tracked, &mut entry);
        SkillUpdate::Relocked(Box::new(Relocked {
            entry,
            note: note.into_iter().chain(new_ref(tracked)).collect(),
        }))
    }

    /// Returns why the policy does not allow to lock another commit for the same files.
    fn unsigned(&self, tracked: &Tracked<'_>) -> Vec<Refusal> {
        let is_same = tracked.commit() == tracked.skill.entry.commit;
        let policy_check = self.request.policy_check;
        if is_same || !policy_check.policy.signed {
            return Vec::new();
        }
        policy_check.signature_refusals(&tracked.version(tracked.commit()))
    }

    /// Records who signed another commit.
    fn sign(&self, tracked: &Tracked<'_>, entry: &mut Entry) {
        if entry.commit != tracked.skill.entry.commit {
            let signature = self.request.policy_check.signature(entry.commit);
            entry.set_signature(signature.as_ref());
        }
    }

    fn lineage(&self, tracked: &Tracked<'_>) -> Option<&Lineage> {
        self.lineages.get(&tracked.commits()?)
    }
}

/// Returns a note about a ref that `--latest` changes.
fn new_ref(tracked: &Tracked<'_>) -> Option<String> {
    let (old, new) = (tracked.skill.entry.git_ref.as_deref()?, tracked.git_ref()?);
    (old != new).then(|| format!("follows `{new}` instead of `{old}`"))
}

/// Decides about a skill that its source no longer has. The user accepts that once.
fn gone(
    request: Request<'_, '_>,
    tracked: &Tracked<'_>,
    successor: Option<&Successor>,
) -> SkillUpdate {
    let entry = tracked.skill.entry;
    if entry.is_gone {
        return SkillUpdate::Unchanged;
    }
    if request.options.accept_gone {
        let mut entry = entry.clone();
        entry.is_gone = true;
        return SkillUpdate::Relocked(Box::new(Relocked {
            entry,
            note: vec!["it is gone upstream; the installed copy is kept".to_owned()],
        }));
    }
    let place = full_spec(&entry.source, &entry.path);
    let reason = match successor {
        None => format!("{place} is gone upstream"),
        Some(Successor { path, is_rename }) if *is_rename => {
            format!("{place} is gone upstream; it was renamed to {path}")
        }
        Some(Successor { path, .. }) => {
            format!("{place} is gone upstream; it was probably replaced by {path}")
        }
    };
    SkillUpdate::Deleted(Gone {
        name: tracked.skill.name.to_string(),
        reason,
        successor: successor.map(|successor| full_spec(&entry.source, &successor.path)),
    })
}

/// Reports an earlier conflict that is not resolved.
fn conflict_with(tracked: &Tracked<'_>, unresolved: &Conflicted) -> SkillUpdate {
    let commit = tracked.commit().map(|commit| commit.to_string());
    SkillUpdate::Conflict {
        conflict: Conflicted {
            commit,
            ..unresolved.clone()
        },
        unified: None,
    }
}

fn missing_base(name: &SkillName, entry: &Entry) -> Reason {
    let commit = entry.commit.map_or_else(String::new, |commit| {
        format!(" at commit {}", commit.short())
    });
    let text = format!(
        "the version that was edited (tree {}{commit}) is neither upstream nor in the cache, so the edits can't be merged",
        entry.tree.short()
    );
    let update = || mdskill("update").word(name.as_str());
    let hint = Hint::command(update().then("--conflict=ours"))
        .then(" keeps the edits on top of the new version; ")
        .then_command(update().then("--force"))
        .then(" moves them to the trash");
    Reason::with_hint(text, hint)
}

fn resolved(kept: &Kept, on_conflict: OnConflict) -> Option<String> {
    let winner = match on_conflict {
        OnConflict::Ours => "your edits",
        _ => "upstream's lines",
    };
    let files: Vec<&str> = kept
        .resolved
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    (!files.is_empty()).then(|| format!("{winner} won in {}", files.join(", ")))
}

fn whose_of(kept: Option<&Kept>) -> &'static str {
    match kept {
        Some(_) => "its new version with your edits",
        None => "its new version",
    }
}

fn unloadable(found: &[Diagnostic], whose: &str) -> Option<String> {
    let blocker = found.iter().find(|found| found.stops())?;
    Some(format!(
        "clients would not load {whose} ({}:{}: {} [{code}]); --allow {code} accepts it",
        blocker.file,
        blocker.start.line,
        blocker.message,
        code = blocker.code
    ))
}

fn warning(lineage: Option<&Lineage>, tracked: &Tracked<'_>) -> Option<String> {
    let (old, new) = tracked.commits()?;
    lineage?.warning(old, new)
}
