//! The report of an update as the Markdown of a pull request.
//!
//! Names, sentences, and files come from repositories, so [`markdown`](super::markdown) escapes all
//! of them. The page is sorted by importance and cut at its limit; its last line counts the missing
//! items.

mod details;
mod diffs;
mod needs_review;
mod section;
mod table;
#[cfg(test)]
mod tests;

use section::page;

use super::markdown::{code, escaped};
use super::sanitize;
use super::text::{count, totals};
use crate::operations::report::Change;
use crate::operations::update::Report;

/// Maximum size of a pull request's body, in bytes. GitHub's limit is 65,536 characters; the rest is
/// for the text that a workflow adds.
pub const MAX_BODY_BYTES: usize = 60_000;

/// Maximum width of a sentence from a repository, in columns.
const MAX_SENTENCE: usize = 400;
/// Maximum width of a line of a diff or of a conflict, in columns.
const MAX_LINE: usize = 400;
/// Maximum width of a name, path, host, or tool from a repository, in columns.
const MAX_WORD: usize = 120;
/// Number of digits of an abbreviated commit.
const SHORT: usize = 7;

/// Returns the report of `update` or `outdated` as Markdown of at most `max` bytes. `differences`
/// returns the unified diff of a skill, if there is one.
#[must_use]
pub fn summary(
    report: &Report,
    differences: &dyn Fn(&str) -> Option<String>,
    max: usize,
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
    page(headline(report), &sections, max)
}

/// Returns the first sentence, which has the totals.
fn headline(report: &Report) -> String {
    let moved = report.skills.len();
    let conflicts = report.conflicts.len();
    let conflict_noun = if conflicts == 1 {
        "conflict"
    } else {
        "conflicts"
    };
    let parts = totals([
        (conflicts, conflict_noun),
        (report.refused_skills(), "refused"),
        (report.skills_left_alone(), "not changed"),
        (report.stuck.len(), "blocked"),
        (report.deleted.len(), "deleted upstream"),
        (report.unchecked_skills(), "not checked"),
        (report.unchanged, "unchanged"),
    ]);
    if report.is_up_to_date() {
        return format!(
            "All skills are up to date ({}).\n",
            count(report.unchanged, "skill")
        );
    }
    let verb = if report.dry_run {
        "to update"
    } else {
        "updated"
    };
    let rest = if parts.is_empty() {
        String::new()
    } else {
        format!("; {}", parts.join(", "))
    };
    format!("**{} {verb}**{rest}.\n", count(moved, "skill"))
}

/// Returns a sentence from a repository as plain text of limited width.
fn sentence(text: &str) -> String {
    escaped(&shortened(text, MAX_SENTENCE))
}

/// Returns a word from a repository as code of limited width.
fn word(text: &str) -> String {
    code(&shortened(text, MAX_WORD))
}

fn shortened(text: &str, width: usize) -> String {
    // Zero-width characters would make `cut` keep any number of them, so the characters are limited, too.
    let shown: String = sanitize::line(text).chars().take(4 * width).collect();
    sanitize::cut(&shown, width)
}

/// Returns the first lines of a text, each of limited width.
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

/// Returns `abc1234 → def5678` as code.
fn moved(change: &Change) -> String {
    let ids = [short(change.from.as_ref()), short(change.commit.as_ref())];
    let ids: Vec<String> = ids
        .iter()
        .filter(|id| !id.is_empty())
        .map(|id| code(id))
        .collect();
    ids.join(" → ")
}
