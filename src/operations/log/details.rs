//! The differences of each commit, and the folder that a skill was moved from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use tracing::info;

use crate::diff::{SkillDiff, capabilities, compare_with, unified};
use crate::fetch::Repository;
use crate::fetch::history::path_walk::Change;
use crate::operations::OpError;
use crate::parallel;
use crate::skill::discover::{Discovery, discover};
use crate::skill::{GitFiles, SkillPlace};
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, TreeEntry};
use mdskill_lint::capability::Capability;
use mdskill_lint::skill_files::{MemoryFiles, SkillFiles};

/// The most files that are fetched for the differences.
const MAX_FILES: usize = 4000;
/// The extensions of files that are not fetched, because they have no lines.
const BINARY: [&str; 24] = [
    "7z", "docx", "gif", "gz", "ico", "jar", "jpeg", "jpg", "mov", "mp3", "mp4", "otf", "pdf",
    "png", "pptx", "tar", "ttf", "wasm", "wav", "webm", "webp", "woff", "woff2", "zip",
];

/// The details of a change.
#[derive(Debug, Default)]
pub(super) struct Details {
    /// The differences from the first parent.
    pub(super) diff: Option<SkillDiff>,
    /// The differences in git's unified format.
    pub(super) patch: Option<String>,
    /// The former folder.
    pub(super) moved_from: Option<String>,
}

/// The changes of a skill.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SkillChanges<'a> {
    /// The name of the skill.
    pub(crate) name: &'a str,
    /// Its folder in the repository.
    pub(crate) path: &'a str,
    /// The commits that changed it.
    pub(crate) changes: &'a [Change],
}

/// Reads the details of each change of each skill. The files are fetched in one request; without them,
/// there are no details.
pub(super) async fn read(
    repository: &mut Repository<'_>,
    skills: &[SkillChanges<'_>],
    with_patches: bool,
) -> Result<Vec<Vec<Details>>, OpError> {
    let objects = repository.objects();
    let places: Vec<SkillPlace<'_>> = skills
        .iter()
        .flat_map(|skill| skill.changes.iter().map(move |change| (skill.path, change)))
        .flat_map(|(path, change)| places_in_order(objects, path, change))
        .flatten()
        .collect();
    if let Err(error) = repository.fetch_links(&places, &[]).await {
        info!(%error, "continuing without the links of old versions");
    }
    let files = files(repository.objects(), &places);
    let count = files.len();
    if count <= MAX_FILES
        && let Err(error) = repository.fetch_blobs(files, &[]).await
    {
        info!(%error, count, "continuing without the files of old versions");
    }
    // Each thread opens the repository for itself.
    let (store, moves) = (repository.objects().shared(), Discoveries::default());
    let read = skills.par_iter().map(|skill| {
        store.on_this_thread(|objects| {
            let mut known = KnownCapabilities::default();
            let details = skill.changes.iter().map(|change| {
                let places = places_in_order(objects, skill.path, change);
                let mut details = differences(objects, skill, places, with_patches, &mut known);
                details.moved_from = moved_from(objects, &moves, skill.path, change);
                details
            });
            Ok(details.collect())
        })
    });
    Ok(parallel::run(|| read.collect::<Result<_, ObjectError>>())?)
}

/// The skills of commits that were found already: many skills are added by the same commit.
#[derive(Default)]
struct Discoveries(Mutex<BTreeMap<ObjectId, Option<Arc<Discovery>>>>);

impl Discoveries {
    fn of(&self, objects: &Objects, commit: ObjectId) -> Option<Arc<Discovery>> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&commit) {
            return known.clone();
        }
        // Other threads search other commits in the meantime.
        let root = objects.root_tree(commit).ok();
        let found = root.and_then(|root| discover(objects, root).ok());
        let found = found.map(Arc::new);
        lock().insert(commit, found.clone());
        found
    }
}

/// Returns the places of the skill before and after a change.
fn places_in_order<'p>(
    objects: &Objects,
    path: &'p str,
    change: &Change,
) -> [Option<SkillPlace<'p>>; 2] {
    let place = |commit: Option<ObjectId>, tree: Option<ObjectId>| {
        let root = objects.root_tree(commit?).ok();
        Some(SkillPlace {
            root,
            path,
            tree: tree?,
        })
    };
    [
        place(change.parent, change.before),
        place(Some(change.id), change.after),
    ]
}

/// Returns the text files of the skill at these places.
fn files(objects: &Objects, places: &[SkillPlace<'_>]) -> BTreeSet<ObjectId> {
    let is_text = |path: &str| {
        let extension = path
            .rsplit_once('.')
            .map(|(_, extension)| extension.to_ascii_lowercase());
        extension.is_none_or(|extension| !BINARY.contains(&extension.as_str()))
    };
    let trees: BTreeSet<ObjectId> = places.iter().map(|place| place.tree).collect();
    let files = trees
        .into_iter()
        .flat_map(|tree| objects.files(tree).unwrap_or_default());
    let files = files.filter(|(path, _)| is_text(path));
    files.map(|(_, entry)| entry.id).collect()
}

/// The capabilities of versions: each one is after one change, and before the next. The files of a tree with
/// links depend on the root, too.
#[derive(Default)]
struct KnownCapabilities(HashMap<(ObjectId, Option<ObjectId>), BTreeSet<Capability>>);

impl KnownCapabilities {
    fn of(
        &mut self,
        objects: &Objects,
        place: Option<SkillPlace<'_>>,
        files: &dyn SkillFiles,
    ) -> BTreeSet<Capability> {
        let Some(place) = place else {
            return capabilities(files);
        };
        let all = objects.files(place.tree).unwrap_or_default();
        let has_links = all
            .iter()
            .any(|(_, entry)| entry.mode == TreeEntry::SYMLINK);
        let key = (place.tree, place.root.filter(|_| has_links));
        let known = self.0.entry(key);
        known.or_insert_with(|| capabilities(files)).clone()
    }
}

fn differences(
    objects: &Objects,
    skill: &SkillChanges<'_>,
    places: [Option<SkillPlace<'_>>; 2],
    with_patches: bool,
    known: &mut KnownCapabilities,
) -> Details {
    let is_here = |place: &SkillPlace<'_>| {
        let files = files(objects, &[*place]);
        files.into_iter().all(|file| objects.contains(file))
    };
    if !places.iter().flatten().all(is_here) {
        return Details::default();
    }
    let [before, after] = places.map(|place| match place {
        Some(place) => GitFiles::at(objects, place, skill.name).map(Some),
        None => Ok(None),
    });
    let (Ok(before), Ok(after)) = (before, after) else {
        return Details::default();
    };
    let before = before.as_ref().map(|files| files as &dyn SkillFiles);
    let nothing = MemoryFiles::new(skill.name);
    let after: &dyn SkillFiles = match &after {
        Some(files) => files,
        None => &nothing,
    };
    Details {
        diff: Some(compare_with(before, after, &mut |files, is_before| {
            known.of(objects, places[usize::from(!is_before)], files)
        })),
        patch: with_patches.then(|| unified(before, after, skill.path)),
        moved_from: None,
    }
}

/// Returns the folder from which a commit moved the skill to its own: one with the same files, or else of
/// the same name, that the commit removed.
fn moved_from(
    objects: &Objects,
    known: &Discoveries,
    path: &str,
    change: &Change,
) -> Option<String> {
    let (None, Some(parent), Some(tree)) = (change.before, change.parent, change.after) else {
        return None;
    };
    let (before, after) = (known.of(objects, parent)?, known.of(objects, change.id)?);
    let page = after.at(path).map(|skill| skill.skill_file);
    let name = path.rsplit('/').next()?;
    let removed = before
        .skills
        .iter()
        .filter(|skill| after.at(&skill.path).is_none());
    let removed: Vec<_> = removed.collect();
    let only = |is: &dyn Fn(&&&crate::skill::discover::Found) -> bool| {
        let mut matching = removed.iter().filter(is);
        let first = matching.next()?;
        matching.next().is_none().then(|| first.path.clone())
    };
    only(&|skill| skill.tree == tree)
        .or_else(|| only(&|skill| skill.path.rsplit('/').next() == Some(name)))
        .or_else(|| only(&|skill| Some(skill.skill_file) == page))
}
