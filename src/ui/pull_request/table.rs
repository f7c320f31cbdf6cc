//! The table of what moved.

use super::section::Section;
use super::{moved, shortened};
use crate::diff::SkillDiff;
use crate::ops::change::Change;
use crate::ops::update::Report;
use crate::ui::markdown::{escaped, link};
use crate::ui::text::{self, count};
use mdskill_lint::capability::Kind;

/// Most rows that link to the host's page of the comparison: the links of more would fill the page.
const MAX_LINKS: usize = 200;
/// Widest cell of strangers' text, in columns.
const MAX_CELL: usize = 80;

/// Returns a row for each skill that moved.
pub(super) fn section(report: &Report) -> Section {
    let has_links = report.skills.len() <= MAX_LINKS;
    let row = |change: &Change| {
        let moved = moved(change);
        let moved = match change.compare_url.as_deref().filter(|_| has_links) {
            Some(url) => link(&moved, url),
            None => moved,
        };
        let (files, gained) = match &change.diff {
            Some(diff) => (files(diff), gained(diff)),
            None => ("not compared".to_owned(), "not compared".to_owned()),
        };
        format!(
            "| {} | {} | {moved} | {files} | {gained} |\n",
            cell(&change.name),
            cell(text::source(&change.source)),
        )
    };
    Section {
        title: "What moves",
        intro: "\n| skill | source | commits | files | newly can |\n|---|---|---|---|---|\n",
        items: report.skills.iter().map(row).collect(),
    }
}

fn cell(text: &str) -> String {
    escaped(&shortened(text, MAX_CELL))
}

/// `3 files, +10 −2`, without the lines of what is no text.
pub(super) fn files(diff: &SkillDiff) -> String {
    let sum = |lines: fn(&crate::diff::FileDiff) -> Option<usize>| -> usize {
        diff.files.iter().filter_map(lines).sum()
    };
    format!(
        "{}, +{} −{}",
        count(diff.files.len(), "file"),
        sum(|file| file.added),
        sum(|file| file.removed)
    )
}

/// The kinds of what is new, the gravest first.
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
