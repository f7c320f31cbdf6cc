//! `mdskill lock`.

use clap::Args;

use super::Session;
use super::cli::Command;
use crate::lockfile::merge::Side;
use crate::operations::OpError;
use crate::operations::lock::{self, Options};
use crate::output::exit_status::ExitStatus;
use crate::output::render;

/// Arguments of `lock`.
#[derive(Debug, Args)]
pub struct LockArgs {
    /// Resolve a merge conflict in the lockfile
    #[arg(long)]
    pub resolve: bool,
    /// Take our side for these skills; without NAME, for all that both sides changed
    #[arg(long, value_name = "NAME", num_args = 0.., requires = "resolve")]
    pub ours: Option<Vec<String>>,
    /// Take their side for these skills; without NAME, for all that both sides changed
    #[arg(long, value_name = "NAME", num_args = 0.., requires = "resolve")]
    pub theirs: Option<Vec<String>>,
}

pub(super) fn lock(session: &Session<'_>, arguments: &LockArgs) -> Result<ExitStatus, OpError> {
    let report = lock::lock(&session.context, &options(arguments)?)?;
    session.printer.show("lock", &report, render::lock);
    Ok(ExitStatus::Found.when(!report.is_resolved()))
}

fn options(arguments: &LockArgs) -> Result<Options, OpError> {
    let mut options = Options {
        resolve: arguments.resolve,
        ..Options::default()
    };
    let sides = [
        (&arguments.ours, Side::Ours),
        (&arguments.theirs, Side::Theirs),
    ];
    for (names, side) in sides {
        match names.as_deref() {
            None => {}
            Some([]) if options.rest.is_some() => {
                let problem = "--ours and --theirs cannot both be used without NAME";
                return Err(OpError::Usage(problem.to_owned()));
            }
            Some([]) => options.rest = Some(side),
            Some(names) => options
                .chosen
                .extend(names.iter().map(|name| (name.clone(), side))),
        }
    }
    Ok(options)
}

/// Resolves a merge conflict in the lockfile before a command that writes it, if that needs no choice.
pub(super) fn resolve_first(session: &Session<'_>, command: &Command) -> Result<(), OpError> {
    let writes = match command {
        Command::Add(arguments) => !arguments.dry_run,
        Command::Update(arguments) => !arguments.dry_run,
        Command::Import(arguments) => !arguments.dry_run,
        Command::Lock(arguments) => !arguments.resolve,
        Command::Remove(_) | Command::Keep(_) => true,
        _ => false,
    };
    if writes && let Some(names) = lock::resolve_clear_conflict(&session.context)? {
        let names = names.join(", ");
        let sentence = format!("the merge conflict in the lockfile  {names}");
        session.printer.status("Resolved", &sentence);
    }
    Ok(())
}
