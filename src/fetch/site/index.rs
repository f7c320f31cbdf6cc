//! [`Index`]: the list of the skills of a site.
//!
//! Source: "Agent Skills Discovery", version 0.2: each skill has the URL and the digest of a `SKILL.md` or
//! an archive. In the first version, which has no `$schema`, each skill lists its files, which are beside
//! the index in a folder of its name.

use std::collections::BTreeMap;

use reqwest::Url;
use serde::Deserialize;

use super::SiteError;
use super::memory::Download;
use crate::digest::Digest;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::{SkillPath, collision};

/// The schema of version 0.2.
const SCHEMA: &str = "https://schemas.agentskills.io/discovery/0.2.0/schema.json";
/// The limit of skills. The largest known repository has 559.
const MAX_SKILLS: usize = 10_000;
/// The limit of the displayed text of a stranger, in characters.
const MAX_SHOWN: usize = 80;

/// The skills of a site, by name.
#[derive(Debug)]
pub(super) struct Index {
    /// The skills.
    pub(super) skills: BTreeMap<String, Listed>,
    /// The entries that are left out, each with the reason as a sentence.
    pub(super) left_out: Vec<String>,
}

/// A skill of an index.
#[derive(Debug)]
pub(super) struct Listed {
    /// The description, for people who choose.
    pub(super) description: String,
    /// Its files.
    pub(super) artifact: Artifact,
}

/// The files of a skill.
#[derive(Debug, Clone)]
pub(super) enum Artifact {
    /// One file.
    SkillFile(Url, Digest),
    /// An archive.
    Archive(Url, Digest),
    /// Files with their paths in the skill. Nothing says what is in them.
    Files(Vec<(SkillPath, Url)>),
}

impl Artifact {
    /// Returns the file with its digest in the index.
    pub(super) fn download(&self) -> Option<Download> {
        let (digest, is_archive) = match self {
            Self::SkillFile(_, digest) => (*digest, false),
            Self::Archive(_, digest) => (*digest, true),
            Self::Files(_) => return None,
        };
        Some(Download { digest, is_archive })
    }
}

#[derive(Deserialize)]
struct Contents {
    #[serde(rename = "$schema")]
    schema: Option<serde_json::Value>,
    skills: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    files: Option<Vec<String>>,
}

/// Parses the index at `at`.
///
/// # Errors
/// When the text is not an index, has an unknown format, or too many skills, or names that are the same
/// on some file systems.
pub(super) fn parse(text: &[u8], at: &Url) -> Result<Index, SiteError> {
    let fail = |problem: String| SiteError::Index {
        url: at.to_string(),
        problem,
    };
    let contents: Contents = serde_json::from_slice(text)
        .map_err(|_| fail("it is not a JSON list of skills".to_owned()))?;
    let has_digests = match &contents.schema {
        None => false,
        Some(schema) if schema == SCHEMA => true,
        Some(other) => {
            let schema = other
                .as_str()
                .map_or_else(|| other.to_string(), str::to_owned);
            return Err(SiteError::NewerIndex {
                url: at.to_string(),
                schema: shorten(&schema),
            });
        }
    };
    if contents.skills.len() > MAX_SKILLS {
        let count = contents.skills.len();
        return Err(fail(format!(
            "it has {count} skills, more than the limit of {MAX_SKILLS}"
        )));
    }
    let mut index = Index {
        skills: BTreeMap::new(),
        left_out: Vec::new(),
    };
    for value in contents.skills {
        let named = value.get("name").and_then(|name| name.as_str());
        let shown = format!("`{}`", shorten(named.unwrap_or("a skill without a name")));
        let entry = serde_json::from_value::<Entry>(value);
        let listed = entry
            .map_err(|error| error.to_string())
            .and_then(|entry| listed(entry, at, has_digests));
        match listed {
            Ok((name, listed)) => {
                if index.skills.insert(name, listed).is_some() {
                    return Err(fail(format!("it has {shown} twice")));
                }
            }
            Err(problem) => index.left_out.push(format!("{shown}: {problem}")),
        }
    }
    if let Some((one, other)) = collision(index.skills.keys().map(String::as_str)) {
        return Err(fail(format!(
            "the names `{one}` and `{other}` are the same on some file systems"
        )));
    }
    Ok(index)
}

fn listed(entry: Entry, at: &Url, has_digests: bool) -> Result<(String, Listed), String> {
    SkillName::from_folder(&entry.name).map_err(|error| error.to_string())?;
    let artifact = if has_digests {
        let url = entry.url.ok_or("it has no `url`")?;
        let url = at.join(&url).map_err(|_| "its `url` is not a URL")?;
        let digest = entry.digest.ok_or("it has no `digest`")?;
        let digest: Digest = digest.parse().map_err(|_| {
            let digest = shorten(&digest);
            format!("its digest `{digest}` is not `sha256:` and 64 hexadecimal digits")
        })?;
        match entry.kind.as_deref() {
            Some("skill-md") => Artifact::SkillFile(url, digest),
            Some("archive") => Artifact::Archive(url, digest),
            Some(other) => return Err(format!("its type `{}` is not known", shorten(other))),
            None => return Err("it has no `type`".to_owned()),
        }
    } else {
        Artifact::Files(files(&entry, at)?)
    };
    let listed = Listed {
        description: entry.description,
        artifact,
    };
    Ok((entry.name, listed))
}

/// Returns the files of a skill in the first version of the format.
fn files(entry: &Entry, at: &Url) -> Result<Vec<(SkillPath, Url)>, String> {
    let names = entry
        .files
        .as_ref()
        .ok_or("the index has no `$schema`, and the skill no `files`")?;
    if !names.iter().any(|name| name == SKILL_FILE) {
        return Err(format!("it has no {SKILL_FILE} among its files"));
    }
    let file = |name: &String| {
        let path = SkillPath::parse(name)
            .map_err(|fault| format!("its file `{}` is refused: {fault}", shorten(name)))?;
        let mut url = at.clone();
        url.path_segments_mut()
            .map_err(|()| "the address of the index has no path")?
            .pop()
            .push(&entry.name)
            .extend(name.split('/'));
        Ok((path, url))
    };
    let files: Vec<_> = names.iter().map(file).collect::<Result<_, String>>()?;
    let paths = || files.iter().map(|(path, _)| path.as_str());
    if let Some((one, other)) = collision(paths()) {
        return Err(format!(
            "its files `{one}` and `{other}` are the same on some file systems"
        ));
    }
    let mut sorted: Vec<&str> = paths().collect();
    sorted.sort_unstable();
    match sorted.windows(2).find(|two| two[0] == two[1]) {
        Some(two) => Err(format!("it has the file `{}` twice", two[0])),
        None => Ok(files),
    }
}

fn shorten(text: &str) -> String {
    let text: String = text.chars().take(MAX_SHOWN).collect();
    text.escape_debug().to_string()
}
