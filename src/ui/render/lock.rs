//! What `lock` settled and wrote.

use super::{reference, short};
use crate::hint::Hint;
use crate::lockfile::merge::Side;
use crate::ops::lock::{Report, Version};
use crate::ui::phrase::{self, count};
use crate::ui::printer::Printer;

/// As much of a digest as tells it from another: `sha256:` and seven digits.
const EDITS: usize = 14;

/// Prints what `lock` did.
pub fn lock(printer: &Printer, report: &Report) {
    if !report.open.is_empty() {
        open(printer, report);
        return;
    }
    for settled in &report.settled {
        let now = settled.now.as_ref();
        let whose = match settled.side {
            Some(side) => one_side(report, side, now),
            None => format!("both: {}", words(now)),
        };
        printer.status(
            "Settled",
            &format!("{}  {whose}; {}", settled.name, settled.reason),
        );
    }
    if report.is_written {
        let skills = count(report.skills, "skill");
        printer.status("Wrote", &format!("the lockfile, with {skills}"));
    } else {
        printer.note("Unchanged", "the lockfile is as mdskill writes it");
    }
    if report.to_install > 0 {
        let folders = count(report.to_install, "folder");
        printer.hint(
            &Hint::text(format!("{folders} not as locked; "))
                .then_command("install")
                .then(" restores what is locked, ")
                .then_command("keep NAME")
                .then(" records edits that git has merged"),
        );
    }
}

fn open(printer: &Printer, report: &Report) {
    for open in &report.open {
        printer.error(&format!("`{}` is in conflict: {}", open.name, open.reason));
        printer.item(&one_side(report, Side::Ours, open.ours.as_ref()));
        printer.item(&one_side(report, Side::Theirs, open.theirs.as_ref()));
    }
    printer.error("nothing was changed");
    printer.hint(
        &Hint::text("choose with ")
            .then_command("lock --resolve --ours NAME")
            .then(" or `--theirs NAME`; without a name it is for all of these"),
    );
}

/// Says what one side has: `ours (HEAD): acme/skills@abc1234, ref main`.
#[must_use]
pub fn one_side(report: &Report, side: Side, version: Option<&Version>) -> String {
    let labels = report.labels.as_ref();
    let (whose, label) = match side {
        Side::Ours => ("ours", labels.map(|labels| &labels.ours)),
        Side::Theirs => ("theirs", labels.map(|labels| &labels.theirs)),
    };
    let label = label.filter(|label| !label.is_empty());
    let label = label.map_or_else(String::new, |label| format!(" ({label})"));
    format!("{whose}{label}: {}", words(version))
}

fn words(version: Option<&Version>) -> String {
    let Some(version) = version else {
        return "not there".to_owned();
    };
    if let Some(value) = &version.value {
        return value.clone();
    }
    let source = version.source.as_deref().map_or("", phrase::source);
    let at = match (&version.commit, &version.tree) {
        (Some(commit), _) => format!("@{}", short(Some(commit))),
        (None, tree) => format!(", tree {}", short(tree.as_ref())),
    };
    let follows = version.reference.as_deref();
    let follows = follows.map_or_else(String::new, |text| format!(", ref {}", reference(text)));
    let edits = version
        .edits
        .as_deref()
        .and_then(|edits| edits.get(..EDITS));
    let edits = edits.map_or_else(String::new, |edits| format!(", edits {edits}"));
    format!("{source}{at}{follows}{edits}")
}
