//! Prints the report of `lock`.

use std::collections::BTreeMap;

use super::join_names;
use crate::hint::{CommandLine, Hint, mdskill};
use crate::lockfile::merge::{Block, Difference, Side};
use crate::operations::lock::Report;
use crate::output::printer::Printer;
use crate::output::text::{self, count, short};
use mdskill_lint::name::SkillName;

/// The digits of a digest that are shown: `sha256:` and seven more.
const SHORT_DIGEST: usize = 14;

pub(crate) fn lock(printer: &Printer, report: &Report) {
    if !report.is_resolved() {
        unresolved(printer, report);
        return;
    }
    for difference in &report.differences {
        let side = difference.side.unwrap_or(Side::Ours);
        let taken = one_side(report, difference, side);
        printer.status("Resolved", &format!("{}  {taken}", difference.name));
    }
    if report.is_written {
        let skills = count(report.skills, "skill");
        printer.status("Wrote", &format!("the lockfile, with {skills}"));
    } else {
        printer.note("Checked", "the lockfile: it has the current form");
    }
    if report.to_install > 0 {
        let folders = count(report.to_install, "folder");
        let verb = if report.to_install == 1 {
            "differs"
        } else {
            "differ"
        };
        let names: Vec<&str> = report.differing.iter().map(SkillName::as_str).collect();
        let (names, others) = join_names(&names);
        printer.hint(
            &Hint::text(format!("{folders} {verb} from the lockfile: "))
                .then_command("install")
                .then(" restores the locked files, and ")
                .then_command(mdskill("keep").words(names))
                .then(" accepts edits that git has merged")
                .then(others),
        );
    }
    if report.labels.is_some() {
        let add = CommandLine::git("add").word(&report.lockfile);
        printer.hint(&Hint::command(add).then(" marks it as resolved"));
    }
}

fn unresolved(printer: &Printer, report: &Report) {
    for difference in &report.differences {
        if difference.side.is_none() {
            printer.error(&format!("`{}` was changed on both sides", difference.name));
            printer.item(&one_side(report, difference, Side::Ours));
            printer.item(&one_side(report, difference, Side::Theirs));
        }
    }
    printer.error("nothing was changed");
    let open = report.differences.iter().filter(|one| one.side.is_none());
    let open: Vec<&str> = open.map(|difference| difference.name.as_str()).collect();
    let (names, others) = join_names(&open);
    printer.hint(
        &Hint::text("choose with ")
            .then_command(mdskill("lock --resolve --ours").words(names))
            .then(" or `--theirs`, without names for all; ")
            .then_command(mdskill("update").words(names))
            .then(" then takes the latest version")
            .then(others),
    );
}

/// Describes one side's version: `ours (HEAD): acme/skills@abc1234, ref main`.
fn one_side(report: &Report, difference: &Difference, side: Side) -> String {
    let labels = report.labels.as_ref();
    let (ours, theirs) = (difference.ours.as_ref(), difference.theirs.as_ref());
    let (whose, label, block, other) = match side {
        Side::Ours => ("ours", labels.map(|labels| &labels.ours), ours, theirs),
        Side::Theirs => ("theirs", labels.map(|labels| &labels.theirs), theirs, ours),
    };
    let label = label.filter(|label| !label.is_empty());
    let label = label.map_or_else(String::new, |label| format!(" ({label})"));
    let version = match block {
        None => "removed".to_owned(),
        Some(block) => version(&block.fields(), other.map(Block::fields).as_ref()),
    };
    format!("{whose}{label}: {version}")
}

/// Describes a skill's block: the version, then the values that the other side has differently.
fn version(fields: &BTreeMap<String, String>, other: Option<&BTreeMap<String, String>>) -> String {
    let field = |key: &str| fields.get(key).map_or("", String::as_str);
    let source = text::source(field("source"));
    let mut text = if fields.contains_key("commit") {
        format!("{source}@{}", short(field("commit")))
    } else {
        format!("{source}, tree {}", short(field("tree")))
    };
    for (key, value) in fields {
        let is_said = matches!(&**key, "name" | "source" | "commit" | "tree" | "digest");
        if is_said || other.is_none_or(|other| other.get(key) == Some(value)) {
            continue;
        }
        let value = match &**key {
            "edits" => value.get(..SHORT_DIGEST).unwrap_or(value),
            _ => short(value),
        };
        text.extend([", ", key, " ", value]);
    }
    text
}
