//! The installed skills, with the files that are on disk.

use std::collections::BTreeMap;

use super::SiteError;
use super::gather::Gatherer;
use super::repositories::name_of;
use super::skill::{add_history, complete, recompute};
use crate::diff;
use crate::digest::{Digest, FileDigest, FileMode};
use crate::fetch::{folder_url, forge_name, repository_url};
use crate::operations::OpError;
use crate::operations::agents;
use crate::operations::installed::{InstalledSkill, SkillFolder};
use crate::operations::log::{self, SkillHistory, SkillInRepository};
use crate::operations::resolve::full_spec;
use crate::operations::show::{OnDisk, date_of, with_ref};
use crate::platform;
use mdskill_lint::validate;
use mdskill_site::model::{Agent, File, Repository, Skill, Summary};

/// The most commits of a skill that are listed.
const MAX_COMMITS: usize = 20;

/// Returns the digest of the files that are on disk.
fn digest_of(files: &[File]) -> Digest {
    Digest::of_files(files.iter().map(|file| {
        let mode = if file.executable {
            FileMode::Executable
        } else {
            FileMode::Regular
        };
        (file.path.as_str(), mode, FileDigest::of(&file.original))
    }))
}

impl Gatherer<'_, '_> {
    /// Adds the installed skills. Each repository has one page, with the installed ones.
    pub(super) async fn add_installed(&mut self) -> Result<(), OpError> {
        let context = self.context;
        let lockfile = context.lockfile()?.unwrap_or_default();
        if lockfile.skills.is_empty() {
            return Err(SiteError::NothingInstalled.into());
        }
        let mut by_source: BTreeMap<String, Vec<InstalledSkill<'_>>> = BTreeMap::new();
        for skill in InstalledSkill::all(&context.scope, &lockfile) {
            let source = skill.entry.source.to_string();
            by_source.entry(source).or_default().push(skill);
        }
        for (source, installed) in by_source {
            let name = name_of(context, &installed[0].entry.source);
            let repository = Repository {
                page: self.addresses.take(&name),
                name,
                spec: full_spec(&installed[0].entry.source, ""),
                source,
                ..Repository::default()
            };
            let mut skills = Vec::new();
            for one in &installed {
                skills.push(self.installed_skill(*one, &repository).await?);
            }
            let summaries: Vec<Summary> = skills.iter().map(Summary::of).collect();
            for skill in &skills {
                let pages = self.site.skill(skill, &summaries);
                self.writer.write(pages.map_err(SiteError::from)?)?;
            }
            let pages = self.site.repository(&repository, &summaries);
            self.writer.write(pages.map_err(SiteError::from)?)?;
            self.skills.extend(summaries);
            self.repositories.push(repository);
        }
        Ok(())
    }

    async fn installed_skill(
        &mut self,
        installed: InstalledSkill<'_>,
        repository: &Repository,
    ) -> Result<Skill, OpError> {
        let (context, entry) = (self.context, installed.entry);
        let OnDisk { files, text, .. } = OnDisk::read(context, installed)?;
        let settings = context.config()?.rules.settings;
        let diagnostics = validate(&files, &settings).diagnostics;
        let url = |folder: &str| {
            let commit = entry.commit?;
            folder_url(&entry.source, &context.env, commit, folder)
        };
        let cached = installed.cached(context);
        let cached = cached.as_ref();
        let readers = agents::readers(context, installed.targets).into_iter();
        let origin = Skill {
            name: installed.name.to_string(),
            repository: repository.name.clone(),
            repository_page: repository.page.clone(),
            page: self
                .addresses
                .take(&format!("{}/{}", repository.page, installed.name)),
            spec: with_ref(
                full_spec(&entry.source, &entry.path),
                entry.git_ref.as_deref(),
            ),
            source: entry.source.to_string(),
            path: entry.path.clone(),
            git_ref: entry.git_ref.clone(),
            version: entry.version.clone(),
            commit: entry.commit.map(|commit| commit.to_string()),
            date: cached.and_then(|objects| date_of(objects, entry.commit)),
            url: url(&entry.path),
            root_url: url(""),
            repository_url: repository_url(&entry.source, &context.env),
            is_discoverable: self.take_name(installed.name.as_str()),
            host: forge_name(&entry.source, &context.env)
                .unwrap_or_default()
                .to_owned(),
            tree: entry.tree.to_string(),
            digest: entry.digest.to_string(),
            places: installed
                .folders()
                .map(|folder| self.place_for_readers(&folder))
                .collect(),
            agents: readers
                .map(|agent| Agent {
                    id: agent.id.to_owned(),
                    name: agent.name.to_owned(),
                })
                .collect(),
            ..Skill::default()
        };
        let capabilities = diff::capabilities(&files).into_iter().collect();
        let mut skill = complete(origin, &files, &text, &diagnostics, capabilities);
        let on_disk = digest_of(&skill.files);
        if on_disk != entry.digest {
            skill.is_edited = true;
            skill.digest = on_disk.to_string();
        }
        skill.recompute = recompute(&skill);
        add_history(&mut skill, self.history(installed).await);
        Ok(skill)
    }

    /// Returns the place of a skill. Pages are for other machines, so they do not name this one's home folder.
    fn place_for_readers(&self, folder: &SkillFolder<'_>) -> String {
        let scope = &self.context.scope;
        let below = folder.path.strip_prefix(&scope.root);
        match below.ok().filter(|_| scope.is_personal) {
            Some(below) => format!("~/{}", platform::display_relative(below)),
            None => folder.place(),
        }
    }

    /// Returns the history up to the installed version. Without the network, it may be unknown.
    async fn history(&mut self, installed: InstalledSkill<'_>) -> SkillHistory {
        let (context, entry) = (self.context, installed.entry);
        let skill = SkillInRepository {
            name: installed.name.as_str(),
            path: &entry.path,
        };
        let opened = context
            .fetcher()
            .and_then(|fetcher| fetcher.open(&entry.source));
        let Ok(mut repository) = opened else {
            return SkillHistory::default();
        };
        let history = log::of_source(
            context,
            &mut repository,
            entry.commit,
            &[skill],
            MAX_COMMITS,
            &mut self.memory.histories,
        )
        .await;
        let mut history = history.unwrap_or_default();
        history.pop().unwrap_or_default()
    }
}
