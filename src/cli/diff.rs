//! The arguments of `diff`.

use clap::Args;

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Show local edits: compare the installed files with the locked upstream version
    #[arg(long)]
    pub local: bool,
}
