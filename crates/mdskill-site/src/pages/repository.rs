//! The page of a repository.

use serde::Serialize;

use super::index::{Filter, filters};
use super::view::{Item, licenses_differ};
use super::{Frame, Site, plugin_id};
use crate::format::{count, json};
use crate::model::{Repository, Summary};
use crate::paths::encode;
use crate::{Pages, TemplateError};

#[derive(Serialize)]
struct View<'a> {
    page: Frame,
    repository: &'a Repository,
    count: String,
    short_commit: String,
    filters: Vec<Filter>,
    has_plugins: bool,
    /// The number of plugins, if there are several groups.
    plugins: Option<String>,
    /// The skills of each plugin, or all.
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    id: String,
    /// The id in a link.
    fragment: String,
    name: String,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Facts<'a> {
    #[serde(flatten)]
    repository: &'a Repository,
    skills: &'a [Summary],
}

pub(super) fn pages(
    site: &Site,
    repository: &Repository,
    skills: &[Summary],
) -> Result<Pages, TemplateError> {
    let path = format!("{}/index.html", repository.page);
    let counted = count(skills.len(), "skill");
    let page = site.frame(
        &path,
        &repository.name,
        &format!("{counted} of {}", repository.name),
    );
    let mut groups: Vec<Group> = Vec::new();
    let all: Vec<&Summary> = skills.iter().collect();
    let shows_license = licenses_differ(skills);
    let mut items: Vec<Item> = skills
        .iter()
        .map(|skill| Item::of(skill, &page.root, shows_license))
        .collect();
    let filters = filters(&all, &mut items);
    for (skill, item) in skills.iter().zip(items) {
        let name = skill.plugin.clone().unwrap_or_default();
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.items.push(item),
            None => groups.push(Group {
                id: plugin_id(&name),
                fragment: encode(&plugin_id(&name)),
                name,
                items: vec![item],
            }),
        }
    }
    let plugins = groups.iter().filter(|group| !group.name.is_empty()).count();
    let view = View {
        count: counted,
        short_commit: repository
            .commit
            .as_deref()
            .unwrap_or_default()
            .chars()
            .take(7)
            .collect(),
        filters,
        has_plugins: plugins > 0,
        plugins: (plugins > 0 && groups.len() > 1).then(|| count(plugins, "plugin")),
        groups,
        repository,
        page,
    };
    let html = site.templates.render("repository.html", &view)?;
    let facts = Facts { repository, skills };
    let json_path = format!("{}/index.json", repository.page);
    Ok([(path, html), (json_path, json(&facts))].into())
}
