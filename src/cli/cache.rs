//! The arguments of `cache`.

use clap::{Args, Subcommand};

/// Arguments of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// The action [default: show the contents]
    #[command(subcommand)]
    pub command: Option<CacheCommand>,
}

/// Actions on the cache.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Remove sources that were not fetched recently
    Prune {
        /// Remove sources that were last fetched at least N days ago
        #[arg(long, value_name = "N", default_value_t = 30)]
        days: u64,
    },
    /// Remove all cached data; for `min-age` of the policy, each commit then counts as new
    Clear,
    /// Print the path of the cache folder
    Dir,
}
