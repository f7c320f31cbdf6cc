//! Reports the findings in the skills before anything is written, removes the skills that must not be
//! installed, and finds the skills that they link to.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Prepared;
use super::{Options, Report, Sibling, Stopped, targets_of};
use crate::config;
use crate::context::Context;
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::findings::Found;
use crate::operations::installed::SkillFolder;
use crate::operations::resolve::{Candidate, full_spec};
use mdskill_lint::diagnostic::{Diagnostic, Severity};
use mdskill_lint::rule::Rule;
use mdskill_lint::settings::exactly;

/// Removes the skills that must not be installed, and reports the findings in all skills.
pub(super) fn report(
    context: &Context<'_>,
    options: &Options,
    lockfile: &Lockfile,
    repositories: &mut [Prepared<'_>],
    report: &mut Report,
) {
    let candidates = repositories
        .iter()
        .map(|prepared| prepared.candidates.len());
    // What is dangerous is allowed for one skill, not for all of a repository.
    let allowed: &[&Rule] = if candidates.sum::<usize>() == 1 {
        &options.allowed
    } else {
        &[]
    };
    for prepared in repositories.iter_mut() {
        report.left_out.append(&mut prepared.left_out);
        report.hidden.append(&mut prepared.hidden);
        prepared.candidates.retain_mut(|candidate| {
            let targets = targets_of(&context.scope, options, lockfile, &candidate.name);
            let mut folders = SkillFolder::all(&context.scope, &candidate.name, &targets);
            let place = folders
                .next()
                .map_or_else(String::new, |folder| folder.place());
            let stopped = stopped(options, allowed, candidate, &place);
            let is_installed = stopped.is_none();
            report.stopped.extend(stopped);
            let found = std::mem::take(&mut candidate.diagnostics);
            let dangers = found.iter().filter(|found| found.is_warning_of_audit());
            candidate.dangers = dangers.cloned().collect();
            let refusing = found.iter().filter(|found| found.refuses && is_installed);
            report.allowed.extend(refusing.map(|found| found.code));
            report.diagnostics.extend(Found::of(&place, found));
            is_installed
        });
    }
    let is_complete =
        report.stopped.is_empty() && report.left_out.is_empty() && report.clashes.is_empty();
    report.is_refused = options.strict && !is_complete;
    report.siblings = siblings(lockfile, repositories);
}

/// Returns the findings that stop a skill: dangerous ones that are not allowed, and those that keep
/// clients from loading it, because the user would not notice that later. Other errors stop it only with `strict`, because only its author can
/// fix them.
fn stopped(
    options: &Options,
    allowed: &[&Rule],
    candidate: &Candidate,
    place: &str,
) -> Option<Stopped> {
    let refuses =
        |found: &Diagnostic| found.refuses && allowed.iter().all(|rule| rule.code != found.code);
    let stops = |found: &&Diagnostic| {
        refuses(found)
            || found.stops() && !options.force
            || options.strict && found.severity == Severity::Error
    };
    let found: Vec<&Diagnostic> = candidate.diagnostics.iter().filter(stops).collect();
    (!found.is_empty()).then(|| Stopped {
        name: candidate.name.clone(),
        spec: candidate.spec(),
        place: place.to_owned(),
        reasons: found.iter().map(|found| line(found)).collect(),
        codes: found.iter().map(|found| found.code).collect(),
        is_unloadable: found.iter().any(|found| found.stops()),
        is_dangerous: found.iter().any(|found| refuses(found)),
    })
}

/// Records in the configuration what was allowed, so that the next command does not refuse it, and a reviewer
/// sees it. A recorded rule does no harm if the skill is then not installed.
pub(super) fn record_allowed(
    context: &Context<'_>,
    repositories: &[Prepared<'_>],
    report: &Report,
) -> Result<(), OpError> {
    if report.allowed.is_empty() {
        return Ok(());
    }
    let candidates = repositories
        .iter()
        .flat_map(|prepared| &prepared.candidates);
    for candidate in candidates {
        let rules = report.allowed.iter().filter_map(|code| exactly(code));
        config::allow(
            &context.scope.config(),
            &candidate.name,
            &candidate.source,
            &rules.collect::<Vec<_>>(),
        )?;
    }
    Ok(())
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
