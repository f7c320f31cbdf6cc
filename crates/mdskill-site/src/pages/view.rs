//! Parts of several pages.

use serde::Serialize;

use super::href;
use crate::format::{count, cut, grouped};
use crate::markdown::Heading;
use crate::model::{Severities, Summary};
use mdskill_lint::capability::{Capability, Kind};
use mdskill_lint::details::first_sentence;

/// The most characters of the sentence about a skill in a list.
const MAX_SENTENCE: usize = 220;
/// The most headings in an outline.
const MAX_OUTLINE: usize = 80;

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
    /// `shows_license` is false where all skills of a list have the same one.
    pub(super) fn of(skill: &Summary, root: &str, shows_license: bool) -> Self {
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
                .filter(|_| shows_license)
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

/// Whether skills have different licenses.
pub(super) fn licenses_differ<'s>(skills: impl IntoIterator<Item = &'s Summary>) -> bool {
    let mut licenses = skills.into_iter().map(|skill| &skill.license);
    let first = licenses.next();
    licenses.any(|license| Some(license) != first)
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

/// Returns the result of `validate` in a few words.
pub(super) fn validation(found: Severities) -> Vec<Tag> {
    let mut tags = problems(found);
    if tags.is_empty() {
        tags.push(Tag {
            class: "good",
            text: "valid".to_owned(),
        });
    }
    if found.notes > 0 {
        tags.push(Tag {
            class: "note",
            text: count(found.notes, "note"),
        });
    }
    tags
}

/// The capabilities of one kind.
#[derive(Debug, Serialize)]
pub(super) struct OfKind {
    pub(super) kind: &'static str,
    pub(super) is_severe: bool,
    pub(super) places: Vec<Place>,
    /// "and 3 more", or an empty text.
    pub(super) more: String,
    /// Those that are shown when the reader asks for more.
    pub(super) rest: Vec<Place>,
    /// The number of those that the page does not have.
    pub(super) left_out: usize,
}

/// A place in a file.
#[derive(Debug, Serialize)]
pub(super) struct Place {
    pub(super) what: String,
    pub(super) file_and_line: String,
    pub(super) href: Option<String>,
}

/// Groups capabilities by kind, with a link for each. Scripts are not executables as well. `most` are
/// shown at once, and `rest` when the reader asks for more.
pub(super) fn by_kind(
    capabilities: &[Capability],
    most: usize,
    rest: usize,
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
        let mut places = shown.iter().map(|one| Place {
            what: cut(&one.what, 100),
            file_and_line: place(&one.file, one.line),
            href: link(&one.file, one.line),
        });
        Some(OfKind {
            kind: first.kind.word(),
            is_severe: first.kind.is_severe(),
            places: places.by_ref().take(most).collect(),
            rest: places.take(rest).collect(),
            more: if more == 0 {
                String::new()
            } else {
                format!("and {} more", grouped(more))
            },
            left_out: more.saturating_sub(rest),
        })
    });
    groups.collect()
}

/// Returns the headings that are listed beside a text.
pub(super) fn outline(headings: Vec<Heading>) -> Vec<Heading> {
    headings.into_iter().take(MAX_OUTLINE).collect()
}

/// Returns a file and a line.
pub(super) fn place(file: &str, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_owned(),
    }
}
