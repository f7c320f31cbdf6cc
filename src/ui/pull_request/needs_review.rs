//! What waits for a person: conflicts, skills that are stuck or gone, sources that were not asked.

use super::section::Section;
use super::{cut, sentence, word};
use crate::fetch::history::Lineage;
use crate::hint::HasHint;
use crate::ops::change::{Conflicted, Problem};
use crate::ops::update::Report;
use crate::ui::markdown::{code, fenced};
use crate::ui::text::{self, count};

/// Most files that are named for one skill.
const MAX_FILES: usize = 10;
/// Most lines of a hunk.
const MAX_LINES: usize = 80;

/// Returns a line for each thing that somebody has to look at.
pub(super) fn section(report: &Report) -> Section {
    let mut items = Vec::new();
    for failed in &report.failed {
        let hint = failed.error.hint().map_or_else(String::new, |hint| {
            format!("; {}", sentence(&hint.in_scope(false)))
        });
        items.push(format!(
            "- **Not asked:** {} ({}): {}{hint}\n",
            word(&failed.place),
            count(failed.skills, "skill"),
            sentence(&failed.error.to_string()),
        ));
    }
    items.extend(report.conflicts.iter().map(conflict));
    for refused in &report.refused {
        items.push(format!(
            "- **Refused by the policy:** {} from {}, by {}: {}\n",
            word(&refused.name),
            word(text::source(&refused.source)),
            code(refused.verdict.key.word()),
            sentence(&refused.verdict.reason),
        ));
    }
    for left in &report.left_alone {
        items.push(format!(
            "- **Left alone:** {} in {}: {}{}\n",
            word(&left.name),
            word(&left.place),
            sentence(&left.reason),
            files(left.files.iter().map(|file| word(file)).collect()),
        ));
    }
    items.extend(report.stuck.iter().map(|stuck| problem("Stuck", stuck)));
    items.extend(rewritten(report));
    items.extend(
        report
            .deleted
            .iter()
            .map(|gone| problem("Gone upstream", gone)),
    );
    Section {
        title: "Needs a look",
        intro: "\n",
        items,
    }
}

fn problem(label: &str, problem: &Problem) -> String {
    format!(
        "- **{label}:** {}: {}\n",
        word(&problem.name),
        sentence(&problem.reason)
    )
}

fn conflict(conflict: &Conflicted) -> String {
    let named = conflict.files.iter();
    let named = named.map(|file| format!("{} ({})", word(&file.path), sentence(&file.reason)));
    let outcome = if conflict.is_marked {
        "has the conflict marked in its files, to be resolved"
    } else {
        "stays as it is"
    };
    format!(
        "- **Conflict:** {} in {} {outcome}{}\n",
        word(&conflict.name),
        word(&conflict.place),
        files(named.collect()),
    )
}

fn files(named: Vec<String>) -> String {
    let more = named.len().saturating_sub(MAX_FILES);
    let mut shown: Vec<String> = named.into_iter().take(MAX_FILES).collect();
    if more > 0 {
        shown.push(count(more, "more file"));
    }
    if shown.is_empty() {
        return String::new();
    }
    format!(": {}", shown.join(", "))
}

/// Says of each source once that its history is not what it was.
fn rewritten(report: &Report) -> Vec<String> {
    let mut items = Vec::new();
    for change in &report.skills {
        let (label, what) = match change.lineage {
            Some(Lineage::Rewritten) => (
                "History rewritten",
                "the commit that was locked is not among the ancestors of the new one",
            ),
            Some(Lineage::Back) => (
                "Set back",
                "the new commit is older than the one that was locked",
            ),
            _ => continue,
        };
        let git_ref = change.git_ref.as_deref();
        let git_ref = git_ref.map_or_else(String::new, |name| format!(" at {}", word(name)));
        let source = word(text::source(&change.source));
        let item = format!("- **{label}:** {source}{git_ref}: {what}\n");
        if !items.contains(&item) {
            items.push(item);
        }
    }
    items
}

/// Returns the places of each conflict, as git's markers show them.
pub(super) fn hunks(report: &Report) -> Section {
    let mut items = Vec::new();
    for conflict in &report.conflicts {
        for file in &conflict.files {
            for hunk in &file.hunks {
                items.push(format!(
                    "{} in {}:\n\n{}\n",
                    word(&file.path),
                    word(&conflict.name),
                    fenced("", &cut(hunk, MAX_LINES)),
                ));
            }
        }
    }
    Section {
        title: "Conflicts",
        intro: "\n`mdskill update NAME --conflict=markers` writes these into the files, to be settled by hand; \
               `--conflict=ours` or `--conflict=theirs` takes one side.\n\n",
        items,
    }
}
