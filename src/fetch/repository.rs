//! [`Repository`]: an open source. Any number of its skills take three requests.

mod blobs;
mod commits;
mod containing_ref;
mod links;
mod merge_bases;
mod refs;
mod sites;

pub use commits::Move;
pub(crate) use containing_ref::MAX_STEPS;
pub(crate) use links::check_count;
pub use refs::Tags;
pub(crate) use refs::resolve_stored;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use tracing::{Instrument, info, info_span};

use super::FetchError;
use super::cache::{self, Held, Store};
use super::first_seen::FirstSeen;
use super::folder::{self, Imported};
use super::site::Site;
use super::source_url::{Located, Location, locate, locate_written};
use crate::env::Env;
use crate::skill::discover::{DiscoverError, Discovery, discover};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::environment::Environment as _;
use mdskill_git::http::client::Client;
use mdskill_git::objects::{ObjectError, Objects};
use mdskill_git::progress::Progress;
use mdskill_git::protocol::{Depth, Wants};
use mdskill_git::transport::Remote;
use mdskill_git::transport::local::LocalRefs;
use mdskill_lint::limits::Limits;

/// The maximum number of known commits in a request, because each costs two lines.
const MAX_KNOWN: usize = 16;
/// The limit of requests for links that are on the way to a `SKILL.md`.
const MAX_LINK_REQUESTS: usize = 8;

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
    /// The limits of a skill that is installed.
    pub limits: Limits,
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
    is_rewritten: bool,
    folder: Option<Imported>,
    site: Option<Site<'a>>,
    progress: &'a dyn Progress,
    /// The limits of a skill that is installed.
    pub limits: Limits,
}

enum Place {
    Store(Store),
    Direct(Objects),
}

/// The objects of a source that are on this machine.
pub(crate) enum LocalObjects {
    Cached(Held),
    InPlace(Objects),
}

impl Deref for LocalObjects {
    type Target = Objects;

    fn deref(&self) -> &Objects {
        match self {
            Self::Cached(held) => held,
            Self::InPlace(objects) => objects,
        }
    }
}

impl Place {
    fn objects(&self) -> &Objects {
        match self {
            Self::Store(store) => &store.objects,
            Self::Direct(objects) => objects,
        }
    }

    fn store(&self) -> Option<&Store> {
        match self {
            Self::Store(store) => Some(store),
            Self::Direct(_) => None,
        }
    }
}

impl<'a> Fetcher<'a> {
    /// Locates `source`, and opens its objects. Sends nothing.
    ///
    /// # Errors
    /// When a local source does not exist, or the cache can't be opened.
    pub fn open(&self, source: &Source) -> Result<Repository<'a>, FetchError> {
        let located = locate(source, self.env, self.root)?;
        let key = located.cache_key(source);
        let Located {
            address: url,
            location,
            is_rewritten,
        } = located;
        info!(%source, %url, offline = self.offline, "opening a source");
        let place = match &location {
            Location::GitFolder(path) => Place::Direct(Objects::open(path)?),
            location => {
                let is_offline =
                    self.offline && matches!(location, Location::Server(_) | Location::Site(_));
                Place::Store(Store::open(
                    &self.cache,
                    &key,
                    &url,
                    is_offline,
                    self.progress,
                )?)
            }
        };
        let (mut folder, mut site) = (None, None);
        let remote = match &location {
            Location::GitFolder(_) => Some(Remote::Local(LocalRefs::of(place.objects())?)),
            Location::Bundle(path) => {
                let deadline = Instant::now() + self.env.request_timeout();
                let refs = LocalRefs::of_bundle(path, place.objects(), self.progress, deadline)?;
                place.store().inspect(|store| store.record_fetched());
                Some(Remote::Local(refs))
            }
            Location::Folder(path) => {
                folder = Some(folder::import(path, place.objects())?);
                place.store().inspect(|store| store.record_fetched());
                None
            }
            Location::Site(url) => {
                site = Some(self.site(url, place.objects()));
                None
            }
            Location::Server(_) if self.offline => None,
            Location::Server(place) => {
                Some(Remote::open(place, self.client, self.env)?.written_as(&url))
            }
        };
        Ok(Repository {
            source: source.clone(),
            seen: FirstSeen::of(&self.cache, &cache::folder_name(&key)),
            url,
            place,
            remote,
            is_rewritten,
            folder,
            site,
            progress: self.progress,
            limits: self.limits,
        })
    }

    fn site(&self, url: &str, objects: &Objects) -> Site<'a> {
        let (network, limits) = ((self.client, self.env), self.limits);
        Site::new(url, objects, network, self.offline, self.progress, limits)
    }

    /// Opens the cached objects of `source`, or those of a git repository on this machine; `None` if
    /// it was never fetched.
    ///
    /// # Errors
    /// When the objects can't be opened.
    pub(crate) fn open_stored(&self, source: &Source) -> Result<Option<LocalObjects>, FetchError> {
        // The cache does not depend on git's configuration, which takes time to read.
        if let Ok(written) = locate_written(source, self.env, self.root)
            && matches!(written.location, Location::Server(_) | Location::Site(_))
            && let Some(cached) =
                cache::find(&self.cache, &written.cache_key(source), self.progress)?
        {
            return Ok(Some(LocalObjects::Cached(cached)));
        }
        let located = locate(source, self.env, self.root)?;
        if let Location::GitFolder(path) = &located.location {
            return Ok(Some(LocalObjects::InPlace(Objects::open(path)?)));
        }
        let cached = cache::find(&self.cache, &located.cache_key(source), self.progress)?;
        Ok(cached.map(LocalObjects::Cached))
    }
}

fn origin_of(url: &str) -> Option<String> {
    let url = reqwest::Url::parse(url).ok()?;
    Some(url.origin().ascii_serialization())
}

impl Repository<'_> {
    /// Returns the objects that are on this machine.
    #[must_use]
    pub fn objects(&self) -> &Objects {
        self.place.objects()
    }

    /// Whether this is a folder of files or a site, which has no commits and no refs.
    #[must_use]
    pub fn is_unversioned(&self) -> bool {
        self.folder.is_some() || self.site.is_some()
    }

    /// Returns the files and folders of a folder source that were left out, because git would not
    /// commit them, and whether git decided that.
    #[must_use]
    pub fn left_out(&self) -> (&[String], bool) {
        let folder = self.folder.as_ref();
        folder.map_or((&[], false), |folder| (&folder.left_out, folder.is_by_git))
    }

    /// Returns the source at the new address after a redirect.
    #[must_use]
    pub fn moved_to(&self) -> Option<Source> {
        let moved = self.remote.as_ref()?.moved_to()?;
        if let Source::GitHub { owner, repo } = &self.source
            && let Some(base) = self.url.strip_suffix(&format!("{owner}/{repo}.git"))
            && let Some((owner, repo)) = moved
                .strip_prefix(base)
                .and_then(|name| name.split_once('/'))
        {
            let repo = repo.trim_end_matches('/');
            let moved = Source::GitHub {
                owner: owner.to_owned(),
                repo: repo.strip_suffix(".git").unwrap_or(repo).to_owned(),
            };
            // A redirect to another spelling leads to the same repository.
            return Some(moved).filter(|moved| *moved != self.source);
        }
        // A mirror of git's configuration may redirect to an address that others can't reach.
        let is_other_host = self.is_rewritten && origin_of(&moved) != origin_of(&self.url);
        (!is_other_host).then_some(Source::Git { url: moved })
    }

    /// Records that commits were seen now, unless they were seen before.
    fn record_seen(&mut self, commits: impl IntoIterator<Item = ObjectId>) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        // A clock before 1970 is wrong.
        if let Ok(now) = now {
            self.seen.record(commits, now.as_secs());
        }
    }

    /// Returns the time when this machine first saw a commit of this source, in Unix seconds: in a
    /// ref, or with its trees.
    #[must_use]
    pub fn first_seen(&self, commit: ObjectId) -> Option<u64> {
        self.seen.first(commit)
    }

    fn report_warnings(&mut self) {
        let warnings = self.remote.as_mut().map(Remote::take_warnings);
        for warning in warnings.unwrap_or_default() {
            self.progress.warn(&warning);
        }
    }

    /// Returns the root tree of a resolved commit, of the folder, or of the site.
    ///
    /// # Errors
    /// When the commit is missing; [`Repository::discover`] fetches it.
    pub fn root_tree(&self, commit: Option<ObjectId>) -> Result<ObjectId, ObjectError> {
        let site = self.site.as_ref().and_then(Site::tree);
        match (&self.folder, commit) {
            (Some(folder), _) => Ok(folder.tree),
            (None, None) if let Some(tree) = site => Ok(tree),
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
        if self.site.is_some() {
            self.download([]).await?;
        }
        let missing: BTreeSet<ObjectId> = commits
            .iter()
            .flatten()
            .copied()
            .filter(|commit| !self.has_trees(*commit))
            .collect();
        self.fetch_trees(missing.into_iter().collect(), known)
            .await?;
        // Commits without a ref are recorded here, after they were fetched.
        self.record_seen(commits.iter().flatten().copied());
        let mut discoveries = self.discover_here(commits)?;
        // A `SKILL.md` that is a link, and other links on the way.
        for _ in 0..MAX_LINK_REQUESTS {
            let links = discoveries.iter().flat_map(|found| &found.unfetched);
            let links: Vec<ObjectId> = links.copied().collect();
            if links.is_empty() || self.is_unversioned() {
                break;
            }
            let commits_of_links: Vec<ObjectId> = commits.iter().flatten().copied().collect();
            self.fetch_blobs(links, &commits_of_links).await?;
            discoveries = self.discover_here(commits)?;
        }
        Ok(discoveries)
    }

    fn discover_here(&self, commits: &[Option<ObjectId>]) -> Result<Vec<Discovery>, FetchError> {
        let find = |commit: &Option<ObjectId>| {
            let root = self.root_tree(*commit).map_err(DiscoverError::Object);
            let found = root.and_then(|root| discover(self.objects(), root));
            found.map_err(|error| self.explain_missing(error))
        };
        commits.iter().map(find).collect()
    }

    /// Converts an error after a fetch: a missing object was not sent by the server.
    fn explain_missing(&self, error: DiscoverError) -> FetchError {
        match error {
            DiscoverError::Object(ObjectError::Missing(missing))
                if !matches!(&self.remote, None | Some(Remote::Local(_))) =>
            {
                let url = self.url.clone();
                FetchError::Incomplete { url, missing }
            }
            error => error.into(),
        }
    }

    /// Whether the commit is present with the trees that the discovery of skills reads. A commit of a
    /// fetched history comes without trees.
    #[must_use]
    pub fn has_trees(&self, commit: ObjectId) -> bool {
        let root = self.objects().root_tree(commit);
        let found = root
            .map_err(DiscoverError::Object)
            .and_then(|root| discover(self.objects(), root));
        !found.is_err_and(|error| error.is_missing())
    }

    async fn fetch_trees(
        &mut self,
        commits: Vec<ObjectId>,
        known: &[ObjectId],
    ) -> Result<(), FetchError> {
        let Some(first) = commits.first() else {
            return Ok(());
        };
        let what = format!("commit {}", first.short());
        let remembered = self.place.store().map(Store::remembered);
        let remembered = remembered.iter().flatten().map(|git_ref| git_ref.id);
        let candidates: BTreeSet<ObjectId> = known.iter().copied().chain(remembered).collect();
        // The discovery reads all trees of a commit, so those of the known commits can complete deltas.
        let known: Vec<ObjectId> = candidates
            .into_iter()
            .filter(|commit| !commits.contains(commit) && self.has_trees(*commit))
            .take(MAX_KNOWN)
            .collect();
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

    /// Fetches the missing tag objects in one request.
    ///
    /// # Errors
    /// When they can't be fetched.
    pub async fn fetch_tag_objects(&mut self, tags: Vec<ObjectId>) -> Result<(), FetchError> {
        let missing = tags
            .into_iter()
            .filter(|tag| !self.objects().contains(*tag));
        let missing: Vec<ObjectId> = missing.collect();
        let Some(first) = missing.first() else {
            return Ok(());
        };
        let what = format!("tag {}", first.short());
        // A tag brings its commit, so the request is that of a history, without trees.
        let wants = Wants::new(missing.iter().copied(), Depth::History(1));
        match self.fetch(&wants, what.clone()).await {
            Err(error) if error.refusal().is_some() => {
                let wants = Wants::new(missing, Depth::Everything(1));
                self.fetch(&wants, what).await
            }
            fetched => fetched,
        }
    }

    async fn fetch(&mut self, wants: &Wants, what: String) -> Result<(), FetchError> {
        let Some(remote) = &mut self.remote else {
            return Err(FetchError::Offline {
                what: format!("{what} of {}", self.url),
            });
        };
        let objects = self.place.objects();
        let span = info_span!("fetch", source = %self.source, %what);
        let fetched = remote.fetch(wants, objects, self.progress);
        fetched.instrument(span).await?;
        self.place.store().inspect(|store| store.record_fetched());
        self.report_warnings();
        Ok(())
    }
}
