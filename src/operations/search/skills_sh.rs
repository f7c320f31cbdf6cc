//! [`SkillsSh`]: the catalog skills.sh, which knows the skills that `npx skills` has installed.
//!
//! Source: the request of `npx skills find`.

use std::cmp::Reverse;

use futures_util::future::LocalBoxFuture;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use serde::Deserialize;
use tracing::info;

use super::query::{NameMatch, Query};
use super::web::Request;
use super::{Found, Hit, MAX_LIMIT, SearchSource, base_url};
use crate::context::Context;
use crate::operations::OpError;
use crate::spec::{Spec, SpecSource};

/// The name of the source.
pub(super) const NAME: &str = "skills.sh";
/// The shortest query that is accepted.
const MIN_CHARS: usize = 2;

/// The catalog.
pub(super) struct SkillsSh<'a> {
    context: &'a Context<'a>,
}

#[derive(Deserialize)]
struct Answer {
    skills: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    skill_id: Option<String>,
    name: String,
    source: String,
    #[serde(default)]
    installs: Option<u64>,
}

impl<'a> SkillsSh<'a> {
    pub(super) fn new(context: &'a Context<'_>) -> Self {
        Self { context }
    }

    async fn find(&self, query: &Query) -> Result<Found, OpError> {
        if query.text.chars().count() < MIN_CHARS {
            return Ok(skipped("it needs two characters"));
        }
        if self.context.env.is_enterprise() {
            return Ok(skipped("owner/repo is on the server in GH_HOST"));
        }
        let base = base_url("MDSKILL_SKILLS_SH_URL", &self.context.env.skills_sh_url)?;
        let words = utf8_percent_encode(&query.text, NON_ALPHANUMERIC);
        let mut url = base.clone();
        url.set_path(&format!("{}/api/search", base.path().trim_end_matches('/')));
        url.set_query(Some(&format!("q={words}&limit={MAX_LIMIT}")));
        let request = Request {
            from: NAME,
            url,
            headers: &[],
            token: None,
            is_allowed: &|_| true,
            expected: "the list of skills that skills.sh sends",
        };
        let (answer, _) = request.json::<Answer>(self.context).await?;
        let entries = answer.skills.into_iter().take(MAX_LIMIT);
        let entries = entries.filter_map(|entry| serde_json::from_value(entry).ok());
        let hits = entries.filter_map(|entry| hit_of(entry, &base));
        let mut hits: Vec<Hit> = hits.collect();
        // Of skills with the same name, the one that most people use is most likely meant. Otherwise,
        // the order is that of the catalog.
        hits.sort_by_key(|hit| match query.match_name(&hit.name) {
            NameMatch::No => Reverse((NameMatch::No, 0)),
            name => Reverse((name, hit.installs.unwrap_or_default())),
        });
        Ok(Found {
            hits,
            ..Found::default()
        })
    }
}

fn skipped(reason: &'static str) -> Found {
    info!("skills.sh is not searched: {reason}");
    Found {
        skipped: Some(reason),
        ..Found::default()
    }
}

/// Returns a skill; `None` if its source is neither a repository nor a host.
fn hit_of(entry: Entry, base: &Url) -> Option<Hit> {
    let id = entry.skill_id.unwrap_or_else(|| entry.name.clone());
    let mut hit = Hit {
        name: entry.name,
        installs: entry.installs,
        from: NAME.to_owned(),
        ..Hit::default()
    };
    let typed = format!("{}/{id}", entry.source);
    match typed.parse::<Spec>() {
        Ok(spec) if is_plain(&spec, &entry.source, &id) => {
            hit.source = Some(spec.source());
            hit.spec = Some(spec.to_string());
        }
        // A skill on the site of its author.
        _ if is_host(&entry.source) => {
            let mut page = base.clone();
            page.path_segments_mut()
                .ok()?
                .pop_if_empty()
                .extend([&entry.source, &id]);
            hit.url = Some(page.to_string());
        }
        _ => return None,
    }
    Some(hit)
}

/// Whether a spec is exactly a repository of GitHub and a skill in it.
fn is_plain(spec: &Spec, source: &str, id: &str) -> bool {
    let is_repository = match &spec.origin {
        SpecSource::GitHub { owner, repo } => format!("{owner}/{repo}") == source,
        _ => false,
    };
    is_repository && spec.skill.as_deref() == Some(id) && spec.git_ref.is_none()
}

fn is_host(source: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    source.contains('.') && source.len() < 254 && source.chars().all(is_plain)
}

impl SearchSource for SkillsSh<'_> {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn search<'a>(&'a self, query: &'a Query) -> LocalBoxFuture<'a, Result<Found, OpError>> {
        Box::pin(self.find(query))
    }
}
