//! Checks the names of the skills to add: of two different skills with one name, none is installed
//! silently in place of the other.

use std::collections::BTreeMap;

use super::resolve::Prepared;
use super::{Options, Report, candidates};
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::report::Problem;
use crate::operations::resolve::{Candidate, full_spec};
use mdskill_lint::path::fold;

/// Applies `--name` and `--pin`.
pub(super) fn rename_or_pin(
    options: &Options,
    repositories: &mut [Prepared<'_>],
) -> Result<(), OpError> {
    let count = candidates(repositories).count();
    if options.name.is_some() && count != 1 {
        return Err(OpError::RenamesSeveral(count));
    }
    for candidate in repositories
        .iter_mut()
        .flat_map(|prepared| &mut prepared.candidates)
    {
        if let Some(name) = &options.name {
            candidate.name = name.clone();
            candidate.note = None;
            // The user asked for a name that differs from that of the folder.
            candidate.diagnostics.retain(|found| found.code != "SK203");
        }
        if options.pin {
            candidate.git_ref = candidate.commit.map(|commit| commit.to_string());
        }
    }
    Ok(())
}

/// Removes all but one of skills with the same name and tree. Different skills with one name are an
/// error, or with `--all`, none of them is installed.
pub(super) fn remove_duplicates(
    options: &Options,
    repositories: &mut [Prepared<'_>],
    report: &mut Report,
) -> Result<(), OpError> {
    let mut by_name: BTreeMap<String, Vec<(usize, &Candidate)>> = BTreeMap::new();
    for (at, candidate) in candidates(repositories).enumerate() {
        let name = fold(candidate.name.as_str());
        by_name.entry(name).or_default().push((at, candidate));
    }
    let mut removed: Vec<usize> = Vec::new();
    for same in by_name.values().filter(|same| same.len() > 1) {
        let (_, first) = same[0];
        let is_one = same.iter().all(|(_, other)| {
            other.files.content == first.files.content && other.name == first.name
        });
        let places = same.iter().map(|(at, _)| *at);
        if is_one {
            removed.extend(places.skip(1));
        } else if options.all {
            removed.extend(places);
            let specs: Vec<String> = same.iter().map(|(_, candidate)| candidate.spec()).collect();
            report.left_out.push(Problem {
                name: first.name.to_string(),
                reason: format!(
                    "{} different skills have this name; add one of them by its full spec: {}",
                    specs.len(),
                    specs.join(", ")
                ),
            });
        } else {
            return Err(OpError::NameTaken {
                name: first.name.clone(),
                first: first.spec(),
                second: same[1].1.spec(),
            });
        }
    }
    let mut at = 0..;
    for Prepared { candidates, .. } in repositories.iter_mut() {
        candidates.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
    }
    Ok(())
}

/// Checks that no name is that of another installed skill.
pub(super) fn check_installed(
    lockfile: &Lockfile,
    options: &Options,
    repositories: &[Prepared<'_>],
) -> Result<(), OpError> {
    for prepared in repositories {
        for candidate in &prepared.candidates {
            let folded = fold(candidate.name.as_str());
            let mut installed = lockfile.skills.iter();
            let Some((name, entry)) = installed.find(|(name, _)| fold(name.as_str()) == folded)
            else {
                continue;
            };
            // A skill that left the locked path was moved in its repository.
            let discovery = &prepared.opened.discovery;
            let is_other = entry.source != candidate.source
                || entry.path != candidate.path && discovery.at(&entry.path).is_some();
            // A lockfile with both spellings can't be read, so --force does not help.
            if *name != candidate.name || is_other && !options.force {
                return Err(OpError::NameTaken {
                    name: candidate.name.clone(),
                    first: format!("{} (installed)", full_spec(&entry.source, &entry.path)),
                    second: candidate.spec(),
                });
            }
        }
    }
    Ok(())
}
