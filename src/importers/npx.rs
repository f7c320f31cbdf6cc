//! The locks of `npx skills`: `skills-lock.json` of a project, `.skill-lock.json` of a person.

use std::fmt;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::json::{self, UniqueMap};
use super::{Evidence, ImportedSkill, ParseError, Tool, put_path, repository};
use crate::oid::write_hex;
use crate::source::{Source, is_scp_like};

/// The project's lock, at its root.
pub const PROJECT_FILE: &str = "skills-lock.json";
/// A person's lock: in `~/.agents`, or in `skills` below `XDG_STATE_HOME`.
pub const PERSONAL_FILE: &str = ".skill-lock.json";

/// The version of a project's lock.
const PROJECT_VERSION: u64 = 1;
/// The version of a person's lock; `npx skills` itself reads no older one.
const PERSONAL_VERSION: u64 = 3;

/// What is looked at first: the rest of another version has another form.
#[derive(Deserialize)]
#[serde(expecting = "a map with `version` and `skills`")]
struct Head {
    version: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(expecting = "a map with `version` and `skills`")]
struct Lock {
    #[serde(default)]
    skills: UniqueMap<Written>,
}

/// One skill, as either lock writes it.
#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "a map that says where a skill is from"
)]
struct Written {
    source: Option<String>,
    source_url: Option<String>,
    source_type: Option<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    pinned_ref: Option<String>,
    skill_path: Option<String>,
    computed_hash: Option<String>,
    skill_folder_hash: Option<String>,
}

/// Reads the lock of a project.
///
/// # Errors
/// When it is damaged, or of another version.
pub fn project(text: &str) -> Result<Vec<ImportedSkill>, ParseError> {
    read(text, PROJECT_VERSION)
}

/// Reads the lock of a person.
///
/// # Errors
/// When it is damaged, or of another version.
pub fn personal(text: &str) -> Result<Vec<ImportedSkill>, ParseError> {
    read(text, PERSONAL_VERSION)
}

fn read(text: &str, version: u64) -> Result<Vec<ImportedSkill>, ParseError> {
    let head: Head = json::read(text)?;
    match head.version {
        Some(found) if found.as_u64() == Some(version) => {}
        Some(found) => {
            let line = text.lines().position(|line| line.contains("\"version\""));
            let line = line.unwrap_or_default() + 1;
            return Err(ParseError::of_version(
                line,
                &found.to_string(),
                &version.to_string(),
            ));
        }
        None => {
            let problem =
                format!("`\"version\": {version}` is missing; did `npx skills` write it?");
            return Err(ParseError { line: 1, problem });
        }
    }
    let lock: Lock = json::read(text)?;
    Ok(lock.skills.0.iter().map(claim).collect())
}

fn claim((name, written): &(String, Written)) -> ImportedSkill {
    let mut claim = ImportedSkill::new(Tool::Npx, name, source(written));
    claim.folder = folder_name(name);
    claim.reference = written.reference.clone().filter(|text| !text.is_empty());
    if let (None, Some(pinned)) = (&claim.reference, &written.pinned_ref) {
        claim.reference = Some(super::short_ref(pinned).to_owned());
    }
    put_path(&mut claim, written.skill_path.as_deref());
    claim.evidence = evidence(written);
    claim
}

fn evidence(written: &Written) -> Evidence {
    let folder_hash = written.skill_folder_hash.as_deref().unwrap_or_default();
    if let Ok(tree) = folder_hash.parse() {
        return Evidence::Tree(tree);
    }
    let hash = written.computed_hash.as_deref().unwrap_or(folder_hash);
    let is_sha256 = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_sha256 {
        true => Evidence::ComputedHash(hash.to_ascii_lowercase()),
        false => Evidence::Files,
    }
}

fn source(written: &Written) -> Result<Source, String> {
    let (Some(source), Some(kind)) = (&written.source, &written.source_type) else {
        return Err("its `source` or its `sourceType` is missing".to_owned());
    };
    let is_url = |text: &str| text.contains("://") || is_scp_like(text);
    match (kind.as_str(), &written.source_url) {
        ("github" | "gitlab" | "git", Some(url)) if is_url(url) => repository(url),
        ("github", _) => repository(source),
        ("gitlab" | "git", _) if is_url(source) => repository(source),
        ("gitlab" | "git", _) => Err(format!(
            "it is from `{source}`, and its `sourceUrl`, which would name the host, is missing; `mdskill add HOST/{source}` takes it from there"
        )),
        ("local", _) => Ok(Source::Folder {
            path: source.clone(),
        }),
        ("node_modules", _) => Err(format!(
            "it was copied out of the npm package `{source}` (node_modules), and mdskill installs from repositories: add it from the package's own"
        )),
        ("well-known", _) => Err(format!(
            "it was downloaded from the web site `{source}` (well-known), which is no repository"
        )),
        (other, _) => Err(format!(
            "its sourceType is `{other}`, which is no repository"
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

/// Returns what `npx skills` calls `computedHash`: the SHA-256 over each file's path and bytes, in
/// the order of JavaScript's `localeCompare`, which puts letters before cases.
///
/// Source: vercel-labs/skills, `computeSkillFolderHash`; recomputed for real locks.
#[must_use]
pub fn computed_hash(mut files: Vec<(&str, Vec<u8>)>) -> String {
    files.sort_by_cached_key(|(path, _)| {
        let lower_first: Vec<bool> = path.chars().map(char::is_uppercase).collect();
        (path.to_lowercase(), lower_first)
    });
    let mut hasher = Sha256::new();
    for (path, bytes) in files {
        hasher.update(path);
        hasher.update(bytes);
    }
    Hex(hasher.finalize().into()).to_string()
}

/// Shows a SHA-256 as hexadecimal digits.
struct Hex([u8; 32]);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_as_npx_names_it() {
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
    fn the_sum_puts_letters_before_cases() {
        let file = |path: &'static str| (path, b"x".to_vec());
        let expected = Hex(Sha256::digest("a/bxLICENSExSKILL.mdxz.mdx").into()).to_string();
        let files = vec![file("SKILL.md"), file("z.md"), file("LICENSE"), file("a/b")];
        assert_eq!(computed_hash(files), expected);
    }

    #[test]
    fn a_source_is_the_repository_that_it_names() {
        let claims = |keys: &str| {
            let text = format!("{{\"version\":1,\"skills\":{{\"x\":{{{keys}}}}}}}");
            project(&text).unwrap().remove(0).source
        };
        let source = |keys: &str| claims(keys).unwrap().to_string();
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
            "https://gitlab.com/group/sub/b"
        );
        assert_eq!(
            source(r#""source":"./mine","sourceType":"local""#),
            "path:./mine"
        );
        assert!(claims(r#""source":"a/b/c","sourceType":"github""#).is_err());
        assert!(claims(r#""source":"a/b","sourceType":"git""#).is_err());
    }
}
