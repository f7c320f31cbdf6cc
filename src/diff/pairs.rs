//! [`pairs`]: what differs between two versions of a skill.

use std::collections::{BTreeMap, HashMap};

use super::held::{Held, Pair};
use super::side::Mode;
use crate::git::renames::{OneSided, find_renames};
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

/// Returns all files that are gone and all that are new, a renamed one as one pair.
fn renamed<'a>(removed: Vec<Held<'a>>, added: Vec<Held<'a>>) -> Vec<Pair<'a>> {
    let old: Vec<_> = removed.iter().filter_map(one_sided).collect();
    let new: Vec<_> = added.iter().filter_map(one_sided).collect();
    let renames: HashMap<String, String> = find_renames(&old, &new, |_| true)
        .into_iter()
        .map(|(to, from)| (new[to].path.to_owned(), old[from].path.to_owned()))
        .collect();
    let mut removed: BTreeMap<_, _> = removed
        .into_iter()
        .map(|held| (held.path(), held))
        .collect();
    let mut pairs = Vec::new();
    for after in added {
        pairs.push(Pair {
            before: renames
                .get(after.path())
                .and_then(|from| removed.remove(from.as_str())),
            after: Some(after),
        });
    }
    pairs.extend(removed.into_values().map(|before| Pair {
        before: Some(before),
        after: None,
    }));
    pairs
}

/// Returns what a rename is found by; nothing for what git does not rename.
fn one_sided<'h>(held: &'h Held<'_>) -> Option<OneSided<'h>> {
    let side = held.side()?;
    Some(OneSided {
        path: side.path,
        bytes: side.bytes,
        is_link: side.mode == Mode::Link,
    })
}
