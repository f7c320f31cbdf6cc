//! The report of an update as the Markdown of a pull request.
//!
//! Names, sentences, and files come from repositories, so [`markdown`](super::markdown) escapes all
//! of them. The page is sorted by importance and cut at its limit; its last line counts the missing
//! items.

mod details;
mod diffs;
mod needs_review;
mod page;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use page::page;

use super::markdown::{code, escaped, link};
use super::sanitize;
use super::text::{count, not_updated, short, totals};
use crate::operations::report::Change;
use crate::operations::update::Report;

/// Maximum size of a pull request's body, in bytes. GitHub's limit is 65,536 characters; the rest is
/// for the text that a workflow adds.
pub(crate) const MAX_BODY_BYTES: usize = 60_000;

/// Maximum width of a sentence from a repository, in columns.
const MAX_SENTENCE: usize = 400;
/// Maximum width of a line of a diff or of a conflict, in columns.
const MAX_LINE: usize = 400;
/// Maximum width of a name, path, host, or tool from a repository, in columns.
const MAX_WORD: usize = 120;

/// Returns the report of `update` or `outdated` as Markdown of at most `max` bytes. `differences`
/// are the unified diffs by skill.
pub(crate) fn summary(
    report: &Report,
    differences: &BTreeMap<String, String>,
    max: usize,
) -> String {
    let sections = [
        ("Needs review", "\n", needs_review::items(report)),
        ("New capabilities", "", details::capabilities(report)),
        ("Updated skills", table::HEAD, table::rows(report)),
        ("Descriptions", "\n", details::descriptions(report)),
        ("Notes", "\n", details::notes(report)),
        ("Commits", "\n", details::commits(report)),
        (
            "Conflicts",
            needs_review::CONFLICTS,
            needs_review::hunks(report),
        ),
        ("Findings", "\n", details::findings(report)),
        ("Diffs", "\n", diffs::items(report, differences)),
    ];
    page(headline(report), &sections, max)
}

/// Returns the first sentence, which has the totals, and what a reviewer does next.
fn headline(report: &Report) -> String {
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
    let mut parts = not_updated(report, report.conflicts.len());
    parts.extend(totals([(report.unchanged, "unchanged")]));
    let rest = if parts.is_empty() {
        String::new()
    } else {
        format!("; {}", parts.join(", "))
    };
    let updated = count(report.skills.len(), "skill");
    let next_step = match (report.skills.is_empty(), report.dry_run) {
        (true, _) => "",
        (false, true) => "\n`mdskill update` installs the new versions.\n",
        (false, false) => "\nCheck the new capabilities and the diffs, then merge.\n",
    };
    format!("**{updated} {verb}**{rest}.\n{next_step}")
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
    let lines = text.lines().take(max);
    let mut shown: Vec<String> = lines
        .map(|line| shortened(&sanitize::source(line), MAX_LINE))
        .collect();
    let hidden = text.lines().count() - shown.len();
    if hidden > 0 {
        shown.push(format!("… {}", count(hidden, "more line")));
    }
    shown.join("\n")
}

/// Returns `abc1234 → def5678` as code.
fn moved(change: &Change) -> String {
    let ids = [&change.from, &change.commit].into_iter().flatten();
    ids.map(|id| code(short(id)))
        .collect::<Vec<_>>()
        .join(" → ")
}

/// Returns [`moved`] with a link to the page that compares the two commits.
fn compared(change: &Change) -> String {
    match &change.compare_url {
        Some(url) => link(&moved(change), url),
        None => moved(change),
    }
}
