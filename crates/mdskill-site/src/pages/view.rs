//! Parts of several pages.

use serde::Serialize;

use super::href;
use crate::format::{count, cut};
use crate::model::{Severities, Summary};
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
    /// Errors and warnings.
    pub(super) problems: Vec<Tag>,
    /// Other facts, each with the word for it, such as "license MIT".
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
        let kinds = skill.capabilities.iter().map(String::as_str);
        let (severe, plain): (Vec<&str>, Vec<&str>) = kinds.partition(|word| {
            let kind: Result<Kind, _> = word.parse();
            kind.is_ok_and(Kind::is_severe)
        });
        let notes = [
            (!plain.is_empty()).then(|| format!("has {}", plain.join(", "))),
            skill
                .license
                .as_ref()
                .map(|license| format!("license {}", cut(license, 60))),
            skill.date.as_ref().map(|date| format!("changed {date}")),
        ];
        Self {
            name: skill.name.clone(),
            href: href(root, &skill.page),
            sentence: cut(sentence, MAX_SENTENCE),
            problems: problems(skill.severities),
            notes: notes.into_iter().flatten().collect(),
            severe: severe.into_iter().map(str::to_owned).collect(),
            facets: String::new(),
        }
    }
}

/// A few words in the color of a severity.
#[derive(Debug, Serialize)]
pub(super) struct Tag {
    /// `error`, `warning`, `note`, or `good`.
    pub(super) class: &'static str,
    pub(super) text: String,
}

/// Returns the numbers of errors and warnings that are not zero.
fn problems(found: Severities) -> Vec<Tag> {
    let counts = [("error", found.errors), ("warning", found.warnings)];
    let counts = counts.into_iter().filter(|(_, number)| *number > 0);
    counts
        .map(|(class, number)| Tag {
            class,
            text: count(number, class),
        })
        .collect()
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
