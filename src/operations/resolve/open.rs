//! [`Opened`]: a source at one commit, its skills found, chosen and made ready.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::{Candidate, diagnose, full_spec};
use crate::context::Context;
use crate::fetch::resolve::{Query, Resolved};
use crate::fetch::{FetchError, Repository};
use crate::operations::OpError;
use crate::skill::discover::{Discovery, Found, Plugin, link_target, plugins};
use crate::skill::select::{Choice, by_frontmatter, by_path_or_folder, nearest};
use crate::skill::tree::{MAX_IN_MEMORY, SkillTree, TreeError};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_lint::SKILL_FILE;
use mdskill_lint::Settings;
use mdskill_lint::frontmatter;
use mdskill_lint::name::SkillName;

/// Most names that are suggested.
const MAX_SUGGESTIONS: usize = 3;
/// Most bytes of all skills together that are kept from validating them to writing them.
const MAX_ALL_AT_HAND: usize = 64 << 20;

/// A repository at one commit, with the skills that it has there.
pub struct Opened<'a> {
    /// The repository.
    pub repository: Repository<'a>,
    /// The commit and how it was named; nothing for a folder of files.
    pub resolved: Option<Resolved>,
    /// Its skills.
    pub discovery: Discovery,
    plugins: Vec<Plugin>,
}

impl<'a> Opened<'a> {
    /// Opens the source of a spec: two requests, fewer with what the store has.
    ///
    /// # Errors
    /// When it can't be fetched from.
    pub async fn open(
        context: &'a Context<'_>,
        source: &Source,
        query: &Query,
    ) -> Result<Self, OpError> {
        let mut repository = context.fetcher()?.open(source)?;
        let resolved = match (repository.is_folder(), query) {
            (true, Query::Default) => None,
            (true, _) => {
                return Err(OpError::Usage(format!(
                    "{} is a folder of files, which has no refs",
                    source.spec_prefix()
                )));
            }
            (false, query) => {
                let mut resolved = repository.resolve(std::slice::from_ref(query)).await?;
                match resolved.pop() {
                    Some(resolved) => Some(resolved.map_err(FetchError::from)?),
                    None => None,
                }
            }
        };
        let commit = resolved.as_ref().map(|resolved| resolved.commit);
        let discovery = repository
            .discover(&[commit], &[])
            .await?
            .pop()
            .unwrap_or_default();
        Ok(Self {
            repository,
            resolved,
            discovery,
            plugins: Vec::new(),
        })
    }

    /// Returns the commit.
    #[must_use]
    pub fn commit(&self) -> Option<ObjectId> {
        self.resolved.as_ref().map(|resolved| resolved.commit)
    }

    /// Returns the folder that the page of a spec shows: `…/tree/main/skills/pdf`.
    #[must_use]
    pub fn folder_of_page(&self) -> Option<String> {
        self.resolved.as_ref()?.path.clone()
    }

    fn commits(&self) -> Vec<ObjectId> {
        self.commit().into_iter().collect()
    }

    /// Returns the source's spec.
    #[must_use]
    pub fn place(&self) -> String {
        full_spec(&self.repository.source, "")
    }

    /// Brings every `SKILL.md`, the plugin list and the links: one request, for names
    /// that only they tell.
    ///
    /// # Errors
    /// When they can't be had.
    pub async fn fetch_descriptions(&mut self) -> Result<(), OpError> {
        let skill_files = self.discovery.skills.iter().map(|found| found.skill_file);
        let links = self.discovery.links.iter().map(|link| link.id);
        let wanted: Vec<ObjectId> = skill_files
            .chain(links)
            .chain(self.discovery.marketplace)
            .collect();
        let commits = self.commits();
        self.repository.fetch_blobs(wanted, &commits).await?;
        if let Some(marketplace) = self.discovery.marketplace {
            self.plugins = plugins(&self.repository.objects().blob(marketplace)?);
        }
        Ok(())
    }

    /// Returns the plugins; known after [`Opened::fetch_descriptions`].
    #[must_use]
    pub fn plugins(&self) -> &[Plugin] {
        &self.plugins
    }

    /// Finds the skill that is wanted, that a page's address leads to, or the only one.
    ///
    /// # Errors
    /// As [`Opened::choose`]; also when nothing is wanted and there are several, or none.
    pub async fn the_one(&mut self, wanted: Option<&str>) -> Result<Found, OpError> {
        let wanted = wanted.map(str::to_owned).or_else(|| self.folder_of_page());
        if let Some(wanted) = wanted {
            return self.choose(&wanted).await;
        }
        match self.discovery.skills.as_slice() {
            [] => Err(OpError::NoSkills(self.place())),
            [only] => Ok(only.clone()),
            several => Err(OpError::NotNamed {
                place: self.place(),
                count: several.len(),
            }),
        }
    }

    /// Chooses the skill that `wanted` names: path, folder, then frontmatter name.
    ///
    /// # Errors
    /// When there is none, or several.
    pub async fn choose(&mut self, wanted: &str) -> Result<Found, OpError> {
        if let Some(found) =
            self.decide(wanted, &by_path_or_folder(&self.discovery, wanted, &[]))?
        {
            return Ok(found);
        }
        self.fetch_descriptions().await?;
        if let Some(found) = self.decide(
            wanted,
            &by_path_or_folder(&self.discovery, wanted, &self.plugins),
        )? {
            return Ok(found);
        }
        if let Some(found) = self.behind_link(wanted)? {
            return Ok(found);
        }
        let names = self.frontmatter_names()?;
        let name_of = |found: &Found| names.get(&found.path).cloned();
        if let Some(found) =
            self.decide(wanted, &by_frontmatter(&self.discovery, wanted, name_of))?
        {
            return Ok(found);
        }
        let count = self.discovery.below(wanted).count();
        if count > 0 {
            let place = full_spec(&self.repository.source, wanted);
            return Err(OpError::NotChosen { place, count });
        }
        let folders = self.discovery.skills.iter().filter_map(Found::folder);
        let near = nearest(
            folders.chain(names.values().map(String::as_str)),
            wanted,
            MAX_SUGGESTIONS,
        );
        Err(OpError::NoSuchSkill {
            place: self.place(),
            wanted: wanted.to_owned(),
            nearest: near.into_iter().map(str::to_owned).collect(),
        })
    }

    /// Returns every skill in the folder `wanted`, or the one skill that it names.
    ///
    /// # Errors
    /// When there is none, or several of that name.
    pub async fn all_below(&mut self, wanted: &str) -> Result<Vec<Found>, OpError> {
        let found: Vec<Found> = self.discovery.below(wanted).cloned().collect();
        match found.is_empty() {
            true => Ok(vec![self.choose(wanted).await?]),
            false => Ok(found),
        }
    }

    fn decide(&self, wanted: &str, choice: &Choice<'_>) -> Result<Option<Found>, OpError> {
        match choice {
            Choice::One(found) => Ok(Some((*found).clone())),
            Choice::Nothing => Ok(None),
            Choice::Ambiguous(all) => Err(OpError::Ambiguous {
                wanted: wanted.to_owned(),
                specs: all
                    .iter()
                    .map(|found| full_spec(&self.repository.source, &found.path))
                    .collect(),
            }),
        }
    }

    /// A folder that is a link to another folder of the repository is that folder.
    fn behind_link(&self, wanted: &str) -> Result<Option<Found>, OpError> {
        let suffix = format!("/{wanted}");
        for link in &self.discovery.links {
            if link.path != wanted && !link.path.ends_with(&suffix) {
                continue;
            }
            let target = self.repository.objects().blob(link.id)?;
            let found =
                link_target(&link.path, &target).and_then(|path| self.discovery.at(&path).cloned());
            if let Some(found) = found {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn frontmatter_names(&self) -> Result<BTreeMap<String, String>, ObjectError> {
        let mut names = BTreeMap::new();
        for found in &self.discovery.skills {
            let (name, _) =
                frontmatter::summary(&self.repository.objects().blob(found.skill_file)?);
            names.extend(name.map(|name| (found.path.clone(), name)));
        }
        Ok(names)
    }

    /// Fetches the files of the chosen skills, in one request, and makes them ready.
    ///
    /// The inner error is a skill's own: with `--all` the others land.
    ///
    /// # Errors
    /// When the files can't be had.
    pub async fn prepare(
        &mut self,
        chosen: &[Found],
        settings: &Settings,
    ) -> Result<Vec<Result<Candidate, OpError>>, OpError> {
        let objects = self.repository.objects();
        let mut trees = Vec::with_capacity(chosen.len());
        for found in chosen {
            trees.push((found, SkillTree::read(objects, found.tree)));
        }
        let blobs: Vec<ObjectId> = trees
            .iter()
            .filter_map(|(_, tree)| tree.as_ref().ok())
            .flat_map(SkillTree::blobs)
            .collect();
        let commits = self.commits();
        self.repository.fetch_blobs(blobs, &commits).await?;
        let origin = Origin {
            source: &self.repository.source,
            store: self.repository.objects().path(),
            git_ref: self
                .resolved
                .as_ref()
                .and_then(|resolved| resolved.follows.as_ref()),
            commit: self.commit(),
            root: self.repository.root_tree(self.commit())?,
            settings,
            at_hand: MAX_IN_MEMORY.min(MAX_ALL_AT_HAND / chosen.len().max(1)),
        };
        // Reading and validating 181 skills is the processor's work; each thread opens
        // the store for itself.
        let ready = trees.into_par_iter().map(|(found, tree)| {
            Objects::on_this_thread(origin.store, |objects| {
                Ok(origin.make_ready(objects, found, tree))
            })
        });
        Ok(ready.collect::<Result<_, ObjectError>>()?)
    }
}

/// Where the skills of one repository come from.
struct Origin<'a> {
    source: &'a Source,
    store: &'a Path,
    git_ref: Option<&'a String>,
    commit: Option<ObjectId>,
    root: ObjectId,
    settings: &'a Settings,
    /// Bytes of each skill that are kept from validating it to writing it.
    at_hand: usize,
}

impl Origin<'_> {
    fn make_ready(
        &self,
        objects: &Objects,
        found: &Found,
        tree: Result<SkillTree, TreeError>,
    ) -> Result<Candidate, OpError> {
        let refuse = |error| OpError::Refused {
            spec: full_spec(self.source, &found.path),
            source: error,
        };
        let mut files = tree.map_err(refuse)?;
        files.load(objects, self.at_hand).map_err(refuse)?;
        let skill_file = match files.in_memory(SKILL_FILE) {
            Some(bytes) => Cow::Borrowed(bytes),
            None => Cow::Owned(objects.blob(found.skill_file)?),
        };
        let folder = found
            .folder()
            .unwrap_or_else(|| self.source.repository_name());
        let (name, note) = landing_name(&skill_file, folder)?;
        let folder = name.as_str();
        let checked = diagnose(
            objects,
            self.root,
            &found.path,
            folder,
            &files,
            self.settings,
        );
        Ok(Candidate {
            source: self.source.clone(),
            path: found.path.clone(),
            git_ref: self.git_ref.cloned(),
            commit: self.commit,
            diagnostics: checked.diagnostics,
            siblings: checked.siblings,
            files,
            name,
            note,
        })
    }
}

/// A skill lands under its frontmatter name when that is valid, else under its
/// folder's, because VS Code goes by the folder and says nothing about a bad name.
fn landing_name(skill_file: &[u8], folder: &str) -> Result<(SkillName, Option<String>), OpError> {
    let (declared, _) = frontmatter::summary(skill_file);
    let problem = match declared.as_deref().map(SkillName::from_frontmatter) {
        Some(Ok(name)) => {
            let differs = name.as_str() != folder;
            let note = differs.then(|| {
                format!("installed under the name in its frontmatter; its folder is `{folder}`")
            });
            return Ok((name, note));
        }
        Some(Err(error)) => error.to_string(),
        None => "it has no name in its frontmatter".to_owned(),
    };
    let name = SkillName::from_folder(folder)?;
    Ok((
        name,
        Some(format!("installed under its folder's name: {problem}")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frontmatter_name_wins_when_it_is_valid() {
        let landed = |text: &str, folder| {
            let (name, note) = landing_name(text.as_bytes(), folder).unwrap();
            (name.to_string(), note.is_some())
        };
        assert_eq!(
            landed("---\nname: pdf\n---\n", "pdf"),
            ("pdf".to_owned(), false)
        );
        assert_eq!(
            landed("---\nname: pdf\n---\n", "pdf-tools"),
            ("pdf".to_owned(), true)
        );
        assert_eq!(
            landed("---\nname: ../x\n---\n", "pdf"),
            ("pdf".to_owned(), true)
        );
        assert_eq!(landed("no frontmatter", "pdf"), ("pdf".to_owned(), true));
    }
}
