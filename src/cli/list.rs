//! The arguments of `list`.

use clap::Args;

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// A repository, or a folder of it, whose skills to list
    #[arg(value_name = "SPEC")]
    pub spec: Option<String>,
    /// Only the names: a repository then needs no descriptions
    #[arg(long)]
    pub names: bool,
    /// Ask the sources what is new, as `outdated` does
    #[arg(long, conflicts_with_all = ["spec", "names"])]
    pub outdated: bool,
}
