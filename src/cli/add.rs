//! The arguments of `add`.

use clap::Args;

/// The folders that skills are installed into.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Install into this folder of the project; recorded in the lockfile
    #[arg(short, long, value_name = "DIR")]
    pub target: Vec<String>,
    /// Install into the folder that this agent reads: copilot, claude, agents, codex, cursor
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
    /// Skills to add, as `owner/repo/skill[@ref]`
    #[arg(required = true, value_name = "SPEC")]
    pub specs: Vec<String>,
    /// Add all skills of the repository
    #[arg(long, conflicts_with = "skill")]
    pub all: bool,
    /// Add this skill of the repository, by name or path
    #[arg(short, long, value_name = "NAME")]
    pub skill: Vec<String>,
    /// The target folders
    #[command(flatten)]
    pub targets: TargetArgs,
    /// Install the skill under this name
    #[arg(long, value_name = "NEW")]
    pub name: Option<String>,
    /// Pin the skill to this commit, so that update does not change it
    #[arg(long)]
    pub pin: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move conflicting folders to the trash, and install skills that clients cannot load
    #[arg(short, long)]
    pub force: bool,
    /// Install skills despite findings of these rules, by code (SK210) or name
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Fail without changes if a skill has any error; exit 3
    #[arg(long)]
    pub strict: bool,
}
