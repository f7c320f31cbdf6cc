//! The lockfiles of `npx skills`: `skills-lock.json` in a project, `.skill-lock.json` in a home.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Evidence, ImportedSkill, ParseError, Tool, line_of, repository, short_ref};
use crate::digest::Digest;
use crate::source::{Source, is_scp_like};

/// A project's lockfile, at its root.
pub const PROJECT_FILE: &str = "skills-lock.json";
/// The personal lockfile: in `~/.agents`, or in `skills` below `XDG_STATE_HOME`.
pub const PERSONAL_FILE: &str = ".skill-lock.json";

/// The supported version of a project's lockfile.
const PROJECT_VERSION: u64 = 1;
/// The supported version of a personal lockfile; `npx skills` itself reads no older one.
const PERSONAL_VERSION: u64 = 3;

/// The part that is parsed first, because the rest differs between versions.
#[derive(Deserialize)]
#[serde(expecting = "a map with `version` and `skills`")]
struct Head {
    version: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(expecting = "a map with `version` and `skills`")]
struct Lock {
    #[serde(default)]
    skills: BTreeMap<String, Entry>,
}

/// One skill, as either lockfile notes it.
#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "a map that names the source of a skill"
)]
struct Entry {
    source: Option<String>,
    source_url: Option<String>,
    source_type: Option<String>,
    #[serde(rename = "ref")]
    git_ref: Option<String>,
    pinned_ref: Option<String>,
    skill_path: Option<String>,
    computed_hash: Option<String>,
    skill_folder_hash: Option<String>,
}

/// Reads a project's lockfile.
///
/// # Errors
/// If it is invalid, or of another version.
pub fn project(text: &str) -> Result<Vec<ImportedSkill>, ParseError> {
    read(text, PROJECT_VERSION)
}

/// Reads a personal lockfile.
///
/// # Errors
/// If it is invalid, or of another version.
pub fn personal(text: &str) -> Result<Vec<ImportedSkill>, ParseError> {
    read(text, PERSONAL_VERSION)
}

fn read(text: &str, version: u64) -> Result<Vec<ImportedSkill>, ParseError> {
    let head: Head = parse(text)?;
    match head.version {
        Some(found) if found.as_u64() == Some(version) => {}
        Some(found) => {
            let line = line_of(text, "\"version\"");
            let (found, known) = (found.to_string(), version.to_string());
            return Err(ParseError::of_version(line, &found, &known));
        }
        None => {
            let problem =
                format!("`\"version\": {version}` is missing: not a lockfile of `npx skills`");
            return Err(ParseError::at_start(problem));
        }
    }
    let lock: Lock = parse(text)?;
    Ok(lock.skills.iter().map(skill).collect())
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, ParseError> {
    serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let problem = message.split(" at line ").next().unwrap_or_default();
        ParseError {
            line: error.line().max(1),
            problem: problem.to_owned(),
        }
    })
}

fn skill((name, entry): (&String, &Entry)) -> ImportedSkill {
    let mut skill = ImportedSkill::new(Tool::Npx, name, source(entry));
    skill.folder = folder_name(name);
    let git_ref = entry.git_ref.clone().filter(|text| !text.is_empty());
    let pinned = entry.pinned_ref.as_deref();
    skill.git_ref = git_ref.or_else(|| Some(short_ref(pinned?).to_owned()));
    skill.set_path(entry.skill_path.as_deref());
    skill.evidence = evidence(entry);
    skill
}

fn evidence(entry: &Entry) -> Evidence {
    let folder_hash = entry.skill_folder_hash.as_deref().unwrap_or_default();
    if let Ok(tree) = folder_hash.parse() {
        return Evidence::Tree(tree);
    }
    let hash = entry.computed_hash.as_deref().unwrap_or(folder_hash);
    match format!("sha256:{hash}").parse() {
        Ok(hash) => Evidence::ComputedHash(hash),
        Err(_) => Evidence::Files,
    }
}

fn source(entry: &Entry) -> Result<Source, String> {
    let (Some(source), Some(kind)) = (&entry.source, &entry.source_type) else {
        return Err("its `source` or its `sourceType` is missing".to_owned());
    };
    let is_url = |text: &str| text.contains("://") || is_scp_like(text);
    match (kind.as_str(), &entry.source_url) {
        ("github" | "gitlab" | "git", Some(url)) if is_url(url) => repository(url),
        ("github", _) => repository(source),
        ("gitlab" | "git", _) if is_url(source) => repository(source),
        ("gitlab" | "git", _) => Err(format!(
            "it is from `{source}`, and its `sourceUrl`, which would name the host, is missing; add it as HOST/{source}"
        )),
        ("local", _) => Ok(Source::Folder {
            path: source.clone(),
        }),
        ("node_modules", _) => Err(format!(
            "it was copied out of the npm package `{source}` (node_modules), and mdskill installs from repositories; add it from the package's own"
        )),
        ("well-known", _) => Err(format!(
            "it was downloaded from the website `{source}` (well-known), which has no older versions to compare it with; add it as https://{source}/NAME"
        )),
        (other, _) => Err(format!(
            "its sourceType is `{other}`, which mdskill does not support"
        )),
    }
}

/// Returns the name of the folder that `npx skills` makes of a skill's name.
///
/// Source: vercel-labs/skills, `sanitizeName`.
#[must_use]
pub fn folder_name(name: &str) -> String {
    let mut folder = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' | '.' | '_' => folder.push(c),
            // One hyphen for any number of others, hyphens among them.
            _ if folder.ends_with('-') => {}
            _ => folder.push('-'),
        }
    }
    let folder = folder.trim_matches(['.', '-']);
    match folder {
        "" => "unnamed-skill".to_owned(),
        // Only ASCII is left: bytes are characters.
        folder => folder[..folder.len().min(255)].to_owned(),
    }
}

/// Returns the `computedHash` of `npx skills`: the SHA-256 of the paths and bytes of all files, in
/// the order of JavaScript's `localeCompare`, in which case decides only between equal letters.
///
/// Source: vercel-labs/skills, `computeSkillFolderHash`; recomputed for real lockfiles.
#[must_use]
pub fn computed_hash(mut files: Vec<(&str, Vec<u8>)>) -> Digest {
    files.sort_by_cached_key(|(path, _)| {
        let lower_first: Vec<bool> = path.chars().map(char::is_uppercase).collect();
        (path.to_lowercase(), lower_first)
    });
    let parts = files
        .iter()
        .flat_map(|(path, bytes)| [path.as_bytes(), bytes]);
    Digest::of_bytes(&parts.collect::<Vec<_>>().concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_name_is_that_of_npx() {
        for (name, folder) in [
            ("pdf", "pdf"),
            ("Two: The Second!", "two-the-second"),
            ("../../x", "x"),
            ("a--b_c.d", "a-b_c.d"),
            ("...", "unnamed-skill"),
            ("Größe", "gr-e"),
            ("\u{1b}[31m", "31m"),
        ] {
            assert_eq!(folder_name(name), folder, "{name:?}");
        }
        assert_eq!(folder_name(&"a".repeat(300)).len(), 255);
    }

    #[test]
    fn computed_hash_sorts_letters_before_case() {
        let file = |path: &'static str| (path, b"x".to_vec());
        let expected = Digest::of_bytes(b"a/bxLICENSExSKILL.mdxz.mdx");
        let files = vec![file("SKILL.md"), file("z.md"), file("LICENSE"), file("a/b")];
        assert_eq!(computed_hash(files), expected);
    }

    #[test]
    fn source_is_the_named_repository() {
        let parsed = |keys: &str| {
            let text = format!("{{\"version\":1,\"skills\":{{\"x\":{{{keys}}}}}}}");
            project(&text).unwrap().remove(0).source
        };
        let source = |keys: &str| parsed(keys).unwrap().to_string();
        assert_eq!(
            source(r#""source":"a/b","sourceType":"github""#),
            "github:a/b"
        );
        assert_eq!(
            source(
                r#""source":"a/b","sourceType":"gitlab","sourceUrl":"https://gitlab.com/a/b.git""#
            ),
            "https://gitlab.com/a/b.git"
        );
        assert_eq!(
            source(r#""source":"git@h.example:a/b.git","sourceType":"git""#),
            "git@h.example:a/b.git"
        );
        assert_eq!(
            source(r#""source":"https://gitlab.com/group/sub/b","sourceType":"git""#),
            "https://gitlab.com/group/sub/b.git"
        );
        assert_eq!(
            source(r#""source":"./mine","sourceType":"local""#),
            "path:./mine"
        );
        assert!(parsed(r#""source":"a/b/c","sourceType":"github""#).is_err());
        assert!(parsed(r#""source":"a/b","sourceType":"git""#).is_err());
    }
}
