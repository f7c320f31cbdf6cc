//! The files in which other tools note what they installed: finding and reading them.

use std::path::{Path, PathBuf};

use super::skill_folders::SkillFolders;
use crate::context::Context;
use crate::fs::{self, At};
use crate::importers::{self, ImportedSkill, ParseError, apm, gh, npx};
use crate::operations::OpError;

/// A skill, and the file that names it, as shown to users.
pub(super) struct Noted {
    pub skill: ImportedSkill,
    pub file: String,
}

/// The files that were read, as shown to users, and the skills that they name.
#[derive(Default)]
pub(super) struct Manifests {
    pub files: Vec<String>,
    pub noted: Vec<Noted>,
}

impl Manifests {
    fn add(&mut self, file: String, skills: Vec<ImportedSkill>) {
        self.noted.extend(skills.into_iter().map(|skill| Noted {
            skill,
            file: file.clone(),
        }));
        self.files.push(file);
    }
}

/// Reads the given files, or without any all that are found.
pub(super) fn read(
    context: &Context<'_>,
    named: &[PathBuf],
    folders: &SkillFolders,
) -> Result<Manifests, OpError> {
    if named.is_empty() {
        return find(context, folders);
    }
    let mut manifests = Manifests::default();
    for path in named {
        let path = context.env.current_dir.join(path);
        let file = context.scope.display(&path);
        let Some(bytes) = read_limited(&path, &file)? else {
            return Err(OpError::Usage(format!("there is no {file}")));
        };
        let skills = parse(&path, &file, &bytes)?;
        manifests.add(file, skills);
    }
    Ok(manifests)
}

fn find(context: &Context<'_>, folders: &SkillFolders) -> Result<Manifests, OpError> {
    let mut manifests = Manifests::default();
    for folder in folders.skills(context)? {
        let path = folder.join("SKILL.md");
        let is_readable = fs::look(&path)?
            .is_some_and(|seen| seen.is_file() && seen.len() <= importers::MAX_BYTES as u64);
        if !is_readable {
            continue;
        }
        let bytes = fs::read_if_found(&path)?.unwrap_or_default();
        if let Some(mut skill) = gh::read(&name_of(&folder), &bytes) {
            let place = folder.strip_prefix(&context.scope.root).unwrap_or(&folder);
            skill.places = vec![place.to_string_lossy().replace('\\', "/")];
            manifests.add(context.scope.display(&path), vec![skill]);
        }
    }
    for path in known_places(context)? {
        let file = context.scope.display(&path);
        if let Some(bytes) = read_limited(&path, &file)? {
            let skills = parse(&path, &file, &bytes)?;
            manifests.add(file, skills);
        }
    }
    Ok(manifests)
}

/// The paths at which the tools keep their lockfiles.
pub(super) fn known_places(context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
    let root = &context.scope.root;
    if !context.scope.is_personal {
        let names = [npx::PROJECT_FILE, apm::FILE, apm::OLD_FILE];
        return Ok(names.iter().map(|name| root.join(name)).collect());
    }
    let home = context.dirs.home()?;
    let mut places = vec![home.join(".agents").join(npx::PERSONAL_FILE)];
    let state = context.env.state_home.as_ref();
    places.extend(state.map(|state| state.join("skills").join(npx::PERSONAL_FILE)));
    Ok(places)
}

fn read_limited(path: &Path, file: &str) -> Result<Option<Vec<u8>>, OpError> {
    let Some(found) = fs::if_found(std::fs::metadata(path)).at("look at", path)? else {
        return Ok(None);
    };
    if !found.is_file() {
        return Err(invalid(file, ParseError::at_start("it is not a file")));
    }
    if found.len() > importers::MAX_BYTES as u64 {
        let limit = importers::MAX_BYTES >> 20;
        let problem = format!("it has more than {limit} MiB, the limit");
        return Err(invalid(file, ParseError::at_start(problem)));
    }
    Ok(fs::read_if_found(path)?)
}

fn parse(path: &Path, file: &str, bytes: &[u8]) -> Result<Vec<ImportedSkill>, OpError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name == "SKILL.md" {
        let folder = path.parent().unwrap_or(path);
        let skill = gh::read(&name_of(folder), bytes).ok_or_else(|| {
            let problem = "its frontmatter has no `github-repo`: gh skill did not install it";
            invalid(file, ParseError::at_start(problem))
        })?;
        return Ok(vec![skill]);
    }
    let parse = match name.as_ref() {
        npx::PERSONAL_FILE => npx::personal,
        npx::PROJECT_FILE => npx::project,
        apm::FILE | apm::OLD_FILE => apm::read,
        _ => {
            return Err(OpError::Usage(format!(
                "mdskill can't import {file}: it reads {}, {}, {}, and a SKILL.md that gh skill installed",
                npx::PROJECT_FILE,
                npx::PERSONAL_FILE,
                apm::FILE,
            )));
        }
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = String::from_utf8_lossy(before).matches('\n').count() + 1;
        let problem = "it is not UTF-8".to_owned();
        invalid(file, ParseError { line, problem })
    })?;
    parse(text).map_err(|error| invalid(file, error))
}

fn invalid(file: &str, error: ParseError) -> OpError {
    OpError::Manifest {
        file: file.to_owned(),
        line: error.line,
        problem: error.problem,
    }
}

fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
