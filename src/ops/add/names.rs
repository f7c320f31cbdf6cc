//! Names: two skills of one name are never silently one.

use std::collections::BTreeMap;

use super::prepare::Prepared;
use super::{Options, Report};
use crate::lockfile::Lockfile;
use crate::ops::OpError;
use crate::ops::candidate::{Candidate, full_spec};
use crate::ops::change::{Action, Change, Problem};
use crate::path::fold;

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
            candidate.name_note = None;
            // That the name is not the folder's is what was asked for.
            candidate.diagnostics.retain(|found| found.code != "SK203");
        }
        if options.pin {
            candidate.reference = candidate.commit.map(|commit| commit.to_string());
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
    let mut by_name: BTreeMap<String, Vec<&Candidate>> = BTreeMap::new();
    for candidate in repositories
        .iter()
        .flat_map(|prepared| &prepared.candidates)
    {
        by_name
            .entry(fold(candidate.name.as_str()))
            .or_default()
            .push(candidate);
    }
    let mut dropped: Vec<String> = Vec::new();
    for same in by_name.values().filter(|same| same.len() > 1) {
        let first = same[0];
        let is_one = same
            .iter()
            .all(|other| other.files.tree == first.files.tree && other.name == first.name);
        let specs: Vec<String> = same.iter().map(|candidate| candidate.spec()).collect();
        match (is_one, options.all) {
            (true, _) => dropped.extend_from_slice(&specs[1..]),
            (false, true) => {
                let (count, names) = (specs.len(), specs.join(", "));
                report.left_out.push(Problem {
                    name: first.name.to_string(),
                    reason: format!("{count} different skills have this name; add one of them by its full spec: {names}"),
                });
                dropped.extend(specs);
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
    if !dropped.is_empty() {
        for Prepared { candidates, .. } in repositories.iter_mut() {
            candidates.retain(|candidate| !dropped.contains(&candidate.spec()));
        }
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

/// A skill that follows a ref keeps following it until another is named: `add
/// owner/repo --all` must not take it off its tag.
pub(super) fn keep_what_follows_another_ref(
    lockfile: &Lockfile,
    repositories: &mut [Prepared<'_>],
    report: &mut Report,
) {
    for Prepared { candidates, .. } in repositories {
        candidates.retain(|candidate| {
            let locked = lockfile.skills.get(&candidate.name);
            let kept = locked.filter(|locked| {
                locked.source == candidate.source
                    && locked.path == candidate.path
                    && locked.reference.is_some()
                    && candidate.reference.is_none()
            });
            if let Some(entry) = kept {
                let reference = entry.reference.as_deref().unwrap_or_default();
                let note =
                    format!("it follows `{reference}`; name another behind `@` to change that, `@HEAD` for the default branch");
                let change = Change::of(&candidate.name, entry, Action::Unchanged, Vec::new());
                report.skills.push(Change {
                    notes: vec![note],
                    ..change
                });
            }
            kept.is_none()
        });
    }
}
