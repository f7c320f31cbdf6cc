//! Fetches the commits between two versions, in the same request as the blobs.

use std::collections::BTreeSet;

use tracing::info;

use super::super::history::Lineage;
use super::super::history::walk::{Traced, trace};
use super::{FetchError, MAX_KNOWN, Repository};
use mdskill_git::ObjectId;
use mdskill_git::http::HttpError;
use mdskill_git::protocol::{Depth, ProtocolError, Wants};
use mdskill_git::transport::{Remote, TransportError};

const DAY: i64 = 24 * 60 * 60;
/// The maximum time between two commits of which a long history is requested.
const MAX_SPAN: i64 = 90 * DAY;
/// The number of steps of a requested history. Each commit takes some 120 bytes.
const STEPS: u32 = 100;
/// The number of steps between two commits of about the same time. A history by date has no bound: the
/// last fortnight of a busy repository has 7,000 commits.
const STEPS_OF_NEAR: u32 = 1000;

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
            Traced::Open { commits } => (commits > 1).then_some(Lineage::Far),
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
        let steps = self.steps_of(&open);
        let blobs: BTreeSet<ObjectId> = blobs.into_iter().collect();
        let tips = blobs.into_iter().chain(open.iter().map(|(_, new)| *new));
        let tips: BTreeSet<ObjectId> = tips.collect();
        // Only the history of the old commit shows that a ref was moved back; it may be removed.
        let set_back = open
            .iter()
            .filter(|(old, new)| self.time(*new) <= self.time(*old));
        let set_back: BTreeSet<ObjectId> = set_back.map(|(old, _)| *old).collect();
        let known = if set_back.is_empty() {
            self.oldest_of(&open)
        } else {
            None
        };
        let mut came = self.try_history(&tips | &set_back, known, steps).await?;
        if !came && !set_back.is_empty() {
            came = self.try_history(tips, None, steps).await?;
        }
        if !came {
            return Ok(());
        }
        // A history that ended early, and not at the old commit, ended at an ancestor of it: it was
        // rewritten, which only the commits after that ancestor show.
        let ended_early = open
            .iter()
            .filter(|(old, new)| match self.trace(*old, *new) {
                Traced::Open { commits } => commits < steps as usize,
                Traced::Final(_) | Traced::NotForward => false,
            });
        let tips: BTreeSet<ObjectId> = ended_early.map(|(_, new)| *new).collect();
        if !tips.is_empty() {
            self.try_history(tips, None, STEPS_OF_NEAR).await?;
        }
        Ok(())
    }

    /// Whether the source is a server that may send more of the history.
    fn gives_history(&self) -> bool {
        let is_remote = matches!(&self.remote, Some(Remote::Http(_) | Remote::Ssh(_)));
        let store = self.place.store();
        is_remote && store.is_some_and(|store| !store.has_no_history())
    }

    /// Fetches the objects with the history of the commits among them, without that of `known`; `false`
    /// if the server refuses.
    async fn try_history(
        &mut self,
        ids: BTreeSet<ObjectId>,
        known: Option<ObjectId>,
        steps: u32,
    ) -> Result<bool, FetchError> {
        let wants = Wants {
            ids: ids.into_iter().collect(),
            known: known.into_iter().collect(),
            depth: Depth::History(steps),
        };
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

    /// Returns the number of steps from the new commits among which the old ones are searched.
    fn steps_of(&self, moves: &[Move]) -> u32 {
        let is_near = |(old, new): &Move| {
            let span = self.time(*new)?.saturating_sub(self.time(*old)?);
            Some(span <= MAX_SPAN)
        };
        let are_near = moves.iter().all(|moved| is_near(moved) == Some(true));
        if are_near { STEPS_OF_NEAR } else { STEPS }
    }

    /// Returns the oldest of the old commits, if all of them are present. The others may come after it.
    ///
    /// Some servers leave out the files that a known commit has, even if they are wanted. Without the
    /// commit, its files are not here either.
    fn oldest_of(&self, moves: &[Move]) -> Option<ObjectId> {
        let with_time = |(old, _): &Move| Some((self.time(*old)?, *old));
        let old: Option<BTreeSet<_>> = moves.iter().map(with_time).collect();
        old?.first().map(|(_, old)| *old)
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
