//! `validate`: from flags to settings, and from findings to the way they are told.

use std::time::Instant;

use super::findings::{self, Telling};
use super::{Session, usage};
use crate::cli::ValidateArgs;
use crate::ops::{OpError, validate as ops_validate};
use crate::ui::error::ExitStatus;
use crate::validate::{Level, Profile, Settings};

pub(super) fn validate(
    session: &Session<'_>,
    arguments: &ValidateArgs,
) -> Result<ExitStatus, OpError> {
    let telling = Telling::of(arguments, session.printer.json)?;
    let options = ops_validate::Options {
        named: arguments.named.clone(),
        settings: settings(arguments)?,
    };
    let began = Instant::now();
    let mut report = session.wait(ops_validate::validate(&session.context, &options))?;
    findings::tell(session, &mut report, &telling, began.elapsed());
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
