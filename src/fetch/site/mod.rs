//! [`Site`]: a source that is not a git repository: a site with an index of skills, an archive, or a
//! single `SKILL.md`.
//!
//! What is downloaded becomes git objects, so that all other modules treat it like a repository. It has
//! no commits: a site has only the version that it has now, and the lockfile identifies a version by its
//! tree, as it does for a local folder.

mod archive;
mod download;
mod error;
mod index;
mod memory;

pub use archive::{ArchiveError, unpack as unpack_archive};
pub use error::SiteError;

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Url;

use self::download::{MAX_INDEX_BYTES, check_https};
use self::index::{Artifact, Index};
use self::memory::{Download, Memory};
use super::FetchError;
use crate::digest::{Digest, FileDigest, FileMode};
use crate::env::Env;
use crate::source::site::{INDEX_PATHS, SiteKind, kind_of};
use mdskill_git::ObjectId;
use mdskill_git::http::client::Client;
use mdskill_git::new_objects::NewObjects;
use mdskill_git::objects::{MAX_OBJECT_BYTES, ObjectError, Objects, TreeBuilder, TreeEntry};
use mdskill_git::progress::Progress;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::limits::Limits;

const FILE: u32 = 0o100_644;
/// The largest archive, as large as a pack may be.
const MAX_ARCHIVE_BYTES: usize = 200 << 20;
/// The number of skills that are downloaded at once.
const CONCURRENT: usize = 4;
/// The most skills that a warning about an index names.
const MAX_NAMED: usize = 5;

/// A site, with what was read of it.
pub(super) struct Site<'a> {
    /// The address, for messages.
    url: String,
    client: &'a Client,
    env: &'a Env,
    is_offline: bool,
    progress: &'a dyn Progress,
    limits: Limits,
    memory: Memory,
    contents: Option<Contents>,
}

/// The content of a site.
struct Contents {
    /// The tree with all skills. Those of an index that are not downloaded have only a `SKILL.md` with
    /// the name and the description in the index.
    tree: ObjectId,
    skills: Skills,
}

enum Skills {
    /// All skills are in one file.
    OfFile(Digest),
    /// The skills are listed.
    OfIndex {
        index: Index,
        /// The tree of each skill, and its digest if it was downloaded.
        trees: BTreeMap<String, (ObjectId, Option<Digest>)>,
    },
}

/// A downloaded skill: its name, its files in the index, and its tree and digest.
type Fetched = (String, Artifact, (ObjectId, Digest));

impl<'a> Site<'a> {
    /// Creates it for the site at this address. Sends nothing.
    pub(super) fn new(
        url: &str,
        objects: &Objects,
        (client, env): (&'a Client, &'a Env),
        is_offline: bool,
        progress: &'a dyn Progress,
        limits: Limits,
    ) -> Self {
        Self {
            url: url.to_owned(),
            client,
            env,
            is_offline,
            progress,
            limits,
            memory: Memory::of(objects),
            contents: None,
        }
    }

    /// Returns the tree with all skills, after [`Site::open`].
    pub(super) fn tree(&self) -> Option<ObjectId> {
        Some(self.contents.as_ref()?.tree)
    }

    /// Returns the digest of the file that the skill at `path` was downloaded in. For files without a
    /// common one, it is that of all.
    pub(super) fn digest_of(&self, path: &str) -> Option<Digest> {
        match &self.contents.as_ref()?.skills {
            Skills::OfFile(digest) => Some(*digest),
            Skills::OfIndex { trees, .. } => trees.get(path)?.1,
        }
    }

    /// Returns the digest of the file that the site has now for the skill at `path`.
    pub(super) fn current_digest(&self, path: &str) -> Option<Digest> {
        match &self.contents.as_ref()?.skills {
            Skills::OfFile(digest) => Some(*digest),
            Skills::OfIndex { index, .. } => {
                Some(index.skills.get(path)?.artifact.download()?.digest)
            }
        }
    }

    /// Whether the skill at `path` is only known from the index.
    pub(super) fn is_only_listed(&self, path: &str) -> bool {
        match self.contents.as_ref().map(|contents| &contents.skills) {
            Some(Skills::OfIndex { trees, .. }) => {
                trees.get(path).is_some_and(|(_, digest)| digest.is_none())
            }
            _ => false,
        }
    }

    /// Returns the time of the last answer if the network is off, in Unix seconds.
    pub(super) fn as_of(&self, objects: &Objects) -> Option<u64> {
        let folder = Some(objects.path()).filter(|_| self.is_offline);
        folder.and_then(memory::last_answer)
    }

    /// Reads the index, or downloads the file at the address. One request.
    pub(super) async fn open(&mut self, objects: &Objects) -> Result<(), FetchError> {
        if self.contents.is_some() {
            return Ok(());
        }
        let parsed = Url::parse(&self.url);
        let url = parsed.map_err(|_| SiteError::NoIndex {
            url: self.url.clone(),
        })?;
        check_https(&url)?;
        let kind = kind_of(&self.url);
        let contents = match kind {
            SiteKind::Index | SiteKind::IndexFile => {
                let index = if self.is_offline {
                    self.remembered_index()?
                } else {
                    self.fetch_index(&url, kind).await?
                };
                self.report_left_out(&index);
                self.list(index, objects)?
            }
            SiteKind::Archive | SiteKind::SkillFile => {
                let (digest, tree) = if self.is_offline {
                    self.remembered_file(kind == SiteKind::Archive, objects)?
                } else {
                    self.fetch_file(&url, kind, objects).await?
                };
                Contents {
                    tree,
                    skills: Skills::OfFile(digest),
                }
            }
        };
        self.contents = Some(contents);
        self.memory.write(objects);
        Ok(())
    }

    /// Downloads the listed skills at these paths, and checks their digests.
    pub(super) async fn download(
        &mut self,
        objects: &Objects,
        paths: impl IntoIterator<Item = &str>,
    ) -> Result<(), FetchError> {
        self.open(objects).await?;
        let wanted = paths.into_iter().filter(|path| self.is_only_listed(path));
        let mut wanted: Vec<String> = wanted.map(str::to_owned).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Ok(());
        }
        if self.is_offline {
            let what = format!("`{}` of {}", wanted[0], self.url);
            return Err(FetchError::Offline { what });
        }
        let fetch = |name: String| self.fetch_skill(name, objects);
        let requests: Vec<_> = wanted.into_iter().map(fetch).collect();
        let downloaded = stream::iter(requests).buffered(CONCURRENT);
        let downloaded: Vec<_> = downloaded.try_collect().await?;
        let downloads = downloaded
            .iter()
            .map(|(_, artifact, (tree, _))| (artifact, *tree));
        for (artifact, tree) in downloads {
            if let Some(download) = artifact.download() {
                self.memory.add(download, tree);
            }
        }
        let downloaded = downloaded
            .into_iter()
            .map(|(name, _, (tree, digest))| (name, (tree, Some(digest))));
        if let Some(contents) = &mut self.contents
            && let Skills::OfIndex { trees, .. } = &mut contents.skills
        {
            trees.extend(downloaded);
            contents.tree = objects.write_tree(&root(trees))?;
        }
        self.memory.write(objects);
        Ok(())
    }

    async fn fetch_skill(&self, name: String, objects: &Objects) -> Result<Fetched, FetchError> {
        let Some(artifact) = self.artifact(&name) else {
            return Err(self.fail(&name, "it is not listed".to_owned()).into());
        };
        let (digest, tree) = self.fetch_artifact(&name, &artifact, objects).await?;
        if objects.entry(tree, SKILL_FILE.as_bytes())?.is_none() {
            let problem = format!("it has no {SKILL_FILE}");
            return Err(self.fail(&name, problem).into());
        }
        Ok((name, artifact, (tree, digest)))
    }

    fn artifact(&self, name: &str) -> Option<Artifact> {
        match &self.contents.as_ref()?.skills {
            Skills::OfIndex { index, .. } => Some(index.skills.get(name)?.artifact.clone()),
            Skills::OfFile(_) => None,
        }
    }

    fn fail(&self, name: &str, problem: String) -> SiteError {
        SiteError::Skill {
            name: name.to_owned(),
            url: self.url.clone(),
            problem,
        }
    }

    fn remembered_index(&self) -> Result<Index, FetchError> {
        let found = self.memory.index.as_ref();
        let found = found.and_then(|(at, text)| Some((Url::parse(at).ok()?, text)));
        let (at, text) = found.ok_or_else(|| FetchError::Offline {
            what: self.url.clone(),
        })?;
        Ok(index::parse(text.as_bytes(), &at)?)
    }

    fn remembered_file(
        &self,
        is_archive: bool,
        objects: &Objects,
    ) -> Result<(Digest, ObjectId), FetchError> {
        let latest = self.memory.latest.as_ref();
        let found = latest.and_then(|digest| {
            let download = Download {
                digest: digest.parse().ok()?,
                is_archive,
            };
            Some((download.digest, self.memory.tree(download, objects)?))
        });
        found.ok_or_else(|| FetchError::Offline {
            what: self.url.clone(),
        })
    }

    /// Requests the index at its well-known paths, the current one first.
    async fn fetch_index(&mut self, url: &Url, kind: SiteKind) -> Result<Index, FetchError> {
        let places = match kind {
            SiteKind::IndexFile => &[""][..],
            _ => &INDEX_PATHS[..],
        };
        let mut first = None;
        for place in places {
            let mut at = url.clone();
            at.set_path(&format!("{}{place}", url.path().trim_end_matches('/')));
            let read = match self.get(&at, MAX_INDEX_BYTES).await {
                Ok((at, text)) => index::parse(&text, &at).map(|index| (at, text, index)),
                Err(error) => Err(error),
            };
            match read {
                Ok((at, text, index)) => {
                    let text = String::from_utf8_lossy(&text).into_owned();
                    self.memory.index = Some((at.to_string(), text));
                    return Ok(index);
                }
                // A site may answer every unknown path with a page.
                Err(
                    error @ (SiteError::Index { .. }
                    | SiteError::Status {
                        status: 400..=499, ..
                    }),
                ) => {
                    first.get_or_insert(error);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(match first {
            Some(SiteError::Status {
                status: 404 | 410, ..
            })
            | None => SiteError::NoIndex {
                url: self.url.clone(),
            },
            Some(error) => error,
        }
        .into())
    }

    fn report_left_out(&self, index: &Index) {
        for reason in index.left_out.iter().take(MAX_NAMED) {
            self.progress
                .warn(&format!("left out of the skills of {}: {reason}", self.url));
        }
        let more = index.left_out.len().saturating_sub(MAX_NAMED);
        if more > 0 {
            self.progress
                .warn(&format!("left out {more} more skills of {}", self.url));
        }
    }

    /// Writes the tree of an index: the skills that were downloaded before, and for the others a
    /// `SKILL.md` with the name and the description.
    fn list(&self, index: Index, objects: &Objects) -> Result<Contents, ObjectError> {
        let mut trees = BTreeMap::new();
        let mut pages = NewObjects::default();
        for (name, listed) in &index.skills {
            let here = listed.artifact.download().and_then(|download| {
                let tree = self.memory.tree(download, objects)?;
                Some((tree, Some(download.digest)))
            });
            let tree = match here {
                Some(tree) => tree,
                None => {
                    let text = page_of(name, &listed.description);
                    let page = pages.blob(text.into_bytes());
                    (pages.tree(&single(page)), None)
                }
            };
            trees.insert(name.clone(), tree);
        }
        let tree = pages.tree(&root(&trees));
        objects.write_all(pages)?;
        Ok(Contents {
            tree,
            skills: Skills::OfIndex { index, trees },
        })
    }

    async fn fetch_file(
        &mut self,
        url: &Url,
        kind: SiteKind,
        objects: &Objects,
    ) -> Result<(Digest, ObjectId), FetchError> {
        let (at, bytes) = match kind {
            SiteKind::SkillFile => self.get(url, MAX_OBJECT_BYTES).await?,
            _ => self.get(url, MAX_ARCHIVE_BYTES).await?,
        };
        let digest = Digest::of_bytes(&bytes);
        let download = Download {
            digest,
            is_archive: kind == SiteKind::Archive,
        };
        let tree = match (self.memory.tree(download, objects), kind) {
            (Some(tree), _) => tree,
            (None, SiteKind::SkillFile) => {
                objects.write_tree(&single(objects.write_blob(&bytes)?))?
            }
            (None, _) => unpack(&at, &bytes, objects)?,
        };
        self.memory.latest = Some(digest.to_string());
        self.memory.add(download, tree);
        Ok((digest, tree))
    }

    async fn fetch_artifact(
        &self,
        name: &str,
        artifact: &Artifact,
        objects: &Objects,
    ) -> Result<(Digest, ObjectId), FetchError> {
        match artifact {
            Artifact::SkillFile(url, digest) => {
                let (_, bytes) = self.get_checked(url, MAX_OBJECT_BYTES, *digest).await?;
                let tree = objects.write_tree(&single(objects.write_blob(&bytes)?))?;
                Ok((*digest, tree))
            }
            Artifact::Archive(url, digest) => {
                let (at, bytes) = self.get_checked(url, MAX_ARCHIVE_BYTES, *digest).await?;
                Ok((*digest, unpack(&at, &bytes, objects)?))
            }
            Artifact::Files(files) => {
                if files.len() > self.limits.max_files {
                    let problem = format!("it has more than {} files", self.limits.max_files);
                    return Err(self.fail(name, problem).into());
                }
                let files = self.get_all(name, files).await?;
                let mut tree = TreeBuilder::default();
                for (path, bytes) in &files {
                    tree.insert(path.as_str(), FILE, objects.write_blob(bytes)?);
                }
                let tree = tree.finish(&mut |entries| objects.write_tree(entries))?;
                let digests = files.iter();
                let digests = digests.map(|(path, bytes)| {
                    let digest = FileDigest::of(bytes);
                    (path.as_str(), FileMode::Regular, digest)
                });
                Ok((Digest::of_files(digests), tree))
            }
        }
    }
}

fn unpack(url: &Url, bytes: &[u8], objects: &Objects) -> Result<ObjectId, FetchError> {
    archive::unpack(bytes, objects).map_err(|error| match error {
        ArchiveError::Bad(problem) => SiteError::Archive {
            url: url.to_string(),
            problem,
        }
        .into(),
        ArchiveError::Objects(error) => error.into(),
    })
}

/// Returns a `SKILL.md` that shows what an index says about a skill. It is never installed.
fn page_of(name: &str, description: &str) -> String {
    let quote = |text: &str| serde_json::Value::from(text).to_string();
    format!(
        "---\nname: {}\ndescription: {}\n---\n",
        quote(name),
        quote(description)
    )
}

/// Returns the entries of a skill that is only a page.
fn single(page: ObjectId) -> [TreeEntry; 1] {
    [TreeEntry {
        mode: FILE,
        name: SKILL_FILE.as_bytes().to_vec(),
        id: page,
    }]
}

/// Returns the entries of the tree with the folders of all skills.
fn root(trees: &BTreeMap<String, (ObjectId, Option<Digest>)>) -> Vec<TreeEntry> {
    let mut entries: Vec<TreeEntry> = trees
        .iter()
        .map(|(name, (tree, _))| TreeEntry {
            mode: TreeEntry::TREE,
            name: name.as_bytes().to_vec(),
            id: *tree,
        })
        .collect();
    // git sorts a folder as if its name ended with a slash.
    entries.sort_by_cached_key(|entry| [entry.name.as_slice(), b"/"].concat());
    entries
}
