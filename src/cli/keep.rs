//! The arguments of `keep`.

use clap::Args;

/// Arguments of `keep`.
#[derive(Debug, Args)]
pub struct KeepArgs {
    /// The skills
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Keep conflict markers, too
    #[arg(short, long)]
    pub force: bool,
}
