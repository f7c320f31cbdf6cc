//! Fetches the commits between two versions, in the same request as the blobs.

use std::collections::BTreeSet;

use tracing::info;

use super::super::history::Lineage;
use super::super::history::walk::{Traced, trace};
use super::{FetchError, MAX_KNOWN, Repository};
use mdskill_git::ObjectId;
use mdskill_git::http::HttpError;
use mdskill_git::protocol::{Depth, ProtocolError, Reach, Wants};
use mdskill_git::transport::{Remote, TransportError};

const DAY: i64 = 24 * 60 * 60;
/// The maximum age that is requested by time; for older commits, a number of steps is requested.
const MAX_SPAN: i64 = 90 * DAY;
/// The additional time, because a commit may be older than the merge that brought it.
const MARGIN: i64 = 14 * DAY;
/// The number of steps of a requested history.
const STEPS: u32 = 100;
/// The number of steps after a history by time that does not contain the old commit.
const STEPS_OF_REWRITTEN: u32 = 1000;

/// The old and the new commit of a ref that has moved.
pub type Move = (ObjectId, ObjectId);

impl Repository<'_> {
    /// Fetches the missing blobs, and in the same request the history of each move. If the server
    /// refuses the history, the blobs are requested again.
    ///
    /// `commits` have these blobs, as in [`Repository::fetch_blobs`].
    ///
    /// # Errors
    /// When the blobs can't be fetched. A missing history is not an error.
    pub async fn fetch_blobs_with_history(
        &mut self,
        ids: impl IntoIterator<Item = ObjectId>,
        commits: &[ObjectId],
        moves: &[Move],
    ) -> Result<(), FetchError> {
        let ids: BTreeSet<ObjectId> = ids.into_iter().collect();
        let lacks = |id: &ObjectId| !self.objects().contains(*id);
        let missing: Vec<ObjectId> = ids.iter().copied().filter(lacks).collect();
        self.fetch_with_history(missing, moves).await?;
        self.fetch_blobs(ids, commits).await
    }

    /// Fetches the history of each move in one request, unless it is present.
    ///
    /// # Errors
    /// When the request fails. A missing history is not an error.
    pub async fn fetch_history(&mut self, moves: &[Move]) -> Result<(), FetchError> {
        self.fetch_with_history(Vec::new(), moves).await
    }

    /// Fetches the trees of these commits in one request, without the objects that `known` have. The
    /// history has them if the server refuses, only without trees.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn fetch_trees_of(
        &mut self,
        commits: Vec<ObjectId>,
        known: &[ObjectId],
    ) -> Result<(), FetchError> {
        if commits.is_empty() || !self.gives_history() {
            return Ok(());
        }
        match self.fetch_trees(commits, known).await {
            Err(error) if error.refusal().is_some() => {
                info!(%error, "continuing without the trees of the history");
                Ok(())
            }
            fetched => fetched,
        }
    }

    /// Fetches these commits and their history with all trees, `steps` commits back from each. Objects
    /// that `known` have are not sent. Returns false if there is no server that sends them.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn fetch_back(
        &mut self,
        commits: &[ObjectId],
        known: &[ObjectId],
        steps: u32,
    ) -> Result<bool, FetchError> {
        let is_local = matches!(&self.remote, None | Some(Remote::Local(_)));
        if is_local || commits.is_empty() {
            return Ok(false);
        }
        let known = known
            .iter()
            .copied()
            .filter(|commit| self.has_trees(*commit));
        let wants = Wants {
            ids: commits.to_vec(),
            known: known.take(MAX_KNOWN).collect(),
            depth: Depth::Trees(steps),
        };
        match self.fetch(&wants, "history".to_owned()).await {
            Err(error) if refuses_history(&error) => {
                info!(%error, "continuing without this history");
                Ok(false)
            }
            fetched => fetched.map(|()| true),
        }
    }

    /// Returns how `new` relates to `old`; `None` if too few commits are present to decide.
    #[must_use]
    pub fn lineage(&self, old: ObjectId, new: ObjectId) -> Option<Lineage> {
        match self.trace(old, new) {
            Traced::Final(lineage) => Some(lineage),
            Traced::NotForward => Some(Lineage::Rewritten),
            Traced::Open { has_parent } => has_parent.then_some(Lineage::Far),
        }
    }

    fn trace(&self, old: ObjectId, new: ObjectId) -> Traced {
        trace(old, new, |id| self.objects().commit(id).ok())
    }

    fn open_moves(&self, moves: &[Move]) -> Vec<Move> {
        let is_open = |(old, new): &&Move| !matches!(self.trace(*old, *new), Traced::Final(_));
        moves.iter().filter(is_open).copied().collect()
    }

    async fn fetch_with_history(
        &mut self,
        blobs: Vec<ObjectId>,
        moves: &[Move],
    ) -> Result<(), FetchError> {
        if !self.gives_history() {
            return Ok(());
        }
        let open = self.open_moves(moves);
        if open.is_empty() {
            return Ok(());
        }
        let reach = self.reach_of(&open);
        let blobs: BTreeSet<ObjectId> = blobs.into_iter().collect();
        let tips = blobs.into_iter().chain(open.iter().map(|(_, new)| *new));
        let tips: BTreeSet<ObjectId> = tips.collect();
        // Only the history of the old commit shows that a ref was moved back; it may be removed.
        let set_back = open
            .iter()
            .filter(|(old, new)| self.time(*new) <= self.time(*old));
        let set_back: BTreeSet<ObjectId> = set_back.map(|(old, _)| *old).collect();
        let mut came = self.try_history(&tips | &set_back, reach).await?;
        if !came && !set_back.is_empty() {
            came = self.try_history(tips, reach).await?;
        }
        if !came || matches!(reach, Reach::Steps(_)) {
            return Ok(());
        }
        // The history by time does not contain the old commit, so more steps are requested.
        let open = open.iter().filter(|(old, new)| {
            let traced = self.trace(*old, *new);
            matches!(traced, Traced::Open { .. })
        });
        let tips: BTreeSet<ObjectId> = open.map(|(_, new)| *new).collect();
        if !tips.is_empty() {
            let further = Reach::Steps(STEPS_OF_REWRITTEN);
            self.try_history(tips, further).await?;
        }
        Ok(())
    }

    /// Whether the source is a server that may send more of the history.
    fn gives_history(&self) -> bool {
        let is_remote = matches!(&self.remote, Some(Remote::Http(_) | Remote::Ssh(_)));
        let store = self.place.store();
        is_remote && store.is_some_and(|store| !store.has_no_history())
    }

    /// Fetches the objects with the history of the commits among them; `false` if the server refuses.
    async fn try_history(
        &mut self,
        ids: BTreeSet<ObjectId>,
        reach: Reach,
    ) -> Result<bool, FetchError> {
        let wants = Wants::new(ids, Depth::History(reach));
        match self.fetch(&wants, "history".to_owned()).await {
            Err(error) if refuses_history(&error) => {
                info!(%error, "continuing without this history");
                let forbids_filter = error.refusal().is_some_and(|why| why.contains("filter"));
                if let Some(store) = self.place.store().filter(|_| forbids_filter) {
                    store.remember_no_history();
                }
                Ok(false)
            }
            fetched => fetched.map(|()| true),
        }
    }

    /// Returns the shortest history that contains all of these moves.
    fn reach_of(&self, moves: &[Move]) -> Reach {
        let since = |(old, new): &Move| {
            let (old, new) = (self.time(*old)?, self.time(*new)?);
            let is_near = new.saturating_sub(old) <= MAX_SPAN;
            is_near.then(|| old.min(new).saturating_sub(MARGIN).max(1))
        };
        let since: Option<Vec<i64>> = moves.iter().map(since).collect();
        match since.and_then(|since| since.into_iter().min()) {
            Some(second) => Reach::Since(second),
            None => Reach::Steps(STEPS),
        }
    }

    fn time(&self, commit: ObjectId) -> Option<i64> {
        self.objects().commit(commit).ok().map(|commit| commit.time)
    }
}

/// Whether the server refused the filter or the date; servers report this in different ways.
pub(super) fn refuses_history(error: &FetchError) -> bool {
    match error {
        FetchError::Transport(TransportError::Protocol { source, .. }) => {
            !matches!(source, ProtocolError::Pack(_))
        }
        FetchError::Transport(TransportError::Http(HttpError::Status { status, .. })) => {
            matches!(status, 400 | 422 | 500 | 501)
        }
        _ => false,
    }
}
