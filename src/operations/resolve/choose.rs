//! Chooses among the skills of an opened repository.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::open::Opened;
use super::{HiddenSkill, Selection, exact_spec, full_spec};
use crate::operations::OpError;
use crate::parallel;
use crate::skill::discover::Found;
use crate::skill::hidden::{self, Hidden};
use crate::skill::select::{Choice, by_frontmatter, by_path_or_folder, nearest};
use crate::skill::skill_text;
use crate::spec::ROOT;
use mdskill_git::ObjectId;
use mdskill_git::objects::ObjectError;
use mdskill_lint::frontmatter;

/// The most names that are suggested.
const MAX_SUGGESTIONS: usize = 3;

impl Opened<'_> {
    /// Returns the requested skill, or the only one if none is requested.
    pub(crate) async fn the_one(&mut self, typed: Option<&str>) -> Result<Found, OpError> {
        let found = match self.wanted(typed) {
            Some(wanted) => self.choose(&wanted).await?,
            None => self.only_below("").await?,
        };
        let mut downloaded = self.download(vec![found]).await?;
        Ok(downloaded.remove(0))
    }

    /// Returns the only visible skill of a folder.
    async fn only_below(&mut self, folder: &str) -> Result<Found, OpError> {
        let mut below = self.select(folder, false);
        if below.skills.len() > 1 {
            // One of them may be internal.
            self.fetch_descriptions().await?;
            below = self.select(folder, false);
        }
        if below.skills.is_empty() {
            below = self.select(folder, true);
        }
        match below.skills.as_slice() {
            [] => Err(match self.discovery.submodules.as_slice() {
                [path] => OpError::Submodule {
                    spec: full_spec(&self.repository.source, path),
                },
                _ => OpError::NoSkills(self.place()),
            }),
            [only] => Ok(only.clone()),
            several => Err(OpError::SeveralSkills {
                place: full_spec(&self.repository.source, folder),
                count: several.len(),
                names: several.iter().map(|found| self.name_of(found)).collect(),
            }),
        }
    }

    fn name_of(&self, found: &Found) -> String {
        let folder = found.folder();
        let name = folder.unwrap_or_else(|| self.repository.source.repository_name());
        name.to_owned()
    }

    /// Returns the skills of the requested folder or of the repository, or the one requested skill.
    /// Hidden skills are left out unless `with_hidden`.
    ///
    /// A skill counts as internal only if its `SKILL.md` was fetched.
    pub(crate) async fn all_below(
        &mut self,
        typed: Option<&str>,
        with_hidden: bool,
    ) -> Result<Selection, OpError> {
        let folder = self.wanted(typed).unwrap_or_default();
        let mut selection = self.select(&folder, with_hidden);
        if selection.skills.is_empty() && selection.hidden.is_empty() {
            self.fetch_descriptions().await?;
            if let Some(real) = self.real_path(&folder)? {
                selection = self.select(&real, with_hidden);
            }
        }
        if selection.skills.is_empty() && selection.hidden.is_empty() {
            return Ok(Selection {
                skills: vec![self.the_one(typed).await?],
                hidden: Vec::new(),
            });
        }
        Ok(selection)
    }

    /// Selects the skills in a folder. Copies of a skill are always left out.
    fn select(&self, folder: &str, with_hidden: bool) -> Selection {
        let internal = self.internal_in(folder);
        let is_internal = |found: &Found| internal.contains(&found.skill_file);
        let sorted = hidden::sort_out(&self.discovery, folder, is_internal);
        let mut skills: Vec<Found> = sorted.visible.into_iter().cloned().collect();
        let mut left_out = Vec::new();
        for (found, reason) in sorted.hidden {
            if with_hidden && reason != Hidden::Copy {
                skills.push(found.clone());
            } else {
                left_out.push(HiddenSkill {
                    name: self.name_of(found),
                    path: found.path.clone(),
                    reason,
                });
            }
        }
        skills.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Selection {
            skills,
            hidden: left_out,
        }
    }

    /// Returns the `SKILL.md` files in a folder that say that they are internal, of those that are here.
    fn internal_in(&self, folder: &str) -> HashSet<ObjectId> {
        let store = self.repository.objects().shared();
        let files: Vec<ObjectId> = self
            .discovery
            .below(folder)
            .map(|found| found.skill_file)
            .collect();
        // Each thread opens the repository for itself.
        let internal = files.into_par_iter().filter(|file| {
            let read = store.on_this_thread(|objects| {
                let text = objects.contains(*file).then(|| skill_text(objects, *file));
                text.transpose()
            });
            let text = read.ok().flatten();
            text.is_some_and(|text| hidden::is_internal(&text))
        });
        parallel::run(|| internal.collect())
    }

    /// Chooses a skill by path, folder name, or frontmatter name.
    pub(super) async fn choose(&mut self, wanted: &str) -> Result<Found, OpError> {
        if let (ROOT, Some(found)) = (wanted, self.discovery.at("")) {
            return Ok(found.clone());
        }
        let choice = by_path_or_folder(&self.discovery, wanted, &[]);
        if let Some(found) = self.decide(wanted, &choice)? {
            return Ok(found);
        }
        self.fetch_descriptions().await?;
        let choice = by_path_or_folder(&self.discovery, wanted, &self.plugins);
        if let Some(found) = self.decide(wanted, &choice)? {
            return Ok(found);
        }
        if let Some(found) = self.linked(wanted)? {
            return Ok(found);
        }
        let names = self.frontmatter_names()?;
        let name_of = |found: &Found| names.get(&found.path).cloned();
        let choice = by_frontmatter(&self.discovery, wanted, name_of);
        if let Some(found) = self.decide(wanted, &choice)? {
            return Ok(found);
        }
        // A skill at the root is listed under the name of the repository.
        if wanted == self.repository.source.repository_name()
            && let Some(found) = self.discovery.at("")
        {
            return Ok(found.clone());
        }
        if self.discovery.below(wanted).next().is_some() {
            return self.only_below(wanted).await;
        }
        if let Some(real) = self.real_path(wanted)?
            && self.discovery.below(&real).next().is_some()
        {
            return self.only_below(&real).await;
        }
        if let Some(obstacle) = self.obstacle(wanted)? {
            return Err(obstacle);
        }
        let folders = self.discovery.skills.iter().filter_map(Found::folder);
        let names = folders.chain(names.values().map(String::as_str));
        let near = nearest(names, wanted, MAX_SUGGESTIONS);
        Err(OpError::NoSuchSkill {
            place: self.place(),
            wanted: wanted.to_owned(),
            count: self.discovery.skills.len(),
            nearest: near.into_iter().map(str::to_owned).collect(),
        })
    }

    fn decide(&self, wanted: &str, choice: &Choice<'_>) -> Result<Option<Found>, OpError> {
        let spec = |found: &&Found| exact_spec(&self.repository.source, &found.path);
        match choice {
            Choice::One(found) => Ok(Some((*found).clone())),
            Choice::Nothing => Ok(None),
            Choice::Ambiguous(all) => Err(OpError::Ambiguous {
                wanted: wanted.to_owned(),
                specs: all.iter().map(spec).collect(),
            }),
        }
    }

    fn frontmatter_names(&self) -> Result<BTreeMap<String, String>, ObjectError> {
        let mut names = BTreeMap::new();
        for found in &self.discovery.skills {
            let text = skill_text(self.repository.objects(), found.skill_file)?;
            let (name, _) = frontmatter::summary(&text);
            names.extend(name.map(|name| (found.path.clone(), name)));
        }
        Ok(names)
    }
}
