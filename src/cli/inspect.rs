//! What the commands take that only look.

use clap::{Args, Subcommand};

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

/// Names of installed skills.
#[derive(Debug, Args)]
pub struct NamesArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// An installed skill's name, or a spec
    #[arg(value_name = "NAME|SPEC")]
    pub subject: String,
}

/// Arguments of `rule`.
#[derive(Debug, Args)]
pub struct RuleArgs {
    /// A code, the beginning of some (SK3), or a name; none means all
    #[arg(value_name = "RULE")]
    pub rule: Option<String>,
}

/// Arguments of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// What to do; without it, show what is there
    #[command(subcommand)]
    pub command: Option<CacheCommand>,
}

/// What to do with the store.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Remove what was not fetched into for a while
    Prune {
        /// For how many days
        #[arg(long, value_name = "N", default_value_t = 30)]
        days: u64,
    },
    /// Remove everything; to `min-age` of the policy, every commit is new again then
    Clear,
    /// Print the cache folder
    Dir,
}
