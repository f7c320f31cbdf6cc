//! The arguments of `outdated`.

use clap::Args;

use super::update::SummaryArgs;

/// Arguments of `outdated`.
#[derive(Debug, Default, Args)]
pub struct OutdatedArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// What it is told in
    #[command(flatten)]
    pub summary: SummaryArgs,
}
