//! Reports a panic as a sentence.

use std::panic::PanicHookInfo;

use super::printer_of;
use crate::commands::cli::Global;
use crate::env::Env;
use crate::hint::Hint;
use crate::output::exit_status::ExitStatus;
use crate::platform;

/// Lets a panic print a sentence, and end the process with exit code 1 instead of a signal.
///
/// The message of the panic is not printed, because it may contain a token. The files are safe, because
/// the next command recovers as after a kill.
pub(super) fn report_as_sentence() {
    std::panic::set_hook(Box::new(|panic| {
        report(panic);
        #[expect(
            clippy::exit,
            reason = "a released program would abort, which is a signal"
        )]
        std::process::exit(i32::from(ExitStatus::Failed as u8));
    }));
}

fn report(panic: &PanicHookInfo<'_>) {
    let printer = printer_of(&Global::default(), &Env::default());
    // Libraries panic if the system refuses them a file or a thread.
    if let Err(error) = platform::check_files_can_be_opened() {
        printer.error(&format!("can't open a file: {error}"));
        printer.hint(&Hint::text("raise the limit of open files (`ulimit -n`)"));
    } else if let Err(error) = std::thread::Builder::new().spawn(|| ()) {
        printer.error(&format!("can't start a thread: {error}"));
        printer.hint(&Hint::text("raise the limit of processes (`ulimit -u`)"));
    } else {
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_else(|| "an unknown place".to_owned());
        let file = place.rsplit("/src/").next().unwrap_or(&place);
        let version = env!("CARGO_PKG_VERSION");
        printer.error(&format!(
            "mdskill {version} stopped because of a bug, at {file}"
        ));
        let issues = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");
        printer.hint(&Hint::text(format!(
            "report the command and this place at {issues}"
        )));
    }
}
