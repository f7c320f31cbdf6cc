//! `cache`: what the store holds, and making it smaller. Losing it costs a fetch.

use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::OpError;
use crate::context::Context;
use crate::fetch::first_seen;
use crate::fetch::store::{self, Stored};

/// Digests of installed folders, which version 0.1.0 kept for `list`. No version reads it now.
const UNUSED_FOLDER: &str = "states-v1";

/// What is in the store.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The cache folder.
    pub folder: String,
    /// Its sources.
    pub sources: Vec<Cached>,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// One source in the store.
#[derive(Debug, Serialize)]
pub struct Cached {
    /// Its address.
    pub source: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// Days since it was last fetched into.
    pub days: u64,
}

/// Lists the store.
///
/// # Errors
/// When it can't be read.
pub fn show(context: &Context<'_>) -> Result<Report, OpError> {
    choose(context, |_, _| Ok(true))
}

/// Removes what was not fetched into for `days`; 0 removes everything. Returns what
/// was removed; what another process uses stays.
///
/// # Errors
/// When something can't be removed.
pub fn prune(context: &Context<'_>, days: u64) -> Result<Report, OpError> {
    let removed = choose(context, |cached, stored| {
        Ok(cached.days >= days && stored.remove()?)
    })?;
    let cache = context.dirs.cache()?;
    crate::fs::remove_folder(&cache.join(UNUSED_FOLDER))?;
    if days == 0 {
        // Every commit is new again then: never older than it is.
        crate::fs::remove_folder(&cache.join(first_seen::FOLDER))?;
    }
    Ok(removed)
}

/// Reports the sources in the store that `is_chosen`.
fn choose(
    context: &Context<'_>,
    is_chosen: impl Fn(&Cached, &Stored) -> Result<bool, OpError>,
) -> Result<Report, OpError> {
    let cache = context.dirs.cache()?;
    let mut report = Report {
        folder: cache.display().to_string(),
        ..Report::default()
    };
    for stored in store::list(&cache)? {
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
