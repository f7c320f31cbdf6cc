//! `list owner/repo`: the skills that a repository has.

use serde::Serialize;

use super::OpError;
use super::resolve::{Opened, full_spec, query_of, source_of};
use crate::context::Context;
use crate::skill::discover::{Discovery, Found, plugin_of};
use crate::skill::select::{Choice, by_path_or_folder};
use crate::source::Source;
use crate::spec::Spec;
use mdskill_lint::frontmatter;

/// The skills of a repository at one commit.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The source, as the lockfile would say it.
    pub source: String,
    /// The commit; nothing for a folder of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The skills, by path.
    pub skills: Vec<Listed>,
}

/// One skill of a repository.
#[derive(Debug, Clone, Serialize)]
pub struct Listed {
    /// Its folder's name, or the repository's at the root.
    pub name: String,
    /// Its folder.
    pub path: String,
    /// The spec that installs it.
    pub spec: String,
    /// The git tree of its folder.
    pub tree: String,
    /// What its frontmatter calls it, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frontmatter_name: Option<String>,
    /// What its frontmatter says of it, when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The plugin it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
}

/// Returns the shortest spec that names exactly this skill: by its folder's name when
/// no other has it.
fn short_spec(source: &Source, discovery: &Discovery, found: &Found) -> String {
    let by_name = found
        .folder()
        .map(|folder| (folder, by_path_or_folder(discovery, folder, &[])));
    match by_name {
        Some((folder, Choice::One(chosen))) if chosen == found => full_spec(source, folder),
        _ => full_spec(source, &found.path),
    }
}

/// Lists the skills of a repository; with `descriptions`, what they say of themselves.
///
/// # Errors
/// When it can't be fetched from.
pub async fn browse(
    context: &Context<'_>,
    spec: &Spec,
    descriptions: bool,
) -> Result<Report, OpError> {
    let source = source_of(context, spec)?;
    let mut opened = Opened::open(context, &source, &query_of(spec)).await?;
    if descriptions {
        opened.fetch_descriptions().await?;
    }
    let below = spec.skill.clone().or_else(|| opened.folder_of_page());
    let folder = below.as_deref().unwrap_or_default();
    let mut chosen: Vec<Found> = opened.discovery.below(folder).cloned().collect();
    // What is no folder of the repository may be the name of a skill.
    if let (true, Some(name)) = (chosen.is_empty(), &below) {
        chosen.push(opened.choose(name).await?);
    }
    let mut skills = Vec::new();
    for found in &chosen {
        let (frontmatter_name, description) = match descriptions {
            true => frontmatter::summary(&opened.repository.objects().blob(found.skill_file)?),
            false => (None, None),
        };
        skills.push(Listed {
            name: found
                .folder()
                .unwrap_or_else(|| source.repository_name())
                .to_owned(),
            path: found.path.clone(),
            spec: short_spec(&source, &opened.discovery, found),
            tree: found.tree.to_string(),
            frontmatter_name,
            description,
            plugin: plugin_of(opened.plugins(), &found.path).map(|plugin| plugin.name.clone()),
        });
    }
    if skills.is_empty() {
        return Err(OpError::NoSkills(full_spec(
            &source,
            below.as_deref().unwrap_or_default(),
        )));
    }
    let commit = opened.commit().map(|commit| commit.to_string());
    Ok(Report {
        source: source.to_string(),
        commit,
        skills,
    })
}
