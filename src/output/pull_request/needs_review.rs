//! The problems that need review: conflicts, refusals, deleted skills, and failed sources.

use super::{cut, sentence, word};
use crate::fetch::history::Lineage;
use crate::hint::HasHint;
use crate::operations::report::{Conflicted, Problem};
use crate::operations::update::{Failed, Report};
use crate::output::markdown::{code, fenced};
use crate::output::text::{self, count};

/// Maximum number of files that are listed for a skill.
const MAX_FILES: usize = 10;
/// Maximum number of lines of a hunk.
const MAX_LINES: usize = 80;

/// The text before the conflicts.
pub(super) const CONFLICTS: &str = "\n`mdskill update NAME --conflict=markers` writes these markers to the files, so that you can resolve them; \
     `--conflict=ours` or `--conflict=theirs` chooses one side.\n\n";

/// Returns an item for each problem.
pub(super) fn items(report: &Report) -> Vec<String> {
    let failed = report.failed.iter().map(failed);
    let conflicts = report.conflicts.iter().map(conflict);
    let refused = report.refused.iter().map(|refused| {
        format!(
            "- **Refused by the policy:** {} from {}, by {}: {}\n",
            word(&refused.name),
            word(text::source(&refused.source)),
            code(refused.verdict.key.word()),
            sentence(&refused.verdict.reason),
        )
    });
    let left_alone = report.left_alone.iter().map(|left| {
        format!(
            "- **Not changed:** {} in {}: {}{}\n",
            word(&left.name),
            word(&left.place),
            sentence(&left.reason),
            files(left.files.iter().map(|file| word(file)).collect()),
        )
    });
    let stuck = report.stuck.iter().map(|stuck| problem("Blocked", stuck));
    let deleted = report.deleted.iter();
    let deleted = deleted.map(|gone| problem("Deleted upstream", gone));
    let problems = failed.chain(conflicts).chain(refused).chain(left_alone);
    let problems = problems.chain(stuck).chain(rewritten(report));
    problems.chain(deleted).collect()
}

fn failed(failed: &Failed) -> String {
    let hint = failed.error.hint().map_or_else(String::new, |hint| {
        format!("; {}", sentence(&hint.in_scope(false)))
    });
    format!(
        "- **Not checked:** {} ({}): {}{hint}\n",
        word(&failed.place),
        count(failed.skills, "skill"),
        sentence(&failed.error.to_string()),
    )
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
    let named = named.map(|file| {
        format!(
            "{} ({})",
            word(&file.path),
            sentence(&file.kind.to_string())
        )
    });
    let name = &conflict.name;
    let (outcome, command, effect) = if conflict.is_unresolved || conflict.is_marked {
        let outcome = if conflict.is_unresolved {
            "has an earlier conflict that is not resolved"
        } else {
            "has conflict markers in its files"
        };
        let command = format!("mdskill keep {name}");
        (outcome, command, "accepts the files when they are resolved")
    } else {
        let command = format!("mdskill update {name} --conflict=markers");
        (
            "was not updated",
            command,
            "writes both versions to its files",
        )
    };
    format!(
        "- **Conflict:** {} in {} {outcome}{}. {} {effect}.\n",
        word(name),
        word(&conflict.place),
        files(named.collect()),
        word(&command),
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

/// Returns an item for each source whose history was rewritten or set back.
fn rewritten(report: &Report) -> Vec<String> {
    let mut items = Vec::new();
    for change in &report.skills {
        let (label, what) = match change.lineage {
            Some(Lineage::Rewritten) => (
                "History rewritten",
                "the locked commit is not an ancestor of the new one",
            ),
            Some(Lineage::Back) => ("Downgraded", "the new commit is older than the locked one"),
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

/// Returns the hunks of each conflict, with git's markers.
pub(super) fn hunks(report: &Report) -> Vec<String> {
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
    items
}
