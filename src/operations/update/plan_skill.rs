//! The update of one skill: its new version with the edits in it, validated, and what it changes.

use std::collections::BTreeMap;

use super::local_edits::{Edited, Local, MergeOutcome};
use super::source_update::{
    Fetched, Kept, NewVersion, Relocked, SkillUpdate, SourceUpdate, Target, Terms, Upstream,
};
use crate::diff::{self, SkillDiff};
use crate::fetch::history::Lineage;
use crate::fetch::{Move, Repository};
use crate::lockfile::Entry;
use crate::merge::OnConflict;
use crate::operations::OpError;
use crate::operations::install_steps::digest_of;
use crate::operations::installed::InstalledSkill;
use crate::operations::policy_check::{Refusal, Version};
use crate::operations::report::{Conflicted, ConflictedFile};
use crate::operations::resolve::diagnose;
use crate::skill::tree::{MAX_IN_MEMORY, SkillTree};
use crate::view::{DiskFiles, GitFiles, SkillFiles};
use mdskill_git::ObjectId;
use mdskill_git::objects::ObjectError;
use mdskill_lint::diagnostic::Diagnostic;

/// Plans the update of every skill of a source, from what was fetched.
pub(super) fn plan_source<'a>(
    terms: Terms<'a, '_>,
    fetched: Fetched<'a, '_>,
) -> Result<SourceUpdate<'a>, OpError> {
    let source = Source {
        terms,
        repository: &fetched.repository,
        lineages: &fetched.lineages,
    };
    let decided = fetched.decided.into_iter();
    let mut skills: Vec<_> = decided
        .map(|(name, update)| (name.clone(), update))
        .collect();
    for (skill, target, upstream) in fetched.changed {
        let update = source.plan(skill, &target, upstream);
        skills.push((skill.name.clone(), update.or_else(Obstacle::into_update)?));
    }
    for (skill, target) in fetched.same {
        skills.push((skill.name.clone(), source.relock(skill, &target)));
    }
    Ok(SourceUpdate {
        repository: fetched.repository,
        newer: fetched.newer,
        skills,
    })
}

/// The reason why a new version is not installed.
enum Obstacle {
    /// It concerns one skill, and becomes its update.
    Skill(Box<SkillUpdate>),
    /// It concerns the source.
    Source(OpError),
}

impl Obstacle {
    fn into_update(self) -> Result<SkillUpdate, OpError> {
        match self {
            Self::Skill(update) => Ok(*update),
            Self::Source(error) => Err(error),
        }
    }
}

impl<E: Into<OpError>> From<E> for Obstacle {
    fn from(error: E) -> Self {
        Self::Source(error.into())
    }
}

/// The source of the skills that are planned.
struct Source<'s, 'a, 'c> {
    terms: Terms<'a, 'c>,
    repository: &'s Repository<'a>,
    lineages: &'s BTreeMap<Move, Lineage>,
}

impl Source<'_, '_, '_> {
    /// Plans a new version, unless edits or the policy forbid it or no client would load it.
    fn plan(
        &self,
        skill: InstalledSkill<'_>,
        target: &Target,
        mut upstream: Upstream,
    ) -> Result<SkillUpdate, Obstacle> {
        let options = self.terms.options;
        let objects = self.repository.objects();
        if let Err(error) = upstream.files.load(objects, MAX_IN_MEMORY) {
            let reason = format!("its new version is refused: {error}");
            return Ok(SkillUpdate::blocked(reason));
        }
        let mut entry = skill.entry.clone();
        entry.path.clone_from(&upstream.path);
        entry.commit = target.commit;
        entry.tree = upstream.files.tree;
        entry.edits = None;
        let refused = self.refusals(skill, target, &upstream)?;
        if !refused.is_empty() {
            return Ok(SkillUpdate::Refused(refused));
        }
        let mut notes = std::mem::take(&mut upstream.notes);
        let (files, kept) = self.with_edits(skill, target, upstream, &mut notes)?;
        let root = self.repository.root_tree(target.commit)?;
        let folder = skill.name.as_str();
        let settings = &options.settings;
        let found = diagnose(objects, root, &entry.path, folder, &files, settings).diagnostics;
        // Markers are there to be resolved; until then nothing can load some of them.
        let is_marked = kept.as_ref().is_some_and(|kept| !kept.marked.is_empty());
        let whose = match kept {
            Some(_) => "its new version with your edits",
            None => "its new version",
        };
        if let (Some(reason), false) = (unloadable(&found, whose), options.force || is_marked) {
            return Ok(SkillUpdate::Blocked(reason, found));
        }
        // Compare the version without markers, so that none is reported as a capability.
        let unmarked = kept.as_ref().and_then(|kept| kept.unmarked.as_ref());
        let shown = unmarked.unwrap_or(&files);
        let after = GitFiles::of(objects, root, &entry.path, folder, shown);
        let (diff, unified) = self.differences(skill, &after);
        let lineage = self.lineage(skill, target);
        notes.extend(warning(lineage, skill, target));
        let lineage = lineage.cloned();
        Ok(SkillUpdate::Updated(Box::new(NewVersion {
            entry,
            files,
            kept,
            notes,
            diff,
            unified,
            lineage,
            diagnostics: found,
        })))
    }

    /// Returns why the policy does not allow upstream's version. The capabilities before are those of the
    /// locked version where the skill was edited, because local edits must not widen what is allowed.
    fn refusals(
        &self,
        skill: InstalledSkill<'_>,
        target: &Target,
        upstream: &Upstream,
    ) -> Result<Vec<Refusal>, OpError> {
        let gate = self.terms.gate;
        if gate.policy.is_empty() {
            return Ok(Vec::new());
        }
        let theirs = self.theirs(skill, target, upstream)?;
        let before = match &upstream.base {
            Some(base) => Some(self.locked(skill, base.tree)?),
            None => self.before(skill),
        };
        let gained = diff::compare(before.as_deref(), &theirs).gained;
        let version = Version {
            kind: target.kind,
            commit: target.commit,
            ..Version::locked(skill)
        };
        Ok(gate.before_write(self.repository, &version, &gained))
    }

    /// Returns the new version as upstream has it.
    fn theirs<'v>(
        &'v self,
        skill: InstalledSkill<'_>,
        target: &Target,
        upstream: &'v Upstream,
    ) -> Result<GitFiles<'v>, OpError> {
        let objects = self.repository.objects();
        let root = self.repository.root_tree(target.commit)?;
        let (path, folder) = (&upstream.path, skill.name.as_str());
        Ok(GitFiles::of(objects, root, path, folder, &upstream.files))
    }

    /// Returns a version that was locked, whose files are in the cache.
    fn locked(
        &self,
        skill: InstalledSkill<'_>,
        tree: ObjectId,
    ) -> Result<Box<dyn SkillFiles + '_>, ObjectError> {
        let objects = self.repository.objects();
        let view = GitFiles::at(objects, tree, "", skill.name.as_str(), tree)?;
        Ok(Box::new(view))
    }

    /// Returns the version that the new one replaces: the one on disk, else the locked one.
    fn before(&self, skill: InstalledSkill<'_>) -> Option<Box<dyn SkillFiles + '_>> {
        let mut on_disk = skill.folders().filter(|folder| folder.path.is_dir());
        if let Some(view) = on_disk.find_map(|folder| DiskFiles::open(&folder.path, None).ok()) {
            return Some(Box::new(view));
        }
        let objects = self.repository.objects();
        let mut blobs = GitFiles::blobs_of(objects, skill.entry.tree)
            .ok()?
            .into_iter();
        if blobs.all(|blob| objects.contains(blob)) {
            self.locked(skill, skill.entry.tree).ok()
        } else {
            None
        }
    }

    /// Compares the version before with the new one, also as git writes it when that was asked for.
    fn differences(
        &self,
        skill: InstalledSkill<'_>,
        after: &dyn SkillFiles,
    ) -> (SkillDiff, Option<String>) {
        let before = self.before(skill);
        let before = before.as_deref();
        let unified = || diff::unified(before, after, &skill.first_place());
        let unified = self.terms.options.with_differences.then(unified);
        (diff::compare(before, after), unified)
    }

    /// Merges the edits into the new version.
    fn with_edits(
        &self,
        skill: InstalledSkill<'_>,
        target: &Target,
        upstream: Upstream,
        notes: &mut Vec<String>,
    ) -> Result<(SkillTree, Option<Kept>), Obstacle> {
        let options = self.terms.options;
        let edited = match &upstream.local {
            Local::Edited(edited) if !options.force => edited,
            Local::Unmergeable { place, reason } if !options.force => {
                let update = SkillUpdate::left_alone(skill.name, place, reason.clone());
                return Err(Obstacle::Skill(Box::new(update)));
            }
            _ => return Ok((upstream.files, None)),
        };
        let (base, files) = (upstream.base.as_ref(), &upstream.files);
        let left_alone = |reason| {
            let update = SkillUpdate::left_alone(skill.name, &edited.place, reason);
            Obstacle::Skill(Box::new(update))
        };
        if base.is_none() && options.on_conflict == OnConflict::Stop {
            return Err(left_alone(base_is_gone(skill.entry)));
        }
        let objects = self.repository.objects();
        let name_of_theirs = match target.commit {
            Some(commit) => format!("upstream {}", commit.short()),
            None => "upstream".to_owned(),
        };
        let merge =
            |on_conflict| edited.merge_into(base, files, objects, on_conflict, &name_of_theirs);
        let merged = match merge(options.on_conflict)? {
            MergeOutcome::Merged(merged) => merged,
            MergeOutcome::Conflict(conflicts) => {
                let update = self.conflict(skill, target, &upstream, edited, conflicts)?;
                return Err(Obstacle::Skill(Box::new(update)));
            }
            MergeOutcome::Unmergeable(reason) => return Err(left_alone(reason)),
        };
        let mut kept = Kept {
            on_disk: edited.digest,
            upstream: digest_of(files, objects)?,
            edited: merged.edited,
            marked: Vec::new(),
            unmarked: None,
        };
        match options.on_conflict {
            OnConflict::Markers if !merged.conflicts.is_empty() => {
                kept.marked = merged.conflicts;
                if let MergeOutcome::Merged(theirs) = merge(OnConflict::Theirs)? {
                    kept.unmarked = Some(theirs.files);
                }
            }
            on_conflict => notes.extend(resolved(&merged.conflicts, on_conflict)),
        }
        Ok((merged.files, Some(kept)))
    }

    /// Returns a conflict, with the changes of upstream when differences were asked for.
    fn conflict(
        &self,
        skill: InstalledSkill<'_>,
        target: &Target,
        upstream: &Upstream,
        edited: &Edited,
        files: Vec<ConflictedFile>,
    ) -> Result<SkillUpdate, OpError> {
        let unified = match &upstream.base {
            Some(base) if self.terms.options.with_differences => {
                let before = self.locked(skill, base.tree)?;
                let after = self.theirs(skill, target, upstream)?;
                Some(diff::unified(Some(&*before), &after, &edited.place))
            }
            _ => None,
        };
        let conflict = Conflicted {
            name: skill.name.to_string(),
            place: edited.place.clone(),
            commit: target.commit.map(|commit| commit.to_string()),
            is_marked: false,
            files,
        };
        Ok(SkillUpdate::Conflict { conflict, unified })
    }

    /// Gives an unchanged skill a commit that is still there, where the history was rewritten: the server
    /// may drop the locked one any day, and `install` would not find it.
    fn relock(&self, skill: InstalledSkill<'_>, target: &Target) -> SkillUpdate {
        match self.lineage(skill, target) {
            Some(lineage @ Lineage::Rewritten) => SkillUpdate::Relocked(Relocked {
                commit: target.commit,
                note: warning(Some(lineage), skill, target),
            }),
            _ => SkillUpdate::Unchanged,
        }
    }

    fn lineage(&self, skill: InstalledSkill<'_>, target: &Target) -> Option<&Lineage> {
        self.lineages.get(&(skill.entry.commit?, target.commit?))
    }
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

fn resolved(conflicts: &[ConflictedFile], on_conflict: OnConflict) -> Option<String> {
    let whose = match on_conflict {
        OnConflict::Ours => "your edits",
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

fn warning(
    lineage: Option<&Lineage>,
    skill: InstalledSkill<'_>,
    target: &Target,
) -> Option<String> {
    lineage?.warning(skill.entry.commit?, target.commit?)
}
