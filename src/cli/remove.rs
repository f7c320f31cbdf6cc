//! The arguments of `remove`.

use clap::Args;

/// Arguments of `remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Names of installed skills
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Also remove edited skills; their folders are moved to the trash
    #[arg(short, long)]
    pub force: bool,
}
