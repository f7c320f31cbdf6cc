//! The details of the changes: capabilities, descriptions, kept edits, commits, findings.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{compared, sentence, word};
use crate::fetch::history::{CommitLine, Lineage};
use crate::operations::report::Change;
use crate::operations::update::Report;
use crate::output::markdown::code;
use crate::output::text::{self, count, short};
use mdskill_lint::capability::{Capability, Kind};
use mdskill_lint::diagnostic::Severity;

/// Maximum number of commits that are listed for a source.
const MAX_COMMITS: usize = 10;

/// Returns the new capabilities of the skills, the most dangerous first, and the changed scripts.
pub(super) fn capabilities(report: &Report) -> Vec<String> {
    let mut items = Vec::new();
    let diffs = report.skills.iter();
    let diffs = diffs.filter_map(|change| Some((&change.name, change.diff.as_ref()?)));
    let mut gained: Vec<(&Capability, &String)> = diffs
        .clone()
        .flat_map(|(name, diff)| diff.gained.iter().map(move |new| (new, name)))
        .collect();
    gained.sort_by_key(|(new, name)| (new.kind, *name));
    for of_kind in gained.chunk_by(|(one, _), (other, _)| one.kind == other.kind) {
        let mut head = format!("\n**{}**\n\n", heading(of_kind[0].0.kind));
        for (new, name) in of_kind {
            let place = word(&text::place(new));
            let what = if new.what == new.file {
                place
            } else {
                format!("{} in {place}", word(&new.what))
            };
            let head = std::mem::take(&mut head);
            items.push(format!("{head}- {}: {what}\n", word(name)));
        }
    }
    let mut head = "\n**Changed scripts: read their diffs**\n\n".to_owned();
    for (name, diff) in diffs {
        for path in &diff.changed_scripts {
            let head = std::mem::take(&mut head);
            items.push(format!("{head}- {}: {}\n", word(name), word(path)));
        }
    }
    items.splice(..0, summary(report, items.is_empty()));
    items
}

/// Returns the sentence for skills that gain nothing, or that could not be compared.
fn summary(report: &Report, is_nothing_new: bool) -> Option<String> {
    let unknown = report.skills.iter().filter(|change| change.diff.is_none());
    let unknown = unknown.count();
    if unknown > 0 {
        let unknown = count(unknown, "skill");
        return Some(format!(
            "\n{unknown} could not be compared: read the diffs.\n"
        ));
    }
    (is_nothing_new && !report.skills.is_empty())
        .then(|| "\nNone: the scripts, commands, tools, and hosts are unchanged.\n".to_owned())
}

const fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Hook => "Hooks: commands that the client runs automatically",
        Kind::UnrestrictedBash => "Any command, without confirmation (unrestricted Bash)",
        Kind::HiddenCharacters => "Hidden characters, which only agents read",
        Kind::Script => "Scripts",
        Kind::Executable => "Executable files",
        Kind::Tool => "Tools that need no confirmation (allowed-tools)",
        Kind::Host => "Hosts",
        Kind::Command => "Commands",
    }
}

/// Returns the changed descriptions. They matter, because they decide when an agent uses a skill.
pub(super) fn descriptions(report: &Report) -> Vec<String> {
    let item = |change: &Change| {
        let description = change.diff.as_ref()?.description.as_ref()?;
        let text =
            |text: &Option<String>| text.as_deref().map_or_else(|| "none".to_owned(), sentence);
        Some(format!(
            "- {}\n  - before: {}\n  - after: {}\n",
            word(&change.name),
            text(&description.before),
            text(&description.after)
        ))
    };
    report.skills.iter().filter_map(item).collect()
}

/// Returns the kept edits, the folders in the trash, and the notes of each skill.
pub(super) fn notes(report: &Report) -> Vec<String> {
    let mut items = Vec::new();
    for change in &report.skills {
        let name = word(&change.name);
        if !change.edited.is_empty() {
            let files: Vec<String> = change.edited.iter().map(|file| word(file)).collect();
            items.push(format!(
                "- {name} keeps its local edits of {}\n",
                files.join(", ")
            ));
        }
        for note in &change.notes {
            items.push(format!("- {name}: {}\n", sentence(note)));
        }
    }
    for newer in &report.newer {
        items.push(format!(
            "- {}: {} is out, but its ref {} allows {}\n",
            word(&newer.name),
            word(&newer.newest),
            word(&newer.git_ref),
            word(&newer.compatible)
        ));
    }
    for path in &report.trashed {
        items.push(format!("- moved your old copy to {}\n", word(path)));
    }
    items
}

/// Returns the commits that changed each skill; of skills for which that is not known, the commits
/// between the versions, grouped by source.
pub(super) fn commits(report: &Report) -> Vec<String> {
    let mut groups: BTreeMap<_, (&Change, Vec<&String>)> = BTreeMap::new();
    let mut items = Vec::new();
    for change in &report.skills {
        if let Some(commits) = &change.skill_commits {
            let head = format!("- {} {}", word(&change.name), compared(change));
            items.push(format!("{head}\n{}", log(commits)));
        } else if matches!(change.lineage, Some(Lineage::Forward { .. } | Lineage::Far)) {
            let key = (&change.source, &change.from, &change.commit);
            let group = groups.entry(key).or_insert_with(|| (change, Vec::new()));
            group.1.push(&change.name);
        }
    }
    let item = |(change, names): (&Change, Vec<&String>)| {
        let skills = match names.as_slice() {
            [name] => word(name),
            names => count(names.len(), "skill"),
        };
        let source = word(text::source(&change.source));
        let head = format!("- {source} {} ({skills})", compared(change));
        match &change.lineage {
            Some(Lineage::Forward { commits }) => format!("{head}\n{}", log(commits)),
            _ => format!("{head}: more commits than the limit\n"),
        }
    };
    items.extend(groups.into_values().map(item));
    items
}

fn log(commits: &[CommitLine]) -> String {
    let mut text = String::new();
    for commit in commits.iter().take(MAX_COMMITS) {
        let id = code(short(&commit.id.to_string()));
        let _ = writeln!(text, "  - {id} {}", sentence(&commit.summary));
    }
    let hidden = commits.len().saturating_sub(MAX_COMMITS);
    if hidden > 0 {
        let _ = writeln!(text, "  - … and {}", count(hidden, "more commit"));
    }
    text
}

/// Returns the errors and warnings in the new versions.
pub(super) fn findings(report: &Report) -> Vec<String> {
    let found = report.diagnostics.iter();
    let mut found: Vec<_> = found
        .filter(|found| found.diagnostic.severity > Severity::Info)
        .collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.diagnostic.severity));
    let item = |found: &&crate::operations::findings::Found| {
        let found = &found.diagnostic;
        format!(
            "- {} {} in {}: {}\n",
            found.severity,
            found.code,
            word(&format!("{}:{}", found.file, found.start.line)),
            sentence(&found.message)
        )
    };
    found.iter().map(item).collect()
}
