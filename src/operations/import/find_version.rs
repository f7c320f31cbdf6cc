//! Finding the version of each installed skill of one source.
//!
//! A commit or a tree that the tool noted decides. Without one, the installed files are compared
//! with the current version only.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use super::Stop;
use super::match_folders::MatchedSkill;
use crate::context::Context;
use crate::digest::{Digest, FileDigest};
use crate::fetch::resolve::{Query, ResolveError};
use crate::fetch::{FetchError, Repository};
use crate::importers::{Evidence, npx};
use crate::lockfile::Entry;
use crate::operations::OpError;
use crate::operations::install_steps::{differences, digest_of};
use crate::operations::resolve::full_spec;
use crate::skill::discover::{Discovery, Found};
use crate::skill::tree::{SkillTree, TreeError};
use crate::source::Source;
use crate::spec::GitRef;
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_git::protocol::ProtocolError;
use mdskill_git::transport::TransportError;
use mdskill_lint::leftovers::is_made_by_tools;

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

/// A version that may be the installed one.
struct Version {
    commit: Option<ObjectId>,
    path: String,
    files: SkillTree,
    /// Whether the tool noted it, so that differing files are edits.
    is_noted: bool,
}

/// Finds the versions of skills that are noted to be from this source, in the given order.
pub(super) async fn find_versions<'a, 'b>(
    context: &'a Context<'_>,
    source: &Source,
    skills: &[&'b MatchedSkill],
) -> Result<(Repository<'a>, Vec<Result<FoundVersion<'b>, Stop>>), OpError> {
    let mut repository = context.fetcher()?.open(source)?;
    let commits = resolve(&mut repository, skills).await?;
    let mut finder = Finder {
        repository,
        discoveries: BTreeMap::new(),
        with_history: BTreeSet::new(),
    };
    let mut versions = Vec::new();
    for (skill, commit) in skills.iter().zip(commits) {
        versions.push(match commit {
            Ok(commit) => finder.find(skill, commit).await,
            Err(error) => Err(Stop::NotImported(error.to_string())),
        });
    }
    let mut repository = finder.repository;
    let found = || versions.iter().flatten();
    let commits: Vec<ObjectId> = found().filter_map(|version| version.commit).collect();
    let blobs: Vec<ObjectId> = found().flat_map(|version| version.files.blobs()).collect();
    repository.fetch_blobs(blobs, &commits).await?;
    let versions = skills.iter().zip(versions);
    let versions = versions.map(|(skill, version)| compare(skill, version?, repository.objects()));
    let versions = versions.collect();
    Ok((repository, versions))
}

/// Returns the commit of each skill: the noted one, or that of its ref; none for a folder.
async fn resolve(
    repository: &mut Repository<'_>,
    skills: &[&MatchedSkill],
) -> Result<Vec<Result<Option<ObjectId>, ResolveError>>, FetchError> {
    if repository.is_folder() {
        return Ok(skills.iter().map(|_| Ok(None)).collect());
    }
    let queries = skills.iter().map(|skill| match skill.noted.evidence {
        Evidence::Commit(commit) => Query::GitRef(GitRef::Commit(commit)),
        _ => skill.query.clone(),
    });
    let resolved = repository.resolve(&queries.collect::<Vec<_>>()).await?;
    let commits = resolved.into_iter();
    Ok(commits.map(|resolved| Ok(Some(resolved?.commit))).collect())
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
            return self.version(Some(commit), path, *tree, true);
        }
        let Some(found) = find_skill(skill, &self.discoveries[&commit]) else {
            return Err(Stop::NotImported(missing(skill, commit)));
        };
        let is_noted = matches!(noted.evidence, Evidence::Commit(_));
        self.version(commit, &found.path, found.tree, is_noted)
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

    fn version(
        &self,
        commit: Option<ObjectId>,
        path: &str,
        tree: ObjectId,
        is_noted: bool,
    ) -> Result<Version, Stop> {
        Ok(Version {
            commit,
            path: path.to_owned(),
            files: SkillTree::read(self.repository.objects(), tree).map_err(refused)?,
            is_noted,
        })
    }

    /// Returns the newest commit that has a noted tree, fetching the history if necessary.
    async fn commit_with_tree(
        &mut self,
        tip: ObjectId,
        path: &str,
        tree: ObjectId,
    ) -> Result<Option<ObjectId>, FetchError> {
        let found = commit_with_tree(self.repository.objects(), tip, path, tree);
        if found.is_some() || !self.with_history.insert(tip) {
            return Ok(found);
        }
        self.repository.fetch_past(&[tip], MAX_COMMITS).await?;
        let objects = self.repository.objects();
        Ok(commit_with_tree(objects, tip, path, tree))
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

fn refused(error: TreeError) -> Stop {
    match error {
        TreeError::Object(error) => Stop::from(error),
        error => Stop::NotImported(format!("its version in the source is refused:\n  {error}")),
    }
}

/// Returns the skill at the noted path. Without one, the skill with the same `SKILL.md` or name.
fn find_skill<'a>(skill: &MatchedSkill, discovery: &'a Discovery) -> Option<&'a Found> {
    if let Some(path) = &skill.noted.path {
        return discovery.at(path);
    }
    let mut skills = discovery.skills.iter();
    let same_page = skills.find(|found| Some(found.skill_file) == skill.skill_file);
    same_page.or_else(|| {
        let mut skills = discovery.skills.iter();
        skills.find(|found| found.folder() == Some(skill.name.as_str()))
    })
}

/// Returns the first commit, from `tip` back, that has this tree at this path. Commits and trees that
/// were not fetched are skipped.
fn commit_with_tree(
    objects: &Objects,
    tip: ObjectId,
    path: &str,
    tree: ObjectId,
) -> Option<ObjectId> {
    let (mut ahead, mut seen) = (VecDeque::from([tip]), HashSet::from([tip]));
    while let Some(id) = ahead.pop_front() {
        let Ok(commit) = objects.commit(id) else {
            continue;
        };
        if tree_at(objects, commit.tree, path) == Some(tree) {
            return Some(id);
        }
        for parent in commit.parents {
            if seen.len() < MAX_COMMITS as usize && seen.insert(parent) {
                ahead.push_back(parent);
            }
        }
    }
    None
}

fn tree_at(objects: &Objects, root: ObjectId, path: &str) -> Option<ObjectId> {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    parts.try_fold(root, |tree, part| {
        let entries = objects.tree(tree).ok()?;
        let mut entries = entries.iter().filter(|entry| entry.is_tree());
        Some(entries.find(|entry| entry.name == part.as_bytes())?.id)
    })
}

/// Compares the installed files with a version whose files were fetched.
fn compare<'a>(
    skill: &'a MatchedSkill,
    mut version: Version,
    objects: &Objects,
) -> Result<FoundVersion<'a>, Stop> {
    version.files.load(objects, 0).map_err(refused)?;
    let digest = digest_of(&version.files, objects)?;
    let is_same = skill.snapshot.is(digest);
    let is_by_tool = is_made_by_tool(skill, &version.files, objects)?;
    let is_installed = match &skill.noted.evidence {
        _ if is_same || version.is_noted => true,
        // `gh skill` rewrites SKILL.md, so that many versions would match.
        Evidence::Tree(_) => false,
        Evidence::ComputedHash(hash) if computed_hash(&version.files, objects)? == *hash => true,
        _ => is_by_tool,
    };
    let is_left_out = |path: &str| skill.snapshot.is_leftover(path);
    let edited = match is_same {
        true => Some(Vec::new()),
        false => differences(&version.files, &skill.snapshot, objects, is_left_out),
    };
    let edited = edited.unwrap_or_default();
    if !is_installed {
        return Err(Stop::NotImported(differs(skill, &version, &edited)));
    }
    let source = skill.source.clone();
    let mut entry = Entry::new(source, version.path, version.files.tree, digest);
    entry.commit = version.commit;
    entry.git_ref = version.commit.and_then(|commit| {
        let pinned = skill.noted.is_pinned.then(|| commit.to_string());
        pinned.or_else(|| skill.noted.git_ref.clone())
    });
    entry.edits = (!is_same).then(|| skill.snapshot.own_digest());
    Ok(FoundVersion {
        skill,
        entry,
        files: version.files,
        edited,
        is_by_tool,
    })
}

/// Whether the tool itself can have made all differences when it installed this version.
fn is_made_by_tool(
    skill: &MatchedSkill,
    version: &SkillTree,
    objects: &Objects,
) -> Result<bool, ObjectError> {
    let tool = skill.noted.tool;
    let mut installed: BTreeMap<&str, FileDigest> = BTreeMap::new();
    let snapshot = &skill.snapshot;
    installed.extend(
        snapshot
            .files
            .iter()
            .map(|(path, _, digest)| (path.as_str(), *digest)),
    );
    for file in &version.files {
        let path = file.path.as_str();
        let is_expected = match installed.remove(path) {
            Some(digest) => {
                tool.rewrites(path) || digest == FileDigest::of(&version.bytes(file, objects)?)
            }
            // A cache such as `__pycache__` may be in a repository and need not be in a copy.
            None => tool.leaves_out(path) || is_made_by_tools(path),
        };
        if !is_expected {
            return Ok(false);
        }
    }
    Ok(installed.keys().all(|path| snapshot.is_leftover(path)))
}

/// Returns the hash that `npx skills` would note of a version.
fn computed_hash(version: &SkillTree, objects: &Objects) -> Result<Digest, ObjectError> {
    let mut files = Vec::new();
    for file in &version.files {
        files.push((file.path.as_str(), objects.blob(file.id)?));
    }
    Ok(npx::computed_hash(files))
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

/// Explains how the installed files differ from the current version.
fn differs(skill: &MatchedSkill, version: &Version, lines: &[String]) -> String {
    let mut named = lines.get(..MAX_NAMED).unwrap_or(lines).join(", ");
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
