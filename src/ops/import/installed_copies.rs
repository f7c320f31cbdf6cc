//! Where skills lie that another tool installed, and what their files are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::context::Context;
use crate::digest::{Digest, FileDigest, FileMode};
use crate::fs::tree::{is_leaving, list};
use crate::fs::{self, At};
use crate::git::objects::{MAX_OBJECT_BYTES, blob_id};
use crate::importers::ImportedSkill;
use crate::install::site::Site;
use crate::name::SkillName;
use crate::oid::ObjectId;
use crate::ops::OpError;
use crate::skill::files::{MAX_BYTES, MAX_FILES};
use crate::target::{AGENTS, Target};

/// The folders in which agents look for skills and that are there.
pub(super) struct SkillFolders {
    targets: Vec<Target>,
    /// Those that are links, by their paths.
    pub links: Vec<String>,
}

/// A skill's files on disk, by path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InstalledCopy {
    pub files: BTreeMap<String, InstalledFile>,
}

/// One file of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct InstalledFile {
    pub mode: FileMode,
    /// The id that git gives its bytes.
    pub id: ObjectId,
    pub digest: FileDigest,
}

impl SkillFolders {
    /// Finds them: those of the agents that are known, and any `.NAME/skills`.
    pub fn find(site: &Site) -> Result<Self, OpError> {
        let mut names: Vec<String> = AGENTS
            .iter()
            .map(|agent| match site.is_personal {
                true => agent.personal.to_owned(),
                false => agent.project.to_owned(),
            })
            .collect();
        for above in ["", ".config/"] {
            let folder = site.root.join(above);
            let entries = fs::if_found(std::fs::read_dir(&folder)).at("list", &folder)?;
            let mut found: Vec<String> = entries
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .filter(|name| !above.is_empty() || name.starts_with('.'))
                .map(|name| format!("{above}{name}/skills"))
                .collect();
            found.sort();
            names.extend(found);
        }
        let mut shelves = Self {
            targets: Vec::new(),
            links: Vec::new(),
        };
        let (mut seen, mut linked) = (BTreeSet::new(), Vec::new());
        for name in names {
            let Ok(target) = name.parse::<Target>() else {
                continue;
            };
            let folder = site.target(&target);
            let Ok(real) = folder.canonicalize() else {
                continue;
            };
            if shelves.targets.contains(&target) || !real.is_dir() {
                continue;
            }
            match real == site.root.canonicalize().at("read", &site.root)?.join(&name) {
                true => {
                    seen.insert(real);
                    shelves.targets.push(target);
                }
                false => linked.push((target, real)),
            }
        }
        // Behind a link lies what lies elsewhere too, or what is not the project's.
        for (target, real) in linked {
            let is_usable = site.check_target(&target).is_ok() && seen.insert(real);
            match is_usable {
                true => shelves.targets.push(target),
                false => shelves.links.push(target.to_string()),
            }
        }
        Ok(shelves)
    }

    /// Returns every folder that may be a skill's, and the folders in those that are none.
    pub fn folders(&self, context: &Context<'_>) -> Result<Vec<PathBuf>, OpError> {
        let below = |folder: &PathBuf| -> Result<Vec<PathBuf>, OpError> {
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
        };
        let mut folders = Vec::new();
        for target in &self.targets {
            for folder in below(&context.site.target(target))? {
                match folder.join("SKILL.md").exists() {
                    true => folders.push(folder),
                    false => folders.extend(below(&folder)?),
                }
            }
        }
        Ok(folders)
    }

    /// Returns the targets that have a folder of the skill; what is a link is noted instead.
    pub fn of(
        &self,
        site: &Site,
        claim: &ImportedSkill,
        name: &SkillName,
        links: &mut BTreeSet<String>,
    ) -> Result<Vec<Target>, OpError> {
        let above = |place: &String| {
            let above = place.strip_suffix(name.as_str())?.strip_suffix('/')?;
            above.parse::<Target>().ok()
        };
        let targets = match claim.places.is_empty() {
            true => self.targets.clone(),
            false => claim.places.iter().filter_map(above).collect(),
        };
        let mut found = Vec::new();
        for target in targets {
            let place = site.skill(&target, name);
            match fs::look(&place)? {
                Some(seen) if seen.is_symlink() => {
                    links.insert(site.display(&place));
                }
                Some(seen) if seen.is_dir() => {
                    let is_linked = self.links.contains(&target.to_string());
                    match is_linked || site.check_target(&target).is_err() {
                        true => {
                            links.insert(site.display(&site.target(&target)));
                        }
                        false => found.push(target),
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Returns the folders, for a sentence that says where somebody looked.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.targets.iter().map(Target::as_str).collect();
        match names.is_empty() {
            true => "any agent's folder".to_owned(),
            false => names.join(", "),
        }
    }
}

impl InstalledCopy {
    /// Reads the files in `folder`; the inner error says why they can't be a skill's.
    pub fn read(folder: &std::path::Path) -> Result<Result<Self, String>, OpError> {
        let listing = list(folder)?;
        if let Some(stranger) = listing.strangers.first() {
            return Ok(Err(format!(
                "`{stranger}` in its folder is a link or no plain file, which no version has"
            )));
        }
        let sizes = listing.files.iter().map(|file| file.metadata.len());
        let most = MAX_BYTES as u64;
        if listing.files.len() > MAX_FILES || sizes.clone().sum::<u64>() > most {
            return Ok(Err(format!(
                "its folder has more than {MAX_FILES} files or {} MiB, the limit of a skill",
                MAX_BYTES >> 20
            )));
        }
        if sizes.max().unwrap_or_default() > MAX_OBJECT_BYTES as u64 {
            return Ok(Err(
                "a file of it has more than 16 MiB, the limit".to_owned()
            ));
        }
        let mut files = BTreeMap::new();
        for file in listing.files {
            let path = folder.join(&file.path);
            let bytes = std::fs::read(&path).at("read", &path)?;
            let copied = InstalledFile {
                mode: file.mode,
                id: blob_id(&bytes)?,
                digest: FileDigest::of(&bytes),
            };
            files.insert(file.path, copied);
        }
        Ok(Ok(Self { files }))
    }

    /// Returns the digest of what `verify` will find.
    pub fn digest(&self) -> Digest {
        let kept = self.files.iter().filter(|(path, _)| !is_leaving(path));
        Digest::of_files(kept.map(|(path, file)| (path.as_str(), file.mode, file.digest)))
    }
}
