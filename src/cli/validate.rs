//! What `validate` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `validate`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct ValidateArgs {
    /// Folders, files, installed skills or specs; - is standard input; none means the current folder
    #[arg(value_name = "PATH|SPEC")]
    pub named: Vec<String>,
    /// Only what is new since a commit, a branch or a tag, in the skills that differ from it
    #[arg(long, value_name = "REF")]
    pub since: Option<String>,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
    /// Look only for these: codes, their beginnings (SK3), names, `all`
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Do not look for these
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Whose eyes to look with: copilot (the default), claude, spec
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Show findings from this severity on: error, warning, info; the others are counted
    /// [default: warning; info in json and sarif]
    #[arg(long, value_name = "LEVEL")]
    pub severity: Option<String>,
    /// How to tell what was found; never guessed, also not in CI [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FindingsFormat>,
    /// The same as --format concise
    #[arg(long, conflicts_with = "format")]
    pub concise: bool,
    /// Show at most this many findings; 0 shows all, and folds none [default: 100 in text]
    #[arg(long, value_name = "N")]
    pub max: Option<usize>,
    /// Mend what is shown and can be mended without changing what it means
    #[arg(long)]
    pub fix: bool,
    /// With --fix, mend also what may then mean something else
    #[arg(long = "unsafe")]
    pub unsafe_fixes: bool,
    /// Print what --fix would change, and write nothing
    #[arg(long)]
    pub diff: bool,
    /// Where the page from standard input belongs
    #[arg(long, value_name = "FILE")]
    pub stdin_path: Option<PathBuf>,
}

/// How `validate` tells what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// Each with its line and what to do, for people
    Text,
    /// A line each, for editors and grep
    Concise,
    /// For programs; the same as --json
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub Actions run, and its step summary for what GitHub would drop
    Github,
    /// JUnit XML, for other CI servers
    Junit,
}
