//! `mdskill cache`.

use super::Session;
use crate::cli::{CacheArgs, CacheCommand};
use crate::operations::{self, OpError};
use crate::output::error::ExitStatus;
use crate::output::render;

pub(super) fn cache(session: &Session<'_>, arguments: &CacheArgs) -> Result<ExitStatus, OpError> {
    let (report, removed) = match &arguments.command {
        None => (operations::cache::show(&session.context)?, false),
        Some(CacheCommand::Prune { days }) => (
            operations::cache::prune(&session.context, (*days).max(1))?,
            true,
        ),
        Some(CacheCommand::Clear) => (operations::cache::prune(&session.context, 0)?, true),
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
