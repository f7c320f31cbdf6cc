//! The commands that keep what is installed: `update`, `outdated`, `install`, `remove`.

use super::actions::{self, Told};
use super::{Session, names, rules};
use crate::cli::{
    ConflictWinner, DiffArgs, InstallArgs, KeepArgs, OutdatedArgs, RemoveArgs, UpdateArgs,
};
use crate::merge::Favor;
use crate::ops::{
    OpError, diff as ops_diff, install as ops_install, keep as ops_keep, remove as ops_remove,
    update as ops_update,
};
use crate::ui::error::{ExitStatus, status_of_failures};
use crate::ui::render;

pub(super) fn update(session: &Session<'_>, arguments: &UpdateArgs) -> Result<ExitStatus, OpError> {
    actions::hide_tokens(session);
    let told = Told::in_file(session, &arguments.summary)?;
    let options = ops_update::Options {
        names: names(&arguments.names)?,
        dry_run: arguments.dry_run || arguments.check,
        force: arguments.force,
        favor: match arguments.conflict {
            None => Favor::Nobody,
            Some(ConflictWinner::Markers) => Favor::Markers,
            Some(ConflictWinner::Ours) => Favor::Ours,
            Some(ConflictWinner::Theirs) => Favor::Theirs,
        },
        with_differences: told.wants_differences(session),
        accept_moved_tag: arguments.accept_moved_tag,
        settings: rules::with_allowed(session, &arguments.allow)?,
    };
    let mut report = session.wait(ops_update::update(&session.context, &options))?;
    // A report's form does not hang on whether there is a summary, too.
    let differences = std::mem::take(&mut report.differences);
    session.printer.show("update", &report, render::update);
    told.tell(session, &report, &differences)?;
    Ok(update_status(&report, arguments.check))
}

pub(super) fn outdated(
    session: &Session<'_>,
    arguments: &OutdatedArgs,
) -> Result<ExitStatus, OpError> {
    actions::hide_tokens(session);
    let told = Told::in_file(session, &arguments.summary)?;
    let options = ops_update::Options {
        names: names(&arguments.names)?,
        dry_run: true,
        with_differences: told.wants_differences(session),
        settings: rules::with_allowed(session, &[])?,
        ..ops_update::Options::default()
    };
    let mut report = session.wait(ops_update::update(&session.context, &options))?;
    // A report's form does not hang on whether there is a summary, too.
    let differences = std::mem::take(&mut report.differences);
    session.printer.show("outdated", &report, render::outdated);
    told.tell(session, &report, &differences)?;
    Ok(update_status(&report, true))
}

pub(super) fn diff(session: &Session<'_>, arguments: &DiffArgs) -> Result<ExitStatus, OpError> {
    let names = names(&arguments.names)?;
    if arguments.local {
        let report = session.wait(ops_diff::local(&session.context, &names))?;
        session.printer.show("diff", &report, render::local_diff);
        return Ok(ExitStatus::Done);
    }
    let options = ops_update::Options {
        names,
        dry_run: true,
        with_differences: true,
        settings: rules::with_allowed(session, &[])?,
        ..ops_update::Options::default()
    };
    let report = session.wait(ops_update::update(&session.context, &options))?;
    session.printer.show("diff", &report, render::diff);
    Ok(update_status(&report, false))
}

pub(super) fn keep(session: &Session<'_>, arguments: &KeepArgs) -> Result<ExitStatus, OpError> {
    let options = ops_keep::Options {
        names: names(&arguments.names)?,
        force: arguments.force,
    };
    let report = ops_keep::keep(&session.context, &options)?;
    session.printer.show("keep", &report, render::keep);
    Ok(match report.left_alone.is_empty() {
        true => ExitStatus::Done,
        false => ExitStatus::Failed,
    })
}

fn update_status(report: &ops_update::Report, is_check: bool) -> ExitStatus {
    let would_change = !report.skills.is_empty() || !report.deleted.is_empty();
    let needs_somebody = !report.refused.is_empty()
        || !report.left_alone.is_empty()
        || !report.conflicts.is_empty()
        || !report.stuck.is_empty();
    match status_of_failures(&report.failed) {
        Some(failed) => failed,
        None if needs_somebody || is_check && would_change => ExitStatus::Found,
        None => ExitStatus::Done,
    }
}

pub(super) fn install(
    session: &Session<'_>,
    arguments: &InstallArgs,
) -> Result<ExitStatus, OpError> {
    let options = ops_install::Options {
        names: names(&arguments.names)?,
        frozen: arguments.frozen || session.context.env.ci(),
        force: arguments.force,
        dry_run: arguments.dry_run,
    };
    let report = session.wait(ops_install::install(&session.context, &options))?;
    session.printer.show("install", &report, render::install);
    if !report.refused.is_empty() {
        return Ok(ExitStatus::Found);
    }
    Ok(if report.left_alone.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}

pub(super) fn remove(session: &Session<'_>, arguments: &RemoveArgs) -> Result<ExitStatus, OpError> {
    let options = ops_remove::Options {
        names: names(&arguments.names)?,
        force: arguments.force,
    };
    let report = ops_remove::remove(&session.context, &options)?;
    session.printer.show("remove", &report, render::remove);
    Ok(if report.left_alone.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}
