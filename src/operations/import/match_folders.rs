//! Matching the skills that other tools note with the folders on disk.

use std::collections::BTreeMap;

use super::Stop;
use super::manifests::Noted;
use super::skill_folders::SkillFolders;
use crate::context::Context;
use crate::fetch::is_git_folder;
use crate::fetch::resolve::Query;
use crate::fs::tree::{OnDisk, Snapshot};
use crate::fs::{self, At};
use crate::importers::{Evidence, ImportedSkill};
use crate::install::scope::Scope;
use crate::lockfile::Lockfile;
use crate::operations::resolve::{full_spec, relative};
use crate::source::Source;
use crate::target::Target;
use mdskill_git::ObjectId;
use mdskill_git::objects::blob_id;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// A skill that another tool noted and that is installed.
pub(super) struct MatchedSkill {
    pub name: SkillName,
    pub noted: ImportedSkill,
    pub source: Source,
    /// The query for the noted ref.
    pub query: Query,
    pub targets: Vec<Target>,
    /// Its files, which are the same in all targets.
    pub snapshot: Snapshot,
    /// The id that git gives its `SKILL.md`.
    pub skill_file: Option<ObjectId>,
}

/// Matches all noted skills, each by its name. Several notes about one folder make one skill.
pub(super) fn match_folders(
    context: &Context<'_>,
    noted: Vec<Noted>,
    folders: &SkillFolders,
    lockfile: &Lockfile,
) -> Vec<(String, Result<MatchedSkill, Stop>)> {
    let mut by_folder: BTreeMap<String, Vec<Noted>> = BTreeMap::new();
    for noted in noted {
        let folder = fold(&noted.skill.folder);
        by_folder.entry(folder).or_default().push(noted);
    }
    let mut matches = Vec::new();
    for mut notes in by_folder.into_values() {
        notes.sort_by_key(precision);
        if let Some(noted) = notes.pop() {
            let name = noted.skill.name.clone();
            let skill = match_skill(context, noted, &notes, folders, lockfile);
            matches.push((name, skill));
        }
    }
    matches
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

/// Matches a skill, which other tools may have noted, too.
fn match_skill(
    context: &Context<'_>,
    noted: Noted,
    others: &[Noted],
    folders: &SkillFolders,
    lockfile: &Lockfile,
) -> Result<MatchedSkill, Stop> {
    let scope = &context.scope;
    let name = SkillName::from_folder(&noted.skill.folder)
        .map_err(|error| Stop::NotImported(error.to_string()))?;
    let mut locked = lockfile.skills.keys();
    if let Some(locked) = locked.find(|locked| fold(locked.as_str()) == fold(name.as_str())) {
        let reason = format!("mdskill.lock already has `{locked}`");
        return Err(Stop::AlreadyLocked(reason));
    }
    let mut targets = folders.of(scope, &noted.skill, &name);
    for other in others {
        if !other.skill.agrees(&noted.skill) {
            return Err(Stop::NotImported(format!(
                "both {} and {} name its folder; import one of the two files by its name",
                origin(other),
                origin(&noted)
            )));
        }
        let more = folders.of(scope, &other.skill, &name);
        let more = more.into_iter().filter(|target| !targets.contains(target));
        targets.extend(more.collect::<Vec<_>>());
    }
    let source = noted.skill.source.clone().map_err(Stop::NotImported)?;
    let source = resolve_folder(scope, source)?;
    let query = Query::from_lock(noted.skill.git_ref.as_deref()).map_err(Stop::NotImported)?;
    let Some(first) = targets.first() else {
        return Err(not_installed(&noted, &source, &name, folders));
    };
    let snapshot = read(scope, first, &name)?;
    for other in &targets[1..] {
        if read(scope, other, &name)? != snapshot {
            return Err(Stop::NotImported(format!(
                "its copies differ: {} and {}; remove one of them",
                scope.display(&scope.skill(first, &name)),
                scope.display(&scope.skill(other, &name))
            )));
        }
    }
    let page = scope.skill(first, &name).join(SKILL_FILE);
    let page = fs::if_found(fs::read_plain(&page)).at("read", &page)?;
    Ok(MatchedSkill {
        skill_file: page.map(|page| blob_id(&page)).transpose()?,
        name,
        noted: noted.skill,
        source,
        query,
        targets,
        snapshot,
    })
}

fn origin(noted: &Noted) -> String {
    match &noted.skill.source {
        Ok(source) => format!("{} ({source})", noted.file),
        Err(_) => noted.file.clone(),
    }
}

fn not_installed(noted: &Noted, source: &Source, name: &SkillName, folders: &SkillFolders) -> Stop {
    let places = &noted.skill.places;
    let problem = if places.is_empty() {
        format!("{} has no folder `{name}`", folders.names())
    } else {
        format!("{} does not exist", places.join(", "))
    };
    let path = noted.skill.path.as_deref().unwrap_or(name.as_str());
    Stop::NotImported(format!(
        "{} names it, but {problem}; `mdskill add {}` installs it",
        noted.file,
        full_spec(source, path)
    ))
}

/// Reads the files of a skill in a target.
fn read(scope: &Scope, target: &Target, name: &SkillName) -> Result<Snapshot, Stop> {
    let folder = scope.skill(target, name);
    let OnDisk::Folder(snapshot) = OnDisk::read(&folder)? else {
        let problem = format!("{} is not a folder", scope.display(&folder));
        return Err(Stop::NotImported(problem));
    };
    match snapshot.special_files.first() {
        Some(path) => Err(Stop::NotImported(format!(
            "`{path}` in its folder is a link or another special file, which no version has"
        ))),
        None => Ok(snapshot),
    }
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
