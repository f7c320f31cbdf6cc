//! Where the policy asks for an age: the newest commit that is old enough in place of a younger tip.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Answer, Installed, Target, Terms};
use crate::fetch::Move;
use crate::fetch::history::Lineage;
use crate::oid::ObjectId;
use crate::ops::OpError;
use crate::ops::candidate::full_spec;
use crate::ops::gate::{Gate, Version};
use crate::policy::{Key, RefKind};

/// Leads skills whose branch names a commit that is too young to the newest one on the way there that
/// is not. On a branch that moves every day nothing else would ever be old enough. Where there is
/// none the tip stays, and the policy refuses it later if the skill has changed there.
pub(super) async fn step_back(
    terms: Terms<'_, '_>,
    answer: &mut Answer<'_>,
    open: &mut [(Installed<'_>, Target)],
) -> Result<(), OpError> {
    let gate = terms.gate;
    if gate.policy().min_age.is_none() {
        return Ok(());
    }
    let moves: BTreeSet<Move> = open
        .iter()
        .filter_map(|(skill, target)| move_of(*skill, target))
        .collect();
    let moves: Vec<Move> = moves.into_iter().collect();
    // The dates of the commits are judged as well, so the commits must be here.
    answer.repository.fetch_history(&moves).await?;
    let mut told = BTreeMap::new();
    for (skill, target) in open {
        let Some((old, tip)) = move_of(*skill, target) else {
            continue;
        };
        if is_old_enough(gate, answer, *skill, target.kind, tip) {
            continue;
        }
        let Some(Lineage::Forward { commits }) = answer.repository.lineage(old, tip) else {
            continue;
        };
        let mut newest_first = commits.into_iter().map(|commit| commit.id);
        if let Some(older) =
            newest_first.find(|commit| is_old_enough(gate, answer, *skill, target.kind, *commit))
        {
            target.commit = Some(older);
            told.insert(full_spec(&skill.entry.source, ""), (tip, older));
        }
    }
    for (place, (tip, older)) in told {
        let (tip, older) = (tip.short(), older.short());
        terms.context.progress.warn(&format!(
            "{place}: {tip} is too young for `min-age` of the policy; {older} is the newest commit that is not"
        ));
    }
    Ok(())
}

/// The way that a branch has gone since the skill was locked; a tag and a range name what they name.
fn move_of(skill: Installed<'_>, target: &Target) -> Option<Move> {
    let moves = matches!(target.kind, RefKind::Default | RefKind::Branch);
    moves.then_some((skill.entry.commit?, target.commit?))
}

fn is_old_enough(
    gate: &Gate,
    answer: &Answer<'_>,
    skill: Installed<'_>,
    kind: RefKind,
    commit: ObjectId,
) -> bool {
    let version = Version {
        kind,
        commit: Some(commit),
        ..Version::locked(skill.name.as_str(), skill.entry)
    };
    let decision = gate.explain(Some(&answer.repository), &version, &[]);
    let is_about_age = |verdict: &&crate::policy::Verdict| verdict.key == Key::MinAge;
    let mut verdicts = decision.verdicts.iter().filter(is_about_age);
    verdicts.all(|verdict| verdict.is_allowed)
}
