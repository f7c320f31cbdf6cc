//! The lock of skillup, `skills.lock.json`.

use serde::Deserialize;

use super::json::{self, UniqueMap};
use super::{Evidence, ImportedSkill, ParseError, Tool, repository, short_ref};
use crate::source::Source;

/// The lock's name.
pub const FILE: &str = "skills.lock.json";

#[derive(Deserialize)]
#[serde(expecting = "a map with `config` and `repos`")]
struct Lock {
    #[serde(default)]
    config: Config,
    repos: UniqueMap<Repository>,
}

#[derive(Default, Deserialize)]
#[serde(expecting = "a map with `target_dirs`")]
struct Config {
    #[serde(default)]
    target_dirs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "a map with `skills` and `commit`")]
struct Repository {
    #[serde(default)]
    skills: Vec<String>,
    #[serde(rename = "ref")]
    reference: Option<String>,
    tag: Option<String>,
    branch: Option<String>,
    commit: Option<String>,
}

/// Reads the lock.
///
/// # Errors
/// When it is damaged.
pub fn read(text: &str) -> Result<Vec<ImportedSkill>, ParseError> {
    let lock: Lock = json::read(text)?;
    let targets = &lock.config.target_dirs;
    let claims = lock.repos.0.iter().flat_map(|(name, repository)| {
        let skills = repository.skills.iter();
        skills.map(move |skill| claim(name, repository, skill, targets))
    });
    Ok(claims.collect())
}

fn claim(name: &str, repository: &Repository, skill: &str, targets: &[String]) -> ImportedSkill {
    let folder = skill.trim_end_matches('/').rsplit('/').next();
    let mut claim = ImportedSkill::new(Tool::Skillup, folder.unwrap_or(skill), source(name));
    match repository.commit.as_deref().map(str::parse) {
        Some(Ok(commit)) => claim.evidence = Evidence::Commit(commit),
        _ if claim.source.is_ok() => claim.source = Err("its `commit` is missing".to_owned()),
        _ => {}
    }
    let reference = repository.branch.as_ref().or(repository.tag.as_ref());
    let reference = reference.or(repository.reference.as_ref());
    claim.reference = reference.map(|name| short_ref(name).to_owned());
    let place = |target: &String| format!("{}/{}", target.trim_end_matches('/'), claim.folder);
    claim.places = targets.iter().map(place).collect();
    claim
}

/// `owner/repo` of GitHub, or `azdo:organisation/project/repo` of Azure.
fn source(name: &str) -> Result<Source, String> {
    let Some(azure) = name.strip_prefix("azdo:") else {
        return repository(name);
    };
    match azure.split('/').collect::<Vec<_>>()[..] {
        [organisation, project, repo] => repository(&format!(
            "https://dev.azure.com/{organisation}/{project}/_git/{repo}"
        )),
        _ => Err(format!("`{name}` names no repository")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azure_has_its_own_addresses() {
        let shown = |name: &str| source(name).map(|source| source.to_string());
        assert_eq!(shown("a/b").unwrap(), "github:a/b");
        assert_eq!(
            shown("azdo:org/project/repo").unwrap(),
            "https://dev.azure.com/org/project/_git/repo"
        );
        assert!(shown("azdo:org/repo").is_err());
    }
}
