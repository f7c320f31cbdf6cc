//! `show --file` and `show --raw`: the bytes of one file of a skill.

use serde::Serialize;

use super::installed::OnDisk;
use crate::context::Context;
use crate::hint::{HasHint, Hint, mdskill};
use crate::operations::OpError;
use crate::operations::installed::InstalledSkill;
use crate::operations::resolve::{Opened, Subject};
use crate::skill::GitFiles;
use crate::skill::select::nearest;
use mdskill_lint::Settings;
use mdskill_lint::is_text;
use mdskill_lint::skill_files::SkillFiles;

/// The most files that are suggested.
const MAX_SUGGESTIONS: usize = 3;

/// A file of a skill.
#[derive(Debug, Serialize)]
pub(crate) struct FileReport {
    /// The name of the skill.
    pub(crate) name: String,
    /// The path in the skill.
    pub(crate) path: String,
    /// The number of bytes.
    pub(crate) bytes: usize,
    /// The text; `None` for a binary file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// The content.
    #[serde(skip)]
    pub(crate) content: Vec<u8>,
}

/// A skill has no such file.
#[derive(Debug, thiserror::Error)]
#[error("{name} has no file `{path}`{}", did_you_mean(.nearest))]
pub struct NoSuchFile {
    name: String,
    path: String,
    nearest: Vec<String>,
    /// The argument that names the skill.
    argument: String,
}

fn did_you_mean(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return String::new();
    }
    let named: Vec<String> = nearest.iter().map(|path| format!("`{path}`")).collect();
    format!("; did you mean {}?", named.join(", "))
}

impl HasHint for NoSuchFile {
    fn hint(&self) -> Option<Hint> {
        let show = mdskill("show").word(&self.argument).then("--json");
        Some(Hint::command(show).then(" lists its files"))
    }
}

/// Reads a file of a skill. `argument` names the skill in the message of an error.
pub(crate) async fn file(
    context: &Context<'_>,
    subject: &Subject,
    argument: &str,
    path: &str,
) -> Result<FileReport, OpError> {
    match subject {
        Subject::Installed(name) => {
            let lockfile = context.lockfile()?.unwrap_or_default();
            let skill = InstalledSkill::find(&context.scope, &lockfile, name)?;
            let files = OnDisk::read(context, skill)?.files;
            read(&files, name.as_str(), argument, path)
        }
        Subject::Spec(spec) => {
            let (_, mut opened) = Opened::open_spec(context, spec).await?;
            let found = opened.the_one(spec.skill.as_deref()).await?;
            let mut prepared = opened.prepare(&[found], &Settings::default()).await?;
            let candidate = prepared.remove(0)?;
            context.progress.end();
            let root = opened.repository.root_tree(opened.commit())?;
            let (name, objects) = (candidate.name.as_str(), opened.repository.objects());
            let view = GitFiles::of(objects, root, &candidate.path, name, &candidate.files);
            read(&view, name, argument, path)
        }
    }
}

fn read(
    files: &dyn SkillFiles,
    name: &str,
    argument: &str,
    path: &str,
) -> Result<FileReport, OpError> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let mut paths = files.entries().iter().map(|entry| entry.path.as_str());
    let content = paths
        .any(|known| known == path)
        .then(|| files.read(path).ok())
        .flatten();
    let Some(content) = content else {
        let paths = files.entries().iter().map(|entry| entry.path.as_str());
        let near = nearest_paths(&paths.collect::<Vec<_>>(), path);
        return Err(OpError::NoSuchFile(NoSuchFile {
            name: name.to_owned(),
            path: path.to_owned(),
            nearest: near,
            argument: argument.to_owned(),
        }));
    };
    let is_text = is_text(&content);
    Ok(FileReport {
        name: name.to_owned(),
        path: path.to_owned(),
        bytes: content.len(),
        text: is_text.then(|| String::from_utf8_lossy(&content).into_owned()),
        content: content.into_owned(),
    })
}

/// Returns the paths whose file names are most similar to that of a path.
fn nearest_paths(paths: &[&str], path: &str) -> Vec<String> {
    fn name(path: &str) -> &str {
        path.rsplit('/').next().unwrap_or(path)
    }
    let near = nearest(paths.iter().copied().map(name), path, MAX_SUGGESTIONS);
    let named = near.into_iter().flat_map(|near| {
        let named = paths.iter().filter(move |path| name(path) == near);
        named.map(|path| (*path).to_owned())
    });
    named.take(MAX_SUGGESTIONS).collect()
}
