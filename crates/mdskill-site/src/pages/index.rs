//! The index, and the index of the search.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use super::view::{Item, licenses_differ};
use super::{Frame, Site, href};
use crate::format::{count, cut, json};
use crate::model::{Repository, Summary, by_repository};
use crate::{Pages, TemplateError};
use mdskill_lint::details::first_sentence;

/// The most characters of a description that are searched.
const MAX_SEARCHED: usize = 400;

#[derive(Serialize)]
struct View {
    page: Frame,
    count: String,
    has_several: bool,
    /// Whether the title of the site is the name of its only repository.
    is_of_repository: bool,
    has_plugins: bool,
    repositories: Vec<RepositoryView>,
    filters: Vec<Filter>,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct RepositoryView {
    name: String,
    href: String,
    count: String,
    date: Option<String>,
}

/// A filter, and its values.
#[derive(Serialize)]
pub(super) struct Filter {
    id: &'static str,
    name: &'static str,
    values: Vec<FilterValue>,
}

#[derive(Serialize)]
struct FilterValue {
    id: String,
    name: String,
}

#[derive(Serialize)]
struct Facts<'a> {
    title: &'a str,
    repositories: &'a [Repository],
    skills: &'a [Summary],
}

pub(super) fn pages(
    site: &Site,
    repositories: &[Repository],
    skills: &[Summary],
) -> Result<Pages, TemplateError> {
    let title = &site.settings.title;
    let counted = count(skills.len(), "skill");
    let page = site.frame("index.html", title, &format!("{title}: {counted}"));
    let of_repository = by_repository(skills);
    let mut listed: Vec<&Summary> = skills.iter().collect();
    listed.sort_by_key(|skill| &skill.name);
    let shows_license = licenses_differ(listed.iter().copied());
    let items = listed
        .iter()
        .map(|skill| Item::of(skill, "", shows_license));
    let mut items: Vec<Item> = items.collect();
    for (item, skill) in items.iter_mut().zip(&listed) {
        if let Some(plugin) = &skill.plugin {
            item.notes.push(format!("plugin {}", cut(plugin, 60)));
        }
        if repositories.len() > 1 {
            item.notes.push(format!("from {}", skill.repository));
        }
    }
    let view = View {
        count: counted,
        has_several: repositories.len() > 1,
        has_plugins: skills.iter().any(|skill| skill.plugin.is_some()),
        is_of_repository: repositories.iter().all(|one| one.name == *title),
        repositories: repositories
            .iter()
            .map(|repository| RepositoryView {
                name: repository.name.clone(),
                href: href("", &repository.page),
                count: count(
                    of_repository.get(&*repository.name).map_or(0, Vec::len),
                    "skill",
                ),
                date: repository.date.clone(),
            })
            .collect(),
        filters: filters(&listed, &mut items),
        items,
        page,
    };
    let html = site.templates.render("index.html", &view)?;
    let facts = Facts {
        title,
        repositories,
        skills,
    };
    Ok([
        ("index.html".to_owned(), html),
        ("index.json".to_owned(), json(&facts)),
        ("search.js".to_owned(), search_index(skills)),
    ]
    .into())
}

/// Returns the filters that divide the skills, and adds to each item what they compare.
pub(super) fn filters(skills: &[&Summary], items: &mut [Item]) -> Vec<Filter> {
    type Values = fn(&Summary) -> Vec<&str>;
    let all: [(&str, &str, Values); 5] = [
        ("r", "Repository", |skill| vec![&skill.repository]),
        ("p", "Plugin", |skill| {
            skill.plugin.as_deref().into_iter().collect()
        }),
        ("l", "License", |skill| {
            skill.license.as_deref().into_iter().collect()
        }),
        ("c", "Capability", |skill| {
            skill.capabilities.iter().map(String::as_str).collect()
        }),
        ("a", "Agent", |skill| {
            skill.agents.iter().map(String::as_str).collect()
        }),
    ];
    let mut filters = Vec::new();
    for (id, name, values) in all {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for value in skills.iter().copied().flat_map(values) {
            *counts.entry(value).or_default() += 1;
        }
        // A value that all skills have divides nothing.
        counts.retain(|_, count| *count < skills.len());
        if counts.is_empty() {
            continue;
        }
        let ids: BTreeMap<&str, usize> = counts.keys().copied().zip(0..).collect();
        for (item, skill) in items.iter_mut().zip(skills) {
            for at in values(skill).into_iter().filter_map(|value| ids.get(value)) {
                if !item.facets.is_empty() {
                    item.facets.push(' ');
                }
                let _infallible = write!(item.facets, "{id}{at}");
            }
        }
        let values = counts.keys().zip(0..).map(|(value, at)| FilterValue {
            id: format!("{id}{at}"),
            name: cut(value, 60),
        });
        filters.push(Filter {
            id,
            name,
            values: values.collect(),
        });
    }
    filters
}

/// Returns a script that assigns the searched texts: it also works in a folder on disk, where a page
/// can't read a file of data.
fn search_index(skills: &[Summary]) -> Vec<u8> {
    let rows = skills.iter().map(|skill| {
        let description = skill.description.as_deref().unwrap_or_default();
        let (first, rest) = first_sentence(description);
        (
            &skill.name,
            super::encode(&skill.page),
            cut(first, MAX_SEARCHED),
            cut(rest, MAX_SEARCHED),
            &skill.repository,
            skill.plugin.as_deref().unwrap_or_default(),
        )
    });
    let rows: Vec<_> = rows.collect();
    let mut script = b"window.skills=".to_vec();
    script.extend(serde_json::to_vec(&rows).unwrap_or_default());
    script.extend(b";\n");
    script
}
