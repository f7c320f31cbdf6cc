//! Helpers to test the fetcher directly: the objects and costs of each request.

use mdskill::env::Env;
use mdskill::fetch::history::Lineage;
use mdskill::fetch::{Fetcher, Repository};
use mdskill_git::ObjectId;
use mdskill_git::http::client::Client;
use mdskill_git::http::retry::Retry;
use mdskill_git::progress::Silent;
use std::path::Path;
use std::time::Duration;

/// Opens `acme/skills` of a forge with a cache folder, and calls `act`.
pub fn with<T>(server: &str, cache: &Path, act: impl AsyncFnOnce(&mut Repository<'_>) -> T) -> T {
    let github = ("MDSKILL_GITHUB_URL", server.to_owned());
    with_source(&[github], cache, "github:acme/skills", act)
}

/// The same with environment variables, and any source.
pub fn with_source<T>(
    variables: &[(&str, String)],
    cache: &Path,
    source: &str,
    act: impl AsyncFnOnce(&mut Repository<'_>) -> T,
) -> T {
    let lookup = |name: &str| {
        let mut set = variables.iter();
        let found = set.find(|(variable, _)| *variable == name)?;
        Some(found.1.clone())
    };
    let env = Env::from_lookup(lookup, cache.to_owned());
    let no_retry = Retry {
        times: 0,
        delay: Duration::ZERO,
        patience: Duration::ZERO,
    };
    let client = Client::new(Duration::from_secs(10), no_retry).without_proxies();
    let fetcher = Fetcher {
        limits: mdskill_lint::limits::Limits::default(),
        env: &env,
        cache: cache.to_owned(),
        root: cache,
        client: &client,
        offline: false,
        progress: &Silent,
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(async {
        let source = source.parse().unwrap();
        let mut repository = fetcher.open(&source).unwrap();
        act(&mut repository).await
    })
}

/// Parses an object id.
pub fn id(text: &str) -> ObjectId {
    text.parse().unwrap()
}

/// The commits of a fast-forward, each with the first line of its message.
#[track_caller]
pub fn listed(lineage: Option<Lineage>) -> Vec<String> {
    match lineage {
        Some(Lineage::Forward { commits }) => commits
            .into_iter()
            .map(|commit| format!("{} {}", commit.id, commit.summary))
            .collect(),
        other => panic!("{other:?} is not forward"),
    }
}
