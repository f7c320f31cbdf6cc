//! Checks the names of the skills to add: of two different skills with one name, none is installed
//! silently in place of the other.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::resolve::Prepared;
use super::{Clash, Options, Report, candidates};
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::resolve::{Candidate, exact_spec, full_spec};
use crate::skill::hidden::preference;
use mdskill_git::ObjectId;
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
            candidate.note = Some(format!(
                "its `name` in SKILL.md is `{name}`, too, as a local edit that updates keep"
            ));
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
    let mut removed: HashSet<usize> = HashSet::new();
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
            report.clashes.push(Clash {
                name: first.name.to_string(),
                specs: same
                    .iter()
                    .map(|(_, candidate)| exact_spec(&candidate.source, &candidate.path))
                    .collect(),
            });
        } else {
            return Err(OpError::NameTaken {
                name: first.name.clone(),
                first: first.spec(),
                second: same[1].1.spec(),
            });
        }
    }
    if !report.clashes.is_empty()
        && let [prepared] = &*repositories
    {
        report.clash_free = clash_free(prepared);
    }
    let mut at = 0..;
    for Prepared { candidates, .. } in repositories.iter_mut() {
        candidates.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
    }
    Ok(())
}

/// Returns the spec of the folder with the most skills among those without two skills of one name.
fn clash_free(prepared: &Prepared<'_>) -> Option<String> {
    let mut folders: HashMap<&str, Option<HashMap<String, ObjectId>>> = HashMap::new();
    for candidate in &prepared.candidates {
        let (path, tree) = (candidate.path.as_str(), candidate.files.tree);
        for (end, _) in path.match_indices('/') {
            let names = folders.entry(&path[..end]);
            let names = names.or_insert_with(|| Some(HashMap::new()));
            let name = fold(candidate.name.as_str());
            if let Some(known) = names
                && *known.entry(name).or_insert(tree) != tree
            {
                *names = None;
            }
        }
    }
    let numbers = folders
        .into_iter()
        .filter_map(|(folder, names)| Some((names?.len(), folder)))
        .filter(|(number, _)| *number > 1);
    let (_, best) = numbers.max_by(|(a, folder), (b, other)| {
        let [place, other] = [folder, other].map(|folder| format!("{folder}/"));
        let by_path = || preference(&other).cmp(&preference(&place));
        a.cmp(b).then_with(by_path)
    })?;
    Some(full_spec(&prepared.opened.repository.source, best))
}

/// Checks that no name is that of another installed skill.
pub(super) fn check_installed(
    lockfile: &Lockfile,
    options: &Options,
    repositories: &[Prepared<'_>],
) -> Result<(), OpError> {
    // Each name is folded once, because a project and a repository can have thousands of skills.
    let installed = lockfile.skills.iter();
    let installed: HashMap<String, _> = installed
        .map(|skill| (fold(skill.0.as_str()), skill))
        .collect();
    for prepared in repositories {
        for candidate in &prepared.candidates {
            let Some((name, entry)) = installed.get(&fold(candidate.name.as_str())) else {
                continue;
            };
            // A skill that left the locked path was moved in its repository, and identical copies
            // are one skill.
            let discovery = &prepared.opened.discovery;
            let locked = discovery.at(&entry.path);
            let is_other = entry.source != candidate.source
                || locked.is_some_and(|locked| {
                    locked.path != candidate.path && locked.tree != candidate.files.tree
                });
            // A lockfile with both spellings can't be read, so --force does not help.
            if **name != candidate.name || is_other && !options.force {
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
