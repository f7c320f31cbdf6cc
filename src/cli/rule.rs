//! The arguments of `rule`.

use clap::Args;

/// Arguments of `rule`.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// A rule code, a code prefix (SK3), or a rule name [default: all]
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}
