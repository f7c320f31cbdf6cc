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
use crate::skill::SkillPlace;
use crate::skill::discover::{Discovery, Found};
use crate::skill::tree::{Memory, SkillTree, TreeError};
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

/// The skills of each commit, or why it is not available; of a folder, at `None`.
type Discoveries = BTreeMap<Option<ObjectId>, Result<Discovery, FetchError>>;

/// Finds the versions of skills that are noted to be from this source, in the given order.
pub(super) async fn find_versions<'a, 'b>(
    context: &'a Context<'_>,
    source: &Source,
    skills: &[&'b MatchedSkill],
    keep_edits: bool,
) -> Result<(Repository<'a>, Vec<Result<FoundVersion<'b>, Stop>>), OpError> {
    let mut repository = context.fetcher()?.open(source)?;
    let commits = resolve(&mut repository, skills).await?;
    let discoveries = discover(&mut repository, commits.iter().flatten()).await?;
    fetch_history(&mut repository, skills, &commits).await?;
    let skills_at = skills.iter().zip(commits);
    let objects = repository.objects();
    let places = skills_at.map(|(skill, commit)| {
        let commit = commit.map_err(|error| Stop::NotImported(error.to_string()))?;
        find(skill, commit, &discoveries, objects)
    });
    let places: Vec<Result<VersionPlace<'_>, Stop>> = places.collect();
    let versions = read(&mut repository, places).await?;
    let found = || versions.iter().flatten();
    let commits: Vec<ObjectId> = found().filter_map(|version| version.commit).collect();
    let blobs: Vec<ObjectId> = found().flat_map(|version| version.files.blobs()).collect();
    repository.fetch_blobs(blobs, &commits).await?;
    let versions = skills.iter().zip(versions);
    let (objects, limits) = (repository.objects(), repository.limits);
    let versions = versions.map(|(skill, version)| {
        let mut version = version?;
        let loaded = version.files.load(objects, &Memory::of(0, 0), limits);
        loaded.map_err(refused)?;
        compare(skill, version, objects, keep_edits)
    });
    let versions = versions.collect();
    Ok((repository, versions))
}

/// Returns the commit of each skill: the noted one, or that of its ref; none for a folder.
async fn resolve(
    repository: &mut Repository<'_>,
    skills: &[&MatchedSkill],
) -> Result<Vec<Result<Option<ObjectId>, ResolveError>>, FetchError> {
    if repository.is_unversioned() {
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

/// Fetches the trees of each commit and lists its skills. A commit that is gone from the server must
/// not stop the import of other skills.
async fn discover(
    repository: &mut Repository<'_>,
    commits: impl Iterator<Item = &Option<ObjectId>>,
) -> Result<Discoveries, FetchError> {
    let mut discoveries = Discoveries::new();
    for commit in commits.collect::<BTreeSet<_>>() {
        let found = match repository.discover(&[*commit], &[]).await {
            Err(error) if !is_gone(&error) => return Err(error),
            found => found.map(|found| found.into_iter().next().unwrap_or_default()),
        };
        discoveries.insert(*commit, found);
    }
    Ok(discoveries)
}

/// Fetches the history of the tips that do not have a noted tree.
async fn fetch_history(
    repository: &mut Repository<'_>,
    skills: &[&MatchedSkill],
    tips: &[Result<Option<ObjectId>, ResolveError>],
) -> Result<(), FetchError> {
    let objects = repository.objects();
    let mut past = BTreeSet::new();
    for (skill, tip) in skills.iter().zip(tips) {
        if let (Evidence::Tree(_), Ok(Some(tip))) = (&skill.noted.evidence, tip)
            && noted_version(skill, Some(*tip), objects).is_none()
        {
            past.insert(*tip);
        }
    }
    let past: Vec<ObjectId> = past.into_iter().collect();
    repository.fetch_past(&past, MAX_COMMITS).await
}

/// The place of a version that may be the installed one.
struct VersionPlace<'a> {
    commit: Option<ObjectId>,
    path: &'a str,
    tree: ObjectId,
    /// Whether the tool noted it, so that differing files are edits.
    is_noted: bool,
}

/// Reads the files of versions, whose links are fetched first.
async fn read(
    repository: &mut Repository<'_>,
    places: Vec<Result<VersionPlace<'_>, Stop>>,
) -> Result<Vec<Result<Version, Stop>>, OpError> {
    let found = places.iter().flatten();
    let commits: Vec<ObjectId> = found.clone().filter_map(|found| found.commit).collect();
    let found = found.map(|found| repository.place(found.commit, found.path, found.tree));
    let found: Vec<SkillPlace<'_>> = found.collect();
    repository.fetch_links(&found, &commits).await?;
    let versions = places.into_iter().map(|place| {
        let place = place?;
        let found = repository.place(place.commit, place.path, place.tree);
        Ok(Version {
            commit: place.commit,
            path: place.path.to_owned(),
            files: SkillTree::read(repository.objects(), found).map_err(refused)?,
            is_noted: place.is_noted,
        })
    });
    Ok(versions.collect())
}

/// Finds the installed version of a skill, given the noted commit or that of its ref.
fn find<'a>(
    skill: &'a MatchedSkill,
    commit: Option<ObjectId>,
    discoveries: &'a Discoveries,
    objects: &Objects,
) -> Result<VersionPlace<'a>, Stop> {
    let discovery = discoveries[&commit].as_ref().map_err(|error| {
        let commit = commit.map_or_else(String::new, |commit| commit.short());
        Stop::NotImported(format!("its commit {commit} is not available: {error}"))
    })?;
    let noted = noted_version(skill, commit, objects);
    let is_noted = noted.is_some() || matches!(skill.noted.evidence, Evidence::Commit(_));
    let named = || find_skill(skill, discovery).map(|found| (commit, &*found.path, found.tree));
    let Some((commit, path, tree)) = noted.or_else(named) else {
        return Err(Stop::NotImported(missing(skill, commit)));
    };
    Ok(VersionPlace {
        commit,
        path,
        tree,
        is_noted,
    })
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
    let skills = &discovery.skills;
    let mut same_page = skills
        .iter()
        .filter(|found| Some(found.skill_file) == skill.skill_file);
    let mut same_name = skills
        .iter()
        .filter(|found| found.folder() == Some(skill.name.as_str()));
    same_page.next().or_else(|| same_name.next())
}

/// Returns the first commit, from `tip` back, that has the noted tree, with the path and the tree.
/// Commits and trees that were not fetched are skipped.
fn noted_version<'a>(
    skill: &'a MatchedSkill,
    tip: Option<ObjectId>,
    objects: &Objects,
) -> Option<(Option<ObjectId>, &'a str, ObjectId)> {
    let (Evidence::Tree(tree), Some(path)) = (&skill.noted.evidence, &skill.noted.path) else {
        return None;
    };
    let mut ahead = VecDeque::from_iter(tip);
    let mut seen: HashSet<ObjectId> = HashSet::from_iter(tip);
    while let Some(id) = ahead.pop_front() {
        let Ok(commit) = objects.commit(id) else {
            continue;
        };
        if tree_at(objects, commit.tree, path) == Some(*tree) {
            return Some((Some(id), path, *tree));
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
    version: Version,
    objects: &Objects,
    keep_edits: bool,
) -> Result<FoundVersion<'a>, Stop> {
    let digest = digest_of(&version.files, objects)?;
    let is_same = skill.snapshot.is(digest);
    let is_by_tool = is_made_by_tool(skill, &version.files, objects)?;
    let is_installed = match &skill.noted.evidence {
        _ if is_same || version.is_noted || keep_edits => true,
        // `gh skill` rewrites SKILL.md, so that many versions would match.
        Evidence::Tree(_) => false,
        Evidence::ComputedHash(hash) if computed_hash(&version.files, objects)? == *hash => true,
        _ => is_by_tool,
    };
    let is_left_out = |path: &str| skill.snapshot.is_leftover(path);
    let edited = differences(&version.files, &skill.snapshot, objects, is_left_out);
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
    let files = skill.snapshot.files.iter();
    let files = files.map(|(path, _, digest)| (path.as_str(), *digest));
    let mut installed: BTreeMap<&str, FileDigest> = files.collect();
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
    let mut added = installed.into_keys();
    Ok(added.all(|path| skill.snapshot.is_leftover(path)))
}

/// Returns the hash that `npx skills` would note of a version.
fn computed_hash(version: &SkillTree, objects: &Objects) -> Result<Digest, ObjectError> {
    let mut files = Vec::new();
    for file in &version.files {
        files.push((file.path.as_str(), objects.blob(file.id)?.into()));
    }
    Ok(npx::computed_hash(files))
}

/// Explains why the version to compare with is missing.
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
        "{noted}it differs from {spec}{at} in {} {files}: {named}. `mdskill import --keep-edits` locks it with these differences as your edits; `mdskill add {spec} --target {} --force` installs the current version, and moves this folder to the trash",
        lines.len(),
        skill.targets[0]
    )
}
