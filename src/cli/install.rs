//! The arguments of `install`.

use clap::Args;

/// Arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Fail when there is no lockfile (the default when CI is set)
    #[arg(long)]
    pub frozen: bool,
    /// Only say what would happen
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move what is in the way to the trash folder
    #[arg(short, long)]
    pub force: bool,
}
