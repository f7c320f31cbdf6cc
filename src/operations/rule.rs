//! `rule`: explain the rules of `validate`.

use serde::Serialize;

use super::OpError;
use mdskill_lint::explain::Explanation;
use mdskill_lint::settings::named;

/// The result of `rule`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The rules, sorted by code.
    pub(crate) rules: Vec<Explanation>,
}

/// Explains the rules with this code, name or code prefix; `None` means all rules.
pub(crate) fn rule(wanted: Option<&str>) -> Result<Report, OpError> {
    let rules = named(wanted.unwrap_or("all"))?;
    Ok(Report {
        rules: rules.into_iter().map(Explanation::of).collect(),
    })
}
