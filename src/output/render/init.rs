//! Prints the report of `init`.

use crate::hint::{Hint, mdskill};
use crate::operations::init;
use crate::output::printer::Printer;

pub(crate) fn init(printer: &Printer, report: &init::Report) {
    let is_here = report.folder == ".";
    for file in &report.files {
        if is_here {
            printer.status("Created", file);
        } else {
            printer.status("Created", &format!("{}/{file}", report.folder));
        }
    }
    if let Some(outer) = &report.outer {
        printer.warn(&format!(
            "{} is inside another skill ({outer}), so some clients will not find it",
            report.name
        ));
    }
    let edit = if report.is_placeholder {
        "write the description and the steps in SKILL.md, then run "
    } else {
        "write the steps in SKILL.md, then run "
    };
    let folder = if report.folder.starts_with(['/', '.']) || report.folder.contains('/') {
        report.folder.clone()
    } else {
        format!("./{}", report.folder)
    };
    let hint = Hint::text(edit).then_command(mdskill("validate").word(&folder));
    printer.hint(&if report.is_loaded || is_here {
        hint
    } else {
        hint.then("; ")
            .then_command(mdskill("add").word(&folder))
            .then(" installs a copy for your agents")
    });
}
