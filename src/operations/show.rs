//! `show`: the `SKILL.md` of a skill, installed or in a repository.

use serde::Serialize;

use super::OpError;
use super::resolve::{Opened, full_spec, query_of, source_of};
use crate::context::Context;
use crate::fs::tree;
use crate::lockfile::Entry;
use crate::skill::tree::SkillTree;
use crate::spec::Spec;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::frontmatter;
use mdskill_lint::name::SkillName;

/// The result of `show`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The skill's name.
    pub name: String,
    /// The description in the frontmatter.
    pub description: Option<String>,
    /// The spec that installs it.
    pub spec: String,
    /// The source, as the lockfile names it.
    pub source: String,
    /// The folder in the source.
    pub path: String,
    /// The commit; `None` for a local folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The folders that it is installed in.
    pub places: Vec<String>,
    /// The paths of its files.
    pub files: Vec<String>,
    /// The text of `SKILL.md` after the frontmatter.
    pub body: String,
}

/// A skill that the user names.
#[derive(Debug)]
pub enum Subject {
    /// An installed skill.
    Installed(SkillName),
    /// A skill of a repository.
    Spec(Spec),
}

/// Shows one skill.
///
/// # Errors
/// If it is not installed, or its repository can't be fetched.
pub async fn show(context: &Context<'_>, subject: &Subject) -> Result<Report, OpError> {
    match subject {
        Subject::Installed(name) => show_installed(context, name),
        Subject::Spec(spec) => show_upstream(context, spec).await,
    }
}

fn show_installed(context: &Context<'_>, name: &SkillName) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    super::installed::check_installed(&lockfile, std::slice::from_ref(name))?;
    let entry: &Entry = &lockfile.skills[name];
    let places: Vec<_> = lockfile
        .targets_of(entry)
        .iter()
        .map(|target| context.scope.skill(target, name))
        .collect();
    let text = match places.first() {
        Some(place) => crate::fs::read_if_found(&place.join(SKILL_FILE))?,
        None => None,
    };
    let text = text.ok_or_else(|| {
        OpError::Disagrees(format!(
            "`{name}` is in mdskill.lock, but its files are missing; {} restores them",
            context.scope.command(&format!("install {name}"))
        ))
    })?;
    let files = tree::list(&places[0])?
        .files
        .into_iter()
        .map(|file| file.path)
        .collect();
    Ok(Report {
        name: name.to_string(),
        description: frontmatter::summary(&text).1,
        spec: full_spec(&entry.source, &entry.path),
        source: entry.source.to_string(),
        path: entry.path.clone(),
        commit: entry.commit.map(|commit| commit.to_string()),
        places: places
            .iter()
            .map(|place| context.scope.display(place))
            .collect(),
        files,
        body: body_of(&text),
    })
}

async fn show_upstream(context: &Context<'_>, spec: &Spec) -> Result<Report, OpError> {
    let source = source_of(context, spec)?;
    let mut opened = Opened::open(context, &source, &query_of(spec)).await?;
    let found = opened.the_one(spec.skill.as_deref()).await?;
    let commits: Vec<_> = opened.commit().into_iter().collect();
    opened
        .repository
        .fetch_blobs([found.skill_file], &commits)
        .await?;
    let objects = opened.repository.objects();
    let text = objects.blob(found.skill_file)?;
    let spec = full_spec(&source, &found.path);
    let files = SkillTree::read(objects, found.tree).map_err(|error| OpError::Refused {
        spec: spec.clone(),
        source: error,
    })?;
    let (name, description) = frontmatter::summary(&text);
    let folder = found
        .folder()
        .unwrap_or_else(|| source.repository_name())
        .to_owned();
    Ok(Report {
        name: name.unwrap_or(folder),
        description,
        spec,
        source: source.to_string(),
        path: found.path.clone(),
        commit: opened.commit().map(|commit| commit.to_string()),
        places: Vec::new(),
        files: files
            .files
            .iter()
            .map(|file| file.path.to_string())
            .collect(),
        body: body_of(&text),
    })
}

/// Returns the text after the frontmatter, or the whole text if there is none.
fn body_of(text: &[u8]) -> String {
    let body = frontmatter::split(text).map(|document| document.body.to_owned());
    body.unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned())
}
