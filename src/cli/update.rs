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
    /// Names of installed skills [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Like --dry-run, and exit 3 if anything would change
    #[arg(long)]
    pub check: bool,
    /// Discard local edits; the edited folders are moved to the trash
    #[arg(short, long, conflicts_with = "conflict")]
    pub force: bool,
    /// How to resolve lines that both your edits and the new version change
    #[arg(long, value_name = "HOW")]
    pub conflict: Option<ConflictWinner>,
    /// Follow tags that now point to a different commit
    #[arg(long)]
    pub accept_moved_tag: bool,
    /// Update skills despite findings of these rules, by code (SK210) or name
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// The summary file
    #[command(flatten)]
    pub summary: SummaryArgs,
}

/// The options for the summary.
#[derive(Debug, Default, Args)]
pub struct SummaryArgs {
    /// Write a Markdown summary for a pull request to FILE
    #[arg(long = "summary", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// The resolution of lines that both sides changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ConflictWinner {
    /// Write both versions to the file, with git's conflict markers
    Markers,
    /// Keep your version
    Ours,
    /// Use the upstream version
    Theirs,
}
