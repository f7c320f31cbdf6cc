//! The lock of skillcask, `skills.lock`. Its `skills.toml` holds nothing that is not in there.

use toml_edit::{Item, TableLike, Value};

use super::{Evidence, ImportedSkill, MAX_SKILLS, ParseError, Tool, put_path, repository};
use crate::source::Source;
use crate::spec::Reference;
use crate::toml::{self, Fault};

/// The lock's name.
pub const FILE: &str = "skills.lock";
/// The versions that are known: 2 is 1 with `requires`.
const VERSIONS: [i64; 2] = [1, 2];

/// Reads the lock.
///
/// # Errors
/// When it is damaged, or of another version.
pub fn read(text: &str) -> Result<Vec<ImportedSkill>, ParseError> {
    claims(text).map_err(|fault| {
        let (line, problem) = fault.in_line_of(text);
        ParseError { line, problem }
    })
}

fn claims(text: &str) -> Result<Vec<ImportedSkill>, Fault> {
    let document = toml::parse(text)?;
    let Some(version) = document.get("version") else {
        return Err(Fault::new(
            0,
            "`version` is missing; did skillcask write it?",
        ));
    };
    if !version
        .as_integer()
        .is_some_and(|found| VERSIONS.contains(&found))
    {
        let found = version.to_string();
        let damage = ParseError::of_version(1, found.trim(), "1 and 2");
        return Err(Fault::of(version, damage.problem));
    }
    let Some(packages) = document.get("package") else {
        return Ok(Vec::new());
    };
    let packages = packages
        .as_array_of_tables()
        .ok_or_else(|| Fault::of(packages, "`package` is not a list of `[[package]]` blocks"))?;
    let mut claims = Vec::new();
    for package in packages {
        let start = package.span().map_or(0, |span| span.start);
        let Some(skills) = package.get("skills") else {
            return Err(Fault::new(start, "`skills` is missing in this block"));
        };
        let listed = skills
            .as_array()
            .ok_or_else(|| Fault::of(skills, "`skills` is not a list"))?;
        for skill in listed {
            let skill = skill
                .as_inline_table()
                .ok_or_else(|| Fault::of(skills, "`skills` is not a list of `{ name = … }`"))?;
            claims.push(claim(package, skill, skills)?);
        }
        if claims.len() > MAX_SKILLS {
            return Err(Fault::new(start, format!("more than {MAX_SKILLS} skills")));
        }
    }
    Ok(claims)
}

fn claim(
    package: &dyn TableLike,
    skill: &toml_edit::InlineTable,
    skills: &Item,
) -> Result<ImportedSkill, Fault> {
    let of_skill = |key: &str| skill.get(key).and_then(Value::as_str);
    let name = of_skill("name").ok_or_else(|| Fault::of(skills, "a skill's `name` is missing"))?;
    let dist = package.get("dist").and_then(Item::as_table_like);
    let of_dist = |key: &str| dist.and_then(|dist| dist.get(key)).and_then(Item::as_str);
    let source = match (of_dist("type"), of_dist("url")) {
        (Some("git"), Some(url)) => repository(url),
        (Some(_), Some(url)) => archive(url),
        _ => Err("its `dist`, which would name the repository, is missing".to_owned()),
    };
    let mut claim = ImportedSkill::new(Tool::Skillcask, name, source);
    put_path(&mut claim, of_skill("path"));
    match of_dist("reference").map(str::parse) {
        Some(Ok(commit)) => claim.evidence = Evidence::Commit(commit),
        _ if claim.source.is_ok() => {
            claim.source = Err("its `dist` has no commit as `reference`".to_owned());
        }
        _ => {}
    }
    let text = |key: &str| package.get(key).and_then(Item::as_str);
    let is_ref = package.get("ref").and_then(Item::as_bool) == Some(true);
    let constraint = text("constraint");
    let is_range = |text: &&str| matches!(text.parse(), Ok(Reference::Range(..)));
    claim.reference = match is_ref {
        true => constraint,
        // What is no range to us stays at the version that it gave.
        false => constraint.filter(is_range).or(text("version")),
    }
    .map(str::to_owned);
    claim.places = vec![format!(".agents/skills/{name}")];
    Ok(claim)
}

/// Returns the repository of an archive's address, as GitHub gives them.
fn archive(url: &str) -> Result<Source, String> {
    let unknown = || format!("its archive `{url}` names no repository");
    let rest = url.strip_prefix("https://").ok_or_else(unknown)?;
    let (host, path) = rest.split_once('/').ok_or_else(unknown)?;
    let (host, path) = match host {
        "api.github.com" => ("github.com", path),
        host => (host, path.strip_prefix("api/v3/").ok_or_else(unknown)?),
    };
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["repos", owner, repo, "zipball" | "tarball", ..] => {
            repository(&format!("https://{host}/{owner}/{repo}"))
        }
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_names_its_repository() {
        let source = |url: &str| archive(url).map(|source| source.to_string());
        let api = "https://api.github.com/repos/acme/skills/zipball/abc";
        assert_eq!(source(api).unwrap(), "github:acme/skills");
        let own = "https://ghe.acme.com/api/v3/repos/acme/skills/zipball/abc";
        assert_eq!(source(own).unwrap(), "https://ghe.acme.com/acme/skills");
        for other in [
            "",
            "http://api.github.com/repos/a/b/zipball/c",
            "https://h/x.zip",
        ] {
            assert!(source(other).is_err(), "{other}");
        }
    }
}
