//! Where the policy asks for an age: the newest commit that is old enough in place of a younger tip.

use std::collections::{BTreeMap, BTreeSet};

use super::source_update::{Target, Terms};
use crate::fetch::history::Lineage;
use crate::fetch::{Move, Repository};
use crate::operations::OpError;
use crate::operations::installed::InstalledSkill;
use crate::operations::policy_check::{Gate, Version};
use crate::operations::resolve::full_spec;
use crate::policy::{Key, RefKind};
use mdskill_git::ObjectId;

/// Leads skills whose branch names a commit that is too young to the newest one on the way there that
/// is not. On a branch that moves every day nothing else would ever be old enough. Where there is
/// none the tip stays, and the policy refuses it later if the skill has changed there.
pub(super) async fn step_back(
    terms: Terms<'_, '_>,
    repository: &mut Repository<'_>,
    open: &mut [(InstalledSkill<'_>, Target)],
) -> Result<(), OpError> {
    if terms.gate.policy.min_age.is_none() {
        return Ok(());
    }
    let moves: BTreeSet<Move> = open
        .iter()
        .filter_map(|(skill, target)| move_of(*skill, target))
        .collect();
    let moves: Vec<Move> = moves.into_iter().collect();
    // The dates of the commits are judged as well, so the commits must be here.
    repository.fetch_history(&moves).await?;
    // Skills that were locked at one commit go the same way, and it is looked for once.
    let mut older: BTreeMap<Move, Option<ObjectId>> = BTreeMap::new();
    for (skill, target) in open.iter_mut() {
        let Some(way) = move_of(*skill, target) else {
            continue;
        };
        let found = older.entry(way);
        let found = found.or_insert_with(|| older_on(terms.gate, repository, *skill, target, way));
        target.commit = found.or(target.commit);
    }
    let told: BTreeSet<(ObjectId, ObjectId)> = older
        .into_iter()
        .filter_map(|((_, tip), older)| Some((tip, older?)))
        .collect();
    let place = full_spec(&repository.source, "");
    for (tip, older) in told {
        let (tip, older) = (tip.short(), older.short());
        terms.context.progress.warn(&format!(
            "{place}: {tip} is too young for `min-age` of the policy; {older} is the newest commit that is not"
        ));
    }
    Ok(())
}

/// Returns the newest commit on the way to a tip that is old enough; nothing when the tip is, or none.
fn older_on(
    gate: &Gate,
    repository: &Repository<'_>,
    skill: InstalledSkill<'_>,
    target: &Target,
    (old, tip): Move,
) -> Option<ObjectId> {
    let is_old_enough = |commit| is_old_enough(gate, repository, skill, target.kind, commit);
    if is_old_enough(tip) {
        return None;
    }
    let Some(Lineage::Forward { commits }) = repository.lineage(old, tip) else {
        return None;
    };
    let mut newest_first = commits.into_iter().map(|commit| commit.id);
    newest_first.find(|commit| is_old_enough(*commit))
}

/// The way that a branch has gone since the skill was locked; a tag and a range name what they name.
fn move_of(skill: InstalledSkill<'_>, target: &Target) -> Option<Move> {
    let moves = matches!(target.kind, RefKind::Default | RefKind::Branch);
    moves.then_some((skill.entry.commit?, target.commit?))
}

fn is_old_enough(
    gate: &Gate,
    repository: &Repository<'_>,
    skill: InstalledSkill<'_>,
    kind: RefKind,
    commit: ObjectId,
) -> bool {
    let version = Version {
        kind,
        commit: Some(commit),
        ..Version::locked(skill)
    };
    let decision = gate.explain(Some(repository), &version, &[]);
    let is_about_age = |verdict: &&crate::policy::Verdict| verdict.key == Key::MinAge;
    let mut verdicts = decision.verdicts.iter().filter(is_about_age);
    verdicts.all(|verdict| verdict.is_allowed)
}
