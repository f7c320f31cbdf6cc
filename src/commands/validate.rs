//! `validate`: from flags to settings, and from findings to the way they are told.

use super::Session;
use crate::cli::ValidateArgs;
use crate::config::{PerPath, Rules};
use crate::diagnostic::Severity;
use crate::ops::{OpError, validate as ops_validate};
use crate::ui::error::ExitStatus;
use crate::ui::render;
use crate::validate::{Level, Profile, Settings};

pub(super) fn validate(
    session: &Session<'_>,
    arguments: &ValidateArgs,
) -> Result<ExitStatus, OpError> {
    let least: Severity = arguments.severity.parse().map_err(usage)?;
    let options = ops_validate::Options {
        named: arguments.named.clone(),
        rules: rules(session, arguments)?,
    };
    let report = session.wait(ops_validate::validate(&session.context, &options))?;
    session
        .printer
        .show("validate", &report, |printer, report| {
            render::validate(printer, report, least);
        });
    let found = report.summary.errors > 0 || options.rules.is_strict && report.summary.warnings > 0;
    Ok(match found {
        true => ExitStatus::Found,
        false => ExitStatus::Done,
    })
}

/// Returns what `mdskill.toml` says, with the flags on top of it.
fn rules(session: &Session<'_>, arguments: &ValidateArgs) -> Result<Rules, OpError> {
    let mut rules = session.context.config()?.rules;
    if arguments.parity {
        // What the reference checker finds is not for the project to decide.
        rules.settings = Settings::of(Profile::Reference);
        rules.per_path = PerPath::default();
    }
    if let Some(profile) = &arguments.profile {
        rules.settings.profile = profile.parse().map_err(usage)?;
    }
    if !arguments.select.is_empty() {
        rules.settings.only(&arguments.select).map_err(usage)?;
    }
    for ignored in &arguments.ignore {
        let ignored = rules.settings.set(ignored, Level::Off);
        ignored.map_err(usage)?;
    }
    rules.is_strict |= arguments.strict;
    Ok(rules)
}

fn usage<E: std::error::Error>(error: E) -> OpError {
    OpError::Usage(error.to_string())
}
