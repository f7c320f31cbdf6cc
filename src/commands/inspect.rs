//! The commands that look: `list`, `verify`, `show`, `rule`, `cache`.

use super::{Session, maintain, names};
use crate::cli::{CacheArgs, CacheCommand, ListArgs, NamesArgs, OutdatedArgs, RuleArgs, ShowArgs};
use crate::ops::show::Subject;
use crate::ops::{
    OpError, browse, cache, list as ops_list, rule as ops_rule, show as ops_show,
    verify as ops_verify,
};
use crate::spec::Spec;
use crate::ui::error::ExitStatus;
use crate::ui::{render, rules};
use mdskill_lint::name::SkillName;

pub(super) fn list(session: &Session<'_>, arguments: &ListArgs) -> Result<ExitStatus, OpError> {
    let printer = session.printer;
    if arguments.outdated {
        return maintain::outdated(session, &OutdatedArgs::default());
    }
    let Some(spec) = &arguments.spec else {
        let report = ops_list::list(&session.context)?;
        printer.show("list", &report, |printer, report| {
            render::list(printer, report, arguments.names);
        });
        return Ok(ExitStatus::Done);
    };
    let spec: Spec = spec.parse()?;
    let report = session.wait(browse::browse(&session.context, &spec, !arguments.names))?;
    printer.show("list", &report, |printer, report| {
        render::browse(printer, report, arguments.names);
    });
    Ok(ExitStatus::Done)
}

pub(super) fn verify(session: &Session<'_>, arguments: &NamesArgs) -> Result<ExitStatus, OpError> {
    let report = ops_verify::verify(&session.context, &names(&arguments.names)?)?;
    session.printer.show("verify", &report, render::verify);
    Ok(if report.drift.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Found
    })
}

pub(super) fn show(session: &Session<'_>, arguments: &ShowArgs) -> Result<ExitStatus, OpError> {
    let subject = match arguments.subject.contains(['/', '\\']) || arguments.subject == "." {
        true => Subject::Spec(arguments.subject.parse()?),
        false => Subject::Installed(SkillName::from_folder(&arguments.subject)?),
    };
    let report = session.wait(ops_show::show(&session.context, &subject))?;
    session.printer.show("show", &report, render::show);
    Ok(ExitStatus::Done)
}

pub(super) fn rule(session: &Session<'_>, arguments: &RuleArgs) -> Result<ExitStatus, OpError> {
    let report = ops_rule::rule(arguments.rule.as_deref())?;
    session.printer.show("rule", &report, rules::rules);
    Ok(ExitStatus::Done)
}

pub(super) fn cache(session: &Session<'_>, arguments: &CacheArgs) -> Result<ExitStatus, OpError> {
    let (report, removed) = match &arguments.command {
        None => (cache::show(&session.context)?, false),
        Some(CacheCommand::Prune { days }) => {
            (cache::prune(&session.context, (*days).max(1))?, true)
        }
        Some(CacheCommand::Clear) => (cache::prune(&session.context, 0)?, true),
        Some(CacheCommand::Dir) => {
            session
                .printer
                .data(&session.context.dirs.cache()?.display().to_string());
            return Ok(ExitStatus::Done);
        }
    };
    session.printer.show("cache", &report, |printer, report| {
        render::cache(printer, report, removed);
    });
    Ok(ExitStatus::Done)
}
