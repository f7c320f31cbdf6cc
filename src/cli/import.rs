//! The arguments of `import`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Lockfiles of other tools, or a SKILL.md that gh skill installed [default: all]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Restore files that the other tool changed or omitted
    #[arg(long)]
    pub restore: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}
