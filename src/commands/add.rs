//! `mdskill add`.

use std::collections::HashSet;

use clap::Args;

use super::consent::{self, Consent};
use super::prompt::{self, Answer};
use super::{Session, with_allowed};
use crate::operations::OpError;
use crate::operations::add::{self, Options, Report};
use crate::output::exit_status::ExitStatus;
use crate::output::render;
use crate::target::Target;
use mdskill_lint::agents::Agent;
use mdskill_lint::name::SkillName;

/// Arguments of `add`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct AddArgs {
    /// Skills to add, as `owner/repo/skill[@ref]`
    #[arg(required = true, value_name = "SPEC")]
    pub specs: Vec<String>,
    /// Add all skills of the repository
    #[arg(long, conflicts_with = "skill")]
    pub all: bool,
    /// With --all: add hidden skills, too (inside other skills, of tests or dependencies, internal)
    #[arg(long, requires = "all")]
    pub hidden: bool,
    /// Add this skill of the repository, by name or path
    #[arg(short, long, value_name = "NAME")]
    pub skill: Vec<String>,
    /// Install into this folder of the project; recorded in the lockfile
    #[arg(short, long, value_name = "DIR")]
    pub target: Vec<String>,
    /// Install into the folder that this agent reads: copilot, claude, agents, codex, cursor
    #[arg(short, long, value_name = "AGENT")]
    pub agent: Vec<String>,
    /// Install the skill under this name
    #[arg(long, value_name = "NEW")]
    pub name: Option<String>,
    /// Pin the skill to this commit, so that update does not change it
    #[arg(long)]
    pub pin: bool,
    /// Print the changes without making them
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Move conflicting folders to the trash, and install skills that clients cannot load
    #[arg(short, long)]
    pub force: bool,
    /// Install skills despite findings of these rules, by code (SK210) or name
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Fail without changes if a skill has any error; exit 3
    #[arg(long)]
    pub strict: bool,
    /// Do not ask before installing skills with hooks or unrestricted Bash
    #[arg(short, long)]
    pub yes: bool,
}

pub(super) fn add(session: &Session<'_>, arguments: &AddArgs) -> Result<ExitStatus, OpError> {
    let mut options = Options {
        specs: arguments
            .specs
            .iter()
            .map(|spec| spec.parse())
            .collect::<Result<_, _>>()?,
        all: arguments.all,
        hidden: arguments.hidden,
        skills: arguments.skill.clone(),
        targets: targets(arguments, session.context.scope.is_personal)?,
        name: arguments
            .name
            .as_deref()
            .map(SkillName::from_folder)
            .transpose()?,
        pin: arguments.pin,
        force: arguments.force,
        strict: arguments.strict,
        settings: with_allowed(session, &arguments.allow)?,
        dry_run: arguments.dry_run,
    };
    match prompt::among_many(session, &options)? {
        Answer::NotAsked => {}
        Answer::Picked(paths) => options.skills = paths,
        Answer::Cancelled => {
            session.printer.note("Cancelled", "no skills were added");
            return Ok(ExitStatus::Interrupted);
        }
    }
    let mut ready = session.wait(add::prepare(&session.context, &options))?;
    if !arguments.yes && !options.dry_run {
        match consent::ask(session, &ready.need_consent())? {
            Consent::NotAsked => {}
            Consent::Given => ready.set_confirmed(),
            Consent::Refused => {
                session.printer.note("Cancelled", "nothing was changed");
                return Ok(ExitStatus::Interrupted);
            }
        }
    }
    let report = add::install(&session.context, &options, ready)?;
    session.printer.show("add", &report, render::add);
    Ok(status(&report))
}

fn status(report: &Report) -> ExitStatus {
    if !report.refused.is_empty() || report.is_refused && !report.stopped.is_empty() {
        return ExitStatus::Found;
    }
    let all_added =
        report.stopped.is_empty() && report.left_out.is_empty() && report.left_alone.is_empty();
    ExitStatus::Failed.when(!all_added || !report.clashes.is_empty())
}

fn targets(arguments: &AddArgs, is_personal: bool) -> Result<Vec<Target>, OpError> {
    let mut targets: Vec<Target> = Vec::new();
    for folder in &arguments.target {
        targets.push(folder.parse()?);
    }
    for id in &arguments.agent {
        let agent = Agent::find(id).ok_or_else(|| OpError::UnknownAgent(id.clone()))?;
        let folder = if is_personal {
            agent.personal
        } else {
            agent.project
        };
        targets.push(folder.parse()?);
    }
    let mut seen = HashSet::new();
    targets.retain(|target| seen.insert(target.clone()));
    Ok(targets)
}
