//! [`capabilities`]: what a skill can make an agent do or access, read from its files.
//!
//! The list describes the text of the files and does not judge it. Programs are not run, and only
//! shell scripts are searched for the programs that they call.

pub(crate) mod commands;
mod frontmatter;
pub(crate) mod hooks;
pub(crate) mod hosts;
pub(crate) mod programs;
pub(crate) mod shell;
mod text;

use std::collections::BTreeSet;

use crate::capability::{Capability, Kind};
use crate::frontmatter::{Frontmatter, FrontmatterError};
use crate::invisible_chars::hidden_runs;
use crate::markdown::Markdown;
use crate::skill_files::SkillFiles;
use text::TextFile;

/// Returns the capabilities of a skill, each with the file and line of its first occurrence. All of
/// `Bash` is [`Kind::UnrestrictedBash`] and not also a tool.
///
/// Only the first 1 MiB of each file is searched.
#[must_use]
pub fn capabilities(view: &dyn SkillFiles) -> BTreeSet<Capability> {
    of_files(view, &|_, _| None)
}

/// A page that was read already.
#[derive(Clone, Copy)]
pub(crate) struct KnownPage<'p> {
    pub(crate) markdown: &'p Markdown,
    /// The frontmatter of `SKILL.md`.
    pub(crate) frontmatter: Option<&'p Result<Frontmatter, FrontmatterError>>,
}

/// Returns the capabilities of a skill. `known` returns the page with a path and a text, if it was read already.
pub(crate) fn of_files<'p>(
    view: &dyn SkillFiles,
    known: &dyn Fn(&str, &str) -> Option<KnownPage<'p>>,
) -> BTreeSet<Capability> {
    let mut found = Found::default();
    for entry in view.entries() {
        programs::look(view, entry, &mut found);
        if let Some(file) = TextFile::read(view, entry) {
            look(&file, known(file.path, &file.text), &mut found);
        }
    }
    found.all
}

fn look(file: &TextFile<'_>, known: Option<KnownPage<'_>>, found: &mut Found) {
    if file.is_skill_md() {
        frontmatter::look(file, known.and_then(|page| page.frontmatter), found);
    }
    if hooks::is_hooks_file(file.path) {
        hooks::look_in_json(file, found);
    }
    if file.is_page() {
        add_hidden(file, found);
    }
    hosts::look(file, found);
    commands::look(file, known.map(|page| page.markdown), found);
}

/// Adds the invisible characters that rule SK406 finds.
fn add_hidden(file: &TextFile<'_>, found: &mut Found) {
    for run in hidden_runs(&file.text) {
        for (at, c) in run.of(&file.text).char_indices() {
            let name = format!("U+{:04X}", u32::from(c));
            found.add_at(Kind::HiddenCharacters, &name, file, run.start + at);
        }
    }
}

/// Returns the capabilities that are only in `after`, and those that are only in `before`. Their
/// places are not compared, except for hidden characters, because in another file they have
/// another meaning.
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

/// The capabilities found so far.
#[derive(Debug, Default)]
struct Found {
    all: BTreeSet<Capability>,
    known: BTreeSet<(Kind, String, Option<String>)>,
}

impl Found {
    /// Adds a capability at a byte of a file.
    fn add_at(&mut self, kind: Kind, what: &str, file: &TextFile<'_>, at: usize) {
        self.add(kind, what, file.path, Some(file.line(at)));
    }

    /// Adds a capability, unless it was found before.
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
