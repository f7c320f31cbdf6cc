//! The arguments of `outdated`.

use clap::Args;

use super::update::SummaryArgs;

/// Arguments of `outdated`.
#[derive(Debug, Default, Args)]
pub struct OutdatedArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// The summary file
    #[command(flatten)]
    pub summary: SummaryArgs,
}
