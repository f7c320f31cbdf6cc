//! Reports the findings in the skills before anything is written, removes the skills that must not be
//! installed, and finds the skills that they link to.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Prepared;
use super::{Options, Report, Sibling, Stopped, targets_of};
use crate::context::Context;
use crate::lockfile::Lockfile;
use crate::operations::findings::Found;
use crate::operations::installed::SkillFolder;
use crate::operations::resolve::{Candidate, full_spec};
use mdskill_lint::diagnostic::{Diagnostic, Severity};

/// Removes the skills that must not be installed, and reports the findings in all skills.
pub(super) fn report(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &mut [Prepared<'_>],
    report: &mut Report,
) {
    for prepared in repositories.iter_mut() {
        report.left_out.append(&mut prepared.left_out);
        report.hidden.append(&mut prepared.hidden);
        prepared.candidates.retain_mut(|candidate| {
            let targets = targets_of(options, lockfile, &candidate.name);
            let mut folders = SkillFolder::all(&context.scope, &candidate.name, &targets);
            let place = folders
                .next()
                .map_or_else(String::new, |folder| folder.place());
            let stopped = stopped(options, candidate, &place);
            let is_installed = stopped.is_none();
            report.stopped.extend(stopped);
            let found = std::mem::take(&mut candidate.diagnostics);
            report.diagnostics.extend(Found::of(&place, found));
            is_installed
        });
    }
    let is_complete =
        report.stopped.is_empty() && report.left_out.is_empty() && report.clashes.is_empty();
    report.is_refused = options.strict && !is_complete;
    report.siblings = siblings(lockfile, repositories);
}

/// Returns the findings that stop a skill: those that keep clients from loading it, because the user
/// would not notice that later. Other errors stop it only with `strict`, because only its author can
/// fix them.
fn stopped(options: &Options, candidate: &Candidate, place: &str) -> Option<Stopped> {
    let stops = |found: &&Diagnostic| {
        found.stops() && !options.force || options.strict && found.severity == Severity::Error
    };
    let found: Vec<&Diagnostic> = candidate.diagnostics.iter().filter(stops).collect();
    (!found.is_empty()).then(|| Stopped {
        name: candidate.name.clone(),
        spec: candidate.spec(),
        place: place.to_owned(),
        reasons: found.iter().map(|found| line(found)).collect(),
        is_unloadable: found.iter().any(|found| found.stops()),
    })
}

fn line(found: &Diagnostic) -> String {
    format!(
        "{}:{}: {} [{}]",
        found.file, found.start.line, found.message, found.code
    )
}

/// Returns the skills that are linked to, and are neither installed nor requested.
fn siblings(lockfile: &Lockfile, repositories: &[Prepared<'_>]) -> Vec<Sibling> {
    let requested = repositories.iter().flat_map(|prepared| {
        let paths = prepared.chosen.iter();
        paths.map(|path| (&prepared.opened.repository.source, path))
    });
    let installed = lockfile.skills.values();
    let known: BTreeSet<_> = installed
        .map(|entry| (&entry.source, &entry.path))
        .chain(requested)
        .collect();
    let mut siblings: BTreeMap<String, Sibling> = BTreeMap::new();
    for prepared in repositories {
        for candidate in &prepared.candidates {
            for path in &candidate.siblings {
                let Some(found) = prepared.opened.discovery.at(path) else {
                    continue;
                };
                if known.contains(&(&candidate.source, path)) {
                    continue;
                }
                let mut spec = full_spec(&candidate.source, path);
                if let Some(git_ref) = &candidate.git_ref {
                    spec = format!("{spec}@{git_ref}");
                }
                let sibling = siblings.entry(spec.clone()).or_insert(Sibling {
                    name: found.folder().unwrap_or_default().to_owned(),
                    spec,
                    linked_from: Vec::new(),
                });
                sibling.linked_from.push(candidate.name.to_string());
            }
        }
    }
    siblings.into_values().collect()
}
