//! What `import` takes.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Locks of other tools, or a SKILL.md that gh skill installed; none means all that are found
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Put upstream's files where the other tool changed them or left them out
    #[arg(long)]
    pub restore: bool,
    /// Only say what would happen
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}
