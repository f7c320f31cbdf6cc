//! Parts of several pages.

use serde::Serialize;

use super::href;
use crate::format::{count, cut};
use crate::model::Summary;
use mdskill_lint::capability::{Capability, Kind};
use mdskill_lint::details::first_sentence;

/// The most characters of the sentence about a skill in a list.
const MAX_SENTENCE: usize = 220;

/// A skill in a list.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) sentence: String,
    /// The repository, plugin and license, as far as they are not those of the whole list.
    pub(super) notes: Vec<String>,
    /// The severe capabilities.
    pub(super) severe: Vec<String>,
    /// The values that the filters of the index compare.
    pub(super) facets: String,
}

impl Item {
    pub(super) fn of(skill: &Summary, root: &str) -> Self {
        let description = skill.description.as_deref().unwrap_or_default();
        let (sentence, _) = first_sentence(description);
        let severe = skill.capabilities.iter().filter(|word| {
            let kind: Result<Kind, _> = word.parse();
            kind.is_ok_and(Kind::is_severe)
        });
        Self {
            name: skill.name.clone(),
            href: href(root, &skill.page),
            sentence: cut(sentence, MAX_SENTENCE),
            notes: skill
                .plugin
                .iter()
                .chain(&skill.license)
                .map(|note| cut(note, 60))
                .collect(),
            severe: severe.cloned().collect(),
            facets: String::new(),
        }
    }
}

/// The capabilities of one kind.
#[derive(Debug, Serialize)]
pub(super) struct OfKind {
    pub(super) kind: &'static str,
    pub(super) is_severe: bool,
    pub(super) places: Vec<Place>,
    /// "and 3 more", or an empty text.
    pub(super) more: String,
}

/// A place in a file.
#[derive(Debug, Serialize)]
pub(super) struct Place {
    pub(super) what: String,
    pub(super) file_and_line: String,
    pub(super) href: Option<String>,
}

/// Groups capabilities by kind, with a link for each. Scripts are not executables as well.
pub(super) fn by_kind(
    capabilities: &[Capability],
    most: usize,
    link: &dyn Fn(&str, Option<usize>) -> Option<String>,
) -> Vec<OfKind> {
    let is_script = |one: &Capability| {
        let mut others = capabilities.iter();
        one.kind == Kind::Executable
            && others.any(|other| other.kind == Kind::Script && other.what == one.what)
    };
    let kinds = capabilities.chunk_by(|one, other| one.kind == other.kind);
    let groups = kinds.filter_map(|of_kind| {
        let shown: Vec<&Capability> = of_kind.iter().filter(|one| !is_script(one)).collect();
        let first = shown.first()?;
        let more = shown.len().saturating_sub(most);
        Some(OfKind {
            kind: first.kind.word(),
            is_severe: first.kind.is_severe(),
            places: shown
                .iter()
                .take(most)
                .map(|one| Place {
                    what: cut(&one.what, 100),
                    file_and_line: place(&one.file, one.line),
                    href: link(&one.file, one.line),
                })
                .collect(),
            more: if more == 0 {
                String::new()
            } else {
                format!("and {}", count(more, "more").trim_end_matches('s'))
            },
        })
    });
    groups.collect()
}

/// Returns a file and a line.
pub(super) fn place(file: &str, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_owned(),
    }
}
