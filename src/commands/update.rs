//! `mdskill update`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    Session, allowed_by_name, check_allowed, consent, github_actions, names, prompt, with_allowed,
};
use crate::merge::OnConflict;
use crate::operations::OpError;
use crate::operations::update::{self, NeedsConsent, Options, Questions, Report};
use crate::output::exit_status::{ExitStatus, status_of};
use crate::output::picker::Picker;
use crate::output::printer::Printer;
use crate::output::render;

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
    /// Update all skills, as without names
    #[arg(long, hide = true, conflicts_with = "names")]
    pub all: bool,
    /// Choose the skills to update on a terminal
    #[arg(short, long, conflicts_with = "check")]
    pub interactive: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Like --dry-run, and exit 3 if anything would change
    #[arg(long)]
    pub check: bool,
    /// Discard local edits to updated skills instead of merging them; the edited folders are moved to the trash
    #[arg(short, long, conflicts_with = "conflict")]
    pub force: bool,
    /// How to resolve lines that both your edits and the new version change
    #[arg(long, value_name = "HOW")]
    pub conflict: Option<ConflictWinner>,
    /// Follow tags that now point to a different commit
    #[arg(long)]
    pub accept_moved_tag: bool,
    /// Update the named skills to their newest version, also outside of the range or tag, and change
    /// the ref in the lockfile
    #[arg(long, requires = "names")]
    pub latest: bool,
    /// Keep skills that their repository no longer has, and stop reporting them
    #[arg(long)]
    pub accept_gone: bool,
    /// Update skills despite findings of these rules, by code (SK210) or name
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// On a terminal, do not ask before installing versions with new hooks or unrestricted Bash
    #[arg(short, long)]
    pub yes: bool,
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

pub(super) fn update(session: &Session<'_>, arguments: &UpdateArgs) -> Result<ExitStatus, OpError> {
    if arguments.interactive && !session.printer.can_ask() {
        return Err(OpError::NoTerminal);
    }
    let options = Options {
        names: names(session, &arguments.names)?,
        dry_run: arguments.dry_run || arguments.check,
        force: arguments.force,
        on_conflict: match arguments.conflict {
            None => OnConflict::Stop,
            Some(ConflictWinner::Markers) => OnConflict::Markers,
            Some(ConflictWinner::Ours) => OnConflict::Ours,
            Some(ConflictWinner::Theirs) => OnConflict::Theirs,
        },
        with_differences: false,
        accept_moved_tag: arguments.accept_moved_tag,
        latest: arguments.latest,
        accept_gone: arguments.accept_gone,
        rules: with_allowed(session, &arguments.allow)?,
        allowed: allowed_by_name(&arguments.allow),
    };
    let asks = Asks {
        to_choose: arguments.interactive,
        for_consent: !arguments.yes,
    };
    check_allowed(&options.allowed, options.names.len() == 1, "update NAME")?;
    let report = report(
        session,
        options,
        asks,
        &arguments.summary,
        "update",
        render::update,
    )?;
    Ok(status(&report, arguments.check))
}

/// The questions that are asked on a terminal.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Asks {
    /// Which skills to update.
    pub(super) to_choose: bool,
    /// Whether to install versions with new hooks or unrestricted Bash.
    pub(super) for_consent: bool,
}

/// Updates, and prints the report and the summary.
pub(super) fn report(
    session: &Session<'_>,
    mut options: Options,
    asks: Asks,
    summary: &SummaryArgs,
    command: &str,
    render: fn(&Printer, &Report),
) -> Result<Report, OpError> {
    github_actions::hide_tokens(session);
    let file = github_actions::summary_file(session, summary)?;
    let env = &session.context.env;
    options.with_differences = file.is_some() || env.in_actions && env.step_summary.is_some();
    let ask = |skills: &[NeedsConsent<'_>]| consent::ask_to_update(session, skills);
    let agree = |_: &[NeedsConsent<'_>]| Ok(true);
    let choose = |offered: &Report| choose(session, offered);
    let questions = Questions {
        choose: if asks.to_choose { Some(&choose) } else { None },
        consent: if asks.for_consent { &ask } else { &agree },
    };
    let updating = update::update_with_questions(&session.context, &options, &questions);
    let mut report = session.wait(updating)?;
    if report.is_declined {
        prompt::cancelled(session);
        return Ok(report);
    }
    // The JSON report has no diffs, with or without a summary.
    let differences = std::mem::take(&mut report.differences);
    session.printer.show(command, &report, render);
    github_actions::write(session, file.as_deref(), &report, &differences)?;
    Ok(report)
}

/// Asks for the skills to update. Returns `None` if the user cancelled.
fn choose(session: &Session<'_>, offered: &Report) -> Result<Option<BTreeSet<String>>, OpError> {
    let items = render::update_items(offered);
    let picker = Picker::new("Select skills to update", "update", &items);
    let chosen = prompt::choose(session, &picker)?;
    let name = |at: usize| items[at].name.clone();
    Ok(chosen.map(|chosen| chosen.into_iter().map(name).collect()))
}

pub(super) fn status(report: &Report, is_check: bool) -> ExitStatus {
    if report.is_declined {
        return ExitStatus::Interrupted;
    }
    let would_change = !report.skills.is_empty();
    let needs_decision = !report.refused.is_empty()
        || !report.deleted.is_empty()
        || !report.left_alone.is_empty()
        || !report.conflicts.is_empty()
        || !report.stuck.is_empty();
    let failed = report.failed.iter().map(|failed| status_of(&failed.error));
    let found = ExitStatus::Found.when(needs_decision || is_check && would_change);
    failed.max().unwrap_or(found)
}
