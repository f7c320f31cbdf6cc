//! What openskills writes beside each installed `SKILL.md`: `.openskills.json`.

use serde::Deserialize;

use super::{ImportedSkill, ParseError, Tool, json, put_path, repository};
use crate::source::Source;

/// The file, in the skill's own folder.
pub const FILE: &str = ".openskills.json";

#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "a map that says where a skill is from"
)]
struct Written {
    source_type: Option<String>,
    repo_url: Option<String>,
    subpath: Option<String>,
    local_path: Option<String>,
}

/// Reads the file of the installed folder of that name.
///
/// # Errors
/// When it is damaged.
pub fn read(folder: &str, text: &str) -> Result<ImportedSkill, ParseError> {
    let written: Written = json::read(text)?;
    let source = match (
        written.source_type.as_deref(),
        written.repo_url,
        written.local_path,
    ) {
        (Some("git"), Some(url), _) => repository(&url),
        (Some("local"), _, Some(path)) => Ok(Source::Folder { path }),
        _ => Err(format!(
            "its {FILE} names neither a repository nor a folder"
        )),
    };
    let is_local = matches!(source, Ok(Source::Folder { .. }));
    let mut claim = ImportedSkill::new(Tool::Openskills, folder, source);
    if !is_local {
        // On Windows it is written with the separators of Windows.
        let subpath = written.subpath.map(|path| path.replace('\\', "/"));
        put_path(&mut claim, subpath.as_deref());
    }
    Ok(claim)
}
