//! Matching the skills that other tools note with the folders on disk.

use std::collections::{BTreeMap, BTreeSet};

use super::installed_copies::{InstalledCopy, InstalledFolders, SkillFolders};
use super::manifests::Noted;
use super::outcome::{ImportOutcome, Stop};
use crate::context::Context;
use crate::fetch::is_git_folder;
use crate::importers::{Evidence, ImportedSkill};
use crate::install::scope::Scope;
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::operations::resolve::{full_spec, relative};
use crate::source::Source;
use crate::target::Target;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// A skill that another tool noted and that is installed.
pub(super) struct MatchedSkill {
    pub name: SkillName,
    pub noted: ImportedSkill,
    pub source: Source,
    pub targets: Vec<Target>,
    /// Its files, which are the same in all targets.
    pub copy: InstalledCopy,
}

/// The outcomes for all noted skills.
pub(super) struct Matches {
    pub outcomes: Vec<ImportOutcome<MatchedSkill>>,
    /// Symbolic links that were not imported from.
    pub links: BTreeSet<String>,
}

/// A skill with the folders that it is installed in.
struct Located {
    name: SkillName,
    /// The note, and the file that has it.
    noted: Noted,
    folders: InstalledFolders,
}

/// Matches all noted skills. Several notes about one folder make one skill.
pub(super) fn match_folders(
    context: &Context<'_>,
    noted: Vec<Noted>,
    folders: &SkillFolders,
    lockfile: &Lockfile,
) -> Result<Matches, OpError> {
    let mut by_folder: BTreeMap<String, Vec<Noted>> = BTreeMap::new();
    for noted in noted {
        let folder = fold(&noted.skill.folder);
        by_folder.entry(folder).or_default().push(noted);
    }
    let mut matches = Matches {
        outcomes: Vec::new(),
        links: folders.links.clone(),
    };
    for notes in by_folder.into_values() {
        let shown = notes[0].skill.name.clone();
        let located = locate(&context.scope, notes, folders, lockfile);
        if let Ok(located) = &located {
            matches.links.extend(located.folders.links.iter().cloned());
        }
        let skill = located.and_then(|located| read_copy(context, located, folders));
        matches.outcomes.push(ImportOutcome::of(&shown, skill)?);
    }
    Ok(matches)
}

/// Finds the folders of one skill, of which there is at least one note.
fn locate(
    scope: &Scope,
    notes: Vec<Noted>,
    folders: &SkillFolders,
    lockfile: &Lockfile,
) -> Result<Located, Stop> {
    let name = SkillName::from_folder(&notes[0].skill.folder)
        .map_err(|error| Stop::NotImported(error.to_string()))?;
    let mut locked = lockfile.skills.keys();
    if let Some(locked) = locked.find(|locked| fold(locked.as_str()) == fold(name.as_str())) {
        return Err(Stop::AlreadyLocked(format!(
            "mdskill.lock already has `{locked}`"
        )));
    }
    for other in &notes[1..] {
        if !other.skill.agrees(&notes[0].skill) {
            return Err(Stop::NotImported(format!(
                "both {} and {} name its folder; import one of the two files by its name",
                origin(&notes[0]),
                origin(other)
            )));
        }
    }
    let mut found = InstalledFolders {
        targets: Vec::new(),
        links: BTreeSet::new(),
    };
    for noted in &notes {
        let mut of_note = folders.of(scope, &noted.skill, &name)?;
        of_note
            .targets
            .retain(|target| !found.targets.contains(target));
        found.targets.append(&mut of_note.targets);
        found.links.append(&mut of_note.links);
    }
    let most_precise = notes.into_iter().max_by_key(precision);
    Ok(Located {
        name,
        noted: most_precise.ok_or_else(|| Stop::NotImported("nothing is noted".to_owned()))?,
        folders: found,
    })
}

/// Ranks how precisely the installed version is noted.
fn precision(noted: &Noted) -> (u8, bool) {
    let rank = match noted.skill.evidence {
        Evidence::Files => 0,
        Evidence::ComputedHash(_) => 1,
        Evidence::Tree(_) => 2,
        Evidence::Commit(_) => 3,
    };
    (rank, noted.skill.path.is_some())
}

fn origin(noted: &Noted) -> String {
    match &noted.skill.source {
        Ok(source) => format!("{} ({source})", noted.file),
        Err(_) => noted.file.clone(),
    }
}

/// Reads the files of a skill, which must be the same in all its folders.
fn read_copy(
    context: &Context<'_>,
    located: Located,
    searched: &SkillFolders,
) -> Result<MatchedSkill, Stop> {
    let Located {
        name,
        noted,
        folders: InstalledFolders { targets, .. },
    } = located;
    let source = noted.skill.source.clone().map_err(Stop::NotImported)?;
    let source = resolve_folder(&context.scope, source)?;
    let Some(first) = targets.first() else {
        let spec = full_spec(
            &source,
            noted.skill.path.as_deref().unwrap_or(name.as_str()),
        );
        let problem = if noted.skill.places.is_empty() {
            format!("{} has no folder `{name}`", searched.names())
        } else {
            format!("{} does not exist", noted.skill.places.join(", "))
        };
        return Err(Stop::NotImported(format!(
            "{} names it, but {problem}; `mdskill add {spec}` installs it",
            noted.file
        )));
    };
    let place = |target| context.scope.skill(target, &name);
    let copy = InstalledCopy::read(&place(first))?;
    for other in &targets[1..] {
        if InstalledCopy::read(&place(other))? != copy {
            return Err(Stop::NotImported(format!(
                "its copies differ: {} and {}; remove one of them",
                context.scope.display(&place(first)),
                context.scope.display(&place(other))
            )));
        }
    }
    Ok(MatchedSkill {
        name,
        noted: noted.skill,
        source,
        targets,
        copy,
    })
}

/// Returns the source as the lockfile names it: a folder relative to the root.
fn resolve_folder(scope: &Scope, source: Source) -> Result<Source, Stop> {
    let Source::Folder { path } = source else {
        return Ok(source);
    };
    let found = scope.root.join(&path).canonicalize().map_err(|_| {
        Stop::NotImported(format!(
            "it was copied from the folder `{path}`, which does not exist any more"
        ))
    })?;
    if is_git_folder(&found) {
        let url = format!("file://{}", found.display());
        return Ok(Source::Git { url });
    }
    let root = scope.root.canonicalize();
    let root = root.unwrap_or_else(|_| scope.root.clone());
    Ok(Source::Folder {
        path: relative(&root, &found),
    })
}
