//! Names: two skills of one name are never silently one.

use std::collections::BTreeMap;

use super::resolve::Prepared;
use super::{Options, Report};
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::report::Problem;
use crate::operations::resolve::{Candidate, full_spec};
use mdskill_lint::path::fold;

/// Gives the one skill another name, or every skill a ref that does not move.
pub(super) fn rename_or_pin(
    options: &Options,
    repositories: &mut [Prepared<'_>],
) -> Result<(), OpError> {
    let count: usize = repositories
        .iter()
        .map(|prepared| prepared.candidates.len())
        .sum();
    if options.name.is_some() && count != 1 {
        return Err(OpError::Usage(format!(
            "--name renames one skill, and {count} are being added"
        )));
    }
    for candidate in repositories
        .iter_mut()
        .flat_map(|prepared| &mut prepared.candidates)
    {
        if let Some(name) = &options.name {
            candidate.name = name.clone();
            candidate.note = None;
            // That the name is not the folder's is what was asked for.
            candidate.diagnostics.retain(|found| found.code != "SK203");
        }
        if options.pin {
            candidate.git_ref = candidate.commit.map(|commit| commit.to_string());
        }
    }
    Ok(())
}

/// Two skills of one name and one tree land once; two that differ are both left out
/// with `--all`, and an error otherwise. Never silently one of them.
pub(super) fn settle(
    options: &Options,
    repositories: &mut [Prepared<'_>],
    report: &mut Report,
) -> Result<(), OpError> {
    let mut by_name: BTreeMap<String, Vec<(usize, &Candidate)>> = BTreeMap::new();
    let all = repositories
        .iter()
        .flat_map(|prepared| &prepared.candidates);
    for (at, candidate) in all.enumerate() {
        by_name
            .entry(fold(candidate.name.as_str()))
            .or_default()
            .push((at, candidate));
    }
    let mut dropped: Vec<usize> = Vec::new();
    for same in by_name.values().filter(|same| same.len() > 1) {
        let (_, first) = same[0];
        let is_one = same
            .iter()
            .all(|(_, other)| other.files.tree == first.files.tree && other.name == first.name);
        let specs: Vec<String> = same.iter().map(|(_, candidate)| candidate.spec()).collect();
        let places = same.iter().map(|(at, _)| *at);
        match (is_one, options.all) {
            (true, _) => dropped.extend(places.skip(1)),
            (false, true) => {
                dropped.extend(places);
                report.left_out.push(Problem {
                    name: first.name.to_string(),
                    reason: format!(
                        "{} different skills have this name; add one of them by its full spec: {}",
                        specs.len(),
                        specs.join(", ")
                    ),
                });
            }
            (false, false) => {
                return Err(OpError::NameTaken {
                    name: first.name.to_string(),
                    first: specs[0].clone(),
                    second: specs[1].clone(),
                });
            }
        }
    }
    let mut at = 0;
    for Prepared { candidates, .. } in repositories.iter_mut() {
        candidates.retain(|_| {
            at += 1;
            !dropped.contains(&(at - 1))
        });
    }
    Ok(())
}

/// A name that is taken by another skill is refused, naming both.
pub(super) fn check_against(
    lockfile: &Lockfile,
    options: &Options,
    repositories: &[Prepared<'_>],
) -> Result<(), OpError> {
    for prepared in repositories {
        for candidate in &prepared.candidates {
            let folded = fold(candidate.name.as_str());
            let taken = lockfile
                .skills
                .iter()
                .find(|(name, _)| fold(name.as_str()) == folded);
            let Some((name, entry)) = taken else {
                continue;
            };
            // A skill that moved in its repository is the same one; one that is still
            // where it was is another.
            let is_other = entry.source != candidate.source
                || entry.path != candidate.path && prepared.discovery.at(&entry.path).is_some();
            // A lockfile with both spellings could not be read again, force or not.
            if *name != candidate.name || is_other && !options.force {
                return Err(OpError::NameTaken {
                    name: candidate.name.to_string(),
                    first: format!("{} (installed)", full_spec(&entry.source, &entry.path)),
                    second: candidate.spec(),
                });
            }
        }
    }
    Ok(())
}
