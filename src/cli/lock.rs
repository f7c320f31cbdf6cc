//! The arguments of `lock`.

use clap::Args;

/// Arguments of `lock`.
#[derive(Debug, Args)]
pub struct LockArgs {
    /// Resolve a merge conflict in the lockfile
    #[arg(long)]
    pub resolve: bool,
    /// Take our side for these skills; without NAME, for all that both sides changed
    #[arg(long, value_name = "NAME", num_args = 0.., requires = "resolve")]
    pub ours: Option<Vec<String>>,
    /// Take their side for these skills; without NAME, for all that both sides changed
    #[arg(long, value_name = "NAME", num_args = 0.., requires = "resolve")]
    pub theirs: Option<Vec<String>>,
}
