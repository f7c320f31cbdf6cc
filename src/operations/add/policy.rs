//! What the policy has against skills that are ready to be written.

use super::Options;
use super::resolve::Prepared;
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::policy_check::{Gate, Refusal, Version, capabilities};
use crate::operations::resolve::Candidate;
use crate::policy::RefKind;

/// Returns every refusal: one is enough to stop them all.
pub(super) fn refusals(
    gate: &Gate,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &[Prepared<'_>],
) -> Result<Vec<Refusal>, OpError> {
    let mut refusals = Vec::new();
    if gate.policy().is_empty() {
        return Ok(refusals);
    }
    for prepared in repositories {
        for candidate in &prepared.candidates {
            let version = Version {
                name: candidate.name.as_str(),
                source: &candidate.source,
                kind: match options.pin && candidate.commit.is_some() {
                    true => RefKind::Commit,
                    false => prepared.kind,
                },
                git_ref: candidate.git_ref.as_deref(),
                commit: candidate.commit,
            };
            if is_locked(lockfile, candidate) {
                refusals.extend(gate.as_locked(&version));
                continue;
            }
            let repository = &prepared.repository;
            let (path, name) = (&candidate.path, candidate.name.as_str());
            let gained = capabilities(repository, candidate.commit, path, name, &candidate.files)?;
            refusals.extend(gate.before_write(repository, &version, &gained));
        }
    }
    Ok(refusals)
}

/// Whether these very files are locked under this name: then they are only put back.
fn is_locked(lockfile: &Lockfile, candidate: &Candidate) -> bool {
    let locked = lockfile.skills.get(&candidate.name);
    locked.is_some_and(|locked| {
        locked.source == candidate.source
            && locked.path == candidate.path
            && locked.tree == candidate.files.tree
    })
}
