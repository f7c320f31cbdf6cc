//! [`Repository`]: an open source. Any number of its skills take three requests.

mod commits;
mod first_seen;
mod merge_bases;
mod redirect;
mod refs;

pub use commits::Move;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::first_seen::FirstSeen;
use super::location::{Location, locate};
use super::store::{self, Store};
use super::{FetchError, folder};
use crate::env::Env;
use crate::skill::discover::{DiscoverError, Discovery, discover};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::http::client::Client;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_git::progress::Progress;
use mdskill_git::protocol::{Depth, Wants};
use mdskill_git::transport::Remote;
use mdskill_git::transport::http::HttpRemote;
use mdskill_git::transport::local::LocalRefs;
use mdskill_git::transport::ssh::SshRemote;

/// The maximum number of known commits in a request, because each costs two lines.
const MAX_KNOWN: usize = 16;

/// Opens sources.
pub struct Fetcher<'a> {
    /// The environment: the URL of GitHub, tokens, ssh.
    pub env: &'a Env,
    /// The cache folder.
    pub cache: PathBuf,
    /// The folder that relative sources are resolved against.
    pub root: &'a Path,
    /// The HTTP client.
    pub client: &'a Client,
    /// Whether the network is off.
    pub offline: bool,
    /// Receives progress and warnings.
    pub progress: &'a dyn Progress,
}

/// An open source, with its objects in the cache or in place.
pub struct Repository<'a> {
    /// The source.
    pub source: Source,
    /// The address, for messages.
    pub url: String,
    place: Place,
    seen: FirstSeen,
    remote: Option<Remote<'a>>,
    folder_tree: Option<ObjectId>,
    progress: &'a dyn Progress,
    redirect_reported: bool,
}

enum Place {
    Store(Store),
    Direct(Objects),
}

impl<'a> Fetcher<'a> {
    /// Locates `source`, and opens its objects. Sends nothing.
    ///
    /// # Errors
    /// When a local source does not exist, or the cache can't be opened.
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
        let seen = FirstSeen::of(&self.cache, &store::folder_name(&url));
        Ok(Repository {
            source: source.clone(),
            url,
            place,
            seen,
            remote,
            folder_tree,
            progress: self.progress,
            redirect_reported: false,
        })
    }
}

impl Fetcher<'_> {
    /// Opens the cached objects of `source`, or those of a git repository on this machine; `None` if
    /// it was never fetched.
    ///
    /// # Errors
    /// When the objects can't be opened.
    pub fn open_stored(&self, source: &Source) -> Result<Option<Objects>, FetchError> {
        let location = locate(source, self.env, self.root)?;
        if let Location::GitFolder(path) = &location {
            return Ok(Some(Objects::open(path)?));
        }
        Ok(store::find(&self.cache, &location.display())?)
    }
}

impl Repository<'_> {
    /// Returns the objects that are on this machine.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        match &self.place {
            Place::Store(store) => &store.objects,
            Place::Direct(objects) => objects,
        }
    }

    /// Whether this is a folder of files, which has no commits and no refs.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.folder_tree.is_some()
    }

    fn report_warnings(&mut self) {
        let Some(remote) = &mut self.remote else {
            return;
        };
        for warning in remote.take_warnings() {
            self.progress.warn(&warning);
        }
        if let (Some(moved), false) = (remote.moved_to(), self.redirect_reported) {
            self.redirect_reported = true;
            let url = &self.url;
            self.progress.warn(&format!("{url} has moved to {moved}; add its skills from the new address, because another user can register the old name"));
        }
    }

    /// Returns the root tree of a resolved commit, or of the folder.
    ///
    /// # Errors
    /// When the commit is missing; [`Repository::discover`] fetches it.
    pub fn root_tree(&self, commit: Option<ObjectId>) -> Result<ObjectId, ObjectError> {
        match (self.folder_tree, commit) {
            (Some(tree), _) => Ok(tree),
            (None, Some(commit)) => self.objects().root_tree(commit),
            (None, None) => Err(ObjectError::Missing(ObjectId::from_bytes([0; 20]))),
        }
    }

    /// Finds the skills of each commit, and fetches all missing trees in one request.
    ///
    /// `known` are commits from the lockfile that may be present, so that the server sends only the
    /// changes since then.
    ///
    /// # Errors
    /// When the trees can't be fetched.
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
        // Commits without a ref are recorded here, after they were fetched.
        self.record_seen(commits.iter().flatten().copied());
        let find = |commit: &Option<ObjectId>| {
            let root = self.root_tree(*commit).map_err(DiscoverError::Object);
            let found = root.and_then(|root| discover(self.objects(), root));
            found.map_err(|error| self.explain_missing(error))
        };
        commits.iter().map(find).collect()
    }

    /// Converts an error after a fetch: a missing object was not sent by the server.
    fn explain_missing(&self, error: DiscoverError) -> FetchError {
        match (error, &self.remote) {
            (error, None | Some(Remote::Local(_))) => error.into(),
            (DiscoverError::Object(ObjectError::Missing(missing)), _) => FetchError::Incomplete {
                url: self.url.clone(),
                missing,
            },
            (error, _) => error.into(),
        }
    }

    /// Whether the commit is present with the trees that the discovery of skills reads. A commit of a
    /// fetched history comes without trees.
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
        let Some(first) = commits.first() else {
            return Ok(());
        };
        let what = format!("commit {}", first.short());
        let wants = Wants {
            ids: commits,
            known,
            depth: Depth::Trees(1),
        };
        self.fetch(&wants, what).await
    }

    /// Fetches these commits and `depth` commits of their history with trees, in one request. Objects
    /// that are already present are fetched again.
    ///
    /// # Errors
    /// When they can't be fetched.
    pub async fn fetch_past(&mut self, tips: &[ObjectId], depth: u32) -> Result<(), FetchError> {
        let Some(first) = tips.first() else {
            return Ok(());
        };
        let wants = Wants::new(tips.iter().copied(), Depth::Trees(depth));
        let what = format!("the history of commit {}", first.short());
        self.fetch(&wants, what).await
    }

    /// Fetches the missing blobs in one request.
    ///
    /// `commits` have these blobs, and are fetched instead if the server does not send single blobs.
    ///
    /// # Errors
    /// When the request fails, or the server does not send all blobs.
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
        let what = format!("blob {}", first.short());
        let wants = Wants::blobs(missing.iter().copied());
        match self.fetch(&wants, what.clone()).await {
            Err(error) if error.refusal().is_some() && !commits.is_empty() => {
                let wants = Wants::new(commits.iter().copied(), Depth::Everything(1));
                self.fetch(&wants, what).await?;
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
        self.report_warnings();
        Ok(())
    }
}
