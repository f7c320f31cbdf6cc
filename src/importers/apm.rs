//! The lock of APM, `apm.lock.yaml`.

use std::collections::BTreeSet;

use super::{
    Evidence, ImportedSkill, MAX_SKILLS, ParseError, Tool, put_path, repository, short_ref,
};
use crate::skill::frontmatter::{self, Value};
use crate::source::Source;
use crate::spec::Reference;
use crate::target::agent_folder;

/// The lock's name.
pub const FILE: &str = "apm.lock.yaml";
/// The name that older versions gave it.
pub const OLD_FILE: &str = "apm.lock";
/// The versions that are known.
const VERSIONS: [&str; 2] = ["1", "2"];
/// Most values of a lock: one for each deployed file and its hash, and more.
const MAX_VALUES: usize = 200_000;

/// Reads the lock.
///
/// # Errors
/// When it is damaged, or of another version.
pub fn read(text: &str) -> Result<Vec<ImportedSkill>, ParseError> {
    let damage = |(line, problem)| ParseError { line, problem };
    let lock = frontmatter::document(text, MAX_VALUES).map_err(damage)?;
    let line_of = |key: &str| {
        let line = text.lines().position(|line| line.starts_with(key));
        line.unwrap_or_default() + 1
    };
    match get(&lock, "lockfile_version").and_then(Value::as_key) {
        Some(version) if VERSIONS.contains(&version.as_str()) => {}
        Some(version) => {
            let line = line_of("lockfile_version");
            return Err(ParseError::of_version(line, &version, "1 and 2"));
        }
        None => {
            let problem = "`lockfile_version` is missing; did APM write it?".to_owned();
            return Err(ParseError { line: 1, problem });
        }
    }
    let dependencies = match get(&lock, "dependencies") {
        Some(Value::List(dependencies)) => dependencies.as_slice(),
        Some(Value::Null) | None => &[],
        Some(_) => {
            let problem = "`dependencies` is not a list".to_owned();
            return Err(ParseError {
                line: line_of("dependencies"),
                problem,
            });
        }
    };
    let claims: Vec<ImportedSkill> = dependencies.iter().flat_map(claims).collect();
    match claims.len() > MAX_SKILLS {
        true => Err(ParseError {
            line: line_of("dependencies"),
            problem: format!("more than {MAX_SKILLS} skills"),
        }),
        false => Ok(claims),
    }
}

fn get<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    let Value::Map(entries) = map else {
        return None;
    };
    let found = entries.iter().find(|(name, _)| name.text() == Some(key));
    found.map(|(_, value)| value)
}

/// Returns a claim for each skill of a package: APM says which files it wrote, and a skill is a
/// folder of them that lies where an agent looks.
fn claims(package: &Value) -> Vec<ImportedSkill> {
    let text = |key: &str| get(package, key).and_then(Value::as_key);
    let places: BTreeSet<&str> = texts(get(package, "deployed_files"))
        .into_iter()
        .filter_map(skill_folder)
        .collect();
    let name = |place: &str| place.rsplit('/').next().unwrap_or_default().to_owned();
    let names: BTreeSet<String> = places.iter().map(|place| name(place)).collect();
    let source = source(package);
    let commit = text("resolved_commit").map(|commit| commit.parse());
    let is_whole = text("package_type").as_deref() == Some("claude_skill");
    let virtual_path = text("virtual_path");
    let is_range = |text: &String| matches!(text.parse(), Ok(Reference::Range(..)));
    let reference = text("constraint")
        .filter(is_range)
        .or_else(|| text("resolved_ref"))
        .map(|name| short_ref(&name).to_owned());
    let claim = |name: String| {
        let mut claim = ImportedSkill::new(Tool::Apm, &name, source.clone());
        claim.reference.clone_from(&reference);
        let is_own = |place: &&&str| place.rsplit('/').next() == Some(name.as_str());
        claim.places = places
            .iter()
            .filter(is_own)
            .map(|place| (*place).to_owned())
            .collect();
        match (&commit, virtual_path.as_deref()) {
            (Some(Ok(commit)), path) => {
                claim.evidence = Evidence::Commit(*commit);
                // In a package of several skills, where each lies is for its files to say.
                if is_whole || path.is_some_and(|path| path.rsplit('/').next() == Some(&name)) {
                    put_path(&mut claim, Some(path.unwrap_or_default()));
                }
            }
            _ if claim.source.is_ok() => {
                claim.source = Err("its `resolved_commit` is missing".to_owned());
            }
            _ => {}
        }
        claim
    };
    names.into_iter().map(claim).collect()
}

fn source(package: &Value) -> Result<Source, String> {
    let text = |key: &str| get(package, key).and_then(Value::as_key);
    let Some(url) = text("repo_url") else {
        return Err("its `repo_url` is missing".to_owned());
    };
    if let Some(kind @ ("local" | "registry")) = text("source").as_deref() {
        let from = match kind {
            "local" => "a folder of this machine",
            _ => "a registry",
        };
        return Err(format!("it is from {from}, not from a repository"));
    }
    if text("depth").is_some_and(|depth| depth != "1") {
        let by = text("resolved_by").unwrap_or_else(|| "another package".to_owned());
        return Err(format!(
            "it came along with {by}; `mdskill add {url}` adds it for itself"
        ));
    }
    let is_plain = url.split('/').count() == 2 && !url.contains(':');
    match (text("host"), text("port"), is_plain) {
        (Some(host), None, true) => repository(&format!("https://{host}/{url}")),
        (Some(host), Some(port), true) => repository(&format!("https://{host}:{port}/{url}")),
        _ => repository(&url),
    }
}

fn texts(list: Option<&Value>) -> Vec<&str> {
    match list {
        Some(Value::List(items)) => items.iter().filter_map(Value::text).collect(),
        _ => Vec::new(),
    }
}

/// Returns the skill's folder of a deployed path, the folder's own or that of a file in it.
fn skill_folder(path: &str) -> Option<&str> {
    let path = path.trim_end_matches('/');
    let above = agent_folder(path)?;
    let below = path[above.len()..].strip_prefix('/')?;
    let end = below.find('/').unwrap_or(below.len());
    Some(&path[..above.len() + 1 + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployed_file_names_its_skills_folder() {
        for (path, folder) in [
            (".github/skills/pdf/SKILL.md", Some(".github/skills/pdf")),
            (".agents/skills/pdf/", Some(".agents/skills/pdf")),
            (
                ".github/skills/pdf/scripts/a.py",
                Some(".github/skills/pdf"),
            ),
            (".github/skills", None),
            (".github/prompts/x.md", None),
        ] {
            assert_eq!(skill_folder(path), folder, "{path}");
        }
    }
}
