//! What the audit finds in new versions: refused, or marked as new.

use std::collections::BTreeSet;

use super::{NewVersions, Options};
use crate::config;
use crate::context::Context;
use crate::operations::OpError;
use crate::operations::findings::Found;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::name::SkillName;
use mdskill_lint::rule::Rule;
use mdskill_lint::settings::exactly;
use mdskill_lint::skill_files::SkillFiles;
use mdskill_lint::{Settings, validate};

/// Returns why a new version is not installed, if it is dangerous and the user has not allowed that. What is
/// dangerous is allowed for one named skill.
pub(super) fn refusal(
    options: &Options,
    name: &SkillName,
    found: &[Diagnostic],
    whose: &str,
) -> Option<String> {
    let allowed = allowed(options);
    let mut refusing = found.iter().filter(|found| found.refuses);
    let first = refusing.find(|found| allowed.iter().all(|rule| rule.code != found.code))?;
    Some(format!(
        "{whose} is dangerous to install ({}:{}: {} [{code}]); read it first; `mdskill update {name} --allow {code}` installs it anyway",
        first.file,
        first.start.line,
        first.message,
        code = first.code
    ))
}

fn allowed(options: &Options) -> &[&'static Rule] {
    match options.names.len() {
        1 => &options.allowed,
        _ => &[],
    }
}

/// Records what was allowed in the configuration.
pub(super) fn record_allowed(
    context: &Context<'_>,
    options: &Options,
    versions: &NewVersions<'_>,
) -> Result<(), OpError> {
    for (name, version) in versions {
        let found = version.diagnostics.iter().map(|found| &found.diagnostic);
        let codes = found.filter(|found| found.refuses).map(|found| found.code);
        let codes: BTreeSet<&str> = codes.collect();
        let rules: Vec<&Rule> = codes.into_iter().filter_map(exactly).collect();
        if !rules.is_empty() && !options.dry_run {
            config::allow(&context.scope.config(), name, &version.entry.source, &rules)?;
        }
    }
    Ok(())
}

/// Returns the findings of a new version, and marks those of the audit that the version before it has, too.
pub(super) fn marked(
    place: &str,
    found: Vec<Diagnostic>,
    before: Option<&dyn SkillFiles>,
    settings: &Settings,
) -> Vec<Found> {
    let mut found: Vec<Found> = Found::of(place, found).collect();
    let mut audited = found.iter().map(|found| &found.diagnostic);
    let is_of_audit = |found: &Diagnostic| found.is_warning_of_audit() || found.is_note_of_audit();
    let Some(before) = before.filter(|_| audited.any(is_of_audit)) else {
        return found;
    };
    let known = validate(before, &settings.for_untrusted()).diagnostics;
    let known = Found::of(place, known).map(|found| key(&found.diagnostic));
    let known: BTreeSet<_> = known.collect();
    for found in &mut found {
        found.is_known = known.contains(&key(&found.diagnostic));
    }
    found
}

/// The line of a finding may change.
fn key(found: &Diagnostic) -> (&'static str, String, Option<String>) {
    let excerpt = found.excerpt.as_ref();
    let line = excerpt.map(|excerpt| excerpt.line.clone());
    (found.code, found.file.clone(), line)
}
