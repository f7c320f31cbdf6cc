//! Finds the skills in a git tree: every folder with a `SKILL.md`, hidden folders included.
//!
//! This needs only trees, and the blob of the plugin list.

use super::walk::follow;
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects, TreeEntry};
use mdskill_lint::SKILL_FILE;
use mdskill_lint::links::MAX_TARGET_BYTES;
use mdskill_lint::path::is_refused_by_git;

/// The limit of entries: a tree of shared subtrees can have billions.
const MAX_ENTRIES: usize = 400_000;
/// The limit of skills in one repository (the largest known one has 559).
const MAX_SKILLS: usize = 10_000;
/// The limit of nested folders.
const MAX_DEPTH: usize = 64;
/// The limit of one path in bytes, and of all paths of skills, links, and submodules together: 400,000
/// entries below one long path would fill the memory.
const MAX_PATH_BYTES: usize = 4096;
const MAX_PATHS_BYTES: usize = 32 << 20;

/// The plugin list of Claude Code, which some repositories have.
const MARKETPLACE: &str = ".claude-plugin/marketplace.json";

/// The result of a discovery.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// The skills, sorted by path.
    pub skills: Vec<Found>,
    /// The symbolic links. A link to a skill's folder is a second name for the skill.
    pub links: Vec<Link>,
    /// The paths of the submodules.
    pub submodules: Vec<String>,
    /// The blobs of links that may be a `SKILL.md` and are not here: their skills are not found.
    pub unfetched: Vec<ObjectId>,
    /// The blob of the plugin list.
    pub marketplace: Option<ObjectId>,
}

/// A skill that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The folder, with forward slashes; empty for the repository's root.
    pub path: String,
    /// The folder's tree.
    pub tree: ObjectId,
    /// The blob of its `SKILL.md`.
    pub skill_file: ObjectId,
}

/// A symbolic link in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The path in the tree.
    pub path: String,
    /// The blob with its target.
    pub id: ObjectId,
}

/// A plugin and its folder in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plugin {
    /// Its name, for display and for `owner/repo/plugin/skill`.
    pub name: String,
    /// Its folder, with forward slashes; empty for the root.
    pub folder: String,
}

/// The discovery failed.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// An object is missing or invalid.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The tree exceeds a limit.
    #[error("the repository has {0}, which exceeds the limit")]
    TooLarge(String),
}

impl DiscoverError {
    /// Whether fetching the trees may help.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Object(ObjectError::Missing(_)))
    }
}

impl Found {
    /// Returns the name of its folder; `None` for the root of the repository.
    #[must_use]
    pub fn folder(&self) -> Option<&str> {
        self.path.rsplit('/').next().filter(|name| !name.is_empty())
    }
}

impl Discovery {
    /// Returns the skills in a folder, including a skill that is the folder itself.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Found> {
        let is_below = move |found: &&Found| match found.path.strip_prefix(folder) {
            Some(rest) => rest.is_empty() || rest.starts_with('/') || folder.is_empty(),
            None => false,
        };
        self.skills.iter().filter(is_below)
    }

    /// Returns the skill at exactly this path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Found> {
        let at = self
            .skills
            .binary_search_by(|found| found.path.as_str().cmp(path));
        at.ok().map(|at| &self.skills[at])
    }
}

/// Finds all skills below the tree `root`.
///
/// # Errors
/// If a tree is missing or invalid, or exceeds a limit.
pub fn discover(objects: &Objects, root: ObjectId) -> Result<Discovery, DiscoverError> {
    let mut search = Search {
        objects,
        root,
        seen: 0,
        kept: 0,
        found: Discovery::default(),
    };
    search.search(root, "", 0)?;
    search
        .found
        .skills
        .sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(search.found)
}

struct Search<'a> {
    objects: &'a Objects,
    root: ObjectId,
    seen: usize,
    kept: usize,
    found: Discovery,
}

impl Search<'_> {
    fn search(&mut self, tree: ObjectId, path: &str, depth: usize) -> Result<(), DiscoverError> {
        if depth > MAX_DEPTH {
            return Err(DiscoverError::TooLarge(format!(
                "folders nested deeper than {MAX_DEPTH}"
            )));
        }
        for entry in self.objects.tree(tree)? {
            self.seen += 1;
            if self.seen > MAX_ENTRIES {
                return Err(DiscoverError::TooLarge(format!(
                    "over {MAX_ENTRIES} files and folders"
                )));
            }
            // A name that is not UTF-8 can't be typed; a skill that holds one is refused later.
            let Ok(name) = std::str::from_utf8(&entry.name) else {
                continue;
            };
            // A lockfile can't have such a path.
            if is_refused_by_git(name) {
                continue;
            }
            let below = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}/{name}")
            };
            if below.len() > MAX_PATH_BYTES {
                let length = below.len();
                return Err(DiscoverError::TooLarge(format!("a path of {length} bytes")));
            }
            if entry.is_tree() {
                self.search(entry.id, &below, depth + 1)?;
            } else if entry.mode == TreeEntry::SYMLINK {
                let page = (name == SKILL_FILE).then(|| self.page_behind(entry.id, path));
                if let Some(skill_file) = page.transpose()?.flatten() {
                    self.add(path, tree, skill_file)?;
                } else {
                    self.keep(&below)?;
                    self.found.links.push(Link {
                        path: below,
                        id: entry.id,
                    });
                }
            } else if entry.mode == TreeEntry::SUBMODULE {
                self.keep(&below)?;
                self.found.submodules.push(below);
            } else if entry.is_file() && name == SKILL_FILE {
                self.add(path, tree, entry.id)?;
            } else if entry.is_file() && below == MARKETPLACE {
                self.found.marketplace = Some(entry.id);
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        path: &str,
        tree: ObjectId,
        skill_file: ObjectId,
    ) -> Result<(), DiscoverError> {
        if self.found.skills.len() >= MAX_SKILLS {
            return Err(DiscoverError::TooLarge(format!("over {MAX_SKILLS} skills")));
        }
        self.keep(path)?;
        self.found.skills.push(Found {
            path: path.to_owned(),
            tree,
            skill_file,
        });
        Ok(())
    }

    /// Counts a path that is kept.
    fn keep(&mut self, path: &str) -> Result<(), DiscoverError> {
        self.kept += path.len();
        if self.kept > MAX_PATHS_BYTES {
            let limit = MAX_PATHS_BYTES >> 20;
            return Err(DiscoverError::TooLarge(format!(
                "over {limit} MiB of paths"
            )));
        }
        Ok(())
    }

    /// Returns the file that a link in `folder` leads to.
    fn page_behind(
        &mut self,
        link: ObjectId,
        folder: &str,
    ) -> Result<Option<ObjectId>, ObjectError> {
        let page = || {
            let (_, target) = self.objects.blob_up_to(link, MAX_TARGET_BYTES)?;
            let target = target.and_then(|target| String::from_utf8(target.into()).ok());
            let Some(target) = target else {
                return Ok(None);
            };
            let Ok(real) = follow(self.objects, self.root, folder, &target)? else {
                return Ok(None);
            };
            let entry = self.objects.find(self.root, &real)?;
            Ok(entry.filter(TreeEntry::is_file).map(|entry| entry.id))
        };
        match page() {
            Err(ObjectError::Missing(id)) => {
                self.found.unfetched.push(id);
                Ok(None)
            }
            page => page,
        }
    }
}

/// Reads the plugins of a `marketplace.json`. An invalid file has no plugins, because they are used
/// only for display and selection.
#[must_use]
pub fn plugins(marketplace: &[u8]) -> Vec<Plugin> {
    let Ok(list) = serde_json::from_slice::<serde_json::Value>(marketplace) else {
        return Vec::new();
    };
    let Some(entries) = list.get("plugins").and_then(serde_json::Value::as_array) else {
        return Vec::new();
    };
    let plugin = |entry: &serde_json::Value| {
        let name = entry.get("name")?.as_str()?.to_owned();
        let folder = entry.get("source")?.as_str()?;
        let folder = folder.trim_start_matches("./").trim_matches('/').to_owned();
        let folder = if folder == "." { String::new() } else { folder };
        Some(Plugin { name, folder })
    };
    entries.iter().filter_map(plugin).collect()
}

/// Returns the plugin with the innermost folder that contains `path`.
#[must_use]
pub fn plugin_of<'a>(plugins: &'a [Plugin], path: &str) -> Option<&'a Plugin> {
    let holds = |plugin: &&Plugin| {
        !plugin.folder.is_empty()
            && path
                .strip_prefix(&plugin.folder)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    plugins
        .iter()
        .filter(holds)
        .max_by_key(|plugin| plugin.folder.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugin_of_returns_innermost_plugin() {
        let json = br#"{"plugins":[{"name":"py","source":"./plugins/python-development"},{"name":"odd","source":{"x":1}},{"name":"p","source":"plugins"}]}"#;
        let plugins = plugins(json);
        let name = |path| plugin_of(&plugins, path).map(|plugin| plugin.name.as_str());
        assert_eq!(name("plugins/python-development/skills/x"), Some("py"));
        assert_eq!(name("plugins/python-development-2/skills/x"), Some("p"));
        assert_eq!(name("other/x"), None);
        assert!(super::plugins(b"not json").is_empty());
    }
}
