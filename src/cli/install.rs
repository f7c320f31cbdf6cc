//! The arguments of `install`.

use clap::Args;

/// Arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Fail if there is no lockfile (the default in CI)
    #[arg(long)]
    pub frozen: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move conflicting folders to the trash
    #[arg(short, long)]
    pub force: bool,
}
