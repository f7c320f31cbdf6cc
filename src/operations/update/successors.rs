//! Finds the skills that replace those that their source no longer has: what git would call a rename.

use std::collections::{BTreeMap, BTreeSet};

use std::path::Path;
use tracing::info;

use bytes::Bytes;

use super::source_update::{Comparison, Fetched, Request, Tracked};
use crate::lockfile::Lockfile;
use crate::operations::OpError;
use crate::skill::discover::{Discovery, Found, discover};
use crate::skill::tree::SkillTree;
use crate::skill::{SkillPlace, skill_text};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_git::renames::{OneSided, find_renames};
use mdskill_lint::SKILL_FILE;
use mdskill_lint::name::SkillName;

/// The limit of pages that are fetched to compare them with those of the skills that are gone.
const MAX_PAGES: usize = 500;

/// The skill that replaces another.
pub(super) struct Successor {
    /// Its folder in the source.
    pub path: String,
    /// Whether git would call it a rename of the other.
    pub is_rename: bool,
}

/// Names the successors of the skills that are gone. The pages of the skills that are new are fetched in
/// one request.
pub(super) async fn name(
    request: Request<'_, '_>,
    fetched: &mut Fetched<'_>,
    discoveries: &BTreeMap<Option<ObjectId>, Discovery>,
) -> Result<(), OpError> {
    let moves: BTreeSet<_> = gone(&fetched.skills).map(ends).collect();
    for (new, old) in moves {
        let repository = &mut fetched.repository;
        let free = free(request.lockfile, &repository.source, &discoveries[&new]);
        let before = repository.root_tree(old).ok();
        let before = before.and_then(|root| discover(repository.objects(), root).ok());
        // A skill that existed before is not a rename of another.
        let is_new = |found: &&Found| {
            before
                .as_ref()
                .is_none_or(|before| before.at(&found.path).is_none())
        };
        let added = free.iter().copied().filter(is_new);
        let added: Vec<&Found> = added.take(MAX_PAGES).collect();
        let pages: Vec<ObjectId> = added.iter().map(|found| found.skill_file).collect();
        let tips: Vec<ObjectId> = new.into_iter().collect();
        // Without the pages, only the other files are compared.
        if let Err(error) = repository.fetch_blobs(pages, &tips).await {
            info!(%error, "comparing skills without their pages");
        }
        let gone = gone(&fetched.skills).filter(|tracked| ends(tracked) == (new, old));
        let gone: Vec<&Tracked<'_>> = gone.collect();
        let objects = fetched.repository.objects();
        let renames = renames(objects, &gone, &added);
        for tracked in gone {
            let rename = renames.get(tracked.skill.name);
            let likely = || with_shared_files(objects, tracked, &free);
            if let Some(found) = rename.copied().or_else(likely) {
                let successor = Successor {
                    path: found.path.clone(),
                    is_rename: rename.is_some(),
                };
                let name = tracked.skill.name.clone();
                fetched.successors.insert(name, successor);
            }
        }
    }
    Ok(())
}

/// Returns the skills that are gone, unless the user accepted that.
fn gone<'f, 'a>(skills: &'f [(Tracked<'a>, Comparison)]) -> impl Iterator<Item = &'f Tracked<'a>> {
    let gone = skills
        .iter()
        .filter(|(_, compared)| matches!(compared, Comparison::Gone));
    let gone = gone.map(|(tracked, _)| tracked);
    gone.filter(|tracked| !tracked.skill.entry.is_gone)
}

/// Returns the new and the locked commit.
fn ends(tracked: &Tracked<'_>) -> (Option<ObjectId>, Option<ObjectId>) {
    (tracked.commit(), tracked.skill.entry.commit)
}

/// Returns the skills that are not installed.
fn free<'d>(lockfile: &Lockfile, source: &Source, discovery: &'d Discovery) -> Vec<&'d Found> {
    let entries = lockfile.skills.values();
    let installed = entries.filter(|entry| entry.source == *source);
    let installed: BTreeSet<&str> = installed.map(|entry| entry.path.as_str()).collect();
    let skills = discovery.skills.iter();
    skills
        .filter(|found| !installed.contains(found.path.as_str()))
        .collect()
}

/// Returns what git would call renames, by the pages of the skills.
fn renames<'s, 'd>(
    objects: &Objects,
    gone: &[&Tracked<'s>],
    added: &[&'d Found],
) -> BTreeMap<&'s SkillName, &'d Found> {
    let old: Vec<Bytes> = gone.iter().map(|tracked| page(objects, tracked)).collect();
    let new = added
        .iter()
        .map(|found| skill_text(objects, found.skill_file));
    let new: Vec<Bytes> = new.map(Result::unwrap_or_default).collect();
    let paths = gone.iter().map(|tracked| tracked.skill.entry.path.as_str());
    let removed = one_sided(paths, &old);
    let added_pages = one_sided(added.iter().map(|found| found.path.as_str()), &new);
    let renames = find_renames(&removed, &added_pages, |_| true).into_iter();
    let renames = renames.filter(|(_, from)| !old[*from].is_empty());
    renames
        .map(|(to, from)| (gone[from].skill.name, added[to]))
        .collect()
}

fn one_sided<'a>(paths: impl Iterator<Item = &'a str>, pages: &'a [Bytes]) -> Vec<OneSided<'a>> {
    let pages = paths.zip(pages).map(|(path, bytes)| OneSided {
        path,
        bytes,
        is_link: false,
    });
    pages.collect()
}

/// Returns the locked page of a skill, or else the installed one.
fn page(objects: &Objects, tracked: &Tracked<'_>) -> Bytes {
    let entry = tracked.skill.entry;
    let locked = SkillTree::read(objects, within(&entry.path, entry.tree)).ok();
    let locked = locked.and_then(|tree| {
        let page = tree
            .files
            .iter()
            .find(|file| file.path.as_str() == SKILL_FILE)?;
        skill_text(objects, page.id).ok()
    });
    let installed = || {
        let mut folders = tracked.skill.folders();
        let page = |folder: &Path| crate::fs::read_plain(&folder.join(SKILL_FILE)).ok();
        folders.find_map(|folder| page(&folder.path).map(Bytes::from))
    };
    locked.or_else(installed).unwrap_or_default()
}

/// Returns the skill that has most of the other files, at least half of them.
fn with_shared_files<'d>(
    objects: &Objects,
    tracked: &Tracked<'_>,
    candidates: &[&'d Found],
) -> Option<&'d Found> {
    let files = |path: &str, tree: ObjectId| -> BTreeSet<ObjectId> {
        let tree = SkillTree::read(objects, within(path, tree));
        tree.map_or_else(|_| BTreeSet::new(), |tree| tree.blobs().collect())
    };
    let entry = tracked.skill.entry;
    let old = files(&entry.path, entry.tree);
    let shared = candidates.iter().map(|found| {
        let shared = files(&found.path, found.tree).intersection(&old).count();
        (shared, *found)
    });
    let (shared, best) =
        shared.max_by_key(|(shared, found)| (*shared, std::cmp::Reverse(found.path.len())))?;
    (shared > 0 && 2 * shared >= old.len().saturating_sub(1)).then_some(best)
}

/// Returns the place of a skill whose links out of its folder do not matter.
fn within(path: &str, tree: ObjectId) -> SkillPlace<'_> {
    SkillPlace {
        root: None,
        path,
        tree,
    }
}
