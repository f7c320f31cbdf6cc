//! What validating found, before anything is written: what stops a skill, what is only told, and which other
//! skills it sends its reader to.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Prepared;
use super::{Options, Report, Sibling, Stopped, targets_of, with_targets};
use crate::context::Context;
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::findings::Found;
use crate::operations::install_steps;
use crate::operations::report::Problem;
use crate::operations::resolve::{Candidate, full_spec};
use mdskill_lint::diagnostic::{Diagnostic, Severity};

/// Takes out what is stopped, and notes all that was found.
pub(super) fn tell(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &mut [Prepared<'_>],
    report: &mut Report,
) {
    let settled = with_targets(context, options, lockfile.clone());
    for prepared in repositories.iter_mut() {
        let place = prepared.repository.source.spec_prefix();
        let left_out = |error: OpError| Problem {
            name: place.clone(),
            reason: error.to_string(),
        };
        report
            .left_out
            .extend(prepared.refused.drain(..).map(left_out));
        prepared.candidates.retain_mut(|candidate| {
            let targets = targets_of(options, &settled, &candidate.name);
            let places = install_steps::places(&context.scope, &candidate.name, &targets);
            let place = places.into_iter().next().unwrap_or_default();
            let stopped = stopped(options, candidate, &place);
            let found = std::mem::take(&mut candidate.diagnostics);
            report.diagnostics.extend(Found::of(&place, found));
            let stays = stopped.is_none();
            report.stopped.extend(stopped);
            stays
        });
    }
    report.is_refused =
        options.strict && !(report.stopped.is_empty() && report.left_out.is_empty());
    report.siblings = siblings(lockfile, repositories);
}

/// What keeps clients from loading a skill stops it, for nobody would notice later; other errors are
/// its author's to mend, and stop it only when that was asked for.
fn stopped(options: &Options, candidate: &Candidate, place: &str) -> Option<Stopped> {
    let stops = |found: &&Diagnostic| {
        found.stops() && !options.force || options.strict && found.severity == Severity::Error
    };
    let found: Vec<&Diagnostic> = candidate.diagnostics.iter().filter(stops).collect();
    (!found.is_empty()).then(|| Stopped {
        name: candidate.name.to_string(),
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

/// Returns the skills that are linked to, and are neither installed nor about to be.
fn siblings(lockfile: &Lockfile, repositories: &[Prepared<'_>]) -> Vec<Sibling> {
    let chosen = repositories.iter().flat_map(|prepared| {
        let paths = prepared.chosen.iter();
        paths.map(|path| (&prepared.repository.source, path))
    });
    let installed = lockfile.skills.values();
    let here: BTreeSet<_> = installed
        .map(|entry| (&entry.source, &entry.path))
        .chain(chosen)
        .collect();
    let mut found: BTreeMap<String, Sibling> = BTreeMap::new();
    for prepared in repositories {
        for candidate in &prepared.candidates {
            for path in &candidate.siblings {
                let Some(sibling) = prepared.discovery.at(path) else {
                    continue;
                };
                if here.contains(&(&candidate.source, path)) {
                    continue;
                }
                let mut spec = full_spec(&candidate.source, path);
                if let Some(git_ref) = &candidate.git_ref {
                    spec = format!("{spec}@{git_ref}");
                }
                let name = sibling.folder().unwrap_or_default().to_owned();
                let sibling = found.entry(spec.clone()).or_insert(Sibling {
                    name,
                    spec,
                    linked_from: Vec::new(),
                });
                sibling.linked_from.push(candidate.name.to_string());
            }
        }
    }
    found.into_values().collect()
}
