//! Which files of other tools there are, and what they claim.

use std::path::{Path, PathBuf};

use super::installed_copies::SkillFolders;
use crate::context::Context;
use crate::fs::{self, At};
use crate::importers::{
    self, ImportedSkill, ParseError, apm, gh, npx, openskills, skillcask, skillup,
};
use crate::ops::OpError;

/// A claim, and the file that makes it, as people know it.
pub(super) struct Filed {
    pub claim: ImportedSkill,
    pub file: String,
}

/// Reads the files named, or all that are found.
pub(super) fn read(
    context: &Context<'_>,
    named: &[PathBuf],
    shelves: &SkillFolders,
) -> Result<(Vec<String>, Vec<Filed>), OpError> {
    let (files, mut claims) = match named {
        [] => {
            let files = known_places(context)?;
            (files, of_skills(context, shelves)?)
        }
        named => {
            let named = named.iter().map(|file| context.env.current_dir.join(file));
            (named.collect(), Vec::new())
        }
    };
    let mut read: Vec<String> = claims.iter().map(|filed| filed.file.clone()).collect();
    for path in files {
        let file = context.site.display(&path);
        let Some(bytes) = bytes_of(&path)? else {
            match named {
                [] => continue,
                _ => return Err(OpError::Usage(format!("there is no {file}"))),
            }
        };
        let found = claims_of(&path, &file, &bytes)?;
        read.push(file.clone());
        claims.extend(found.into_iter().map(|claim| Filed {
            claim,
            file: file.clone(),
        }));
    }
    Ok((read, claims))
}

/// Where each tool keeps its lock.
fn known_places(context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
    let root = &context.site.root;
    if !context.site.is_personal {
        let names = [
            npx::PROJECT_FILE,
            skillcask::FILE,
            apm::FILE,
            apm::OLD_FILE,
            skillup::FILE,
        ];
        return Ok(names.iter().map(|name| root.join(name)).collect());
    }
    let home = context.dirs.home()?;
    let of_npx = |folder: PathBuf| folder.join(npx::PERSONAL_FILE);
    let state = context.env.state_home();
    let mut files = vec![of_npx(home.join(".agents"))];
    files.extend(state.map(|state| of_npx(state.join("skills"))));
    files.push(home.join(".config/skillcask").join(skillcask::FILE));
    Ok(files)
}

fn bytes_of(path: &Path) -> Result<Option<Vec<u8>>, OpError> {
    let Some(found) = fs::if_found(std::fs::metadata(path)).at("look at", path)? else {
        return Ok(None);
    };
    let refuse = |problem: String| OpError::Manifest {
        file: path.display().to_string(),
        line: 1,
        problem,
    };
    if !found.is_file() {
        return Err(refuse("it is no file".to_owned()));
    }
    if usize::try_from(found.len()).unwrap_or(usize::MAX) > importers::MAX_BYTES {
        let limit = importers::MAX_BYTES >> 20;
        return Err(refuse(format!("it has more than {limit} MiB, the limit")));
    }
    Ok(fs::read_if_found(path)?)
}

fn claims_of(path: &Path, file: &str, bytes: &[u8]) -> Result<Vec<ImportedSkill>, OpError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let refuse = |damage: ParseError| OpError::Manifest {
        file: file.to_owned(),
        line: damage.line,
        problem: damage.problem,
    };
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    let folder = folder.to_string_lossy();
    if name == "SKILL.md" {
        return match gh::read(&folder, bytes) {
            Some(claim) => Ok(vec![claim]),
            None => Err(refuse(ParseError {
                line: 1,
                problem: "its frontmatter has no `github-repo`: gh skill did not install it"
                    .to_owned(),
            })),
        };
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = String::from_utf8_lossy(before).matches('\n').count() + 1;
        let problem = "it is not UTF-8".to_owned();
        refuse(ParseError { line, problem })
    })?;
    let claims = match name.as_ref() {
        npx::PERSONAL_FILE => npx::personal(text),
        npx::PROJECT_FILE => npx::project(text),
        skillcask::FILE => skillcask::read(text),
        apm::FILE | apm::OLD_FILE => apm::read(text),
        skillup::FILE => skillup::read(text),
        openskills::FILE => openskills::read(&folder, text).map(|claim| vec![claim]),
        _ => {
            return Err(OpError::Usage(format!(
                "{file} is no lock that mdskill knows: those are {}, {}, {}, {}, {}, {} and a SKILL.md of gh skill",
                npx::PROJECT_FILE,
                npx::PERSONAL_FILE,
                skillcask::FILE,
                apm::FILE,
                skillup::FILE,
                openskills::FILE,
            )));
        }
    };
    claims.map_err(refuse)
}

/// Reads what lies in the skills themselves: gh writes into each `SKILL.md` where it is from,
/// openskills a file beside it.
fn of_skills(context: &Context<'_>, shelves: &SkillFolders) -> Result<Vec<Filed>, OpError> {
    let mut claims = Vec::new();
    for folder in shelves.folders(context)? {
        let place = folder.strip_prefix(&context.site.root).unwrap_or(&folder);
        let place = place.to_string_lossy().replace('\\', "/");
        for name in ["SKILL.md", openskills::FILE] {
            let path = folder.join(name);
            let is_small = |seen: std::fs::Metadata| {
                seen.is_file() && seen.len() <= importers::MAX_BYTES as u64
            };
            if !fs::look(&path)?.is_some_and(is_small) {
                continue;
            }
            let file = context.site.display(&path);
            let bytes = fs::read_if_found(&path)?.unwrap_or_default();
            let shown = folder.file_name().unwrap_or_default().to_string_lossy();
            let found = match name {
                "SKILL.md" => gh::read(&shown, &bytes).into_iter().collect(),
                _ => claims_of(&path, &file, &bytes)?,
            };
            claims.extend(found.into_iter().map(|mut claim| {
                claim.places = vec![place.clone()];
                Filed {
                    claim,
                    file: file.clone(),
                }
            }));
        }
    }
    Ok(claims)
}
