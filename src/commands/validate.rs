//! `mdskill validate`.

use std::io::Read;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::validate_output::{self, Output};
use super::{Session, usage};
use crate::config::Rules;
use crate::fs::At;
use crate::operations::validate::{Fixing, Page, Report};
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use mdskill_lint::Level;
use mdskill_lint::diagnostic::{Safety, Severity};
use mdskill_lint::fix::FixFilter;

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

/// Maximum size of a page from standard input, which is also the maximum size of a file.
const MAX_INPUT_BYTES: u64 = 16 << 20;

pub(super) fn validate(
    session: &Session<'_>,
    arguments: &ValidateArgs,
) -> Result<ExitStatus, OpError> {
    let output = Output::of(arguments, session.printer.json)?;
    let options = operations::validate::Options {
        named: arguments.named.clone(),
        rules: rules(session, arguments)?,
        fixing: fixing(arguments, output.lowest_fixed())?,
        page: page(arguments)?,
        since: arguments.since.clone(),
    };
    let began = Instant::now();
    let mut report = session.wait(operations::validate::validate(&session.context, &options))?;
    validate_output::print(session, &mut report, &output, began.elapsed());
    Ok(status(&report, options.rules.is_strict))
}

/// With `--diff`, exit 3 if there is a diff.
fn status(report: &Report, is_strict: bool) -> ExitStatus {
    let errors = report.summary.errors > 0 || is_strict && report.summary.warnings > 0;
    let found = match report.fixes.as_ref().and_then(|fixes| fixes.diff.as_ref()) {
        Some(diff) => !diff.is_empty(),
        None => errors,
    };
    if found {
        ExitStatus::Found
    } else {
        ExitStatus::Failed.when(report.is_kept_from_fixing())
    }
}

fn fixing(arguments: &ValidateArgs, least: Severity) -> Result<Option<Fixing>, OpError> {
    let is_asked = arguments.fix || arguments.diff;
    if arguments.unsafe_fixes && !is_asked {
        return Err(OpError::Usage(
            "--unsafe can be used only with --fix or --diff".to_owned(),
        ));
    }
    Ok(is_asked.then_some(Fixing {
        filter: FixFilter {
            safety: if arguments.unsafe_fixes {
                Safety::Unsafe
            } else {
                Safety::Safe
            },
            least,
        },
        is_dry: arguments.diff,
    }))
}

/// Reads the page for `-`.
fn page(arguments: &ValidateArgs) -> Result<Option<Page>, OpError> {
    let is_stdin = arguments.named.iter().any(|named| named == "-");
    let refused = match &arguments.stdin_path {
        None if !is_stdin => return Ok(None),
        None => {
            "`-` needs --stdin-path FILE, because rules depend on the path, such as skills/mine/SKILL.md"
        }
        Some(_) if !is_stdin => "--stdin-path can be used only with `-`",
        Some(_) if arguments.named.len() > 1 => "`-` cannot be used with other paths",
        Some(path) if path.file_name().is_none() => {
            "--stdin-path needs a file, such as skills/mine/SKILL.md"
        }
        Some(path) => {
            return Ok(Some(Page {
                path: path.clone(),
                bytes: standard_input()?,
            }));
        }
    };
    Err(OpError::Usage(refused.to_owned()))
}

fn standard_input() -> Result<Vec<u8>, OpError> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(MAX_INPUT_BYTES + 1)
        .read_to_end(&mut bytes)
        .at("read", "standard input")?;
    if bytes.len() as u64 > MAX_INPUT_BYTES {
        return Err(OpError::Usage(format!(
            "standard input is larger than {} MiB",
            MAX_INPUT_BYTES >> 20
        )));
    }
    Ok(bytes)
}

/// Returns the rules of `mdskill.toml`, overridden by the flags.
fn rules(session: &Session<'_>, arguments: &ValidateArgs) -> Result<Rules, OpError> {
    let mut rules = session.context.config()?.rules;
    if let Some(profile) = &arguments.profile {
        rules.settings.profile = profile.parse().map_err(usage)?;
    }
    if !arguments.select.is_empty() {
        rules.settings.only(&arguments.select).map_err(usage)?;
    }
    for ignored in &arguments.ignore {
        let ignored = rules.settings.set(ignored, Level::Off);
        ignored.map_err(usage)?;
    }
    rules.is_strict |= arguments.strict;
    Ok(rules)
}
