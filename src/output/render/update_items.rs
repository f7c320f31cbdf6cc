//! The updates among which the user chooses.

use super::change_details::{details, lines};
use crate::operations::report::{Action, Change, Conflicted};
use crate::operations::update::Report;
use crate::output::picker::{Fact, Item};
use crate::output::text;

/// Returns an item for each update and each conflict of a dry run, sorted by name.
pub(crate) fn update_items(report: &Report) -> Vec<Item> {
    let is_marked = |change: &Change| {
        let mut conflicts = report.conflicts.iter();
        conflicts.any(|conflict| conflict.name == change.name)
    };
    let changes = report.skills.iter();
    let changes = changes.map(|change| item(change, is_marked(change)));
    let stopped = report.conflicts.iter().filter(|one| !one.is_marked);
    let mut items: Vec<Item> = changes.chain(stopped.map(conflict_item)).collect();
    items.sort_by(|a, b| a.name.cmp(&b.name));
    items
}

fn item(change: &Change, is_conflict: bool) -> Item {
    let old = text::version(change.from_version.as_deref(), change.from.as_deref());
    let new = text::version(change.version.as_deref(), change.commit.as_deref());
    let versions = if old.is_empty() || old == new {
        new.to_owned()
    } else {
        format!("{old} -> {new}")
    };
    let changed = change.diff.as_ref().filter(|diff| !diff.files.is_empty());
    let size = changed.map_or_else(String::new, |diff| format!("  {}", lines(diff)));
    let mark = match change.action {
        _ if is_conflict => Some("conflict"),
        Action::Relocked => Some("no changes"),
        _ => (!change.edited.is_empty()).then_some("modified"),
    };
    let details = details(change, true).into_iter();
    let details = details.map(|detail| Fact::paragraph(detail.text).alert_if(detail.is_alert));
    let mut facts = vec![Fact::paragraph(&versions)];
    facts.extend(details);
    facts.extend(change.notes.iter().map(Fact::paragraph));
    Item {
        name: change.name.clone(),
        description: text::source(&change.source).to_owned(),
        mark,
        detail: format!("{versions}{size}"),
        facts,
        ..Item::default()
    }
}

fn conflict_item(conflict: &Conflicted) -> Item {
    let commit = conflict.commit.as_deref().map(text::short);
    let sentence =
        "your edits conflict with the new version; without --conflict, it is not updated";
    let files = conflict.files.iter();
    let files = files.map(|file| Fact::paragraph(format!("{}: {}", file.path, file.kind)));
    Item {
        name: conflict.name.clone(),
        mark: Some("conflict"),
        detail: commit.map_or_else(String::new, |commit| format!("-> {commit}")),
        facts: [Fact::paragraph(sentence).alert_if(true)]
            .into_iter()
            .chain(files)
            .chain([Fact::paragraph("only --conflict updates it")])
            .collect(),
        ..Item::default()
    }
}
