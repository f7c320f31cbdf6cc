//! The arguments of `import`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Lockfiles of other tools, or a SKILL.md that gh skill installed [default: all that are found]
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Restore the files that the other tool changed or left out
    #[arg(long)]
    pub restore: bool,
    /// Change nothing, only report
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}
