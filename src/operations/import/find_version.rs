//! Finding the version of each installed skill of one source.
//!
//! A commit or a tree that the tool noted decides. Without one, the installed files are compared
//! with the current version only.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use super::difference::Difference;
use super::match_folders::MatchedSkill;
use super::outcome::{ImportOutcome, Stop};
use crate::context::Context;
use crate::digest::{Digest, FileDigest};
use crate::fetch::resolve::Query;
use crate::fetch::{FetchError, Repository};
use crate::importers::{Evidence, npx};
use crate::lockfile::Entry;
use crate::operations::OpError;
use crate::operations::resolve::full_spec;
use crate::skill::discover::{Discovery, Found};
use crate::skill::tree::{SkillTree, TreeError};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_git::protocol::ProtocolError;
use mdskill_git::transport::TransportError;

/// Most commits in which a noted tree is searched.
const MAX_COMMITS: u32 = 1_000;
/// Most differing files that a message names.
const MAX_NAMED: usize = 3;

/// A skill whose version was found.
pub(super) struct FoundVersion<'a> {
    pub skill: &'a MatchedSkill,
    pub entry: Entry,
    pub files: SkillTree,
    /// The files that differ from the version, each with how.
    pub edited: Vec<String>,
    /// Whether the tool made that difference when it installed the skill.
    pub is_by_tool: bool,
}

/// The outcomes for the skills of one source.
pub(super) struct SourceOutcome<'a, 'b> {
    pub repository: Repository<'a>,
    pub outcomes: Vec<ImportOutcome<FoundVersion<'b>>>,
}

/// A version of a skill, and how the installed files differ from it.
struct Version {
    commit: Option<ObjectId>,
    path: String,
    files: SkillTree,
    difference: Difference,
}

/// Finds the versions of skills that are noted to be from this source.
pub(super) async fn find_versions<'a, 'b>(
    context: &'a Context<'_>,
    source: &Source,
    skills: &[&'b MatchedSkill],
    restore: bool,
) -> Result<SourceOutcome<'a, 'b>, OpError> {
    let mut repository = context.fetcher()?.open(source)?;
    let commits = resolve(&mut repository, skills).await?;
    let mut finder = Finder {
        repository,
        discoveries: BTreeMap::new(),
        with_history: BTreeSet::new(),
    };
    let mut versions = Vec::new();
    for (&skill, commit) in skills.iter().zip(commits) {
        let version = match commit {
            Ok(commit) => finder.find(skill, commit).await,
            Err(reason) => Err(Stop::NotImported(reason)),
        };
        versions.push((skill, version));
    }
    let mut repository = finder.repository;
    fetch_files(&mut repository, &versions, restore).await?;
    let mut outcomes = Vec::new();
    for (skill, version) in versions {
        let found = version.and_then(|version| Ok(found(skill, version, repository.objects())?));
        outcomes.push(ImportOutcome::of(&skill.noted.name, found)?);
    }
    Ok(SourceOutcome {
        repository,
        outcomes,
    })
}

/// Returns the commit of each skill: the noted one, or that of its ref; none for a folder.
async fn resolve(
    repository: &mut Repository<'_>,
    skills: &[&MatchedSkill],
) -> Result<Vec<Result<Option<ObjectId>, String>>, FetchError> {
    let mut commits = vec![Ok(None); skills.len()];
    let mut queries = Vec::new();
    for (at, skill) in skills.iter().enumerate() {
        match skill.noted.evidence {
            _ if repository.is_folder() => {}
            Evidence::Commit(commit) => commits[at] = Ok(Some(commit)),
            _ => match Query::from_lock(skill.noted.git_ref.as_deref()) {
                Ok(query) => queries.push((at, query)),
                Err(reason) => commits[at] = Err(reason),
            },
        }
    }
    let (places, queries): (Vec<usize>, Vec<Query>) = queries.into_iter().unzip();
    for (at, resolved) in places.into_iter().zip(repository.resolve(&queries).await?) {
        commits[at] = match resolved {
            Ok(resolved) => Ok(Some(resolved.commit)),
            Err(error) => Err(error.to_string()),
        };
    }
    Ok(commits)
}

/// The search for versions in one source.
struct Finder<'a> {
    repository: Repository<'a>,
    /// The skills of each commit; of a folder, at none.
    discoveries: BTreeMap<Option<ObjectId>, Discovery>,
    /// Commits whose history was fetched.
    with_history: BTreeSet<ObjectId>,
}

impl Finder<'_> {
    /// Finds the installed version of a skill, given the noted commit or that of its ref.
    async fn find(
        &mut self,
        skill: &MatchedSkill,
        commit: Option<ObjectId>,
    ) -> Result<Version, Stop> {
        self.discover(commit).await?;
        let noted = &skill.noted;
        if let (Evidence::Tree(tree), Some(path), Some(tip)) =
            (&noted.evidence, &noted.path, commit)
            && let Some(commit) = self.commit_with_tree(tip, path, *tree).await?
        {
            return self.read_version(skill, Some(commit), path, *tree);
        }
        let mut closest = None::<Version>;
        for found in candidates(skill, &self.discoveries[&commit]) {
            let version = self.read_version(skill, commit, &found.path, found.tree)?;
            if is_installed(skill, &version) {
                return Ok(version);
            }
            let count = version.difference.count();
            let is_closest = |best: &Version| count < best.difference.count();
            if closest.as_ref().is_none_or(is_closest) {
                closest = Some(version);
            }
        }
        let Some(version) = closest else {
            return Err(Stop::NotImported(missing(skill, commit)));
        };
        let is_noted = match &noted.evidence {
            Evidence::Commit(_) => true,
            Evidence::ComputedHash(hash) => self.computed_hash(&version).await? == *hash,
            Evidence::Tree(_) | Evidence::Files => false,
        };
        if is_noted {
            Ok(version)
        } else {
            Err(Stop::NotImported(differs(skill, &version)))
        }
    }

    /// Fetches the trees of a commit and lists its skills. A commit that is gone from the server
    /// must not stop the import of other skills.
    async fn discover(&mut self, commit: Option<ObjectId>) -> Result<(), Stop> {
        if self.discoveries.contains_key(&commit) {
            return Ok(());
        }
        let found = self.repository.discover(&[commit], &[]).await;
        let found = found.map_err(|error| match commit {
            Some(commit) if is_gone(&error) => Stop::NotImported(format!(
                "its commit {} is not available: {error}",
                commit.short()
            )),
            _ => Stop::from(error),
        })?;
        let found = found.into_iter().map(|found| (commit, found));
        self.discoveries.extend(found);
        Ok(())
    }

    fn read_version(
        &self,
        skill: &MatchedSkill,
        commit: Option<ObjectId>,
        path: &str,
        tree: ObjectId,
    ) -> Result<Version, Stop> {
        let files =
            SkillTree::read(self.repository.objects(), tree).map_err(|error| match error {
                TreeError::Object(error) => Stop::from(error),
                error => {
                    Stop::NotImported(format!("its version in the source is refused:\n  {error}"))
                }
            })?;
        Ok(Version {
            commit,
            path: path.to_owned(),
            difference: Difference::between(&files, &skill.copy),
            files,
        })
    }

    /// Returns the newest commit that has a noted tree, fetching the history if necessary.
    async fn commit_with_tree(
        &mut self,
        tip: ObjectId,
        path: &str,
        tree: ObjectId,
    ) -> Result<Option<ObjectId>, FetchError> {
        let found = commit_with_tree(self.repository.objects(), tip, path, tree)?;
        if found.is_some() || !self.with_history.insert(tip) {
            return Ok(found);
        }
        self.repository.fetch_past(&[tip], MAX_COMMITS).await?;
        let found = commit_with_tree(self.repository.objects(), tip, path, tree)?;
        Ok(found)
    }

    /// Returns the hash that `npx skills` would note of a version.
    async fn computed_hash(&mut self, version: &Version) -> Result<Digest, FetchError> {
        let commits: Vec<ObjectId> = version.commit.into_iter().collect();
        self.repository
            .fetch_blobs(version.files.blobs(), &commits)
            .await?;
        let mut files = Vec::new();
        for file in &version.files.files {
            files.push((file.path.as_str(), self.repository.objects().blob(file.id)?));
        }
        Ok(npx::computed_hash(files))
    }
}

fn is_gone(error: &FetchError) -> bool {
    match error {
        FetchError::Transport(TransportError::Protocol { source, .. }) => {
            matches!(source, ProtocolError::Refused(_))
        }
        FetchError::Discover(error) => error.is_missing(),
        _ => false,
    }
}

/// Whether the files of a version are the installed ones, as the tool installs them.
fn is_installed(skill: &MatchedSkill, version: &Version) -> bool {
    match skill.noted.evidence {
        // `gh skill` rewrites SKILL.md, so that many versions would match.
        Evidence::Tree(_) => version.difference.is_empty(),
        _ => version.difference.is_made_by(skill.noted.tool),
    }
}

/// Returns the folders that can be the skill's: at its path, or those with its name or `SKILL.md`.
fn candidates<'d>(
    skill: &'d MatchedSkill,
    discovery: &'d Discovery,
) -> impl Iterator<Item = &'d Found> {
    let skill_file = skill.copy.files.get("SKILL.md").map(|file| file.id);
    let skills = discovery.skills.iter();
    skills.filter(move |found| match &skill.noted.path {
        Some(path) => found.path == *path,
        None => found.folder() == Some(skill.name.as_str()) || Some(found.skill_file) == skill_file,
    })
}

/// Returns the first commit, from `tip` back, that has this tree at this path.
fn commit_with_tree(
    objects: &Objects,
    tip: ObjectId,
    path: &str,
    tree: ObjectId,
) -> Result<Option<ObjectId>, ObjectError> {
    let (mut ahead, mut seen) = (VecDeque::from([tip]), HashSet::from([tip]));
    while let Some(id) = ahead.pop_front() {
        let Some(commit) = if_here(objects.commit(id))? else {
            continue;
        };
        if if_here(tree_at(objects, commit.tree, path))?.flatten() == Some(tree) {
            return Ok(Some(id));
        }
        for parent in commit.parents {
            if seen.len() < MAX_COMMITS as usize && seen.insert(parent) {
                ahead.push_back(parent);
            }
        }
    }
    Ok(None)
}

fn tree_at(objects: &Objects, root: ObjectId, path: &str) -> Result<Option<ObjectId>, ObjectError> {
    let mut tree = root;
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let entries = objects.tree(tree)?;
        let mut entries = entries.iter().filter(|entry| entry.is_tree());
        let Some(entry) = entries.find(|entry| entry.name == part.as_bytes()) else {
            return Ok(None);
        };
        tree = entry.id;
    }
    Ok(Some(tree))
}

/// Turns the error of an object that was not fetched into none.
fn if_here<T>(result: Result<T, ObjectError>) -> Result<Option<T>, ObjectError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(ObjectError::Missing(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Fetches the files that the lockfile's digests need, or all that are to be restored.
async fn fetch_files(
    repository: &mut Repository<'_>,
    versions: &[(&MatchedSkill, Result<Version, Stop>)],
    restore: bool,
) -> Result<(), FetchError> {
    let (mut blobs, mut commits) = (Vec::new(), Vec::new());
    for (skill, version) in versions {
        let Ok(version) = version else {
            continue;
        };
        let is_restored = restore && version.difference.is_made_by(skill.noted.tool);
        let installed: HashSet<ObjectId> = skill.copy.files.values().map(|file| file.id).collect();
        let is_needed = |id: &ObjectId| is_restored || !installed.contains(id);
        if !version.difference.is_empty() {
            blobs.extend(version.files.blobs().filter(is_needed));
        }
        commits.extend(version.commit);
    }
    repository.fetch_blobs(blobs, &commits).await
}

fn found<'b>(
    skill: &'b MatchedSkill,
    version: Version,
    objects: &Objects,
) -> Result<FoundVersion<'b>, ObjectError> {
    let installed = skill.copy.files.values();
    let installed: BTreeMap<ObjectId, FileDigest> =
        installed.map(|file| (file.id, file.digest)).collect();
    let mut digests = Vec::with_capacity(version.files.files.len());
    for file in &version.files.files {
        let digest = match installed.get(&file.id) {
            Some(digest) => *digest,
            None => FileDigest::of(&objects.blob(file.id)?),
        };
        digests.push((file.path.as_str(), file.mode, digest));
    }
    let digest = Digest::of_files(digests);
    let tree = version.files.tree;
    let mut entry = Entry::new(skill.source.clone(), version.path, tree, digest);
    entry.commit = version.commit;
    entry.git_ref = version.commit.and_then(|commit| {
        let pinned = skill.noted.is_pinned.then(|| commit.to_string());
        pinned.or_else(|| skill.noted.git_ref.clone())
    });
    let is_edited = !version.difference.is_empty();
    entry.edits = is_edited.then(|| skill.copy.digest());
    Ok(FoundVersion {
        skill,
        entry,
        files: version.files,
        edited: version.difference.lines(),
        is_by_tool: version.difference.is_made_by(skill.noted.tool),
    })
}

/// Explains that there is no version to compare with.
fn missing(skill: &MatchedSkill, commit: Option<ObjectId>) -> String {
    let source = full_spec(&skill.source, "");
    let at = commit.map_or_else(String::new, |commit| format!(" at {}", commit.short()));
    match &skill.noted.path {
        Some(path) => format!("{source}{at} has no skill at `{path}`"),
        None => format!("{source}{at} has no skill `{}`", skill.name),
    }
}

/// Explains how the installed files differ from the closest version.
fn differs(skill: &MatchedSkill, version: &Version) -> String {
    let lines = version.difference.lines();
    let mut named = lines.get(..MAX_NAMED).unwrap_or(&lines).join(", ");
    if lines.len() > MAX_NAMED {
        named.push_str(", …");
    }
    let files = if lines.len() == 1 { "file" } else { "files" };
    let spec = full_spec(&skill.source, &version.path);
    let at = version
        .commit
        .map_or_else(String::new, |commit| format!(" at {}", commit.short()));
    let noted = match &skill.noted.evidence {
        Evidence::Tree(tree) => format!(
            "its tree {}, which {} noted, is not in the history; ",
            tree.short(),
            skill.noted.tool
        ),
        _ => String::new(),
    };
    format!(
        "{noted}it differs from {spec}{at} in {} {files}: {named}. `mdskill add {spec} --target {} --force` installs the current version, and moves this folder to the trash",
        lines.len(),
        skill.targets[0]
    )
}
