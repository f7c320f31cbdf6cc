//! The arguments of `diff`.

use clap::Args;

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Compare what is on disk with upstream's version as it is locked
    #[arg(long)]
    pub local: bool,
}
