//! The table of updated skills.

use super::{compared, moved, shortened};
use crate::diff::SkillDiff;
use crate::operations::report::Change;
use crate::operations::update::Report;
use crate::output::markdown::{escaped, link};
use crate::output::text::{self, count};
use mdskill_lint::capability::Kind;

/// Maximum number of rows with links, of about 250 bytes each, because more would fill half of the page.
const MAX_LINKS: usize = 100;
/// Maximum width of a cell, in columns.
const MAX_CELL: usize = 80;

/// The head of the table.
pub(super) const HEAD: &str =
    "\n| skill | source | commits | files | new capabilities |\n|---|---|---|---|---|\n";

/// Returns a row for each updated skill.
pub(super) fn rows(report: &Report) -> Vec<String> {
    let has_links = report.skills.len() <= MAX_LINKS;
    let row = |change: &Change| {
        let name = cell(&change.name);
        let (name, commits) = match &change.url {
            Some(url) if has_links => (link(&name, url), compared(change)),
            _ if has_links => (name, compared(change)),
            _ => (name, moved(change)),
        };
        let (files, gained) = match &change.diff {
            Some(diff) => (files(diff), gained(diff)),
            None => ("not compared".to_owned(), "not compared".to_owned()),
        };
        format!(
            "| {name} | {} | {commits} | {files} | {gained} |\n",
            cell(text::source(&change.source)),
        )
    };
    report.skills.iter().map(row).collect()
}

fn cell(text: &str) -> String {
    escaped(&shortened(text, MAX_CELL))
}

/// Returns `3 files, +10 −2`, in which binary files have no lines.
pub(super) fn files(diff: &SkillDiff) -> String {
    let (added, removed) = text::changed_lines(diff);
    format!("{}, +{added} −{removed}", count(diff.files.len(), "file"))
}

/// Returns the kinds of new capabilities, the most dangerous first.
fn gained(diff: &SkillDiff) -> String {
    let number = |kind: Kind| diff.gained.iter().filter(|new| new.kind == kind).count();
    let kinds = Kind::ALL.into_iter().filter_map(|kind| match number(kind) {
        0 => None,
        1 => Some(format!("**{kind}**")),
        many => Some(format!("**{kind}** ({many})")),
    });
    let mut words: Vec<String> = kinds.collect();
    if !diff.changed_scripts.is_empty() {
        words.push("changed scripts".to_owned());
    }
    if words.is_empty() {
        return "–".to_owned();
    }
    words.join(", ")
}
