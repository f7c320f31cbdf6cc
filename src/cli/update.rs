//! The arguments of `update`, some of which `outdated` has, too.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
    /// Take the new version of edited skills as it is: their folders go to the trash folder
    #[arg(short, long, conflicts_with = "conflict")]
    pub force: bool,
    /// What to do where your edits and the new version change the same lines
    #[arg(long, value_name = "HOW")]
    pub conflict: Option<ConflictWinner>,
    /// Follow a tag that points elsewhere now
    #[arg(long)]
    pub accept_moved_tag: bool,
    /// Take a new version although validating finds this: codes (SK210) or names
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// What it is told in
    #[command(flatten)]
    pub summary: SummaryArgs,
}

/// Where what changes is told, besides the terminal.
#[derive(Debug, Default, Args)]
pub struct SummaryArgs {
    /// Write what changes into this file, as Markdown for a pull request
    #[arg(long = "summary", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// What becomes of lines that both sides changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConflictWinner {
    /// Write both into the file, between git's markers
    Markers,
    /// Keep yours
    Ours,
    /// Take upstream's
    Theirs,
}
