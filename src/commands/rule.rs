//! `mdskill rule`.

use clap::Args;

use super::Session;
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::rules;

/// Arguments of `rule`.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// A rule code, a code prefix (SK3), or a rule name [default: all]
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

pub(super) fn rule(session: &Session<'_>, arguments: &RuleArgs) -> Result<ExitStatus, OpError> {
    let report = operations::rule::rule(arguments.rule.as_deref())?;
    session.printer.show("rule", &report, rules::rules);
    Ok(ExitStatus::Done)
}
