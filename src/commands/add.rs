//! `mdskill add`.

use super::{Session, prompt, with_allowed};
use crate::cli::{AddArgs, TargetArgs};
use crate::operations::OpError;
use crate::operations::add::{self, Options, Report};
use crate::output::error::ExitStatus;
use crate::output::render;
use crate::spec::Spec;
use crate::target::Target;
use mdskill_lint::agents::AGENTS;
use mdskill_lint::agents::Agent;
use mdskill_lint::name::SkillName;

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
    let mut report = session.wait(add::add(&session.context, &options))?;
    session.printer.show("add", &report, render::add);
    let mut worst = status(&report);
    // Added siblings may link to further skills.
    while let Some(specs) = wanted_siblings(session, &options, &report)? {
        options = Options {
            specs,
            all: false,
            skills: Vec::new(),
            name: None,
            ..options
        };
        report = session.wait(add::add(&session.context, &options))?;
        session.printer.show("add", &report, render::add);
        worst = worst.max(status(&report));
    }
    Ok(worst)
}

/// Asks which linked skills to add, or prints the hint to add them.
fn wanted_siblings(
    session: &Session<'_>,
    options: &Options,
    report: &Report,
) -> Result<Option<Vec<Spec>>, OpError> {
    let is_done = !report.siblings.is_empty() && status(report) == ExitStatus::Done;
    if !is_done || session.printer.json {
        return Ok(None);
    }
    if session.printer.can_ask() && !options.dry_run {
        let chosen = prompt::siblings(session, &report.siblings)?;
        let specs: Vec<Spec> = chosen
            .iter()
            .map(|sibling| sibling.spec.parse())
            .collect::<Result<_, _>>()?;
        return Ok((!specs.is_empty()).then_some(specs));
    }
    session.printer.hint(&render::siblings(&report.siblings));
    Ok(None)
}

fn status(report: &Report) -> ExitStatus {
    if !report.refused.is_empty() {
        return ExitStatus::Found;
    }
    if report.is_refused && !report.stopped.is_empty() {
        return ExitStatus::Found;
    }
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
    let mut seen = Vec::new();
    targets.retain(|target| {
        let is_new = !seen.contains(target);
        seen.push(target.clone());
        is_new
    });
    Ok(targets)
}
