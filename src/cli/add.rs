//! What `add` takes.

use clap::Args;

/// Where skills go.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Install into this folder of the project; remembered in the lockfile
    #[arg(short, long, value_name = "DIR")]
    pub target: Vec<String>,
    /// Install where this agent looks: copilot, claude, agents, codex, cursor
    #[arg(short, long, value_name = "AGENT")]
    pub agent: Vec<String>,
}

/// Arguments of `add`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct AddArgs {
    /// The skills, as `owner/repo/skill[@ref]`
    #[arg(required = true, value_name = "SPEC")]
    pub specs: Vec<String>,
    /// Add every skill of the repository
    #[arg(long, conflicts_with = "skill")]
    pub all: bool,
    /// Add this skill of the repository, by name or path
    #[arg(short, long, value_name = "NAME")]
    pub skill: Vec<String>,
    /// Where to install
    #[command(flatten)]
    pub targets: TargetArgs,
    /// Install under another name
    #[arg(long, value_name = "NEW")]
    pub name: Option<String>,
    /// Stay at this commit: update will not move it
    #[arg(long)]
    pub pin: bool,
    /// Only say what would happen
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move what is in the way to the trash folder; install what clients would not load
    #[arg(short, long)]
    pub force: bool,
    /// Install it although validating finds this: codes (SK210) or names
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Change nothing when validating finds any error; exit 3
    #[arg(long)]
    pub strict: bool,
}
