//! The arguments of `rule`.

use clap::Args;

/// Arguments of `rule`.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// A code, the beginning of some (SK3), or a name; none means all
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}
