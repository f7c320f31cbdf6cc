//! `mdskill add`.

use std::collections::HashSet;

use super::{Session, prompt, with_allowed};
use crate::cli::{AddArgs, TargetArgs};
use crate::operations::OpError;
use crate::operations::add::{self, Options, Report};
use crate::output::error::ExitStatus;
use crate::output::render;
use crate::target::Target;
use mdskill_lint::agents::{AGENTS, Agent};
use mdskill_lint::name::SkillName;

pub(super) fn add(session: &Session<'_>, arguments: &AddArgs) -> Result<ExitStatus, OpError> {
    let mut options = Options {
        specs: arguments
            .specs
            .iter()
            .map(|spec| spec.parse())
            .collect::<Result<_, _>>()?,
        all: arguments.all,
        skills: arguments.skill.clone(),
        targets: targets(&arguments.targets, session.context.scope.is_personal)?,
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
    if let Some(chosen) = prompt::among_many(session, &options)? {
        options.skills = chosen;
        if options.skills.is_empty() {
            session.printer.note(
                "Finished",
                "no skills selected (space selects, enter confirms)",
            );
            return Ok(ExitStatus::Done);
        }
    }
    let report = session.wait(add::add(&session.context, &options))?;
    session.printer.show("add", &report, render::add);
    Ok(status(&report))
}

fn status(report: &Report) -> ExitStatus {
    if !report.refused.is_empty() || report.is_refused && !report.stopped.is_empty() {
        return ExitStatus::Found;
    }
    let all_added =
        report.stopped.is_empty() && report.left_out.is_empty() && report.left_alone.is_empty();
    ExitStatus::Failed.when(!all_added)
}

fn targets(arguments: &TargetArgs, is_personal: bool) -> Result<Vec<Target>, OpError> {
    let mut targets: Vec<Target> = Vec::new();
    for folder in &arguments.target {
        targets.push(folder.parse()?);
    }
    for id in &arguments.agent {
        let agent = Agent::find(id).ok_or_else(|| {
            let known: Vec<&str> = AGENTS.iter().map(|agent| agent.id).collect();
            OpError::Usage(format!(
                "unknown agent `{id}`; known agents: {}; for another folder, use --target DIR",
                known.join(", ")
            ))
        })?;
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
