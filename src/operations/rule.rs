//! `rule`: explain the rules of `validate`.

use serde::Serialize;

use super::OpError;
use mdskill_lint::explain::Explanation;
use mdskill_lint::settings::named;

/// The result of `rule`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The rules, sorted by code.
    pub rules: Vec<Explanation>,
}

/// Explains the rules with this code, name or code prefix; `None` means all rules.
///
/// # Errors
/// If there is no such rule.
pub fn rule(wanted: Option<&str>) -> Result<Report, OpError> {
    let rules = named(wanted.unwrap_or("all"));
    let rules = rules.map_err(|error| OpError::Usage(error.to_string()))?;
    Ok(Report {
        rules: rules.into_iter().map(Explanation::of).collect(),
    })
}
