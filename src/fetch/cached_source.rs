//! [`CachedSource`]: a source on this machine, as a search and the completions of a shell read it:
//! without the network, and without knowing its spec.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::cache::{self, FOLDER, NAME_FILE};
use crate::digest::FileDigest;
use crate::env::Env;
use crate::fs::{self, At};
use crate::skill::discover::{DiscoverError, Discovery, discover};
use crate::source::{Source, is_scp_like};
use mdskill_git::ObjectId;
use mdskill_git::objects::{ObjectError, Objects};

/// The file with the words of a source's skills. It is in the folder of the source, and so removed
/// with it.
pub(super) const INDEX_FILE: &str = "mdskill-search";
/// The largest index that is read.
const MAX_INDEX_BYTES: u64 = 256 << 20;
/// The refs of a default branch, which come first.
const DEFAULT_REFS: [&str; 3] = ["HEAD", "refs/heads/main", "refs/heads/master"];
/// The most commits that are looked for in the objects.
const MAX_COMMITS: usize = 16;

/// A source in the cache, or a repository in a folder that takes the place of github.com.
#[derive(Debug)]
pub(crate) struct CachedSource {
    /// The source.
    pub(crate) source: Source,
    /// The last known commits of its refs, that of the default branch first. The trees of some may not
    /// be here, because a request for refs brings no objects.
    pub(crate) commits: Vec<ObjectId>,
    folder: PathBuf,
    is_in_cache: bool,
}

impl CachedSource {
    /// Lists the cached sources with remembered refs, sorted by folder.
    ///
    /// # Errors
    /// When the cache can't be read.
    pub(crate) fn all(cache: &Path, env: &Env) -> Result<Vec<Self>, fs::Error> {
        let folder = cache.join(FOLDER);
        let Some(entries) = fs::if_found(std::fs::read_dir(&folder)).at("list", &folder)? else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        for entry in entries {
            let folder = entry.at("list", &folder)?.path();
            // Without this file, it is not a cached source, or no longer one.
            let Ok(Some(address)) = cache::address(&folder) else {
                continue;
            };
            let commits = commits_in(&folder);
            if let (Some(source), false) = (source_at(&address, env), commits.is_empty()) {
                all.push(Self {
                    source,
                    commits,
                    folder,
                    is_in_cache: true,
                });
            }
        }
        all.sort_by(|one, other| one.folder.cmp(&other.folder));
        Ok(all)
    }

    /// Lists the repositories `OWNER/REPO.git` of a folder that takes the place of github.com. They are
    /// used in place, so they are never in the cache. Their commits are not read here.
    pub(crate) fn all_in_mirror(mirror: &Path) -> Vec<Self> {
        let repositories = entries(mirror).flat_map(|owner| entries(&owner).collect::<Vec<_>>());
        let source_of = |folder: &Path| {
            let repo = folder.file_name()?.to_str()?.strip_suffix(".git")?;
            let owner = folder.parent()?.file_name()?.to_str()?;
            format!("github:{owner}/{repo}").parse().ok()
        };
        let repositories = repositories.filter_map(|folder| {
            Some(Self {
                source: source_of(&folder)?,
                commits: Vec::new(),
                folder,
                is_in_cache: false,
            })
        });
        repositories.collect()
    }

    /// Returns its skills at the first of its commits that is here, or at the default branch of a
    /// repository.
    ///
    /// # Errors
    /// When no commit is here, or one can't be read.
    pub(crate) fn discover(&self, objects: &Objects) -> Result<Discovery, DiscoverError> {
        let at = |commit| discover(objects, objects.root_tree(commit)?);
        if !self.is_in_cache {
            // An empty repository has no commit.
            let head = objects.commit_named("HEAD").ok();
            return head.map_or_else(|| Ok(Discovery::default()), at);
        }
        let mut found = Ok(Discovery::default());
        for commit in &self.commits {
            found = at(*commit);
            if found.is_ok() {
                break;
            }
        }
        found
    }

    /// Calls `work` with its objects.
    ///
    /// # Errors
    /// As `work`, or when they can't be opened.
    pub(crate) fn with_objects<T, E: From<ObjectError>>(
        &self,
        work: impl FnOnce(&Objects) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.is_in_cache {
            work(&*cache::open_undamaged(&self.folder)?)
        } else {
            work(&Objects::open(&self.folder)?)
        }
    }

    /// Returns a digest of everything that its index depends on: the commits, and the packs that may
    /// have their files.
    pub(crate) fn state(&self) -> [u8; 32] {
        let packs = std::fs::read_dir(self.folder.join("objects/pack"));
        let entries = packs.into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        let packs = paths.filter(|path| path.extension().is_some_and(|end| end == "idx"));
        let names = packs.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        let mut names: Vec<String> = names.collect();
        names.sort();
        let commits = self.commits.iter().map(ToString::to_string);
        let commits = commits.collect::<Vec<_>>().join(" ");
        let text = format!("{} {commits} {}", self.source, names.join(" "));
        FileDigest::of(text.as_bytes()).0
    }

    /// Reads its index.
    pub(crate) fn read_index(&self) -> Option<Vec<u8>> {
        let path = self.folder.join(INDEX_FILE);
        let bytes = path.metadata().ok()?.len();
        (bytes <= MAX_INDEX_BYTES).then(|| std::fs::read(path).ok())?
    }

    /// Writes its index. An error is ignored, because the next search makes it again.
    pub(crate) fn write_index(&self, bytes: &[u8]) {
        // Locked, so that the folder is not removed, and then created again with only this file.
        if let Ok(name) = File::open(self.folder.join(NAME_FILE))
            && name.try_lock_shared().is_ok()
        {
            drop(fs::atomic::write_cache(
                &self.folder.join(INDEX_FILE),
                bytes,
            ));
        }
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.flatten().map(|entry| entry.path())
}

/// Returns the commits of the remembered refs.
fn commits_in(folder: &Path) -> Vec<ObjectId> {
    let mut refs = cache::remembered_in(folder);
    let position = |name: &str| DEFAULT_REFS.iter().position(|known| *known == name);
    refs.sort_by_key(|git_ref| position(&git_ref.name).unwrap_or(DEFAULT_REFS.len()));
    let mut commits = Vec::new();
    for git_ref in refs {
        if commits.len() < MAX_COMMITS && !commits.contains(&git_ref.id) {
            commits.push(git_ref.id);
        }
    }
    commits
}

/// Returns the source at an address of the cache; `None` for a local folder, whose skills the user has
/// in a better place.
fn source_at(address: &str, env: &Env) -> Option<Source> {
    let base = env.current_dir.join(&env.github_url);
    let base = if env.github_url.contains("://") {
        env.github_url.clone()
    } else {
        base.to_string_lossy().into_owned()
    };
    let of_github = address
        .strip_prefix(base.as_str())
        .and_then(|rest| rest.trim_start_matches('/').split_once('/'));
    if let Some((owner, repo)) = of_github {
        let repo = repo.strip_suffix(".git").unwrap_or(repo);
        let repo = repo.strip_suffix(".bundle").unwrap_or(repo);
        return format!("github:{owner}/{repo}").parse().ok();
    }
    let is_remote = address.contains("://") || is_scp_like(address);
    // `HOST/owner/repo` is shorter than the URL.
    let path = address.split_once("://").map_or("", |(_, rest)| rest);
    let short = address.strip_suffix(".git");
    let address = short
        .filter(|_| path.matches('/').count() == 2 && address.starts_with("https://"))
        .unwrap_or(address);
    is_remote.then(|| address.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_of_address_has_the_shortest_spec() {
        let at = |base: &str, address: &str| {
            let lookup = |name: &str| match name {
                "MDSKILL_GITHUB_URL" => Some(base.to_owned()),
                _ => None,
            };
            let env = Env::from_lookup(lookup, PathBuf::from("/srv"));
            source_at(address, &env).map(|source| source.spec_prefix())
        };
        for (base, address, spec) in [
            ("", "https://github.com/a/b.git", Some("a/b")),
            ("https://h/x/", "https://h/x/a/b.git", Some("a/b")),
            ("/mirror", "/mirror/a/b.bundle", Some("a/b")),
            ("mirror", "/srv/mirror/a/b.git", Some("a/b")),
            ("", "https://gitlab.com/a/b.git", Some("gitlab.com/a/b")),
            (
                "",
                "https://gitlab.com/g/s/b.git",
                Some("https://gitlab.com/g/s/b.git/"),
            ),
            ("", "git@h:a/b.git", Some("git@h:a/b.git/")),
            ("", "/elsewhere/folder", None),
            ("", "", None),
        ] {
            assert_eq!(at(base, address).as_deref(), spec, "{address}");
        }
    }
}
