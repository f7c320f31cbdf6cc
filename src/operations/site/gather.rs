//! [`Gatherer`]: reads the skills of repositories, and writes their pages.

use std::collections::HashSet;

use rayon::prelude::*;

use super::SiteError;
use super::license::license_of;
use super::memory::{Memory, key_of};
use super::repositories::Group;
use super::skill::{add_history, complete, recompute};
use super::writer::Writer;
use crate::context::Context;
use crate::digest::Digest;
use crate::fetch::{folder_url, forge_name, repository_url};
use crate::operations::OpError;
use crate::operations::agents;
use crate::operations::install_steps::digest_of;
use crate::operations::list_remote::{short_path, short_spec};
use crate::operations::log::{self, SkillHistory, SkillInRepository};
use crate::operations::resolve::{Candidate, Opened, full_spec, name_to_install};
use crate::operations::show::{date_of, with_ref};
use crate::parallel;
use crate::skill::GitFiles;
use crate::skill::discover::{Found, plugin_of};
use crate::source::Source;
use crate::target::Target;
use mdskill_git::objects::ObjectError;
use mdskill_git::{ObjectId, Shared};
use mdskill_lint::agents::AGENTS;
use mdskill_lint::details::Details;
use mdskill_lint::name::SkillName;
use mdskill_lint::{SKILL_FILE, Settings};
use mdskill_site::model::{Agent, Refused, Repository, Skill, Summary};
use mdskill_site::paths::Addresses;
use mdskill_site::{Pages, Site, TemplateError, listed_with};

/// The number of skills that are in memory at once.
const GROUP: usize = 128;
/// The most commits of a skill that are listed.
const MAX_COMMITS: usize = 20;

/// Reads skills and writes their pages.
pub(super) struct Gatherer<'a, 'c> {
    pub(super) context: &'a Context<'c>,
    pub(super) site: &'a Site,
    pub(super) writer: &'a mut Writer,
    pub(super) memory: &'a mut Memory,
    pub(super) addresses: Addresses,
    /// The folder that `add` chooses in a new project. The reader's is not the one that the site is made in.
    target: Target,
    /// The names of the skills that programs find.
    names: HashSet<String>,
    pub(super) repositories: Vec<Repository>,
    pub(super) skills: Vec<Summary>,
}

/// A skill before its files are read.
struct Planned {
    found: Found,
    /// The facts about its origin.
    origin: Skill,
    history: SkillHistory,
    /// Whether another skill of its repository has its name: programs find it only if that one is refused.
    shares_name: bool,
}

/// The facts in the page of a skill, before its other files are read.
struct PageFacts {
    /// The name, if it is one to install.
    name: Option<SkillName>,
    description: Option<String>,
}

impl PageFacts {
    fn read(store: &Shared, found: &Found, folder: &str) -> Result<Self, ObjectError> {
        store.on_this_thread(|objects| {
            let text = objects.blob(found.skill_file)?;
            Ok(Self {
                name: name_to_install(&text, folder).ok().map(|(name, _)| name),
                description: Details::read(&text).description,
            })
        })
    }
}

impl<'a, 'c> Gatherer<'a, 'c> {
    pub(super) fn new(
        context: &'a Context<'c>,
        site: &'a Site,
        writer: &'a mut Writer,
        memory: &'a mut Memory,
    ) -> Result<Self, OpError> {
        Ok(Self {
            target: AGENTS[0].project.parse()?,
            context,
            site,
            writer,
            memory,
            addresses: Addresses::default(),
            names: HashSet::new(),
            repositories: Vec::new(),
            skills: Vec::new(),
        })
    }

    /// Returns the repositories and the skills that were added.
    pub(super) fn finish(self) -> (Vec<Repository>, Vec<Summary>) {
        (self.repositories, self.skills)
    }

    /// Adds the skills of a repository.
    pub(super) async fn add_repository(&mut self, group: &Group) -> Result<(), OpError> {
        let context = self.context;
        let source = &group.source;
        context.progress.begin(&format!("fetching {}", group.name));
        let wanted = group.skills.iter().flatten().next();
        let wanted = wanted.map(String::as_str);
        let mut opened = Opened::open_for(context, source, &group.query, wanted).await?;
        opened.fetch_descriptions().await?;
        let mut chosen: Vec<Found> = Vec::new();
        for typed in &group.skills {
            for found in opened.all_below(typed.as_deref(), false).await?.skills {
                if !chosen.iter().any(|known| known.path == found.path) {
                    chosen.push(found);
                }
            }
        }
        if chosen.is_empty() {
            return Err(OpError::NoSkills(full_spec(source, "")));
        }
        chosen.sort_by(|a, b| a.path.cmp(&b.path));
        let chosen = opened.download(chosen).await?;
        opened.fetch_files(&chosen).await?;
        let mut repository = self.repository(group, &opened);
        repository.license = license_of(&mut opened).await?;
        let planned = self.plan(group, &mut opened, &repository, chosen).await?;
        let others: Vec<Summary> = planned.iter().map(|one| Summary::of(&one.origin)).collect();
        let mut skills = Vec::new();
        let mut planned = planned.into_iter();
        loop {
            let chunk: Vec<Planned> = planned.by_ref().take(GROUP).collect();
            if chunk.is_empty() {
                break;
            }
            let written = self
                .write(&mut opened, chunk, &others, &mut repository)
                .await?;
            skills.extend(written);
        }
        let pages = self.site.repository(&repository, &skills);
        self.writer.write(pages.map_err(SiteError::from)?)?;
        self.skills.extend(skills);
        self.repositories.push(repository);
        Ok(())
    }

    fn repository(&mut self, group: &Group, opened: &Opened<'_>) -> Repository {
        let (source, commit) = (&group.source, opened.commit());
        let url = |commit| folder_url(source, &self.context.env, commit, "");
        let resolved = opened.resolved.as_ref();
        Repository {
            page: self.addresses.take(&group.name),
            name: group.name.clone(),
            spec: full_spec(source, ""),
            source: source.to_string(),
            url: commit.and_then(url),
            git_ref: resolved.and_then(|resolved| resolved.follows.clone()),
            commit: commit.map(|commit| commit.to_string()),
            date: date_of(opened.repository.objects(), commit),
            ..Repository::default()
        }
    }

    /// Collects what is known about the origin of each skill, and its history.
    async fn plan(
        &mut self,
        group: &Group,
        opened: &mut Opened<'_>,
        repository: &Repository,
        chosen: Vec<Found>,
    ) -> Result<Vec<Planned>, OpError> {
        self.context.progress.begin("reading the history");
        let names: Vec<String> = chosen
            .iter()
            .map(|found| {
                found
                    .folder()
                    .unwrap_or(group.source.repository_name())
                    .to_owned()
            })
            .collect();
        let pairs = chosen.iter().zip(&names);
        let in_repository = pairs.map(|(found, name)| SkillInRepository {
            name,
            path: &found.path,
        });
        let in_repository: Vec<_> = in_repository.collect();
        let histories = log::of_source(
            self.context,
            &mut opened.repository,
            opened.resolved.as_ref().map(|resolved| resolved.commit),
            &in_repository,
            MAX_COMMITS,
            &mut self.memory.histories,
        )
        .await?;
        let store = &opened.repository.objects().shared();
        let pages = chosen.par_iter().zip(&names);
        let pages = pages.map(|(found, name)| PageFacts::read(store, found, name));
        let pages: Vec<PageFacts> = parallel::run(|| pages.collect::<Result<_, ObjectError>>())?;
        let mut planned = Vec::new();
        let each = chosen.into_iter().zip(names).zip(pages).zip(histories);
        for (((found, name), page), history) in each {
            let mut origin = self.origin(group, opened, repository, &found, name, page);
            origin.date.clone_from(&repository.date);
            planned.push(Planned {
                found,
                origin,
                history,
                shares_name: false,
            });
        }
        let mut seen = HashSet::new();
        let names = planned.iter().map(|one| one.origin.name.clone());
        let shared: HashSet<String> = names.filter(|name| !seen.insert(name.clone())).collect();
        for one in &mut planned {
            one.shares_name = shared.contains(&one.origin.name);
        }
        Ok(planned)
    }

    fn origin(
        &mut self,
        group: &Group,
        opened: &Opened<'_>,
        repository: &Repository,
        found: &Found,
        name: String,
        facts: PageFacts,
    ) -> Skill {
        let source = &group.source;
        let below = short_path(&opened.discovery, found);
        let below = below.trim_matches(['/', '.']);
        let below = if below.is_empty() { &name } else { below };
        let page = format!("{}/{below}", repository.page);
        let url = |folder: &str| {
            let commit = opened.commit()?;
            folder_url(source, &self.context.env, commit, folder)
        };
        let resolved = opened.resolved.as_ref();
        let git_ref = resolved.and_then(|resolved| resolved.follows.as_deref());
        let plugin = plugin_of(&opened.plugins, &found.path);
        let mut skill = Skill {
            repository: repository.name.clone(),
            repository_page: repository.page.clone(),
            page: self.addresses.take(&page),
            spec: with_ref(short_spec(source, &opened.discovery, found), git_ref),
            source: source.to_string(),
            path: found.path.clone(),
            description: facts.description,
            repository_license: repository.license.clone(),
            plugin: plugin.map(|plugin| plugin.name.clone()),
            git_ref: git_ref.map(str::to_owned),
            version: resolved
                .and_then(|resolved| resolved.version())
                .map(str::to_owned),
            commit: repository.commit.clone(),
            url: url(&found.path),
            root_url: url(""),
            repository_url: repository_url(source, &self.context.env),
            host: forge_name(source, &self.context.env)
                .unwrap_or_default()
                .to_owned(),
            tree: found.tree.to_string(),
            name,
            ..Skill::default()
        };
        // Otherwise it is refused later.
        if let Some(name) = facts.name {
            self.place(&mut skill, &name);
        }
        skill
    }

    /// Writes the pages of some skills, and returns their summaries.
    async fn write(
        &mut self,
        opened: &mut Opened<'_>,
        mut planned: Vec<Planned>,
        others: &[Summary],
        repository: &mut Repository,
    ) -> Result<Vec<Summary>, OpError> {
        self.context.progress.begin("writing pages");
        let mut summaries: Vec<Option<Summary>> = Vec::new();
        let (mut changed, mut at) = (Vec::new(), Vec::new());
        for one in &mut planned {
            one.origin.is_discoverable = !self.names.contains(&one.origin.name);
        }
        let is_kept = self.memory.is_kept();
        let keys = planned.par_iter().map(|one| {
            let listed = listed_with(&one.origin, others);
            let key = || key_of(&one.origin, &one.history.commits, &listed);
            (is_kept && !one.shares_name).then(key)
        });
        let keys: Vec<Option<Digest>> = parallel::run(|| keys.collect());
        for (one, key) in planned.into_iter().zip(keys) {
            let known = key.and_then(|key| self.memory.get(&one.origin.page, key));
            if let Some(known) = &known {
                self.take_name(&known.summary.name);
                self.writer.keep(&known.pages)?;
            } else {
                at.push((summaries.len(), key));
                changed.push(one);
            }
            summaries.push(known.map(|known| known.summary));
        }
        let chosen: Vec<Found> = changed.iter().map(|one| one.found.clone()).collect();
        let prepared = opened.prepare(&chosen, &Settings::default()).await?;
        let mut ready = Vec::new();
        let mut ready_at = Vec::new();
        for ((mut planned, candidate), at) in changed.into_iter().zip(prepared).zip(at) {
            match candidate {
                Ok(candidate) => {
                    planned.origin.is_discoverable = self.take_name(&planned.origin.name);
                    self.offer(&opened.repository.source, &mut planned.origin);
                    ready.push((planned, candidate));
                    ready_at.push(at);
                }
                Err(OpError::Refused { source, .. }) => {
                    repository.refused.push(refused(&planned, &source));
                }
                Err(OpError::Name(error)) => repository.refused.push(refused(&planned, &error)),
                Err(error) => return Err(error),
            }
        }
        let root = opened.repository.root_tree(opened.commit())?;
        let store = &opened.repository.objects().shared();
        let site = self.site;
        let rendered = ready
            .into_par_iter()
            .map(|(planned, candidate)| render(store, root, planned, &candidate, site, others));
        let rendered: Vec<(Summary, Pages)> =
            parallel::run(|| rendered.collect::<Result<_, RenderError>>())?;
        let (made, pages): (Vec<Summary>, Vec<Pages>) = rendered.into_iter().unzip();
        let counts: Vec<usize> = pages.iter().map(Pages::len).collect();
        let digests = self.writer.write(pages.into_iter().flatten())?;
        let mut digests = digests.into_iter();
        for (((at, key), summary), count) in ready_at.into_iter().zip(made).zip(counts) {
            let pages = digests.by_ref().take(count).collect();
            if let Some(key) = key {
                self.memory.insert(key, &summary, pages);
            }
            summaries[at] = Some(summary);
        }
        Ok(summaries.into_iter().flatten().collect())
    }

    /// Lets readers install a skill of a folder, which they don't have, from the site.
    fn offer(&self, source: &Source, skill: &mut Skill) {
        if let (Source::Folder { .. }, Some(url), true) =
            (source, self.site.base_url(), skill.is_discoverable)
        {
            let url = url.trim_end_matches('/').to_owned();
            skill.spec = full_spec(&Source::Site { url }, &skill.name);
        }
    }

    /// Whether no other skill has this name for programs yet.
    pub(super) fn take_name(&mut self, name: &str) -> bool {
        self.names.insert(name.to_owned())
    }

    /// Adds the name and the folders of a skill.
    fn place(&mut self, skill: &mut Skill, name: &SkillName) {
        skill.places = vec![format!("{}/{name}", self.target)];
        skill.agents = agents::readers_in_projects(std::slice::from_ref(&self.target))
            .into_iter()
            .map(|agent| Agent {
                id: agent.id.to_owned(),
                name: agent.name.to_owned(),
            })
            .collect();
        skill.name = name.to_string();
    }
}

fn refused(planned: &Planned, reason: &impl ToString) -> Refused {
    Refused {
        path: planned.found.path.clone(),
        reason: reason.to_string(),
    }
}

/// The pages of a skill can't be made.
#[derive(Debug, thiserror::Error)]
enum RenderError {
    #[error(transparent)]
    Objects(#[from] ObjectError),
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl From<TemplateError> for SiteError {
    fn from(error: TemplateError) -> Self {
        Self::Template {
            path: error.template,
            line: error.line,
            problem: error.problem,
        }
    }
}

impl From<RenderError> for OpError {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Objects(error) => error.into(),
            RenderError::Template(error) => SiteError::from(error).into(),
        }
    }
}

fn render(
    store: &Shared,
    root: ObjectId,
    planned: Planned,
    candidate: &Candidate,
    site: &Site,
    others: &[Summary],
) -> Result<(Summary, Pages), RenderError> {
    store.on_this_thread(|objects| {
        let (name, files) = (candidate.name.as_str(), &candidate.files);
        let view = GitFiles::of(objects, root, &candidate.path, name, files);
        let skill_file = mdskill_lint::skill_files::SkillFiles::read(&view, SKILL_FILE);
        let skill_file = skill_file.unwrap_or_default();
        let mut origin = planned.origin;
        origin.digest = digest_of(files, objects)?.to_string();
        let capabilities = candidate.capabilities.clone();
        let found = &candidate.diagnostics;
        let mut skill = complete(origin, &view, &skill_file, found, capabilities);
        skill.recompute = recompute(&skill);
        add_history(&mut skill, planned.history);
        let pages = site.skill(&skill, others)?;
        Ok((Summary::of(&skill), pages))
    })
}
