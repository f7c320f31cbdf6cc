//! Prints the report of `add`.

use std::collections::BTreeSet;
use std::path::Path;

use super::capabilities::print_capabilities;
use super::change::{print_change, print_left_alone, print_problems, print_trashed};
use super::hidden::print_hidden;
use super::installed_findings::findings;
use super::{join_names, refused};
use crate::hint::{CommandLine, Hint, for_shell, mdskill};
use crate::operations::add::{self, Added};
use crate::operations::report::Action;
use crate::output::printer::Printer;
use crate::output::text::{count, totals};
use mdskill_lint::capability::Kind;

/// Maximum number of skills whose hosts and commands are printed even if they have nothing else.
const MAX_DETAILED: usize = 3;
/// Maximum number of names in an error.
const MAX_CLASHES: usize = 5;
/// Maximum number of skills in a hint.
const MAX_SIBLINGS: usize = 10;

pub(crate) fn add(printer: &Printer, report: &add::Report) {
    let is_one_of_many = report.skills.len() > MAX_DETAILED;
    for added in &report.skills {
        print_change(printer, &added.change, report.dry_run);
        if added.is_new() {
            // The user has just seen the severe ones.
            let shown = added.capabilities.iter();
            let shown = shown.filter(|one| !report.is_confirmed || !one.kind.is_severe());
            let shown: Vec<_> = shown.cloned().collect();
            print_capabilities(printer, &shown, is_one_of_many);
        }
    }
    print_trashed(printer, &report.trashed);
    let stopped: Vec<&String> = report.stopped.iter().map(|one| &one.place).collect();
    let found = report.diagnostics.iter();
    findings(
        printer,
        found.filter(|found| !stopped.contains(&&found.skill)),
        report.skills.iter().map(|added| &added.change),
        report.dry_run,
    );
    for stopped in &report.stopped {
        let why = if stopped.is_dangerous {
            "it is dangerous to install"
        } else if stopped.is_unloadable {
            "no client can load it"
        } else {
            "it has errors"
        };
        printer.error(&format!("`{}` was not added: {why}", stopped.name));
        for reason in &stopped.reasons {
            printer.item(reason);
        }
    }
    print_ways_to_allow(printer, report);
    print_problems(printer, &report.left_out);
    print_clashes(printer, report);
    print_left_alone(printer, &report.left_alone, None);
    refused(printer, &report.refused);
    if !report.left_alone.is_empty() || report.is_refused {
        printer.error("nothing was changed");
        return;
    }
    let kept = |added: &&Added| added.change.action == Action::Unchanged;
    let kept = report.skills.iter().filter(kept).count();
    if report.skills.len() > 1 {
        let mut parts = vec![count(report.skills.len() - kept, "skill")];
        parts.extend(totals([(kept, "unchanged")]));
        printer.status("Finished", &parts.join(", "));
    }
    print_targets(printer, report);
    print_hidden(printer, &report.hidden);
    let is_complete = report.refused.is_empty()
        && report.stopped.is_empty()
        && report.left_out.is_empty()
        && report.clashes.is_empty();
    if is_complete && !report.siblings.is_empty() {
        printer.hint(&siblings(&report.siblings));
    }
    if !report.is_confirmed && report.skills.iter().any(Added::needs_consent) {
        printer.hint(&deny());
    }
}

/// Prints how to add what was stopped.
fn print_ways_to_allow(printer: &Printer, report: &add::Report) {
    let (dangerous, others): (Vec<_>, Vec<_>) =
        report.stopped.iter().partition(|one| one.is_dangerous);
    if let Some(first) = dangerous.first() {
        // One skill at a time, because what is dangerous is allowed for one skill.
        let codes = first.codes.iter().copied().collect::<Vec<_>>().join(",");
        let add = mdskill("add")
            .word(first.spec.as_str())
            .then("--allow")
            .word(codes);
        printer.hint(
            &Hint::text("read it first; ")
                .then_command(add)
                .then(" installs it anyway, and records that in mdskill.toml"),
        );
    }
    if !others.is_empty() {
        let specs: Vec<&str> = others.iter().map(|one| one.spec.as_str()).collect();
        let (specs, more) = join_names(&specs);
        let codes = others.iter().flat_map(|one| &one.codes);
        let codes: BTreeSet<&str> = codes.copied().collect();
        let codes = codes.into_iter().collect::<Vec<_>>().join(",");
        printer.hint(
            &Hint::text("report it to the author; ")
                .then_command(mdskill("add").words(specs).then("--allow").word(codes))
                .then(" installs it anyway")
                .then(more),
        );
    }
}

/// Returns the hint to refuse skills that run commands without asking.
pub(crate) fn deny() -> Hint {
    let [hooks, bash] = [Kind::Hook, Kind::UnrestrictedBash];
    Hint::text(format!(
        "to refuse such skills, write `deny = [\"{hooks}\", \"{bash}\"]` below `[policy]` in mdskill.toml"
    ))
}

/// Prints the names of several skills, and the folder in which each name is unique.
fn print_clashes(printer: &Printer, report: &add::Report) {
    let names: Vec<String> = report
        .clashes
        .iter()
        .map(|clash| format!("`{}`", clash.name))
        .collect();
    match report.clashes.as_slice() {
        [] => return,
        [only] => {
            let specs: Vec<_> = only.specs.iter().map(|spec| for_shell(spec)).collect();
            printer.error(&format!(
                "{}: {} different skills have this name; add one of them by its full spec: {}",
                names[0],
                only.specs.len(),
                specs.join(", ")
            ));
            return;
        }
        several => {
            let shown = names.iter().take(MAX_CLASHES).map(String::as_str);
            let mut shown: Vec<&str> = shown.collect();
            if several.len() > MAX_CLASHES {
                shown.push("…");
            }
            printer.error(&format!(
                "{} names were not added, because different skills have the same name: {}",
                several.len(),
                shown.join(", ")
            ));
        }
    }
    let hint = match &report.clash_free {
        Some(folder) => Hint::command(mdskill("add").word(folder).then("--all"))
            .then(" adds the skills of one folder"),
        None => Hint::text("add one of them by its path; --json lists the paths"),
    };
    printer.hint(&hint);
}

/// Prints the hint to commit the first skills of a project, whose lockfile was just created.
pub(crate) fn commit_hint(printer: &Printer, report: &add::Report, lockfile: &str) {
    if printer.json {
        return;
    }
    let places = report.skills.iter().flat_map(|added| &added.change.places);
    let folders = places.filter_map(|place| Path::new(place).parent()?.to_str());
    let mut paths: BTreeSet<&str> = folders.collect();
    paths.insert(lockfile);
    printer.hint(
        &Hint::text("commit the skills and the lockfile, so that your team has them: ")
            .then_command(CommandLine::git("add").words(paths)),
    );
}

/// Prints that the chosen folders are the default from now on, and who does not read them.
fn print_targets(printer: &Printer, report: &add::Report) {
    let Some(targets) = &report.targets else {
        return;
    };
    let folders = targets.folders.join(", ");
    if targets.are_default {
        let sentence = format!("{folders}; later skills are installed there, too");
        printer.note("Target", &sentence);
    }
    if let Some((last, before)) = targets.unread_by.split_last()
        && !report.skills.is_empty()
    {
        let (names, verb) = match before {
            [] => ((*last).to_owned(), "does"),
            before => (format!("{} and {last}", before.join(", ")), "do"),
        };
        let sentence = format!("{names} {verb} not read {folders}; see ");
        printer.hint(&Hint::text(sentence).then_command("agents"));
    }
}

/// Returns the hint to add the skills that are linked to.
fn siblings(siblings: &[add::Sibling]) -> Hint {
    let specs = siblings.iter().take(MAX_SIBLINGS);
    let specs = specs.map(|sibling| &sibling.spec);
    let (missing, adds) = match siblings {
        [only] => (
            format!(
                "{} links to {}, which is not installed; ",
                only.linked_from.join(", "),
                only.name
            ),
            " adds it",
        ),
        several => (
            format!("{} linked skills are not installed; ", several.len()),
            if several.len() > MAX_SIBLINGS {
                " adds the first of them"
            } else {
                " adds them"
            },
        ),
    };
    Hint::text(missing)
        .then_command(mdskill("add").words(specs))
        .then(adds)
}
