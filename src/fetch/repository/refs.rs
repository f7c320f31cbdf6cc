//! Resolves queries: one request for the refs of any number of them.

use std::collections::BTreeSet;

use tracing::{Instrument, debug, info, info_span};

use super::super::cache;
use super::super::resolve::{Query, ResolveError, Resolved, version_prefixes};
use super::{FetchError, Repository, Store};
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_git::protocol::Ref;
use mdskill_git::transport::Remote;

/// Tags with their commits.
pub type Tags = Vec<(String, ObjectId)>;

impl Repository<'_> {
    /// Resolves all queries with one request, or with none if all are commit ids.
    ///
    /// An inner error is that of a single query.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn resolve(
        &mut self,
        queries: &[Query],
    ) -> Result<Vec<Result<Resolved, ResolveError>>, FetchError> {
        self.resolve_among(queries, false).await
    }

    /// As [`Repository::resolve`], and finds the newest version for each version tag in the same
    /// request.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn resolve_with_newest(
        &mut self,
        queries: &[Query],
    ) -> Result<Vec<Result<Resolved, ResolveError>>, FetchError> {
        self.resolve_among(queries, true).await
    }

    async fn resolve_among(
        &mut self,
        queries: &[Query],
        with_newest: bool,
    ) -> Result<Vec<Result<Resolved, ResolveError>>, FetchError> {
        let newer = queries.iter().filter(|_| with_newest);
        let newer = newer.flat_map(Query::prefixes_of_versions);
        let prefixes = queries.iter().flat_map(Query::prefixes).chain(newer);
        let prefixes: BTreeSet<String> = prefixes.collect();
        let refs = if prefixes.is_empty() {
            Vec::new()
        } else {
            self.list_refs(prefixes.into_iter().collect()).await?
        };
        let resolve = |query: &Query| {
            let mut resolved = query.resolve(&refs, &self.url)?;
            if with_newest && resolved.newest.is_none() {
                resolved.newest = query.newest_version(&refs);
                resolved.tags = query.version_tags(&refs);
            }
            Ok(resolved)
        };
        let mut resolved: Vec<_> = queries.iter().map(resolve).collect();
        let is_unknown =
            |error: &&mut ResolveError| matches!(error, ResolveError::NoSuchRef { .. });
        let mut unknown = resolved.iter_mut().filter_map(|found| found.as_mut().err());
        if let Some(first) = unknown.find(is_unknown) {
            // Only an error needs all refs.
            let all = ["HEAD", "refs/heads/", "refs/tags/"].map(str::to_owned);
            if let Ok(refs) = self.list_refs(all.to_vec()).await {
                first.suggest(&refs);
                unknown.for_each(|error| error.suggest(&refs));
            }
        }
        Ok(resolved)
    }

    /// Returns all tags with their commits, in one request.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn tags(&mut self) -> Result<Vec<(String, ObjectId)>, FetchError> {
        const PREFIX: &str = "refs/tags/";
        let refs = self.list_refs(vec![PREFIX.to_owned()]).await?;
        let tags = refs.iter().filter_map(|git_ref| {
            let tag = git_ref.name.strip_prefix(PREFIX)?;
            Some((tag.to_owned(), git_ref.commit()))
        });
        Ok(tags.collect())
    }

    /// Resolves all queries, and returns the tags that may be versions of the skill at `path`, with their
    /// commits, in one request.
    ///
    /// An inner error is that of a single query.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn resolve_with_tags(
        &mut self,
        queries: &[Query],
        path: &str,
    ) -> Result<(Vec<Result<Resolved, ResolveError>>, Tags), FetchError> {
        const PREFIX: &str = "refs/tags/";
        let name = path.rsplit('/').next().filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| self.source.repository_name());
        let of_skill = [name, path].into_iter().filter(|name| !name.is_empty());
        let of_skill = of_skill.map(|name| format!("{PREFIX}{name}"));
        let prefixes = queries.iter().flat_map(Query::prefixes);
        let prefixes = prefixes.chain(version_prefixes()).chain(of_skill);
        let prefixes: BTreeSet<String> = prefixes.collect();
        let refs = self.list_refs(prefixes.into_iter().collect()).await?;
        let resolved = queries.iter().map(|query| query.resolve(&refs, &self.url));
        let tags = refs.iter().filter_map(|git_ref| {
            let tag = git_ref.name.strip_prefix(PREFIX)?;
            Some((tag.to_owned(), git_ref.commit()))
        });
        Ok((resolved.collect(), tags.collect()))
    }

    pub(super) async fn list_refs(
        &mut self,
        prefixes: Vec<String>,
    ) -> Result<Vec<Ref>, FetchError> {
        let Some(remote) = &mut self.remote else {
            info!(source = %self.source, "using the refs of the last request");
            return self.remembered_refs(&prefixes);
        };
        let span = info_span!("refs", source = %self.source);
        let listed = remote.list_refs(&prefixes).instrument(span);
        let mut refs = listed.await?;
        debug!(source = %self.source, count = refs.len(), "received refs");
        let is_head = |name: &str| name == "HEAD";
        let lacks_head = prefixes.iter().any(|prefix| is_head(prefix))
            && !refs.iter().any(|git_ref| is_head(&git_ref.name));
        if lacks_head {
            // The repository is empty or has no default branch; its branches show which.
            let branches = remote.list_refs(&["refs/heads/".to_owned()]).await?;
            refs.extend(head_of_only_branch(&branches, remote));
            refs.extend(branches);
        }
        if let Some(store) = self.place.store() {
            store.remember(&refs);
        }
        self.record_seen(refs.iter().map(Ref::commit));
        self.report_warnings();
        Ok(refs)
    }

    /// Returns the time of the last request for refs, in Unix seconds, if the network is off; `None` for
    /// a source whose refs are read now.
    #[must_use]
    pub fn refs_as_of(&self) -> Option<u64> {
        if let Some(site) = &self.site {
            return site.as_of(self.objects());
        }
        let store = self.place.store().filter(|_| self.remote.is_none())?;
        store.last_request()
    }

    /// Returns the refs of the last request. Without any, the ref may exist upstream.
    pub(super) fn remembered_refs(&self, prefixes: &[String]) -> Result<Vec<Ref>, FetchError> {
        let refs = self.place.store().map(Store::remembered);
        let mut refs = refs.unwrap_or_default();
        refs.retain(|git_ref| git_ref.has_prefix(prefixes));
        if refs.is_empty() {
            return Err(FetchError::Offline {
                what: self.url.clone(),
            });
        }
        Ok(refs)
    }
}

/// Resolves a query among the refs of the last request, or those of a repository on this machine,
/// without a request; `None` if they do not have its ref.
pub(crate) fn resolve_stored(objects: &Objects, query: &Query) -> Option<Resolved> {
    let mut refs = cache::remembered_in(objects.path());
    if refs.is_empty() {
        let prefixes = query.prefixes();
        let local = objects.refs().ok()?.into_iter();
        let local = local.map(|(name, id, symref)| Ref {
            name,
            id,
            peeled: None,
            symref,
        });
        // A repository may have thousands of refs of pull requests.
        refs.extend(local.filter(|git_ref| git_ref.has_prefix(&prefixes)));
        for git_ref in &mut refs {
            git_ref.peeled = objects.peel(git_ref.id).ok();
        }
    }
    query.resolve(&refs, "").ok()
}

/// Returns a `HEAD` for a bundle without one, if it has only one branch.
fn head_of_only_branch(branches: &[Ref], remote: &Remote<'_>) -> Option<Ref> {
    match (remote, branches) {
        (Remote::Local(_), [only]) => Some(Ref {
            name: "HEAD".to_owned(),
            symref: Some(only.name.clone()),
            ..only.clone()
        }),
        _ => None,
    }
}
