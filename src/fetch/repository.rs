//! [`Repository`]: one source, opened. Three requests bring any number of its skills.

mod bases;
mod commits;
mod refs;
mod sight;

pub use commits::Move;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::location::{Location, locate};
use super::seen::Seen;
use super::store::{self, Store};
use super::{FetchError, folder};
use crate::env::Env;
use crate::skill::discover::{DiscoverError, Discovery, discover};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::http::client::Client;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_git::progress::Progress;
use mdskill_git::protocol::{Depth, ProtocolError, Wants};
use mdskill_git::transport::http::HttpRemote;
use mdskill_git::transport::local::LocalRefs;
use mdskill_git::transport::ssh::SshRemote;
use mdskill_git::transport::{Remote, TransportError};

/// Most known commits that an update names: each costs two lines of the request.
const MAX_KNOWN: usize = 16;

/// Opens sources.
pub struct Fetcher<'a> {
    /// The environment: where GitHub is, tokens, ssh.
    pub env: &'a Env,
    /// The cache folder, which holds the store.
    pub cache: PathBuf,
    /// The folder that relative sources are below.
    pub root: &'a Path,
    /// The HTTP client.
    pub client: &'a Client,
    /// Whether the network is forbidden.
    pub offline: bool,
    /// Who listens.
    pub progress: &'a dyn Progress,
}

/// A source that was found, with what of it is here.
pub struct Repository<'a> {
    /// The source as named.
    pub source: Source,
    /// Its address, for errors.
    pub url: String,
    place: Place,
    seen: Seen,
    remote: Option<Remote<'a>>,
    folder_tree: Option<ObjectId>,
    progress: &'a dyn Progress,
    told_moved: bool,
}

enum Place {
    Store(Store),
    Direct(Objects),
}

impl<'a> Fetcher<'a> {
    /// Finds `source` and opens what the store has of it. Sends nothing.
    ///
    /// # Errors
    /// When a local source is not there, or the store can't be opened.
    pub fn open(&self, source: &Source) -> Result<Repository<'a>, FetchError> {
        let location = locate(source, self.env, self.root)?;
        let url = location.display();
        let mut folder_tree = None;
        let (place, remote) = match location {
            Location::GitFolder(path) => {
                let objects = Objects::open(&path)?;
                let refs = LocalRefs::of(&objects)?;
                (Place::Direct(objects), Some(Remote::Local(refs)))
            }
            Location::Bundle(path) => {
                let store = Store::open(&self.cache, &url)?;
                let refs = LocalRefs::of_bundle(&path, &store.objects)?;
                (Place::Store(store), Some(Remote::Local(refs)))
            }
            Location::Folder(path) => {
                let store = Store::open(&self.cache, &url)?;
                folder_tree = Some(folder::import(&path, &store.objects)?);
                (Place::Store(store), None)
            }
            Location::Http(base) => {
                let store = Store::open(&self.cache, &url)?;
                let remote =
                    || Remote::Http(Box::new(HttpRemote::new(self.client, base, self.env)));
                (Place::Store(store), (!self.offline).then(remote))
            }
            Location::Ssh(ssh_url, address) => {
                let store = Store::open(&self.cache, &url)?;
                let remote = || Remote::Ssh(Box::new(SshRemote::new(&ssh_url, address, self.env)));
                (Place::Store(store), (!self.offline).then(remote))
            }
        };
        let seen = Seen::of(&self.cache, &store::folder_name(&url));
        Ok(Repository {
            source: source.clone(),
            url,
            place,
            seen,
            remote,
            folder_tree,
            progress: self.progress,
            told_moved: false,
        })
    }
}

impl Fetcher<'_> {
    /// Opens what the store has of `source`, without looking for the source itself;
    /// nothing when it was never fetched, or lies on this machine.
    ///
    /// # Errors
    /// When the store can't be opened.
    pub fn open_stored(&self, source: &Source) -> Result<Option<Objects>, FetchError> {
        let location = locate(source, self.env, self.root)?;
        if let Location::GitFolder(path) = &location {
            return Ok(Some(Objects::open(path)?));
        }
        Ok(store::find(&self.cache, &location.display())?)
    }
}

impl Repository<'_> {
    /// Returns the objects that are here.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        match &self.place {
            Place::Store(store) => &store.objects,
            Place::Direct(objects) => objects,
        }
    }

    /// Whether this is a folder of files: it has no commits and no refs.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.folder_tree.is_some()
    }

    fn tell_warnings(&mut self) {
        let Some(remote) = &mut self.remote else {
            return;
        };
        for warning in remote.take_warnings() {
            self.progress.warn(&warning);
        }
        if let (Some(moved), false) = (remote.moved_to(), self.told_moved) {
            self.told_moved = true;
            let url = &self.url;
            self.progress.warn(&format!("{url} has moved to {moved}; add its skills from the new address, because another user can register the old name"));
        }
    }

    /// Returns the root tree of a resolved commit, or of the folder.
    ///
    /// # Errors
    /// When the commit is not here; see `fetch_trees`.
    pub fn root_tree(&self, commit: Option<ObjectId>) -> Result<ObjectId, ObjectError> {
        match (self.folder_tree, commit) {
            (Some(tree), _) => Ok(tree),
            (None, Some(commit)) => self.objects().root_tree(commit),
            (None, None) => Err(ObjectError::Missing(ObjectId::from_bytes([0; 20]))),
        }
    }

    /// Finds the skills of each commit, fetching all trees that are missing in one request.
    ///
    /// `known` are commits that may be here already, from the lockfile: the server
    /// then sends only what changed since.
    ///
    /// # Errors
    /// When the trees can't be had.
    pub async fn discover(
        &mut self,
        commits: &[Option<ObjectId>],
        known: &[ObjectId],
    ) -> Result<Vec<Discovery>, FetchError> {
        let missing: BTreeSet<ObjectId> = commits
            .iter()
            .flatten()
            .copied()
            .filter(|commit| self.lacks_trees(*commit))
            .collect();
        if !missing.is_empty() {
            self.fetch_trees(missing.into_iter().collect(), known)
                .await?;
        }
        // One that no ref names was seen as well, now that it is here.
        self.saw(commits.iter().flatten().copied());
        let find = |commit: &Option<ObjectId>| {
            let root = self.root_tree(*commit).map_err(DiscoverError::Object);
            let found = root.and_then(|root| discover(self.objects(), root));
            found.map_err(|error| self.blame(error))
        };
        commits.iter().map(find).collect()
    }

    /// What is missing after a fetch is the server's fault, not the store's.
    fn blame(&self, error: DiscoverError) -> FetchError {
        match (error, &self.remote) {
            (error, None | Some(Remote::Local(_))) => error.into(),
            (DiscoverError::Object(ObjectError::Missing(missing)), _) => FetchError::Incomplete {
                url: self.url.clone(),
                missing,
            },
            (error, _) => error.into(),
        }
    }

    /// Whether the commit is here with the trees that a search for skills reads. Of a commit
    /// that came with a history only its own words are here.
    #[must_use]
    pub fn has_trees(&self, commit: ObjectId) -> bool {
        !self.lacks_trees(commit)
    }

    fn lacks_trees(&self, commit: ObjectId) -> bool {
        let found = self
            .objects()
            .root_tree(commit)
            .map_err(DiscoverError::Object);
        let found = found.and_then(|root| discover(self.objects(), root));
        found.is_err_and(|error| error.is_missing())
    }

    async fn fetch_trees(
        &mut self,
        commits: Vec<ObjectId>,
        known: &[ObjectId],
    ) -> Result<(), FetchError> {
        let remembered = match &self.place {
            Place::Store(store) => store.known_commits(),
            Place::Direct(_) => Vec::new(),
        };
        let candidates: BTreeSet<ObjectId> = known.iter().copied().chain(remembered).collect();
        let known: Vec<ObjectId> = candidates
            .into_iter()
            .filter(|commit| !commits.contains(commit) && !self.lacks_trees(*commit))
            .take(MAX_KNOWN)
            .collect();
        let first = commits.first().copied();
        let wants = Wants {
            ids: commits,
            known,
            depth: Depth::Trees,
        };
        self.fetch(
            &wants,
            first.map_or_else(String::new, |commit| format!("commit {}", commit.short())),
        )
        .await
    }

    /// Brings these commits and their trees, each with its history so many commits back, in one
    /// request: what is here of it already comes again.
    ///
    /// # Errors
    /// When they can't be had.
    pub async fn fetch_past(&mut self, tips: &[ObjectId], depth: u32) -> Result<(), FetchError> {
        let Some(first) = tips.first() else {
            return Ok(());
        };
        let wants = Wants {
            ids: tips.to_vec(),
            known: Vec::new(),
            depth: Depth::Past(depth),
        };
        let what = format!("the history of commit {}", first.short());
        self.fetch(&wants, what).await
    }

    /// Brings the blobs that are not here yet, in one request.
    ///
    /// `commit` is where they belong: a server that gives no single blobs gives that.
    ///
    /// # Errors
    /// When they can't be had, or not all of them came.
    pub async fn fetch_blobs(
        &mut self,
        ids: impl IntoIterator<Item = ObjectId>,
        commits: &[ObjectId],
    ) -> Result<(), FetchError> {
        let ids: BTreeSet<ObjectId> = ids.into_iter().collect();
        let missing: Vec<ObjectId> = ids
            .into_iter()
            .filter(|id| !self.objects().contains(*id))
            .collect();
        let Some(first) = missing.first().copied() else {
            return Ok(());
        };
        let wants = Wants {
            ids: missing.clone(),
            ..Wants::default()
        };
        let fetched = self.fetch(&wants, format!("blob {}", first.short())).await;
        match fetched {
            Err(FetchError::Transport(TransportError::Protocol {
                source: ProtocolError::Refused(_),
                ..
            })) if !commits.is_empty() => {
                let wants = Wants {
                    ids: commits.to_vec(),
                    known: Vec::new(),
                    depth: Depth::Everything,
                };
                self.fetch(&wants, format!("blob {}", first.short()))
                    .await?;
            }
            fetched => fetched?,
        }
        match missing.into_iter().find(|id| !self.objects().contains(*id)) {
            Some(missing) => Err(FetchError::Incomplete {
                url: self.url.clone(),
                missing,
            }),
            None => Ok(()),
        }
    }

    async fn fetch(&mut self, wants: &Wants, what: String) -> Result<(), FetchError> {
        let objects = match &self.place {
            Place::Store(store) => &store.objects,
            Place::Direct(objects) => objects,
        };
        let Some(remote) = &mut self.remote else {
            return Err(FetchError::Offline {
                what: format!("{what} of {}", self.url),
            });
        };
        remote.fetch(wants, objects, self.progress).await?;
        self.tell_warnings();
        Ok(())
    }
}
