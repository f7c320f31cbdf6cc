//! From `mdskill.toml` and flags to [`Settings`]: which rules count when something is installed.

use super::{Session, usage};
use crate::ops::OpError;
use mdskill_lint::{Level, Settings};

/// Returns the settings with which `add` and `update` look at what they install: the project's, and
/// on top of them what was allowed, by code or by name, which is not looked for.
pub(super) fn with_allowed(session: &Session<'_>, allowed: &[String]) -> Result<Settings, OpError> {
    let mut settings = session.context.config()?.rules.settings;
    for rules in allowed {
        settings.set(rules, Level::Off).map_err(usage)?;
    }
    Ok(settings)
}
