//! `rule`: what the rules of `validate` are about.

use serde::Serialize;

use super::OpError;
use mdskill_lint::explain::Explanation;
use mdskill_lint::settings::named;

/// What was asked about.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The rules, by code.
    pub rules: Vec<Explanation>,
}

/// Explains the rules that a code, a name or the beginning of codes means; none means all.
///
/// # Errors
/// When no rule is called so.
pub fn rule(wanted: Option<&str>) -> Result<Report, OpError> {
    let rules = named(wanted.unwrap_or("all"));
    let rules = rules.map_err(|error| OpError::Usage(error.to_string()))?;
    Ok(Report {
        rules: rules.into_iter().map(Explanation::of).collect(),
    })
}
