//! The arguments of `list`.

use clap::Args;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// List the skills of this repository, or of a folder in it
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// Print only names; descriptions of a repository are then not fetched
    #[arg(long)]
    pub names: bool,
    /// List available updates, like `outdated`
    #[arg(long, conflicts_with_all = ["spec", "names"])]
    pub outdated: bool,
}
