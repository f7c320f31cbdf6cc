//! The indexes from which other tools install, in both versions of discovery by a well-known address.
//!
//! Version 0.2 names an archive and its digest. Version 0.1, which `npx skills` and `OpenCode` read, names
//! files, which are next to the index. Sources: agentskills/agentskills#254, and `OpenCode`'s `skills.urls`.

use serde::Serialize;

use super::archive_path;
use crate::Pages;
use crate::format::json;
use crate::model::{Skill, Summary};
use crate::paths::encode;

/// The folder of version 0.1.
const FILES: &str = ".well-known/skills";
/// The index of version 0.2.
const INDEX: &str = ".well-known/agent-skills/index.json";
/// The way from the index of version 0.2 up to the root of the site.
const UP: &str = "../../";
/// The schema of version 0.2.
const SCHEMA: &str = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";

#[derive(Serialize)]
struct Index<Entry> {
    #[serde(rename = "$schema", skip_serializing_if = "Option::is_none")]
    schema: Option<&'static str>,
    skills: Vec<Entry>,
}

#[derive(Serialize)]
struct Archived<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'a str,
    url: String,
    digest: &'a str,
}

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    description: &'a str,
    files: &'a [String],
}

/// Returns the files of a skill for version 0.1.
pub(super) fn files(skill: &Skill) -> Pages {
    let Some(folder) = plain_files(skill) else {
        return Pages::new();
    };
    let files = skill.files.iter();
    let files = files.map(|file| (format!("{folder}/{}", file.path), file.original.clone()));
    files.collect()
}

/// Returns the folder with the files of a skill as they are; `None` if the site does not have them.
pub(crate) fn plain_files(skill: &Skill) -> Option<String> {
    let has_them = skill.is_discoverable && skill.has_plain_files();
    has_them.then(|| format!("{FILES}/{}", skill.name))
}

/// Returns the indexes. Each name is in them once.
pub(super) fn indexes(skills: &[Summary]) -> Pages {
    let listed = || skills.iter().filter(|skill| skill.is_discoverable);
    let archived = listed().filter_map(|skill| {
        Some(Archived {
            name: &skill.name,
            kind: "archive",
            description: description(skill),
            url: format!("{UP}{}", encode(&archive_path(&skill.page))),
            digest: skill.archive.as_deref()?,
        })
    });
    let archived = Index {
        schema: Some(SCHEMA),
        skills: archived.collect(),
    };
    let listed = listed()
        .filter(|skill| skill.has_files)
        .map(|skill| Listed {
            name: &skill.name,
            description: description(skill),
            files: &skill.files,
        });
    let listed = Index {
        schema: None,
        skills: listed.collect(),
    };
    [
        (INDEX.to_owned(), json(&archived)),
        (format!("{FILES}/index.json"), json(&listed)),
    ]
    .into()
}

fn description(skill: &Summary) -> &str {
    skill.description.as_deref().unwrap_or_default()
}

/// Returns the address of the `SKILL.md` of a skill, for programs.
pub(super) fn skill_file(skill: &Summary) -> Option<String> {
    let path = format!("{FILES}/{}/SKILL.md", skill.name);
    (skill.is_discoverable && skill.has_files).then(|| encode(&path))
}
