//! [`pairs`]: what differs between two versions of a skill.

use std::collections::BTreeMap;

use super::held::{Held, Pair};
use super::renames::renamed;
use crate::view::{Entry, SkillView};

/// Returns what differs between two versions of a skill, sorted by path.
pub(super) fn pairs<'a>(
    before: Option<&'a dyn SkillView>,
    after: &'a dyn SkillView,
) -> Vec<Pair<'a>> {
    let entries = before.map(SkillView::entries).unwrap_or_default();
    let mut old: BTreeMap<&str, &Entry> = entries
        .iter()
        .map(|entry| (entry.path.as_str(), entry))
        .collect();
    let (mut pairs, mut added) = (Vec::new(), Vec::new());
    for entry in after.entries() {
        let after = Held::of(after, entry);
        let was = old.remove(entry.path.as_str());
        let Some((view, was)) = before.zip(was) else {
            added.push(after);
            continue;
        };
        let before = Held::of(view, was);
        if !before.is_same(&after) {
            pairs.push(Pair {
                before: Some(before),
                after: Some(after),
            });
        }
    }
    let removed = before.map(|view| {
        old.into_values()
            .map(|entry| Held::of(view, entry))
            .collect()
    });
    pairs.extend(renamed(removed.unwrap_or_default(), added));
    pairs.sort_by(|a, b| a.path().cmp(b.path()));
    pairs
}
