//! What one source says to the claims on it: which version each installed skill is.

use std::collections::BTreeMap;

use super::history_search::{Search, Trees, Version, walk};
use super::match_folders::MatchedSkill;
use crate::context::Context;
use crate::digest::{Digest, FileDigest};
use crate::fetch::resolve::Query;
use crate::fetch::{FetchError, Repository};
use crate::git::objects::Objects;
use crate::importers::{Evidence, Tool, npx};
use crate::lockfile::Entry;
use crate::oid::ObjectId;
use crate::ops::OpError;
use crate::ops::candidate::full_spec;
use crate::ops::change::Problem;
use crate::skill::files::SkillTree;
use crate::source::Source;

/// How far back is looked, step by step; most skills are found at the first.
const DEPTHS: [u32; 4] = [1, 50, 500, MAX_COMMITS];
/// How far back is looked at most.
const MAX_COMMITS: u32 = 5_000;
/// Most files of a difference that a reason names.
const MAX_NAMED: usize = 3;

/// A skill whose version was found.
pub(super) struct Taken<'a> {
    pub claimed: &'a MatchedSkill,
    pub entry: Entry,
    pub files: SkillTree,
    /// How the files on disk differ from the version's.
    pub edited: Vec<String>,
    /// Whether that is the tool's doing.
    pub is_by_tool: bool,
}

/// What one source says.
pub(super) struct Answer<'a, 'b> {
    pub repository: Repository<'a>,
    pub taken: Vec<Taken<'b>>,
    pub not_taken: Vec<Problem>,
}

/// A search and the commit that it begins at; nothing for a folder.
struct Sought<'a> {
    claimed: &'a MatchedSkill,
    search: Search<'a>,
    tip: Option<ObjectId>,
    problem: Option<String>,
    /// Whether there is more of the history than was looked at.
    is_far: bool,
}

/// Asks one source about all that is claimed to be from it.
pub(super) async fn ask<'a, 'b>(
    context: &'a Context<'_>,
    source: &Source,
    claims: &[&'b MatchedSkill],
    restore: bool,
) -> Result<Answer<'a, 'b>, OpError> {
    let mut repository = context.fetcher()?.open(source)?;
    let mut sought = begin(&mut repository, claims).await?;
    look(&mut repository, &mut sought).await?;
    recompute(&mut repository, &mut sought).await?;
    let found = |one: &Sought<'_>| one.search.found.is_some();
    let missing: Vec<ObjectId> = sought
        .iter()
        .filter_map(|one| one.search.found.as_ref().map(|found| (one, found)))
        .filter(|(_, found)| !found.difference.is_none())
        .flat_map(|(one, found)| wanted_blobs(found, one.claimed, restore))
        .collect();
    let commits: Vec<ObjectId> = sought
        .iter()
        .filter(|one| found(one))
        .filter_map(|one| one.search.found.as_ref()?.commit)
        .collect();
    repository.fetch_blobs(missing, &commits).await?;
    let (mut taken, mut not_taken) = (Vec::new(), Vec::new());
    for one in sought {
        match one.search.found.clone() {
            Some(version) => taken.push(take(source, one.claimed, version, repository.objects())?),
            None => not_taken.push(Problem {
                name: one.claimed.claim.name.clone(),
                reason: reason(source, &one),
            }),
        }
    }
    Ok(Answer {
        repository,
        taken,
        not_taken,
    })
}

/// Finds the commit that each search begins at: the tool's word, or what the ref gives now.
async fn begin<'b>(
    repository: &mut Repository<'_>,
    claims: &[&'b MatchedSkill],
) -> Result<Vec<Sought<'b>>, OpError> {
    let is_folder = repository.is_folder();
    let mut sought = Vec::new();
    let mut queries = Vec::new();
    for claimed in claims {
        let claim = &claimed.claim;
        let name = claimed.name.as_str();
        let mut search = Search::new(claim.tool, name, claim.path.as_deref(), &claimed.copy);
        let (mut tip, mut problem) = (None, None);
        match claim.evidence {
            _ if is_folder => {}
            Evidence::Commit(commit) => {
                search.is_here = true;
                tip = Some(commit);
            }
            Evidence::Tree(tree) => search.tree = Some(tree),
            Evidence::ComputedHash(_) | Evidence::Files => {}
        }
        if tip.is_none() && !is_folder {
            match Query::from_lock(claim.reference.as_deref()) {
                Ok(query) => queries.push((sought.len(), query)),
                Err(error) => problem = Some(error),
            }
        }
        sought.push(Sought {
            claimed,
            search,
            tip,
            problem,
            is_far: false,
        });
    }
    let asked: Vec<Query> = queries.iter().map(|(_, query)| query.clone()).collect();
    if !asked.is_empty() {
        let resolved = repository.resolve(&asked).await?;
        for ((at, _), resolved) in queries.iter().zip(resolved) {
            match resolved {
                Ok(resolved) => sought[*at].tip = Some(resolved.commit),
                Err(error) => sought[*at].problem = Some(error.to_string()),
            }
        }
    }
    Ok(sought)
}

/// Looks at what is here, and fetches more of the history as long as something is not found.
async fn look(repository: &mut Repository<'_>, sought: &mut [Sought<'_>]) -> Result<(), OpError> {
    if repository.is_folder() {
        let root = repository.root_tree(None)?;
        let mut trees = Trees::new(repository.objects());
        for one in sought.iter_mut() {
            one.search.look(&mut trees, None, root)?;
            one.search.settle();
        }
        return Ok(());
    }
    let mut open = walk_all(repository.objects(), sought)?;
    for depth in DEPTHS {
        if open.is_empty() {
            break;
        }
        fetch_past(repository, &open, depth, sought).await?;
        open = walk_all(repository.objects(), sought)?;
    }
    for one in sought {
        one.is_far = !one.search.is_here && one.tip.is_some_and(|tip| open.contains(&tip));
        one.search.settle();
    }
    Ok(())
}

/// Walks from every tip, and returns those behind which there is more to fetch.
fn walk_all(objects: &Objects, sought: &mut [Sought<'_>]) -> Result<Vec<ObjectId>, OpError> {
    let mut tips: BTreeMap<ObjectId, Vec<&mut Search<'_>>> = BTreeMap::new();
    for one in sought.iter_mut().filter(|one| one.problem.is_none()) {
        if let (Some(tip), None) = (one.tip, &one.search.found) {
            tips.entry(tip).or_default().push(&mut one.search);
        }
    }
    let mut open = Vec::new();
    for (tip, mut searches) in tips {
        if walk(objects, tip, &mut searches)? {
            open.push(tip);
        }
    }
    Ok(open)
}

/// Fetches the history of all, or of each by itself when the server refuses one of them.
async fn fetch_past(
    repository: &mut Repository<'_>,
    tips: &[ObjectId],
    depth: u32,
    sought: &mut [Sought<'_>],
) -> Result<(), OpError> {
    let is_claimed = |tip: &ObjectId| {
        let mut at = sought.iter().filter(|one| one.tip == Some(*tip));
        at.all(|one| one.search.is_here)
    };
    let (claimed, named): (Vec<ObjectId>, Vec<ObjectId>) =
        tips.iter().partition(|tip| is_claimed(tip));
    repository.fetch_past(&named, depth).await?;
    // A commit that a tool noted may be gone from the server; that is no fault of the others.
    let all = repository.fetch_past(&claimed, 1).await;
    let Err(error) = all else {
        return Ok(());
    };
    if !matches!(error, FetchError::Transport(_)) {
        return Err(error.into());
    }
    for tip in claimed {
        if let Err(error) = repository.fetch_past(&[tip], 1).await {
            for one in sought.iter_mut().filter(|one| one.tip == Some(tip)) {
                let commit = tip.short();
                one.problem = Some(format!("its commit {commit} can't be had: {error}"));
            }
        }
    }
    Ok(())
}

/// Finds edited skills of `npx skills` by the hash that it noted, among the versions that come near.
async fn recompute(
    repository: &mut Repository<'_>,
    sought: &mut [Sought<'_>],
) -> Result<(), OpError> {
    let hashed = |one: &Sought<'_>| match (&one.claimed.claim.evidence, &one.search.found) {
        (Evidence::ComputedHash(hash), None) => Some(hash.clone()),
        _ => None,
    };
    let near: Vec<&Version> = sought
        .iter()
        .filter(|one| hashed(one).is_some())
        .flat_map(|one| &one.search.near)
        .collect();
    let blobs: Vec<ObjectId> = near.iter().flat_map(|near| near.files.blobs()).collect();
    let commits: Vec<ObjectId> = near.iter().filter_map(|near| near.commit).collect();
    repository.fetch_blobs(blobs, &commits).await?;
    let objects = repository.objects();
    for one in sought {
        let Some(hash) = hashed(one) else {
            continue;
        };
        for version in &one.search.near {
            let mut files = Vec::new();
            for file in &version.files.files {
                files.push((file.path.as_str(), objects.blob(file.id)?));
            }
            if npx::computed_hash(files) == hash {
                one.search.found = Some(version.clone());
                break;
            }
        }
    }
    Ok(())
}

/// The blobs that the digest of a version needs, or its files when they are to be written.
fn wanted_blobs(version: &Version, claimed: &MatchedSkill, restore: bool) -> Vec<ObjectId> {
    let is_written = restore && version.difference.is_made_by(claimed.claim.tool);
    let is_on_disk = |id: &ObjectId| claimed.copy.files.values().any(|file| file.id == *id);
    let blobs = version.files.blobs();
    blobs.filter(|id| is_written || !is_on_disk(id)).collect()
}

fn take<'b>(
    source: &Source,
    claimed: &'b MatchedSkill,
    version: Version,
    objects: &Objects,
) -> Result<Taken<'b>, OpError> {
    let Version {
        commit,
        path,
        files,
        difference,
    } = version;
    let on_disk: BTreeMap<ObjectId, FileDigest> = claimed
        .copy
        .files
        .values()
        .map(|file| (file.id, file.digest))
        .collect();
    let mut digests = Vec::with_capacity(files.files.len());
    for file in &files.files {
        let digest = match on_disk.get(&file.id) {
            Some(digest) => *digest,
            None => FileDigest::of(&objects.blob(file.id)?),
        };
        digests.push((file.path.as_str(), file.mode, digest));
    }
    let digest = Digest::of_files(digests);
    let mut entry = Entry::new(source.clone(), path, files.tree, digest);
    let claim = &claimed.claim;
    entry.reference = match (claim.is_pinned, commit) {
        (true, Some(commit)) => Some(commit.to_string()),
        _ if commit.is_none() => None,
        _ => claim.reference.clone(),
    };
    entry.commit = commit;
    entry.edits = (!difference.is_none()).then(|| claimed.copy.digest());
    Ok(Taken {
        claimed,
        entry,
        files,
        edited: difference.lines(),
        is_by_tool: difference.is_made_by(claim.tool),
    })
}

/// Says why a skill's version was not found.
fn reason(source: &Source, sought: &Sought<'_>) -> String {
    if let Some(problem) = &sought.problem {
        return problem.clone();
    }
    let search = &sought.search;
    if let Some(refused) = &search.refused {
        return format!("the version in its source is refused:\n  {refused}");
    }
    let path = search.near.first().map(|near| near.path.as_str());
    let spec = full_spec(source, search.path.or(path).unwrap_or_default());
    let of = match (&sought.claimed.claim.reference, sought.tip) {
        (_, None) => String::new(),
        (_, Some(commit)) if search.is_here => format!(" at {}", commit.short()),
        (Some(reference), _) => format!(" in the history of `{reference}`"),
        (None, _) => " in the history of the default branch".to_owned(),
    };
    let of = match sought.is_far {
        true => format!("{of}, as far back as was looked ({MAX_COMMITS} commits)"),
        false => of,
    };
    let Some(nearest) = search.near.first() else {
        return format!(
            "there is no {}{of}; `mdskill add` can take a newer one in its place",
            match search.path {
                Some(_) => spec,
                None => format!("folder `{}` with its files in {spec}", search.folder),
            }
        );
    };
    let lines = nearest.difference.lines();
    let mut named = lines.get(..MAX_NAMED).unwrap_or(&lines).join(", ");
    if lines.len() > MAX_NAMED {
        named.push_str(", …");
    }
    let count = match lines.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let from = nearest
        .commit
        .as_ref()
        .map_or("the source".to_owned(), ObjectId::short);
    let target = &sought.claimed.targets[0];
    let tool = match search.tool {
        Tool::Gh => ", and the tree that gh noted is not there",
        _ => "",
    };
    format!(
        "no version of {spec}{of} has exactly its files{tool}; it differs in {count} from {from}: {named}. `mdskill add {spec} --target {target} --force` installs a version, and moves this one to the trash folder"
    )
}
