//! `mdskill cache`.

use clap::{Args, Subcommand};

use super::Session;
use crate::operations::{self, OpError};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `cache`.
#[derive(Debug, Args)]
pub struct CacheArgs {
    /// The action [default: show the contents]
    #[command(subcommand)]
    pub command: Option<CacheCommand>,
}

/// Actions on the cache.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Remove sources that were not fetched recently
    Prune {
        /// Remove sources that were last fetched at least N days ago; 0 removes all sources
        #[arg(long, value_name = "N", default_value_t = 30)]
        days: u64,
    },
    /// Remove all cached data; for `min-age` of the policy, each commit then counts as new
    Clear,
    /// Print the path of the cache folder
    Dir,
}

pub(super) fn cache(session: &Session<'_>, arguments: &CacheArgs) -> Result<ExitStatus, OpError> {
    let (report, removed) = match &arguments.command {
        None => (operations::cache::show(&session.context)?, false),
        Some(CacheCommand::Prune { days }) => {
            (operations::cache::prune(&session.context, *days)?, true)
        }
        Some(CacheCommand::Clear) => (operations::cache::clear(&session.context)?, true),
        Some(CacheCommand::Dir) => {
            let folder = operations::cache::folder(&session.context)?;
            session.printer.show("cache", &folder, |printer, folder| {
                printer.data(&folder.folder);
            });
            return Ok(ExitStatus::Done);
        }
    };
    session.printer.show("cache", &report, |printer, report| {
        render::cache(printer, report, removed);
    });
    Ok(ExitStatus::Done)
}
