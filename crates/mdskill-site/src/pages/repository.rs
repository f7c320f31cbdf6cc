//! The page of a repository.

use serde::Serialize;

use super::view::Item;
use super::{Frame, Site};
use crate::format::{count, json};
use crate::model::{Repository, Summary};
use crate::{Pages, TemplateError};

#[derive(Serialize)]
struct View<'a> {
    page: Frame,
    repository: &'a Repository,
    count: String,
    short_commit: String,
    /// The skills of each plugin, or all.
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
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
    for skill in skills {
        let name = skill.plugin.clone().unwrap_or_default();
        let item = Item::of(skill, &page.root);
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.items.push(item),
            None => groups.push(Group {
                name,
                items: vec![item],
            }),
        }
    }
    let view = View {
        count: counted,
        short_commit: repository
            .commit
            .as_deref()
            .unwrap_or_default()
            .chars()
            .take(7)
            .collect(),
        groups,
        repository,
        page,
    };
    let html = site.templates.render("repository.html", &view)?;
    let facts = Facts { repository, skills };
    let json_path = format!("{}/index.json", repository.page);
    Ok([(path, html), (json_path, json(&facts))].into())
}
