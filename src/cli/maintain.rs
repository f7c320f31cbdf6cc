//! What the commands take that keep what is installed.

use clap::Args;

/// Arguments of `update`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct UpdateArgs {
    /// The skills; none means all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Only say what would happen
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Only say what would happen, and exit 3 if anything would
    #[arg(long)]
    pub check: bool,
    /// Take the new version of edited skills too: their folders go to the trash folder
    #[arg(short, long)]
    pub force: bool,
    /// Follow a tag that points elsewhere now
    #[arg(long)]
    pub accept_moved_tag: bool,
    /// Take a new version although validating finds this: codes (SK210) or names
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
}

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
