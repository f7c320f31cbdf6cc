//! The arguments of `keep`.

use clap::Args;

/// Arguments of `keep`.
#[derive(Debug, Args)]
pub struct KeepArgs {
    /// Names of installed skills
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Accept files with conflict markers, too
    #[arg(short, long)]
    pub force: bool,
}
