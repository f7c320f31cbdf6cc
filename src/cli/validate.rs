//! The arguments of `validate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Arguments of `validate`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct ValidateArgs {
    /// Folders, files, installed skills, or specs; - reads standard input [default: .]
    #[arg(value_name = "PATH|SPEC")]
    pub named: Vec<String>,
    /// Report only findings introduced since REF (commit, branch, or tag)
    #[arg(long, value_name = "REF")]
    pub since: Option<String>,
    /// Fail on warnings, too
    #[arg(long)]
    pub strict: bool,
    /// Use only these rules: codes, code prefixes (SK3), names, or `all`
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub select: Vec<String>,
    /// Disable these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Validate against this client's rules: copilot (default), claude, spec
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Lowest severity to show: error, warning, info [default: warning; info in json and sarif]
    #[arg(long, value_name = "LEVEL")]
    pub severity: Option<String>,
    /// Output format; never auto-detected, not even in CI [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FindingsFormat>,
    /// Same as --format concise
    #[arg(long, conflicts_with = "format")]
    pub concise: bool,
    /// Maximum number of findings to show; 0 shows each finding [default: 100 in text]
    #[arg(long, value_name = "N")]
    pub max: Option<usize>,
    /// Apply safe fixes for the reported findings
    #[arg(long)]
    pub fix: bool,
    /// With --fix, also apply fixes that may change the meaning
    #[arg(long = "unsafe")]
    pub unsafe_fixes: bool,
    /// Print the changes of --fix as a diff, without writing them
    #[arg(long)]
    pub diff: bool,
    /// Path to assume for the content read from stdin
    #[arg(long, value_name = "FILE")]
    pub stdin_path: Option<PathBuf>,
}

/// The output formats of `validate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// Findings with source lines and help, for people
    Text,
    /// One line for each finding, for editors and grep
    Concise,
    /// JSON; same as --json
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub Actions annotations, with a step summary for those above GitHub's limit
    Github,
    /// JUnit XML, for CI servers
    Junit,
}
