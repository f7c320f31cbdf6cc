//! The lockfile of APM, `apm.lock.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evidence, ImportedSkill, ParseError, Tool, line_of, repository, short_ref};
use crate::source::Source;
use crate::spec::GitRef;
use mdskill_lint::agents::agent_folder;
use mdskill_lint::frontmatter::{self, Value};

/// The lockfile's name.
pub const FILE: &str = "apm.lock.yaml";
/// Its name in older versions.
pub const OLD_FILE: &str = "apm.lock";
/// Most values of a lockfile, which has two for each deployed file.
const MAX_VALUES: usize = 200_000;

/// Fewest digits that abbreviate a commit.
const MIN_DIGITS: usize = 7;

/// Reads the lockfile.
///
/// # Errors
/// If it is invalid, or of another version.
pub fn read(text: &str) -> Result<Vec<ImportedSkill>, ParseError> {
    let invalid = |(line, problem)| ParseError { line, problem };
    let lock = frontmatter::document(text, MAX_VALUES).map_err(invalid)?;
    let version = get(&lock, "lockfile_version").and_then(Value::as_key);
    match version.as_deref() {
        Some("1" | "2") => {}
        Some(version) => {
            let line = line_of(text, "lockfile_version");
            return Err(ParseError::of_version(line, version, "1 and 2"));
        }
        None => {
            let problem = "`lockfile_version` is missing: not a lockfile of APM";
            return Err(ParseError::at_start(problem));
        }
    }
    let packages = match get(&lock, "dependencies") {
        Some(Value::List(packages)) => packages.as_slice(),
        Some(Value::Null) | None => &[],
        Some(_) => {
            return Err(ParseError {
                line: line_of(text, "dependencies:"),
                problem: "`dependencies` is not a list".to_owned(),
            });
        }
    };
    Ok(packages.iter().flat_map(skills).collect())
}

fn get<'a>(map: &'a Value, key: &str) -> Option<&'a Value> {
    let Value::Map(entries) = map else {
        return None;
    };
    let found = entries.iter().find(|(name, _)| name.text() == Some(key));
    found.map(|(_, value)| value)
}

/// Returns the skills of a package. APM notes the files that it wrote: a skill is a folder of them
/// in a folder that agents read.
fn skills(package: &Value) -> Vec<ImportedSkill> {
    let Some(Value::List(files)) = get(package, "deployed_files") else {
        return Vec::new();
    };
    let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let files = files.iter().filter_map(Value::text);
    for (place, name) in files.filter_map(skill_folder) {
        places.entry(name).or_default().insert(place);
    }
    let skills = places.into_iter();
    skills
        .map(|(name, places)| skill(package, name, &places))
        .collect()
}

fn skill(package: &Value, name: &str, places: &BTreeSet<&str>) -> ImportedSkill {
    let text = |key: &str| get(package, key).and_then(Value::as_key);
    let mut skill = ImportedSkill::new(Tool::Apm, name, source(package));
    skill.places = places.iter().map(ToString::to_string).collect();
    let is_range = |text: &String| matches!(text.parse(), Ok(GitRef::Range(..)));
    let git_ref = text("constraint").filter(is_range);
    let git_ref = git_ref.or_else(|| text("resolved_ref"));
    let commit = text("resolved_commit").unwrap_or_default();
    if let Ok(id) = commit.parse() {
        skill.evidence = Evidence::Commit(id);
    } else {
        let missing = "its `resolved_commit` is missing".to_owned();
        skill.source = skill.source.and(Err(missing));
    }
    // A pin is noted as the first digits of the commit, which no server resolves.
    let is_pin = |name: &str| name.len() >= MIN_DIGITS && commit.starts_with(name);
    skill.is_pinned = git_ref.as_deref().is_some_and(is_pin);
    skill.git_ref = git_ref.map(|name| short_ref(&name).to_owned());
    // The path is that of the package: of a package of several skills, it is not the skill's.
    let path = text("virtual_path").unwrap_or_default();
    let is_one_skill = text("package_type").as_deref() == Some("claude_skill");
    if is_one_skill || path.rsplit('/').next() == Some(name) {
        skill.set_path(Some(&path));
    }
    skill
}

fn source(package: &Value) -> Result<Source, String> {
    let text = |key: &str| get(package, key).and_then(Value::as_key);
    let Some(url) = text("repo_url") else {
        return Err("its `repo_url` is missing".to_owned());
    };
    match text("source").as_deref() {
        Some("local") => return Err("it was copied from a local folder".to_owned()),
        Some("registry") => return Err("it is from a registry, not a repository".to_owned()),
        _ => {}
    }
    if text("depth").is_some_and(|depth| depth != "1") {
        let by = text("resolved_by").unwrap_or_else(|| "another package".to_owned());
        return Err(format!(
            "it is a dependency of {by}; `mdskill add {url}` installs it by itself"
        ));
    }
    let is_plain = url.split('/').count() == 2 && !url.contains(':');
    match (text("host"), text("port"), is_plain) {
        (Some(host), None, true) => repository(&format!("https://{host}/{url}")),
        (Some(host), Some(port), true) => repository(&format!("https://{host}:{port}/{url}")),
        _ => repository(&url),
    }
}

/// Returns the skill's folder of a deployed path, and its name; the path may be that of a file in it.
fn skill_folder(path: &str) -> Option<(&str, &str)> {
    let above = agent_folder(path)?;
    let below = path[above.len()..].strip_prefix('/')?;
    let name = below.split('/').next().filter(|name| !name.is_empty())?;
    Some((&path[..above.len() + 1 + name.len()], name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skill_folder_is_found_from_a_file_in_it() {
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
            let found = skill_folder(path).map(|(place, _)| place);
            assert_eq!(found, folder, "{path}");
        }
    }
}
