//! [`capabilities`]: what a skill can make an agent do or reach, read from its files.
//!
//! It is a description, no verdict: what is told is what stands there as text. Programs are not
//! run and, but for those of a shell, not read for what they call.

mod commands;
mod frontmatter;
mod hooks;
mod hosts;
mod programs;
mod shell;
mod text;

use std::collections::BTreeSet;

use crate::capability::{Capability, Kind};
use crate::invisible_chars::hidden_runs;
use crate::skill_files::SkillFiles;
use text::TextFile;

/// Returns what a skill can do, each with the file and line where it is first seen. `Bash` as a
/// whole is told as [`Kind::UnrestrictedBash`] and not also as a tool.
///
/// Of a file above 1 MiB only the first 1 MiB is looked at.
#[must_use]
pub fn capabilities(view: &dyn SkillFiles) -> BTreeSet<Capability> {
    let mut found = Found::default();
    for entry in view.entries() {
        programs::look(view, entry, &mut found);
        if let Some(file) = TextFile::read(view, entry) {
            look(&file, &mut found);
        }
    }
    found.all
}

fn look(file: &TextFile<'_>, found: &mut Found) {
    if file.is_skill_md() {
        frontmatter::look(file, found);
    }
    if hooks::is_hooks_file(file.path) {
        hooks::look_in_json(file, found);
    }
    if file.is_page() {
        hidden(file, found);
    }
    hosts::look(file, found);
    commands::look(file, found);
}

/// Tells the characters that nobody sees, where rule SK406 finds them.
fn hidden(file: &TextFile<'_>, found: &mut Found) {
    for run in hidden_runs(&file.text) {
        for (at, c) in run.of(&file.text).char_indices() {
            let what = format!("U+{:04X}", u32::from(c));
            let line = file.line(run.start + at);
            found.add(Kind::HiddenCharacters, &what, file.path, Some(line));
        }
    }
}

/// Returns what `after` has that `before` has not, and what it no longer has. Two are the same
/// when kind and thing are, wherever they are seen; hidden characters also by their file,
/// because in another file they say something else.
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
        let known = (kind, what.to_owned(), file.map(str::to_owned));
        if self.known.insert(known) {
            self.all.insert(capability);
        }
    }
}

#[cfg(test)]
mod tests;
