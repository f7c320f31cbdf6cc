//! [`capabilities`]: what a skill can make an agent do or reach, read from its files.

mod programs;

use std::collections::BTreeSet;

use crate::capability::{Capability, Kind};
use crate::view::SkillView;

/// Returns what a skill can do, each with the file and line where it is first seen.
#[must_use]
pub fn capabilities(view: &dyn SkillView) -> BTreeSet<Capability> {
    let mut found = Found::default();
    for entry in view.entries() {
        programs::look(view, entry, &mut found);
    }
    found.all
}

/// Returns what `after` has that `before` has not, and the other way round.
#[must_use]
pub fn delta(
    before: &BTreeSet<Capability>,
    after: &BTreeSet<Capability>,
) -> (Vec<Capability>, Vec<Capability>) {
    (without(after, before), without(before, after))
}

fn without(all: &BTreeSet<Capability>, others: &BTreeSet<Capability>) -> Vec<Capability> {
    let known: BTreeSet<_> = others.iter().map(key).collect();
    let own = all.iter().filter(|one| !known.contains(&key(one)));
    own.cloned().collect()
}

/// Returns what makes two capabilities one: kind and thing, wherever it is seen. What nobody
/// sees is the exception: in another file it says something else.
fn key(capability: &Capability) -> (Kind, &str, Option<&str>) {
    let file = (capability.kind == Kind::HiddenCharacters).then_some(capability.file.as_str());
    (capability.kind, &capability.what, file)
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    all: BTreeSet<Capability>,
    known: BTreeSet<(Kind, String, Option<String>)>,
}

impl Found {
    /// Takes one, unless it was seen before.
    fn add(&mut self, kind: Kind, what: &str, file: &str, line: Option<usize>) {
        let capability = Capability {
            kind,
            what: what.to_owned(),
            file: file.to_owned(),
            line,
        };
        let (kind, what, file) = key(&capability);
        if self
            .known
            .insert((kind, what.to_owned(), file.map(str::to_owned)))
        {
            self.all.insert(capability);
        }
    }
}
