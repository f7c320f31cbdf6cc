//! `list owner/repo`: the skills of a repository.

use serde::Serialize;

use super::OpError;
use super::resolve::{HiddenSkill, Opened, Selection, exact_spec, full_spec};
use crate::context::Context;
use crate::skill::discover::{Discovery, Found, plugin_of};
use crate::skill::select::{Choice, by_path_or_folder};
use crate::skill::{GitFiles, skill_text};
use crate::source::Source;
use crate::spec::Spec;
use mdskill_lint::capabilities::capabilities;
use mdskill_lint::capability::Capability;
use mdskill_lint::details::Details;
use mdskill_lint::frontmatter::{self, MAX_SKILL_MD_BYTES};

/// The skills of a repository at one commit.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The source, as in the lockfile.
    pub(crate) source: String,
    /// The commit; `None` for a local folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// The skills, sorted by path.
    pub(crate) skills: Vec<Listed>,
    /// The hidden skills that are left out.
    pub(crate) hidden: Vec<HiddenSkill>,
}

/// One skill of a repository.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Listed {
    /// The name of its folder, or of the repository for a skill at the root.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) path: String,
    /// The spec that installs it.
    pub(crate) spec: String,
    /// The git tree of its folder.
    pub(crate) tree: String,
    /// The name in its frontmatter, if requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) frontmatter_name: Option<String>,
    /// The description in its frontmatter, if requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// The license in its frontmatter, if requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) license: Option<String>,
    /// The requirements in its frontmatter, if requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) compatibility: Option<String>,
    /// The allowed tools in its frontmatter, if requested.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) allowed_tools: Vec<String>,
    /// Its plugin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plugin: Option<String>,
    /// The capabilities that its `SKILL.md` and the names of its files show, if requested. The other
    /// files are not fetched.
    #[serde(skip)]
    pub(crate) capabilities: Vec<Capability>,
}

impl Report {
    /// Keeps the skills whose name or description contains all of these words, in any letter case.
    pub(crate) fn retain_matching(&mut self, words: &[String]) {
        let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
        self.skills.retain(|skill| {
            let description = skill.description.as_deref().unwrap_or_default();
            let text = format!("{} {description}", skill.name).to_lowercase();
            words.iter().all(|word| text.contains(word))
        });
    }
}

/// Returns the shortest spec of exactly this skill: with the name of its folder if that is unique. In a folder
/// on this machine, a spec is a path.
pub(crate) fn short_spec(source: &Source, discovery: &Discovery, found: &Found) -> String {
    if matches!(source, Source::Folder { .. }) {
        return full_spec(source, &found.path);
    }
    match short_path(discovery, found) {
        "" if discovery.skills.len() == 1 => full_spec(source, ""),
        "" => exact_spec(source, ""),
        path => full_spec(source, path),
    }
}

/// Returns the name of a skill's folder if no other skill has it, or else its path.
pub(crate) fn short_path<'a>(discovery: &Discovery, found: &'a Found) -> &'a str {
    let folder = found.folder();
    let unique =
        folder.filter(|folder| by_path_or_folder(discovery, folder, &[]) == Choice::One(found));
    unique.unwrap_or(&found.path)
}

/// The details to list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Whether to list the descriptions.
    pub(crate) descriptions: bool,
    /// Whether to list the capabilities that need no further file.
    pub(crate) capabilities: bool,
    /// Whether to list the hidden skills, too.
    pub(crate) hidden: bool,
}

/// Lists the skills of a repository or folder.
pub(crate) async fn browse(
    context: &Context<'_>,
    spec: &Spec,
    options: Options,
) -> Result<Report, OpError> {
    let (source, mut opened) = Opened::open_spec(context, spec).await?;
    if options.descriptions {
        opened.fetch_descriptions().await?;
    }
    let selected = opened
        .all_below(spec.skill.as_deref(), options.hidden)
        .await?;
    let Selection {
        skills: visible,
        hidden,
    } = selected;
    context.progress.end();
    let mut skills = Vec::new();
    for found in visible {
        let (frontmatter_name, details) = if options.descriptions {
            let text = skill_text(opened.repository.objects(), found.skill_file)?;
            (frontmatter::summary(&text).0, Details::read(&text))
        } else {
            (None, Details::default())
        };
        let folder = found.folder();
        let objects = opened.repository.objects();
        // The page need not be here.
        let size = objects.size(found.skill_file);
        let is_readable = !size.is_ok_and(|size| size > MAX_SKILL_MD_BYTES);
        let has_files = !opened.repository.is_only_listed(&found.path);
        let capabilities = if options.capabilities && is_readable && has_files {
            let commit = opened.commit();
            let place = opened.repository.place(commit, &found.path, found.tree);
            let files = GitFiles::at(objects, place, "")?;
            capabilities(&files).into_iter().collect()
        } else {
            Vec::new()
        };
        skills.push(Listed {
            name: folder
                .unwrap_or_else(|| source.repository_name())
                .to_owned(),
            spec: short_spec(&source, &opened.discovery, &found),
            tree: found.tree.to_string(),
            frontmatter_name,
            description: details.description,
            license: details.license,
            compatibility: details.compatibility,
            allowed_tools: details.allowed_tools,
            plugin: plugin_of(&opened.plugins, &found.path).map(|plugin| plugin.name.clone()),
            capabilities,
            path: found.path,
        });
    }
    Ok(Report {
        source: source.to_string(),
        commit: opened.commit().map(|commit| commit.to_string()),
        skills,
        hidden,
    })
}
