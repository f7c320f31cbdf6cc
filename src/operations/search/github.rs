//! [`GitHub`]: GitHub's code search, for files called `SKILL.md`. It needs a token.
//!
//! Source: <https://docs.github.com/en/rest/search/search#search-code>.

use futures_util::future::LocalBoxFuture;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tracing::info;

use super::query::Query;
use super::web::Request;
use super::{Found, Hit, MAX_LIMIT, SearchSource, base_url};
use crate::context::Context;
use crate::env::GitHubApi;
use crate::operations::OpError;
use crate::operations::resolve::exact_spec;
use crate::source::Source;
use crate::spec::Spec;
use mdskill_git::http::github_token;
use mdskill_lint::SKILL_FILE;

/// The name of the source.
pub(super) const NAME: &str = "github";
const HEADERS: [(&str, &str); 2] = [
    ("accept", "application/vnd.github+json"),
    ("x-github-api-version", "2022-11-28"),
];

/// The code search.
pub(super) struct GitHub<'a> {
    context: &'a Context<'a>,
    /// Whether the user asks for this source only, so that a missing token is an error.
    is_required: bool,
}

#[derive(Deserialize)]
struct Answer {
    items: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Item {
    path: String,
    repository: Repository,
}

#[derive(Deserialize)]
struct Repository {
    full_name: String,
}

impl<'a> GitHub<'a> {
    pub(super) fn new(context: &'a Context<'_>, is_required: bool) -> Self {
        Self {
            context,
            is_required,
        }
    }

    async fn find(&self, query: &Query) -> Result<Found, OpError> {
        let Some(GitHubApi { base, host }) = self.context.env.github_api() else {
            return self.skip("MDSKILL_GITHUB_URL names no server of GitHub");
        };
        let Some(token) = github_token(&self.context.env, &host).await else {
            return self.skip("there is no token: set GH_TOKEN, or log in with `gh auth login`");
        };
        let mut url = base_url("MDSKILL_GITHUB_API_URL", &base)?;
        let words = format!("{} filename:{SKILL_FILE}", query.text);
        let words = utf8_percent_encode(&words, NON_ALPHANUMERIC);
        let path = format!("{}/search/code", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url.set_query(Some(&format!("q={words}&per_page={MAX_LIMIT}")));
        let request = Request {
            from: NAME,
            url,
            headers: &HEADERS,
            token: Some(&token),
            is_allowed: &|_| true,
            expected: "the list of files that GitHub sends",
        };
        let (answer, _) = request.json::<Answer>(self.context).await?;
        let items = answer.items.into_iter().take(MAX_LIMIT);
        let items = items.filter_map(|item| serde_json::from_value(item).ok());
        Ok(Found {
            hits: items.filter_map(|item| hit_of(&item)).collect(),
            ..Found::default()
        })
    }

    fn skip(&self, reason: &'static str) -> Result<Found, OpError> {
        if self.is_required {
            return Err(OpError::Usage(format!("can't search GitHub: {reason}")));
        }
        info!("GitHub is not searched: {reason}");
        Ok(Found {
            skipped: Some(reason),
            ..Found::default()
        })
    }
}

/// Returns a skill; `None` if the file is not the page of a skill that has a spec.
fn hit_of(item: &Item) -> Option<Hit> {
    let (folder, file) = item.path.rsplit_once('/').unwrap_or(("", &item.path));
    let source: Source = format!("github:{}", item.repository.full_name)
        .parse()
        .ok()?;
    let spec = exact_spec(&source, folder);
    let parsed = spec.parse::<Spec>().ok()?;
    let is_same = parsed.source() == source && parsed.git_ref.is_none();
    if file != SKILL_FILE || !is_same || spec != parsed.to_string() {
        return None;
    }
    let name = folder.rsplit('/').next().filter(|name| !name.is_empty());
    Some(Hit {
        name: name.unwrap_or_else(|| source.repository_name()).to_owned(),
        path: Some(folder.to_owned()),
        spec: Some(spec),
        source: Some(source),
        from: NAME.to_owned(),
        ..Hit::default()
    })
}

impl SearchSource for GitHub<'_> {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn search<'a>(&'a self, query: &'a Query) -> LocalBoxFuture<'a, Result<Found, OpError>> {
        Box::pin(self.find(query))
    }
}
