//! Finds the skills that other tools installed on disk, and reads their files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::outcome::Stop;
use crate::context::Context;
use crate::digest::{Digest, FileDigest, FileMode};
use crate::fs::leftover::is_leftover;
use crate::fs::tree::list;
use crate::fs::{self, At};
use crate::importers::ImportedSkill;
use crate::install::scope::Scope;
use crate::operations::OpError;
use crate::skill::tree::{MAX_BYTES, MAX_FILES};
use crate::target::Target;
use mdskill_git::ObjectId;
use mdskill_git::objects::{MAX_OBJECT_BYTES, blob_id};
use mdskill_lint::agents::AGENTS;
use mdskill_lint::name::SkillName;

/// The existing folders in which agents look for skills.
#[derive(Default)]
pub(super) struct SkillFolders {
    targets: Vec<Target>,
    /// The paths of those that are symbolic links, which are not imported from.
    pub links: BTreeSet<String>,
}

/// The folders of one skill.
pub(super) struct InstalledFolders {
    pub targets: Vec<Target>,
    /// The paths of symbolic links, which are not imported from.
    pub links: BTreeSet<String>,
}

/// The files of an installed skill, by path.
#[derive(PartialEq, Eq)]
pub(super) struct InstalledCopy {
    pub files: BTreeMap<String, InstalledFile>,
}

/// A file of an installed skill.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct InstalledFile {
    pub mode: FileMode,
    /// The id that git gives its bytes.
    pub id: ObjectId,
    pub digest: FileDigest,
}

impl SkillFolders {
    /// Finds the folders of all known agents, and every `.NAME/skills`.
    pub fn find(scope: &Scope) -> Result<Self, OpError> {
        let root = scope.root.canonicalize().at("read", &scope.root)?;
        let mut folders = Self::default();
        let (mut seen, mut linked) = (BTreeSet::new(), Vec::new());
        for target in candidates(scope)? {
            let Ok(real) = scope.target(&target).canonicalize() else {
                continue;
            };
            if folders.targets.contains(&target) || !real.is_dir() {
                continue;
            }
            if real == root.join(target.as_str()) {
                seen.insert(real);
                folders.targets.push(target);
            } else {
                linked.push((target, real));
            }
        }
        // A link leads to one of the other folders or out of the project.
        for (target, real) in linked {
            if scope.check_target(&target).is_ok() && seen.insert(real) {
                folders.targets.push(target);
            } else {
                folders.links.insert(target.to_string());
            }
        }
        Ok(folders)
    }

    /// Returns the folders of all skills, also those that are grouped in a folder of their own.
    pub fn skills(&self, context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
        let mut skills = Vec::new();
        for target in &self.targets {
            for folder in subfolders(&context.scope.target(target))? {
                if folder.join("SKILL.md").exists() {
                    skills.push(folder);
                } else {
                    skills.extend(subfolders(&folder)?);
                }
            }
        }
        Ok(skills)
    }

    /// Finds the folders of one skill.
    pub fn of(
        &self,
        scope: &Scope,
        skill: &ImportedSkill,
        name: &SkillName,
    ) -> Result<InstalledFolders, OpError> {
        let target_of = |place: &String| {
            let target = place.strip_suffix(name.as_str())?.strip_suffix('/')?;
            target.parse::<Target>().ok()
        };
        let searched = if skill.places.is_empty() {
            self.targets.clone()
        } else {
            skill.places.iter().filter_map(target_of).collect()
        };
        let (mut targets, mut links) = (Vec::new(), BTreeSet::new());
        for target in searched {
            let place = scope.skill(&target, name);
            let Some(found) = fs::look(&place)? else {
                continue;
            };
            let is_linked = self.links.contains(target.as_str());
            if found.is_symlink() {
                links.insert(scope.display(&place));
            } else if found.is_dir() && (is_linked || scope.check_target(&target).is_err()) {
                links.insert(scope.display(&scope.target(&target)));
            } else if found.is_dir() {
                targets.push(target);
            }
        }
        Ok(InstalledFolders { targets, links })
    }

    /// Returns the names of the folders, for a message.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.targets.iter().map(Target::as_str).collect();
        if names.is_empty() {
            "any agent's folder".to_owned()
        } else {
            names.join(", ")
        }
    }
}

/// Returns the folders that may exist: those of all known agents, and every `.NAME/skills`.
fn candidates(scope: &Scope) -> Result<Vec<Target>, OpError> {
    let known = AGENTS.iter().map(|agent| {
        let folder = if scope.is_personal {
            agent.personal
        } else {
            agent.project
        };
        folder.to_owned()
    });
    let mut names: Vec<String> = known.collect();
    for above in ["", ".config/"] {
        for folder in subfolders(&scope.root.join(above))? {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            if !above.is_empty() || name.starts_with('.') {
                names.push(format!("{above}{name}/skills"));
            }
        }
    }
    Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
}

/// Returns the folders in a folder, sorted; none if it does not exist.
fn subfolders(folder: &Path) -> Result<Vec<PathBuf>, OpError> {
    let entries = fs::if_found(std::fs::read_dir(folder)).at("list", folder)?;
    let mut found = Vec::new();
    for entry in entries.into_iter().flatten() {
        let entry = entry.at("list", folder)?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

impl InstalledCopy {
    /// Reads the files in `folder`.
    ///
    /// # Errors
    /// If it can't be a skill's folder, or can't be read.
    pub fn read(folder: &Path) -> Result<Self, Stop> {
        let listing = list(folder)?;
        let refuse = |reason: String| Err(Stop::NotImported(reason));
        if let Some(path) = listing.special_files.first() {
            return refuse(format!(
                "`{path}` in its folder is a link or another special file, which no version has"
            ));
        }
        let sizes = listing.files.iter().map(|file| file.metadata.len());
        if listing.files.len() > MAX_FILES || sizes.clone().sum::<u64>() > MAX_BYTES as u64 {
            return refuse(format!(
                "its folder has more than {MAX_FILES} files or {} MiB, the limit of a skill",
                MAX_BYTES >> 20
            ));
        }
        if sizes.max().unwrap_or_default() > MAX_OBJECT_BYTES as u64 {
            return refuse("one of its files has more than 16 MiB, the limit".to_owned());
        }
        let mut files = BTreeMap::new();
        for file in listing.files {
            let path = folder.join(&file.path);
            let bytes = std::fs::read(&path).at("read", &path)?;
            let installed = InstalledFile {
                mode: file.mode,
                id: blob_id(&bytes)?,
                digest: FileDigest::of(&bytes),
            };
            files.insert(file.path, installed);
        }
        Ok(Self { files })
    }

    /// Returns the digest that `verify` computes.
    pub fn digest(&self) -> Digest {
        let is_left = |path: &str| is_leftover(path, |file| self.files.contains_key(file));
        let kept = self.files.iter().filter(|(path, _)| !is_left(path));
        Digest::of_files(kept.map(|(path, file)| (path.as_str(), file.mode, file.digest)))
    }
}
