//! From flags to [`Settings`]: which rules count when something is installed.

use crate::ops::OpError;
use crate::validate::{Level, Settings};

/// Returns the settings with which `add` and `update` look at what they install; what was allowed,
/// by code or by name, is not looked for.
pub(super) fn with_allowed(allowed: &[String]) -> Result<Settings, OpError> {
    let mut settings = Settings::default();
    for rules in allowed {
        let off = settings.set(rules, Level::Off);
        off.map_err(|error| OpError::Usage(error.to_string()))?;
    }
    Ok(settings)
}
