//! The arguments of `remove`.

use clap::Args;

/// Arguments of `remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// The skills
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Remove edited skills too: their folders go to the trash folder
    #[arg(short, long)]
    pub force: bool,
}
