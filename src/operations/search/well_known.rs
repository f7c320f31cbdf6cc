//! [`WellKnown`]: the index of skills that a site publishes, such as that of a company.
//!
//! Source: "Agent Skills Discovery", version 0.2, for `/.well-known/agent-skills/index.json`; the
//! earlier form at `/.well-known/skills/index.json` is that of `npx skills`.

use futures_util::future::LocalBoxFuture;
use reqwest::Url;
use serde::Deserialize;

use super::index::{Document, Index};
use super::query::Query;
use super::rank::rank;
use super::web::{Request, WebError};
use super::{Found, Hit, SearchSource};
use crate::config::is_public_index;
use crate::context::Context;
use crate::digest::Digest;
use crate::operations::OpError;
use crate::operations::resolve::full_spec;
use crate::source::Source;
use crate::source::site::{INDEX_PATHS, normalize};
use crate::spec::{Spec, SpecSource};
use mdskill_git::http::host_of;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::name::SkillName;

/// The most skills of one index.
const MAX_SKILLS: usize = 10_000;

/// The index of a site. The words are not sent to it.
pub(super) struct WellKnown<'a> {
    context: &'a Context<'a>,
    base: Url,
    /// Whether the user names it, and not the project.
    is_of_user: bool,
}

#[derive(Deserialize)]
struct Contents {
    skills: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    files: Vec<String>,
}

impl<'a> WellKnown<'a> {
    pub(super) fn new(context: &'a Context<'_>, base: Url, is_of_user: bool) -> Self {
        Self {
            context,
            base,
            is_of_user,
        }
    }

    async fn find(&self, query: &Query) -> Result<Found, OpError> {
        let (contents, url) = match self.request(INDEX_PATHS[0]).await {
            Err(OpError::Search {
                error: WebError::Refused { status: 404, .. },
                ..
            }) => self.request(INDEX_PATHS[1]).await?,
            contents => contents?,
        };
        let entries = contents.skills.into_iter().take(MAX_SKILLS);
        let entries = entries.filter_map(|entry| serde_json::from_value(entry).ok());
        let entries: Vec<Entry> = entries.collect();
        let document = |entry: &Entry| Document {
            name: entry.name.clone(),
            description: entry.description.clone().unwrap_or_default(),
            ..Document::default()
        };
        let documents: Vec<Document> = entries.iter().map(document).collect();
        let indexes: Vec<Index> = Index::of(&documents).into_iter().collect();
        let ranking = rank(query, &indexes);
        let found = ranking.skills.iter();
        let hits = found.filter_map(|found| Some(self.hit_of(entries.get(found.skill)?, &url)));
        Ok(Found {
            hits: hits.collect(),
            corrected: ranking.corrected,
            ..Found::default()
        })
    }

    async fn request(&self, place: &str) -> Result<(Contents, Url), OpError> {
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}{place}",
            self.base.path().trim_end_matches('/')
        ));
        let request = Request {
            from: &self.name(),
            url,
            headers: &[],
            token: None,
            is_allowed: &|url| self.is_of_user || is_public_index(url),
            expected: "an index of skills",
        };
        request.json(self.context).await
    }

    fn hit_of(&self, entry: &Entry, index: &Url) -> Hit {
        let relative = entry.url.clone();
        let relative = relative.unwrap_or_else(|| format!("{}/SKILL.md", entry.name));
        let url = index.join(&relative).ok();
        let url = url.filter(|url| matches!(url.scheme(), "https" | "http"));
        let spec = url.as_ref().and_then(spec_of_page);
        let spec = spec.or_else(|| self.spec_on_site(entry));
        Hit {
            name: entry.name.clone(),
            description: entry.description.clone(),
            source: spec.as_ref().map(Spec::source),
            url: url.filter(|_| spec.is_none()).map(|url| url.to_string()),
            spec: spec.map(|spec| spec.to_string()),
            from: self.name(),
            ..Hit::default()
        }
    }

    /// Returns the spec of a skill whose files the site serves itself.
    fn spec_on_site(&self, entry: &Entry) -> Option<Spec> {
        let digest = entry.digest.as_deref().map(str::parse::<Digest>);
        let has_files =
            matches!(digest, Some(Ok(_))) || entry.files.iter().any(|file| file == SKILL_FILE);
        let url = normalize(self.base.as_str()).ok().filter(|_| has_files)?;
        SkillName::from_folder(&entry.name).ok()?;
        full_spec(&Source::Site { url }, &entry.name).parse().ok()
    }
}

/// Returns the spec of a page of a file in a git repository; `None` for any other page.
fn spec_of_page(url: &Url) -> Option<Spec> {
    let spec: Spec = url.as_str().parse().ok()?;
    let is_file = match &spec.origin {
        SpecSource::Web { page, .. } => page.is_some(),
        SpecSource::Url(_) => url.path().contains("//") || url.path().contains(".git/"),
        _ => false,
    };
    is_file.then_some(spec)
}

impl SearchSource for WellKnown<'_> {
    fn name(&self) -> String {
        host_of(&self.base)
    }

    fn search<'a>(&'a self, query: &'a Query) -> LocalBoxFuture<'a, Result<Found, OpError>> {
        Box::pin(self.find(query))
    }
}
