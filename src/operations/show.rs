//! `show`: the `SKILL.md` of a skill, installed or in a repository.

use serde::Serialize;

use super::OpError;
use super::installed::InstalledSkill;
use super::resolve::{Opened, Subject, full_spec, query_of, source_of};
use crate::context::Context;
use crate::fs::tree::OnDisk;
use crate::skill::tree::TreeError;
use crate::spec::Spec;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::frontmatter;
use mdskill_lint::name::SkillName;

/// The result of `show`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) name: String,
    /// The description in the frontmatter.
    pub(crate) description: Option<String>,
    /// The spec that installs it.
    pub(crate) spec: String,
    /// The source, as the lockfile names it.
    pub(crate) source: String,
    /// The folder in the source.
    pub(crate) path: String,
    /// The commit; `None` for a local folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commit: Option<String>,
    /// The folders that it is installed in.
    pub(crate) places: Vec<String>,
    /// The paths of its files.
    pub(crate) files: Vec<String>,
    /// The text of `SKILL.md` after the frontmatter.
    pub(crate) body: String,
}

/// Shows one skill.
pub(crate) async fn show(context: &Context<'_>, subject: &Subject) -> Result<Report, OpError> {
    match subject {
        Subject::Installed(name) => show_installed(context, name),
        Subject::Spec(spec) => show_upstream(context, spec).await,
    }
}

fn show_installed(context: &Context<'_>, name: &SkillName) -> Result<Report, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let skill = InstalledSkill::find(&context.scope, &lockfile, name)?;
    let first = skill.folders().next();
    let first = first.ok_or_else(|| OpError::FilesMissing(name.clone()))?;
    let text = crate::fs::read_if_found(&first.path.join(SKILL_FILE))?;
    let text = text.ok_or_else(|| OpError::FilesMissing(name.clone()))?;
    let files = match skill.read(context, &first)? {
        OnDisk::Folder(snapshot) => snapshot.files,
        _ => Vec::new(),
    };
    Ok(Report {
        name: name.to_string(),
        description: frontmatter::summary(&text).1,
        spec: full_spec(&skill.entry.source, &skill.entry.path),
        source: skill.entry.source.to_string(),
        path: skill.entry.path.clone(),
        commit: skill.entry.commit.map(|commit| commit.to_string()),
        places: skill.places(),
        files: files.into_iter().map(|(path, ..)| path).collect(),
        body: body_of(&text),
    })
}

async fn show_upstream(context: &Context<'_>, spec: &Spec) -> Result<Report, OpError> {
    let source = source_of(context, spec)?;
    let mut opened = Opened::open(context, &source, &query_of(spec)).await?;
    let found = opened.the_one(spec.skill.as_deref()).await?;
    let spec = full_spec(&source, &found.path);
    let files = opened.read_trees(std::slice::from_ref(&found)).await?.pop();
    let files = files.ok_or(TreeError::Unfetched(Vec::new())).flatten();
    let files = files.map_err(|error| OpError::Refused {
        spec: spec.clone(),
        source: error,
    })?;
    opened.fetch_blobs([found.skill_file]).await?;
    let text = opened.repository.objects().blob(found.skill_file)?;
    let (name, description) = frontmatter::summary(&text);
    let folder = found.folder().unwrap_or_else(|| source.repository_name());
    Ok(Report {
        name: name.unwrap_or_else(|| folder.to_owned()),
        description,
        spec,
        source: source.to_string(),
        commit: opened.commit().map(|commit| commit.to_string()),
        places: Vec::new(),
        files: files
            .files
            .iter()
            .map(|file| file.path.to_string())
            .collect(),
        body: body_of(&text),
        path: found.path,
    })
}

/// Returns the text after the frontmatter, or the whole text without one.
fn body_of(text: &[u8]) -> String {
    let body = frontmatter::split(text).map(|document| document.body.to_owned());
    body.unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned())
}
