//! `mdskill validate`.

use std::io::Read;
use std::time::Instant;

use super::validate_output::{self, Output};
use super::{Session, usage};
use crate::cli::ValidateArgs;
use crate::config::Rules;
use crate::fs::At;
use crate::operations::validate::{Fixing, Page, Report};
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use mdskill_lint::Level;
use mdskill_lint::diagnostic::{Safety, Severity};
use mdskill_lint::fix::FixFilter;

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
    match found {
        true => ExitStatus::Found,
        false if report.is_kept_from_fixing() => ExitStatus::Failed,
        false => ExitStatus::Done,
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
            safety: match arguments.unsafe_fixes {
                true => Safety::Unsafe,
                false => Safety::Safe,
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
