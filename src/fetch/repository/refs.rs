//! What a source's refs name: one request for any number of queries.

use std::collections::BTreeSet;

use super::super::resolve::{Named, Query, ResolveError, Resolved};
use super::{FetchError, Place, Repository};
use mdskill_git::protocol::Ref;
use mdskill_git::transport::Remote;

impl Repository<'_> {
    /// Resolves every query with one look at the refs; none, when all name commits.
    ///
    /// The outer error is the repository's, an inner one a query's own.
    ///
    /// # Errors
    /// When the repository can't be asked.
    pub async fn resolve(
        &mut self,
        queries: &[Query],
    ) -> Result<Vec<Result<Resolved, ResolveError>>, FetchError> {
        self.resolve_among(queries, false).await
    }

    /// As [`Repository::resolve`], and tells in the same request the newest version beside each
    /// tag that is one.
    ///
    /// # Errors
    /// When the repository can't be asked.
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
        let newer = newer.flat_map(Query::prefixes_of_newer);
        let prefixes = queries.iter().flat_map(Query::prefixes).chain(newer);
        let prefixes: BTreeSet<String> = prefixes.collect();
        let refs = match prefixes.is_empty() {
            true => Vec::new(),
            false => self.list_refs(prefixes.into_iter().collect()).await?,
        };
        let resolve = |query: &Query| {
            let mut resolved = query.resolve(&refs, &self.url)?;
            if with_newest && resolved.newest.is_none() {
                resolved.newest = query.newest_beside(&refs);
            }
            self.warn_of_twin(&resolved);
            Ok(resolved)
        };
        Ok(queries.iter().map(resolve).collect())
    }

    fn warn_of_twin(&self, resolved: &Resolved) {
        if let (Some(twin), Named::Range(tag)) = (&resolved.twin, &resolved.named) {
            let url = &self.url;
            self.progress.warn(&format!(
                "{url} has two tags for the same version, `{twin}` and `{tag}`, at different commits; using `{tag}`"
            ));
        }
    }

    async fn list_refs(&mut self, prefixes: Vec<String>) -> Result<Vec<Ref>, FetchError> {
        let Some(remote) = &mut self.remote else {
            return self.remembered_refs(&prefixes);
        };
        let mut refs = remote.list_refs(&prefixes).await?;
        let is_head = |name: &str| name == "HEAD";
        let lacks_head = prefixes.iter().any(|prefix| is_head(prefix))
            && !refs.iter().any(|reference| is_head(&reference.name));
        if lacks_head {
            // Empty, or without a default branch: only its branches tell.
            let branches = remote.list_refs(&["refs/heads/".to_owned()]).await?;
            refs.extend(standing_for_head(&branches, remote));
            refs.extend(branches);
        }
        if let (Place::Store(store), false) = (&self.place, matches!(remote, Remote::Local(_))) {
            store.remember(&refs);
        }
        self.saw(refs.iter().map(Ref::commit));
        self.tell_warnings();
        Ok(refs)
    }

    /// What was never asked for is not known to be missing.
    fn remembered_refs(&self, prefixes: &[String]) -> Result<Vec<Ref>, FetchError> {
        let mut refs = match &self.place {
            Place::Store(store) => store.remembered(),
            Place::Direct(_) => Vec::new(),
        };
        refs.retain(|reference| {
            let begins = |prefix: &String| reference.name.starts_with(prefix);
            prefixes.iter().any(begins)
        });
        match refs.is_empty() {
            true => Err(FetchError::Offline {
                what: self.url.clone(),
            }),
            false => Ok(refs),
        }
    }
}

/// A bundle may come without `HEAD`; its only branch then stands for it.
fn standing_for_head(branches: &[Ref], remote: &Remote<'_>) -> Option<Ref> {
    match (remote, branches) {
        (Remote::Local(_), [only]) => Some(Ref {
            name: "HEAD".to_owned(),
            symref: Some(only.name.clone()),
            ..only.clone()
        }),
        _ => None,
    }
}
