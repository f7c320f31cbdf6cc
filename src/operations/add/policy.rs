//! Checks the skills that are ready to be written against the policy.

use super::Options;
use super::resolve::Prepared;
use crate::context::Context;
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::install_steps::is_version;
use crate::operations::policy_check::{PolicyCheck, Refusal, Version, kind_of};
use crate::operations::resolve::{Candidate, CommitOrigin};
use crate::policy::RefKind;
use mdskill_git::objects::Objects;

/// Finds the origin of commits that were given by their ids, and verifies the signatures that the policy
/// requires.
pub(super) async fn verify_commits(
    context: &Context<'_>,
    policy_check: &PolicyCheck,
    repositories: &mut [Prepared<'_>],
) -> Result<(), OpError> {
    for Prepared {
        opened, candidates, ..
    } in repositories
    {
        opened.find_origin(context).await?;
        let Some(resolved) = &opened.resolved else {
            continue;
        };
        if opened.origin == Some(CommitOrigin::Unverified) {
            policy_check.set_unverified(resolved.commit);
        }
        let commit = (resolved.commit, resolved.tag_object);
        let repository = &mut opened.repository;
        policy_check.verify_signatures(repository, [commit]).await?;
        for candidate in candidates {
            candidate.origin.clone_from(&opened.origin);
            candidate.signature = policy_check.signature(candidate.commit);
        }
    }
    Ok(())
}

/// Returns the refusals of all skills.
pub(super) fn refusals(
    policy_check: &PolicyCheck,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &[Prepared<'_>],
) -> Result<Vec<Refusal>, OpError> {
    let mut refusals = Vec::new();
    for Prepared {
        opened, candidates, ..
    } in repositories
    {
        for candidate in candidates {
            let mut version = Version::of(candidate, kind_of(opened.resolved.as_ref()));
            if options.pin && candidate.commit.is_some() {
                version.kind = RefKind::Commit;
            }
            if is_locked(lockfile, candidate, opened.repository.objects())? {
                // The commit may be another one with the same files.
                refusals.extend(policy_check.as_locked(&version));
                refusals.extend(policy_check.signature_refusals(&version));
            } else {
                let gained = &candidate.capabilities;
                refusals.extend(policy_check.before_write(&opened.repository, &version, gained));
            }
        }
    }
    Ok(refusals)
}

/// Whether the lockfile has the same files under this name, so that they are only restored.
pub(super) fn is_locked(
    lockfile: &Lockfile,
    candidate: &Candidate,
    objects: &Objects,
) -> Result<bool, OpError> {
    let locked = lockfile.skills.get(&candidate.name);
    let locked =
        locked.filter(|locked| locked.source == candidate.source && locked.path == candidate.path);
    let is_version = |locked| is_version(&candidate.files, locked, objects);
    Ok(locked.map(is_version).transpose()?.unwrap_or_default())
}
