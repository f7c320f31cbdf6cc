//! `doctor`: the facts for a bug report, and the problems, each with a next step. Changes nothing.

mod cache;
mod catalogs;
mod folders;
mod git;
mod git_rules;
mod hosts;
mod leftovers;
mod program;
mod project;
mod settings;

use std::path::Path;

use futures_util::future::join;
use serde::Serialize;

use crate::context::Context;
use crate::hint::Hint;
use mdskill_git::environment::Environment as _;

/// The most characters of a value or a sentence, because a lockfile or a variable may have a long one.
const MAX_CHARS: usize = 500;

/// The result of `doctor`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The sections.
    pub(crate) sections: Vec<Section>,
    /// The number of problems.
    pub(crate) problems: usize,
    /// The number of warnings.
    pub(crate) warnings: usize,
}

/// The checks of one part of the environment.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    /// The part.
    pub(crate) name: &'static str,
    /// The checked thing, if there may be several: a host, or a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// The checks.
    pub(crate) checks: Vec<Check>,
}

/// A fact, and the problem with it.
#[derive(Debug, Serialize)]
pub(crate) struct Check {
    /// The name of the fact.
    pub(crate) name: String,
    /// The fact.
    pub(crate) value: String,
    /// Whether there is a problem.
    pub(crate) status: Status,
    /// The problem, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<String>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<String>,
}

/// The severity of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// There is no problem.
    Ok,
    /// Something may surprise the user; commands work.
    Warning,
    /// Some command fails.
    Problem,
}

/// Checks everything. Hosts are asked at the same time, and no check waits longer than the time limit.
pub(crate) async fn doctor(context: &Context<'_>) -> Report {
    let lockfile = context.read_lockfile();
    let known = lockfile.as_ref().ok().and_then(Option::as_ref);
    let mut sections = vec![
        program::check(context),
        git::check(context),
        cache::check(context),
        settings::check(context),
    ];
    context.progress.begin("asking the hosts");
    let asked = join(hosts::check(context, known), catalogs::check(context));
    let (hosts, catalogs) = asked.await;
    context.progress.end();
    sections.extend(hosts);
    sections.push(catalogs);
    sections.push(project::check(context, &lockfile));
    sections.extend(folders::check(context, known));
    sections.extend(known.map(|lockfile| git_rules::check(context, lockfile)));
    sections.push(leftovers::check(context, known));
    sections.retain(|section| !section.checks.is_empty());
    let mut report = Report {
        problems: 0,
        warnings: 0,
        sections,
    };
    report.finish(context);
    report
}

impl Report {
    /// Counts the problems, and hides the name of the user.
    fn finish(&mut self, context: &Context<'_>) {
        let homes = [context.env.home(), context.dirs.home.as_deref()];
        let real = homes.map(|home| home.and_then(|home| home.canonicalize().ok()));
        let homes = homes.into_iter().flatten();
        let homes: Vec<&Path> = homes
            .chain(real.iter().flatten().map(AsRef::as_ref))
            .collect();
        let clean = |text: &mut String| *text = shorten(text, &homes);
        for section in &mut self.sections {
            section.subject.iter_mut().for_each(clean);
            for check in &mut section.checks {
                match check.status {
                    Status::Ok => {}
                    Status::Warning => self.warnings += 1,
                    Status::Problem => self.problems += 1,
                }
                clean(&mut check.name);
                clean(&mut check.value);
                check.problem.iter_mut().for_each(clean);
                check.hint.iter_mut().for_each(clean);
            }
        }
    }
}

impl Section {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            subject: None,
            checks: Vec::new(),
        }
    }

    fn about(name: &'static str, subject: impl Into<String>) -> Self {
        Self {
            subject: Some(subject.into()),
            ..Self::new(name)
        }
    }

    /// Adds a fact without a problem.
    fn ok(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.checks.push(Check {
            name: name.into(),
            value: value.into(),
            status: Status::Ok,
            problem: None,
            hint: None,
        });
    }

    /// Makes the last fact a warning or a problem.
    fn but(
        &mut self,
        context: &Context<'_>,
        status: Status,
        sentence: impl Into<String>,
        hint: impl Into<Option<Hint>>,
    ) {
        if let Some(check) = self.checks.last_mut() {
            let hint: Option<Hint> = hint.into();
            check.status = status;
            check.problem = Some(sentence.into());
            check.hint = hint.map(|hint| hint.in_scope(context.scope.is_personal));
        }
    }
}

/// Writes `~` for the home folders, and cuts a long text.
fn shorten(text: &str, homes: &[&Path]) -> String {
    let mut shown: String = text.chars().take(MAX_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    for home in homes.iter().filter_map(|home| home.to_str()) {
        let home = home.trim_end_matches(['/', '\\']);
        if home.is_empty() {
            continue;
        }
        let mut rest = shown.as_str();
        let mut shortened = String::with_capacity(rest.len());
        while let Some(at) = rest.find(home) {
            let (before, after) = (&rest[..at], &rest[at + home.len()..]);
            let is_part = |c: char| c.is_alphanumeric() || "-_.".contains(c);
            let is_whole = !before.ends_with(is_part) && !after.starts_with(is_part);
            shortened.push_str(before);
            shortened.push_str(if is_whole { "~" } else { home });
            rest = after;
        }
        shortened.push_str(rest);
        shown = shortened;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_shortened_where_it_is_a_whole_folder() {
        let short = |text: &str| shorten(text, &[Path::new("/srv/ada/"), Path::new("/")]);
        assert_eq!(short("/srv/ada/x and /srv/ada"), "~/x and ~");
        assert_eq!(short("file:///srv/ada/x"), "file://~/x");
        assert_eq!(
            short("/srv/adam/x /mnt/srv/ada"),
            "/srv/adam/x /mnt/srv/ada"
        );
        assert_eq!(short(&"x".repeat(600)).chars().count(), MAX_CHARS + 1);
    }
}
