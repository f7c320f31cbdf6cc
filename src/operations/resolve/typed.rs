//! The meaning of an argument that names a skill: an installed skill, a path, or a spec.

use std::path::{Component, Path, PathBuf};

use super::{full_spec, source_of};
use crate::context::Context;
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::installed::InstalledSkill;
use crate::skill::select::nearest;
use crate::spec::{Spec, SpecSource};
use mdskill_lint::SKILL_FILE;
use mdskill_lint::name::SkillName;

/// The most names that are suggested.
const MAX_SUGGESTIONS: usize = 3;

/// A skill that a command shows or explains.
#[derive(Debug)]
pub(crate) enum Subject {
    /// An installed skill.
    Installed(SkillName),
    /// A skill of a repository.
    Spec(Spec),
}

impl Subject {
    /// Finds the skill that the user typed: by the name or the path of an installed skill, or as a spec.
    pub(crate) fn find(context: &Context<'_>, typed: &str) -> Result<Self, OpError> {
        let lockfile = context.lockfile()?.unwrap_or_default();
        if let Some(name) = installed_at(context, &lockfile, typed) {
            return Ok(Self::Installed(name));
        }
        if is_path_like(typed) {
            return Ok(Self::Spec(spec_of(context, typed)?));
        }
        let name = SkillName::from_folder(typed)?;
        let has_skill = |path: PathBuf| path.join(SKILL_FILE).is_file();
        if !lockfile.skills.contains_key(&name) && existing(context, typed).is_some_and(has_skill) {
            return Ok(Self::Spec(spec_of(context, typed)?));
        }
        Ok(Self::Installed(name))
    }
}

/// Parses a spec. A path that exists, here or in the root of the project, takes precedence over a
/// repository.
pub(crate) fn spec_of(context: &Context<'_>, typed: &str) -> Result<Spec, OpError> {
    let parsed = typed.parse::<Spec>();
    if let Ok(spec) = &parsed
        && typed.contains('#')
        && spec.git_ref.is_some()
        && matches!(spec.origin, SpecSource::GitHub { .. })
    {
        context
            .progress
            .warn(&format!("reading `{typed}` as `{spec}`"));
    }
    if typed.contains(':') {
        return Ok(parsed?);
    }
    let Some(path) = existing(context, typed) else {
        // A name that exists here is not the name of a host.
        return match parsed {
            Ok(Spec {
                origin: SpecSource::Host { .. },
                ..
            }) if first_exists(context, typed) => Err(OpError::NoSuchPath(typed.to_owned())),
            parsed => Ok(parsed?),
        };
    };
    let (typed, path) = without_skill_file(typed, path);
    if let Ok(Spec {
        origin: SpecSource::GitHub { .. },
        ..
    }) = &parsed
    {
        context.progress.warn(&format!(
            "using the folder {typed}; for the repository, write `github:{typed}`"
        ));
    }
    let is_here = context.env.current_dir.join(typed) == path;
    let folder = match parsed {
        Ok(Spec {
            origin: SpecSource::Folder(_),
            ..
        }) if is_here => typed.to_owned(),
        _ if is_here => format!("./{typed}"),
        _ => path.display().to_string(),
    };
    Ok(Spec {
        origin: SpecSource::Folder(folder),
        skill: None,
        git_ref: None,
    })
}

/// Whether the first part of a path exists, here or in the root of the project.
fn first_exists(context: &Context<'_>, typed: &str) -> bool {
    let first = typed.split('/').next().unwrap_or_default();
    existing(context, first).is_some()
}

/// Returns the folder in place of the `SKILL.md` in it.
fn without_skill_file(typed: &str, path: PathBuf) -> (&str, PathBuf) {
    let is_skill_file = path.is_file() && path.file_name().is_some_and(|name| name == SKILL_FILE);
    match path.parent() {
        Some(folder) if is_skill_file => {
            let typed = typed.strip_suffix(SKILL_FILE).unwrap_or(typed);
            let typed = typed.trim_end_matches('/');
            let typed = if typed.is_empty() { "." } else { typed };
            (typed, folder.to_owned())
        }
        _ => (typed, path),
    }
}

/// Returns the installed skills that the user named, each by its name, its path, or its spec.
pub(crate) fn installed_names(
    context: &Context<'_>,
    typed: &[String],
) -> Result<Vec<SkillName>, OpError> {
    let mut names = Vec::new();
    for text in typed {
        if !is_path_like(text) {
            names.push(SkillName::from_folder(text)?);
            continue;
        }
        let lockfile = context.lockfile()?.unwrap_or_default();
        match installed_at(context, &lockfile, text) {
            Some(name) => names.push(name),
            None => names.extend(installed_from(context, &lockfile, text)?),
        }
    }
    Ok(names)
}

/// Whether a text can't be the name of a skill.
fn is_path_like(typed: &str) -> bool {
    typed.contains(['/', '\\']) || typed == "."
}

/// Returns the path that the user typed if it exists, here or in the root of the project.
pub(crate) fn existing(context: &Context<'_>, typed: &str) -> Option<PathBuf> {
    let places = [&context.env.current_dir, &context.scope.root];
    let mut paths = places.into_iter().map(|folder| folder.join(typed));
    paths.find(|path| path.exists())
}

/// Returns the installed skill whose folder the user typed, such as `.github/skills/pdf`.
pub(crate) fn installed_at(
    context: &Context<'_>,
    lockfile: &Lockfile,
    typed: &str,
) -> Option<SkillName> {
    if !is_path_like(typed) {
        return None;
    }
    let places = [&context.env.current_dir, &context.scope.root];
    let paths = places.map(|folder| plain(&folder.join(typed)));
    let mut skills = InstalledSkill::all(&context.scope, lockfile);
    let found = skills.find(|skill| {
        let mut folders = skill.folders().map(|folder| plain(&folder.path));
        folders.any(|folder| paths.contains(&folder))
    });
    found.map(|skill| skill.name.clone())
}

/// Returns a path with its links followed, if it exists, and without `.`, `..`, and `SKILL.md`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    if plain.file_name().is_some_and(|name| name == SKILL_FILE) {
        plain.pop();
    }
    plain.canonicalize().unwrap_or(plain)
}

/// Returns the installed skills of a spec: one skill, or all of a repository.
fn installed_from(
    context: &Context<'_>,
    lockfile: &Lockfile,
    typed: &str,
) -> Result<Vec<SkillName>, OpError> {
    let spec: Spec = typed.parse()?;
    let found = match source_of(context, &spec) {
        Ok(source) if spec.git_ref.is_none() => {
            let is_named = |name: &SkillName, path: &str| match &spec.skill {
                None => true,
                Some(wanted) => {
                    path == wanted
                        || path.ends_with(&format!("/{wanted}"))
                        || name.as_str() == wanted
                }
            };
            let entries = lockfile.skills.iter();
            let entries = entries
                .filter(|(name, entry)| entry.source == source && is_named(name, &entry.path));
            entries.map(|(name, _)| name.clone()).collect()
        }
        _ => Vec::new(),
    };
    if !found.is_empty() {
        return Ok(found);
    }
    let is_path = matches!(spec.origin, SpecSource::Folder(_));
    if let Some(path) = existing(context, typed).filter(|_| is_path)
        && path.join(SKILL_FILE).is_file()
        && let Some(name) = path.file_name()
    {
        return Err(OpError::Unmanaged {
            name: SkillName::from_folder(&name.to_string_lossy())?,
            place: context.scope.display(&path),
        });
    }
    let installed = lockfile.skills.keys().map(SkillName::as_str);
    let near = nearest(installed, typed.trim_end_matches('/'), MAX_SUGGESTIONS);
    Err(OpError::NotInstalledFrom {
        typed: typed.to_owned(),
        nearest: near.into_iter().map(str::to_owned).collect(),
        is_path,
    })
}

/// Returns the spec of an installed skill, for `add NAME@ref`; `None` if it is not installed.
pub(crate) fn spec_of_installed(
    context: &Context<'_>,
    name: &str,
) -> Result<Option<Spec>, OpError> {
    let lockfile = context.lockfile()?.unwrap_or_default();
    let entry = lockfile
        .skills
        .iter()
        .find(|(found, _)| found.as_str() == name);
    let spec = entry.map(|(_, entry)| full_spec(&entry.source, &entry.path).parse());
    Ok(spec.transpose()?)
}
