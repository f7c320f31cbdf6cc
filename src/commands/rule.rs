//! `mdskill rule`.

use super::Session;
use crate::cli::RuleArgs;
use crate::operations::{OpError, rule as ops_rule};
use crate::output::error::ExitStatus;
use crate::output::rules;

pub(super) fn rule(session: &Session<'_>, arguments: &RuleArgs) -> Result<ExitStatus, OpError> {
    let report = ops_rule::rule(arguments.rule.as_deref())?;
    session.printer.show("rule", &report, rules::rules);
    Ok(ExitStatus::Done)
}
