//! `mdskill rule`.

use super::Session;
use crate::cli::RuleArgs;
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::rules;

pub(super) fn rule(session: &Session<'_>, arguments: &RuleArgs) -> Result<ExitStatus, OpError> {
    let report = operations::rule::rule(arguments.rule.as_deref())?;
    session.printer.show("rule", &report, rules::rules);
    Ok(ExitStatus::Done)
}
