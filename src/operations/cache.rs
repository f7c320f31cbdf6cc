//! `cache`: list and prune the cached repositories.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::OpError;
use crate::context::Context;
use crate::fetch::cache::{self, Stored};
use crate::fetch::first_seen;

/// Digests of installed folders, which version 0.1.0 wrote for `list`. No other version reads it.
const UNUSED_FOLDER: &str = "states-v1";

/// The result of `cache`.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// The cache folder.
    pub(crate) folder: String,
    /// The cached sources.
    pub(crate) sources: Vec<Cached>,
    /// The total size in bytes.
    pub(crate) bytes: u64,
    /// The size of what interrupted commands have left, in bytes; `prune` removes it.
    pub(crate) leftover_bytes: u64,
}

/// One cached source.
#[derive(Debug, Serialize)]
pub(crate) struct Cached {
    /// The URL or path of the source.
    pub(crate) source: String,
    /// The size on disk, in bytes.
    pub(crate) bytes: u64,
    /// The days since the last fetch.
    pub(crate) days: u64,
}

/// Lists the cached sources.
pub(crate) fn show(context: &Context<'_>) -> Result<Report, OpError> {
    let shown = choose(context, |_, _| Ok(true))?;
    let leftover_bytes = cache::leftover_bytes(&context.dirs.cache()?);
    Ok(Report {
        leftover_bytes,
        ..shown
    })
}

/// The result of `cache dir`.
#[derive(Debug, Serialize)]
pub(crate) struct Folder {
    /// The cache folder.
    pub(crate) folder: String,
}

/// Returns the cache folder.
pub(crate) fn folder(context: &Context<'_>) -> Result<Folder, OpError> {
    let folder = context.dirs.cache()?.display().to_string();
    Ok(Folder { folder })
}

/// Removes all cached data. Returns the removed sources.
pub(crate) fn clear(context: &Context<'_>) -> Result<Report, OpError> {
    let removed = prune(context, 0)?;
    // All commits are then new again, which is safe, because they are older than recorded.
    cache::remove(&context.dirs.cache()?, first_seen::FOLDER)?;
    Ok(removed)
}

/// Removes the sources that were not fetched for `days`. Returns the removed sources. Sources in
/// use by another process are not removed.
pub(crate) fn prune(context: &Context<'_>, days: u64) -> Result<Report, OpError> {
    let removed = choose(context, |cached, stored| {
        Ok(cached.days >= days && stored.remove()?)
    })?;
    let cache = context.dirs.cache()?;
    cache::remove(&cache, UNUSED_FOLDER)?;
    cache::remove_leftovers(&cache);
    Ok(removed)
}

/// Returns the cached sources for which `is_chosen` is true.
fn choose(
    context: &Context<'_>,
    is_chosen: impl Fn(&Cached, &Stored) -> Result<bool, OpError>,
) -> Result<Report, OpError> {
    let cache = context.dirs.cache()?;
    let mut report = Report {
        folder: cache.display().to_string(),
        ..Report::default()
    };
    for stored in cache::list(&cache)? {
        let age = SystemTime::now()
            .duration_since(stored.used)
            .unwrap_or(Duration::ZERO);
        let cached = Cached {
            source: stored.name.clone(),
            bytes: stored.bytes,
            days: age.as_secs() / 86_400,
        };
        if is_chosen(&cached, &stored)? {
            report.bytes += cached.bytes;
            report.sources.push(cached);
        }
    }
    Ok(report)
}
