//! What `lock` takes.

use clap::Args;

/// Arguments of `lock`.
#[derive(Debug, Args)]
pub struct LockArgs {
    /// Settle what git could not merge
    #[arg(long)]
    pub resolve: bool,
    /// Take these skills as they were here; without names, all that is not settled otherwise
    #[arg(long, value_name = "NAME", num_args = 0.., requires = "resolve")]
    pub ours: Option<Vec<String>>,
    /// Take these skills as they were merged in; without names, all that is not settled otherwise
    #[arg(long, value_name = "NAME", num_args = 0.., requires = "resolve")]
    pub theirs: Option<Vec<String>>,
}
