//! [`ask_catalogs`]: whether the catalogs answer, for `doctor`.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::operations::concurrent::join_all;

use super::query::Query;
use super::{SearchSource, catalogs};
use crate::context::Context;
use crate::operations::OpError;

/// The words that catalogs are asked for. Any others would do.
const WORDS: &str = "skill";

/// The reaction of a catalog to a request.
pub(crate) enum Answer {
    /// It answered after this time.
    In(Duration),
    /// It was not asked, for this reason.
    Skipped(&'static str),
    /// It was not asked, because the network is forbidden.
    Offline,
}

/// Sends a request to each catalog that `search` asks, with the same time limits. Returns their names,
/// and the answers.
pub(crate) async fn ask_catalogs(
    context: &Context<'_>,
) -> Result<Vec<(String, Result<Answer, OpError>)>, OpError> {
    let config = context.config()?.search;
    let catalogs = catalogs(context, config, &BTreeSet::new())?;
    let query = Query::new(WORDS);
    let asked = catalogs.iter().map(async |catalog| {
        let answer = if context.offline {
            Ok(Answer::Offline)
        } else {
            ask(catalog.as_ref(), &query).await
        };
        (catalog.name(), answer)
    });
    Ok(join_all(asked).await)
}

async fn ask(catalog: &dyn SearchSource, query: &Query) -> Result<Answer, OpError> {
    let start = Instant::now();
    let found = catalog.search(query).await?;
    let answer = found.skipped.map(Answer::Skipped);
    Ok(answer.unwrap_or_else(|| Answer::In(start.elapsed())))
}
