//! `mdskill lock`.

use super::{Session, choose};
use crate::cli::LockArgs;
use crate::lockfile::merge::Side;
use crate::ops::OpError;
use crate::ops::lock::{self, Options};
use crate::ui::error::ExitStatus;
use crate::ui::render;

pub(super) fn lock(session: &Session<'_>, arguments: &LockArgs) -> Result<ExitStatus, OpError> {
    let mut options = options(arguments)?;
    let mut report = session.wait(lock::lock(&session.context, &options))?;
    if !report.open.is_empty() && session.printer.can_ask() {
        options.named.extend(choose::sides(session, &report)?);
        report = session.wait(lock::lock(&session.context, &options))?;
    }
    session.printer.show("lock", &report, render::lock);
    Ok(match report.open.is_empty() {
        true => ExitStatus::Done,
        false => ExitStatus::Found,
    })
}

fn options(arguments: &LockArgs) -> Result<Options, OpError> {
    let mut options = Options {
        resolve: arguments.resolve,
        ..Options::default()
    };
    let typed = [
        (&arguments.ours, Side::Ours),
        (&arguments.theirs, Side::Theirs),
    ];
    for (names, side) in typed {
        match names.as_deref() {
            None => {}
            Some([]) if options.others.is_some() => {
                return Err(OpError::Usage(
                    "--ours and --theirs can't both be for everything; name skills behind one of them".to_owned(),
                ));
            }
            Some([]) => options.others = Some(side),
            Some(names) => {
                let names = names.iter().map(|name| (name.clone(), side));
                options.named.extend(names);
            }
        }
    }
    Ok(options)
}
