//! `validate`: from flags to settings, and from findings to the way they are told.

use super::Session;
use crate::cli::ValidateArgs;
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
        settings: settings(arguments)?,
        since: arguments.since.clone(),
    };
    let report = session.wait(ops_validate::validate(&session.context, &options))?;
    session
        .printer
        .show("validate", &report, |printer, report| {
            render::validate(printer, report, least);
        });
    let found = report.summary.errors > 0 || arguments.strict && report.summary.warnings > 0;
    Ok(match found {
        true => ExitStatus::Found,
        false => ExitStatus::Done,
    })
}

fn settings(arguments: &ValidateArgs) -> Result<Settings, OpError> {
    let profile: Option<Result<Profile, _>> = arguments.profile.as_deref().map(str::parse);
    let mut settings = Settings::of(profile.transpose().map_err(usage)?.unwrap_or_default());
    if !arguments.select.is_empty() {
        settings.set("all", Level::Off).map_err(usage)?;
    }
    for rules in &arguments.select {
        settings.set(rules, Level::Own).map_err(usage)?;
    }
    for rules in &arguments.ignore {
        settings.set(rules, Level::Off).map_err(usage)?;
    }
    Ok(settings)
}

fn usage<E: std::error::Error>(error: E) -> OpError {
    OpError::Usage(error.to_string())
}
