//! [`Opened`]: a repository at one commit, in which skills are found, chosen, and fetched.

use std::sync::Arc;

use rayon::prelude::*;

use super::candidate::Origin;
use super::early_checks::EarlyChecks;
use super::{Candidate, full_spec, query_of, source_of};
use crate::context::Context;
use crate::fetch::resolve::{MatchedRef, Query, ResolveError, Resolved};
use crate::fetch::{FetchError, MAX_STEPS, Repository};
use crate::operations::OpError;
use crate::parallel;
use crate::skill::SkillPlace;
use crate::skill::discover::{Discovery, Found, Plugin, plugins};
use crate::skill::tree::{MAX_IN_MEMORY, Memory, SkillTree, TreeError};
use crate::source::Source;
use crate::spec::{GitRef, Spec};
use mdskill_git::ObjectId;
use mdskill_git::objects::ObjectError;
use mdskill_lint::Settings;

/// The most bytes of all skills that are kept in memory from validation to installation.
const MAX_ALL_IN_MEMORY: usize = 64 << 20;

/// The origin of a commit that was given by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CommitOrigin {
    /// A branch or a tag that contains it.
    Ref(String),
    /// No branch or tag is known to contain it.
    Unverified,
}

/// A repository at one commit, with its skills.
pub(crate) struct Opened<'a> {
    /// The repository.
    pub(crate) repository: Repository<'a>,
    /// The commit, and the ref that led to it; `None` for a local folder or a site.
    pub(crate) resolved: Option<Resolved>,
    /// Its skills.
    pub(crate) discovery: Discovery,
    /// The origin of a commit that was given by its id, after [`Opened::find_origin`].
    pub(crate) origin: Option<CommitOrigin>,
    /// Its plugins, after [`Opened::fetch_descriptions`].
    pub(crate) plugins: Vec<Plugin>,
    /// The skill in the address of a site.
    pub(super) site_skill: Option<String>,
    /// The text that was typed like a skill, and is a folder of the site.
    pub(super) site_folder: Option<String>,
}

impl<'a> Opened<'a> {
    /// Opens a source, in at most two requests.
    pub(crate) async fn open(
        context: &'a Context<'_>,
        source: &Source,
        query: &Query,
    ) -> Result<Self, OpError> {
        let mut repository = context.fetcher()?.open(source)?;
        let resolved = if !repository.is_unversioned() {
            Some(resolve(context, &mut repository, query).await?)
        } else if *query == Query::Default {
            None
        } else {
            return Err(OpError::NoRefs(full_spec(source, "")));
        };
        let commit = resolved.as_ref().map(|resolved| resolved.commit);
        let mut discoveries = repository.discover(&[commit], &[]).await?;
        let mut opened = Self {
            repository,
            resolved,
            discovery: discoveries.pop().unwrap_or_default(),
            origin: None,
            plugins: Vec::new(),
            site_skill: None,
            site_folder: None,
        };
        opened.leave_file();
        Ok(opened)
    }

    /// Replaces the path of a page of a file in a skill by that of the skill.
    fn leave_file(&mut self) {
        let path = self
            .resolved
            .as_mut()
            .and_then(|resolved| resolved.path.as_mut());
        if let Some(path) = path
            && self.discovery.below(path).next().is_none()
        {
            let mut ends = path.rmatch_indices('/').map(|(end, _)| end);
            if let Some(end) = ends.find(|end| self.discovery.at(&path[..*end]).is_some()) {
                path.truncate(end);
            }
        }
    }

    /// Opens the source of a spec, and reports the progress.
    pub(crate) async fn open_spec(
        context: &'a Context<'_>,
        spec: &Spec,
    ) -> Result<(Source, Self), OpError> {
        let source = source_of(context, spec)?;
        let phrase = format!("fetching {}", source.spec_prefix());
        context.progress.begin(&phrase);
        let query = query_of(spec);
        let opened = Self::open_for(context, &source, &query, spec.skill.as_deref()).await?;
        Ok((opened.repository.source.clone(), opened))
    }

    /// Opens a source, from which the user `wanted` a skill. In `owner/repo@NAME` without a skill, NAME may be
    /// a skill, as `npx skills` has it. The address of a repository may be that of a site.
    pub(crate) async fn open_for(
        context: &'a Context<'_>,
        source: &Source,
        query: &Query,
        wanted: Option<&str>,
    ) -> Result<Self, OpError> {
        let opened = Self::open(context, source, query).await;
        if let (Err(error), Query::Default) = (&opened, query)
            && let Some(site) = Self::open_site(context, source, wanted, error).await?
        {
            return Ok(site);
        }
        let (error, name) = match (opened, query) {
            (
                Err(OpError::Fetch(FetchError::Resolve(error @ ResolveError::NoSuchRef { .. }))),
                Query::GitRef(GitRef::Name(name)),
            ) if wanted.is_none() => (error, name),
            (opened, _) => return opened,
        };
        let mut opened = Self::open(context, source, &Query::Default).await?;
        let is_skill = match opened.choose(name).await {
            Ok(_) | Err(OpError::Ambiguous { .. }) => true,
            // The name of a skill is more likely misspelt than that of a ref.
            Err(error @ OpError::NoSuchSkill { .. }) if error.has_suggestions() => {
                return Err(error);
            }
            Err(_) => false,
        };
        let Some(resolved) = opened.resolved.as_mut().filter(|_| is_skill) else {
            return Err(OpError::Fetch(error.into()));
        };
        resolved.path = Some(name.clone());
        context.progress.warn(&format!(
            "`{name}` is not a ref; using the skill {}",
            full_spec(source, name)
        ));
        Ok(opened)
    }

    /// Searches a branch or a tag that contains the commit, if the commit was given by its id, or by a ref
    /// of another kind such as `refs/pull/1/head`, and is not locked. Warns if none is found.
    pub(crate) async fn find_origin(&mut self, context: &Context<'_>) -> Result<(), OpError> {
        let given = self.resolved.as_ref();
        let given = given.filter(|resolved| match &resolved.matched {
            MatchedRef::Commit => true,
            MatchedRef::Branch(name) => {
                name.starts_with("refs/") && !name.starts_with("refs/heads/")
            }
            MatchedRef::Head(_) | MatchedRef::Tag(_) | MatchedRef::Range(_) => false,
        });
        let Some(commit) = given.map(|resolved| resolved.commit) else {
            return Ok(());
        };
        let lockfile = context.lockfile()?.unwrap_or_default();
        let mut locked = lockfile.skills.values();
        let source = &self.repository.source;
        if locked.any(|entry| entry.source == *source && entry.commit == Some(commit)) {
            return Ok(());
        }
        let (short, place) = (commit.short(), self.place());
        let origin = match self.repository.containing_ref(commit).await {
            Ok(Some(name)) => CommitOrigin::Ref(name),
            Ok(None) => {
                context.progress.warn(&format!(
                    "no branch or tag of {place} contains commit {short} in its last {MAX_STEPS} commits; it may come from a fork"
                ));
                CommitOrigin::Unverified
            }
            Err(error) => {
                context.progress.warn(&format!(
                    "commit {short} may come from a fork of {place}, because its branches were not checked: {error}"
                ));
                CommitOrigin::Unverified
            }
        };
        self.origin = Some(origin);
        Ok(())
    }

    /// Returns the commit.
    pub(crate) fn commit(&self) -> Option<ObjectId> {
        self.resolved.as_ref().map(|resolved| resolved.commit)
    }

    /// Fetches files of the commit.
    pub(crate) async fn fetch_blobs(
        &mut self,
        blobs: impl IntoIterator<Item = ObjectId>,
    ) -> Result<(), OpError> {
        let commits: Vec<ObjectId> = self.commit().into_iter().collect();
        Ok(self.repository.fetch_blobs(blobs, &commits).await?)
    }

    /// Returns the spec of the source.
    pub(crate) fn place(&self) -> String {
        full_spec(&self.repository.source, "")
    }

    /// Returns the requested skill or folder: `typed`, or that of the page of a spec, such as
    /// `.../tree/main/skills/pdf`.
    pub(crate) fn wanted(&self, typed: Option<&str>) -> Option<String> {
        let of_page = || self.resolved.as_ref()?.path.clone();
        let typed = typed.filter(|typed| self.site_folder.as_deref() != Some(typed));
        let typed = typed.map(str::to_owned);
        typed.or_else(of_page).or_else(|| self.site_skill.clone())
    }

    /// Fetches every `SKILL.md`, the list of plugins, and the links, for names that only they have.
    pub(crate) async fn fetch_descriptions(&mut self) -> Result<(), OpError> {
        let skill_files = self.discovery.skills.iter().map(|found| found.skill_file);
        let links = self.discovery.links.iter().map(|link| link.id);
        let marketplace = self.discovery.marketplace;
        let blobs: Vec<ObjectId> = skill_files.chain(links).chain(marketplace).collect();
        self.fetch_blobs(blobs).await?;
        if let Some(marketplace) = marketplace {
            self.plugins = plugins(&self.repository.objects().blob(marketplace)?);
        }
        Ok(())
    }

    /// Reads the files of the chosen skills, after their links were fetched.
    async fn read_trees(
        &mut self,
        chosen: &[Found],
    ) -> Result<Vec<Result<SkillTree, TreeError>>, OpError> {
        let commit = self.commit();
        let places = chosen.iter();
        let places = places.map(|found| self.repository.place(commit, &found.path, found.tree));
        let places: Vec<SkillPlace<'_>> = places.collect();
        let commits: Vec<ObjectId> = commit.into_iter().collect();
        Ok(self.repository.read_skills(&places, &commits).await?)
    }

    /// Returns the files of skills, and the others, that are not here.
    fn missing(&self, skills: &[&SkillTree], others: Vec<ObjectId>) -> Vec<ObjectId> {
        let files = skills.iter().flat_map(|skill| skill.blobs());
        self.repository.missing(files.chain(others))
    }

    async fn fetch_missing(
        &mut self,
        missing: Vec<ObjectId>,
        skills: &[&SkillTree],
    ) -> Result<(), OpError> {
        let commits: Vec<ObjectId> = self.commit().into_iter().collect();
        let fetched = self.repository.fetch_files(missing, skills, &commits);
        Ok(fetched.await?)
    }

    /// Fetches the files of skills in one request. A skill that can't be installed is left out.
    pub(crate) async fn fetch_files(&mut self, skills: &[Found]) -> Result<(), OpError> {
        let skills = self.download(skills.to_vec()).await?;
        let trees = self.read_trees(&skills).await?;
        let texts = skills.iter().map(|found| found.skill_file).collect();
        let readable: Vec<&SkillTree> = trees.iter().flatten().collect();
        let missing = self.missing(&readable, texts);
        self.fetch_missing(missing, &readable).await
    }

    /// Fetches the files of the chosen skills in one request, and validates them. The inner errors
    /// are those of single skills: with `--all`, the other skills are installed.
    pub(crate) async fn prepare(
        &mut self,
        chosen: &[Found],
        settings: &Settings,
    ) -> Result<Vec<Result<Candidate, OpError>>, OpError> {
        self.prepare_with(chosen, settings, Vec::new()).await
    }

    /// As [`Opened::prepare`], and fetches other blobs in the same request.
    pub(crate) async fn prepare_with(
        &mut self,
        chosen: &[Found],
        settings: &Settings,
        others: Vec<ObjectId>,
    ) -> Result<Vec<Result<Candidate, OpError>>, OpError> {
        let chosen = self.download(chosen.to_vec()).await?;
        let trees = self.read_trees(&chosen).await?;
        let readable: Vec<&SkillTree> = trees.iter().flatten().collect();
        let missing = self.missing(&readable, others);
        let origin = Arc::new(self.origin_of(chosen.len(), settings)?);
        let objects = self.repository.objects();
        let early = EarlyChecks::start(&origin, objects, &chosen, &trees, &missing);
        self.fetch_missing(missing, &readable).await?;
        let files = readable.iter().flat_map(|tree| tree.blobs());
        self.repository.check_total(files)?;
        // Each thread opens the repository for itself.
        let store = self.repository.objects().shared();
        let skills = trees.into_par_iter().zip(&chosen).zip(early.finish());
        let prepared = skills.map(|((tree, found), checked)| match checked {
            Some(candidate) => Ok(Ok(candidate)),
            None => store.on_this_thread(|objects| Ok(origin.candidate(objects, found, tree))),
        });
        let mut prepared: Vec<Result<Candidate, OpError>> =
            parallel::run(|| prepared.collect::<Result<_, ObjectError>>())?;
        for candidate in prepared.iter_mut().flatten() {
            candidate.download = self.repository.download_of(&candidate.path);
        }
        Ok(prepared)
    }
}

impl Opened<'_> {
    fn origin_of(&self, skills: usize, settings: &Settings) -> Result<Origin, ObjectError> {
        let resolved = self.resolved.as_ref();
        let (left_out, is_by_git) = self.repository.left_out();
        Ok(Origin {
            source: self.repository.source.clone(),
            git_ref: resolved.and_then(|resolved| resolved.follows.clone()),
            version: resolved.and_then(Resolved::version).map(str::to_owned),
            commit: self.commit(),
            root: self.repository.root_tree(self.commit())?,
            settings: settings.clone(),
            memory: Memory::of(
                MAX_ALL_IN_MEMORY,
                MAX_IN_MEMORY.min(MAX_ALL_IN_MEMORY / skills.max(1)),
            ),
            limits: self.repository.limits,
            left_out: (left_out.to_vec(), is_by_git),
        })
    }
}

/// Resolves a query. A short commit id is that of a locked or cached commit, because servers do not
/// look it up.
async fn resolve(
    context: &Context<'_>,
    repository: &mut Repository<'_>,
    query: &Query,
) -> Result<Resolved, OpError> {
    let first = resolve_one(repository, query).await?;
    let (Err(ResolveError::NoSuchRef { .. }), Some(short)) = (&first, query.short_commit()) else {
        return first.map_err(|error| OpError::Fetch(error.into()));
    };
    let lockfile = context.lockfile()?.unwrap_or_default();
    let entries = lockfile
        .skills
        .values()
        .filter(|entry| entry.source == repository.source);
    let mut locked = entries.filter_map(|entry| entry.commit);
    let commit = locked
        .find(|commit| commit.to_string().starts_with(short))
        .or_else(|| repository.objects().commit_named(short).ok());
    let resolved = match commit {
        Some(commit) => resolve_one(repository, &query.at(commit)).await?,
        None => first,
    };
    resolved.map_err(|error| OpError::Fetch(error.into()))
}

async fn resolve_one(
    repository: &mut Repository<'_>,
    query: &Query,
) -> Result<Result<Resolved, ResolveError>, FetchError> {
    let mut resolved = repository.resolve(std::slice::from_ref(query)).await?;
    // There is one result for each query.
    let none = || {
        Err(ResolveError::Empty {
            url: repository.url.clone(),
        })
    };
    Ok(resolved.pop().unwrap_or_else(none))
}
