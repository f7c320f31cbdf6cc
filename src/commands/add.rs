//! `mdskill add`.

use super::{Session, choose};
use crate::cli::{AddArgs, TargetArgs};
use crate::name::SkillName;
use crate::ops::OpError;
use crate::ops::add::{self, Options, Report};
use crate::spec::Spec;
use crate::target::{AGENTS, Agent, Target};
use crate::ui::error::ExitStatus;
use crate::ui::render;

pub(super) fn add(session: &Session<'_>, arguments: &AddArgs) -> Result<ExitStatus, OpError> {
    let specs: Vec<Spec> = arguments
        .specs
        .iter()
        .map(|spec| spec.parse())
        .collect::<Result<_, _>>()?;
    let mut options = Options {
        specs,
        all: arguments.all,
        skills: arguments.skill.clone(),
        targets: targets(&arguments.targets, session.context.site.is_personal)?,
        name: arguments
            .name
            .as_deref()
            .map(SkillName::from_folder)
            .transpose()?,
        pin: arguments.pin,
        force: arguments.force,
        dry_run: arguments.dry_run,
    };
    if let Some(chosen) = choose::among_many(session, &options)? {
        options.skills = chosen;
        if options.skills.is_empty() {
            session.printer.note(
                "Nothing",
                "was ticked: space ticks a skill, enter installs what is ticked",
            );
            return Ok(ExitStatus::Done);
        }
    }
    let report = session.wait(add::add(&session.context, &options))?;
    session.printer.show("add", &report, render::add);
    Ok(status(&report))
}

fn status(report: &Report) -> ExitStatus {
    let all_landed =
        report.stopped.is_empty() && report.left_out.is_empty() && report.left_alone.is_empty();
    if all_landed {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    }
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
                "there is no agent `{id}`; known are {}; any folder goes with --target DIR",
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
    let mut seen = Vec::new();
    targets.retain(|target| {
        let is_new = !seen.contains(target);
        seen.push(target.clone());
        is_new
    });
    Ok(targets)
}
