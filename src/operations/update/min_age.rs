//! Replaces the tip of a branch that is too young for the policy by an older commit.

use std::collections::{BTreeMap, BTreeSet};

use super::source_update::{Request, Tracked};
use crate::fetch::history::Lineage;
use crate::fetch::{Move, Repository};
use crate::operations::OpError;
use crate::operations::resolve::full_spec;
use crate::policy::{Key, RefKind};
use mdskill_git::ObjectId;

/// Updates the skills of a branch whose tip is too young to the newest commit that is not, because on a
/// branch that changes every day no tip would ever be old enough. Without such a commit, the tip stays, and
/// the policy refuses it later if the skill changed.
pub(super) async fn step_back(
    request: Request<'_, '_>,
    repository: &mut Repository<'_>,
    open: &mut [Tracked<'_>],
) -> Result<(), OpError> {
    if request.policy_check.policy.min_age.is_none() {
        return Ok(());
    }
    let moves: BTreeSet<Move> = open.iter().filter_map(move_of_branch).collect();
    let moves: Vec<Move> = moves.into_iter().collect();
    repository.fetch_history(&moves).await?;
    // Each history is searched once, because many skills are locked at one commit.
    let mut older: BTreeMap<Move, Option<ObjectId>> = BTreeMap::new();
    for tracked in open {
        let Some(commits) = move_of_branch(tracked) else {
            continue;
        };
        let found = older
            .entry(commits)
            .or_insert_with(|| find_older(request, repository, tracked, commits));
        if let (Some(older), Some(resolved)) = (*found, &mut tracked.resolved) {
            resolved.commit = older;
        }
    }
    let older = older.into_iter();
    let replaced = older.filter_map(|((_, tip), older)| Some((tip, older?)));
    for (tip, older) in replaced.collect::<BTreeSet<_>>() {
        request.context.progress.warn(&format!(
            "{}: {} is too young for `min-age` of the policy; {} is the newest commit that is not",
            full_spec(&repository.source, ""),
            tip.short(),
            older.short()
        ));
    }
    Ok(())
}

/// Returns the locked commit and the tip of a branch; `None` for tags, ranges, and commit ids, which name
/// one version.
fn move_of_branch(tracked: &Tracked<'_>) -> Option<Move> {
    let is_branch = matches!(
        tracked.version(None).kind,
        RefKind::Default | RefKind::Branch
    );
    tracked.commits().filter(|_| is_branch)
}

/// Returns the newest commit that is old enough, if the tip is not.
fn find_older(
    request: Request<'_, '_>,
    repository: &Repository<'_>,
    tracked: &Tracked<'_>,
    (old, tip): Move,
) -> Option<ObjectId> {
    let is_old_enough = |commit| {
        let version = tracked.version(Some(commit));
        let decision = request
            .policy_check
            .explain(Some(repository), &version, &[]);
        let mut verdicts = decision.verdicts.iter();
        verdicts.all(|verdict| verdict.key != Key::MinAge || verdict.is_allowed)
    };
    if is_old_enough(tip) {
        return None;
    }
    let Some(Lineage::Forward { commits }) = repository.lineage(old, tip) else {
        return None;
    };
    let mut newest_first = commits.into_iter().map(|commit| commit.id);
    newest_first.find(|commit| is_old_enough(*commit))
}
