//! The arguments of `cache`.

use clap::{Args, Subcommand};

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
