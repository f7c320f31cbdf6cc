//! What an update did, as the Markdown of a pull request: what a reviewer has to know, first.
//!
//! Names, sentences and files are strangers' text: [`markdown`](super::markdown) makes plain text
//! and code of all of it. The most important comes first, and the page is cut where it reaches its
//! limit: its last line counts what is missing.

mod details;
mod diffs;
mod needs_review;
mod section;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use section::page;

use super::markdown::{code, escaped};
use super::sanitize;
use super::text::count;
use crate::ops::change::Change;
use crate::ops::update::Report;

/// What a pull request's body may take in bytes. GitHub takes 65,536 characters; the margin is for
/// what a workflow adds.
pub const PULL_REQUEST_ROOM: usize = 60_000;

/// Longest piece of a sentence that a stranger wrote, in columns.
const MAX_SENTENCE: usize = 400;
/// Longest line of a diff or of a conflict, in columns.
const MAX_LINE: usize = 400;
/// Longest name, path, host or tool that a stranger wrote, in columns.
const MAX_WORD: usize = 120;
/// Digits of a commit that people look at.
const SHORT: usize = 7;

/// Returns what `update` or `outdated` found, in Markdown of at most `room` bytes; `differences`
/// gives the unified diff of a skill, if it can be had.
#[must_use]
pub fn summary(
    report: &Report,
    differences: &dyn Fn(&str) -> Option<String>,
    room: usize,
) -> String {
    let sections = [
        needs_review::section(report),
        details::capabilities(report),
        table::section(report),
        details::descriptions(report),
        details::edits(report),
        details::commits(report),
        needs_review::hunks(report),
        details::findings(report),
        diffs::section(report, differences),
    ];
    page(headline(report), &sections, room)
}

/// One sentence that says it all.
fn headline(report: &Report) -> String {
    let moved = report.skills.len();
    let mut parts = Vec::new();
    let mut part = |number: usize, what: &str| {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    };
    part(report.conflicts.len(), "in conflict");
    // Several keys may refuse the same skill.
    let refused: BTreeSet<&String> = report.refused.iter().map(|refusal| &refusal.name).collect();
    part(refused.len(), "refused");
    part(report.left_alone.len(), "left alone");
    part(report.stuck.len(), "stuck");
    part(report.deleted.len(), "gone upstream");
    let unasked = report.failed.iter().map(|failed| failed.skills).sum();
    part(unasked, "not asked");
    part(report.unchanged, "unchanged");
    if is_quiet(report) {
        return format!(
            "Everything is up to date ({}).\n",
            count(report.unchanged, "skill")
        );
    }
    let verb = match (report.dry_run, moved) {
        (true, _) => "would move",
        (false, 1) => "has moved",
        (false, _) => "have moved",
    };
    let rest = if parts.is_empty() {
        String::new()
    } else {
        format!("; {}", parts.join(", "))
    };
    format!(
        "**{} {verb}** to what upstream has now{rest}.\n",
        count(moved, "skill")
    )
}

fn is_quiet(report: &Report) -> bool {
    report.skills.is_empty()
        && report.conflicts.is_empty()
        && report.refused.is_empty()
        && report.left_alone.is_empty()
        && report.stuck.is_empty()
        && report.deleted.is_empty()
        && report.failed.is_empty()
}

/// A stranger's sentence, as plain text of a bearable length.
fn sentence(text: &str) -> String {
    escaped(&shortened(text, MAX_SENTENCE))
}

/// A stranger's word, as code of a bearable length.
fn word(text: &str) -> String {
    code(&shortened(text, MAX_WORD))
}

fn shortened(text: &str, width: usize) -> String {
    // Shown as escapes, hidden characters have a width; others may have none and still fill a page.
    let shown: String = sanitize::line(text).chars().take(4 * width).collect();
    sanitize::cut(&shown, width)
}

/// The first lines of a text, each of a bearable length.
fn cut(text: &str, max: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut shown: Vec<String> = lines
        .iter()
        .take(max)
        .map(|line| shortened(line, MAX_LINE))
        .collect();
    if lines.len() > max {
        shown.push(format!("… {}", count(lines.len() - max, "more line")));
    }
    shown.join("\n")
}

fn short(commit: Option<&String>) -> String {
    commit.map_or_else(String::new, |commit| commit.chars().take(SHORT).collect())
}

/// `abc1234 → def5678`, as code.
fn moved(change: &Change) -> String {
    let ids = [short(change.from.as_ref()), short(change.commit.as_ref())];
    let ids: Vec<String> = ids
        .iter()
        .filter(|id| !id.is_empty())
        .map(|id| code(id))
        .collect();
    ids.join(" → ")
}
