//! `search`: finds skills among those that are installed and cached, and in catalogs on the web.
//!
//! Each `SearchSource` is asked at the same time, and one that fails does not hide the others. A
//! result is a text from a stranger: `add` resolves its spec in git like any other.

mod ask;
mod cached;
mod github;
mod index;
mod installed;
mod local;
mod merge;
mod query;
mod rank;
mod repository;
mod skills_sh;
mod web;
mod well_known;

use std::collections::BTreeSet;

use crate::operations::concurrent::join_all;
use futures_util::future::LocalBoxFuture;
use reqwest::Url;
use serde::Serialize;

use super::OpError;
use super::installed::{InstalledSkill, SkillFolder};
use crate::config::{Search, index_url};
use crate::context::Context;
use crate::redact::redact_url;
use crate::source::Source;
use crate::spec::Spec;
use mdskill_git::ObjectId;
use mdskill_lint::capability::Capability;

use github::GitHub;
use local::Local;
use query::{MAX_CHARS, Query};
use repository::InRepository;
use skills_sh::SkillsSh;
use well_known::WellKnown;

pub(crate) use ask::{Answer, ask_catalogs};
pub use web::WebError;

/// The most results of one source.
pub(crate) const MAX_LIMIT: usize = 100;

/// The words to search for, and the sources to search.
#[derive(Debug)]
pub(crate) struct Options {
    /// The words.
    pub(crate) text: String,
    /// The repositories to search instead of all other sources.
    pub(crate) repositories: Vec<Spec>,
    /// The sources to search; empty for all.
    pub(crate) from: BTreeSet<Origin>,
    /// The most results.
    pub(crate) limit: usize,
}

/// A kind of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The installed skills.
    Installed,
    /// The skills of the cached repositories.
    Cached,
    /// skills.sh.
    SkillsSh,
    /// GitHub.
    GitHub,
    /// The indexes of sites.
    Index,
}

/// A place to search in.
trait SearchSource {
    /// Returns its name, for messages.
    fn name(&self) -> String;

    /// Whether it is this machine.
    fn is_local(&self) -> bool {
        false
    }

    /// Returns the skills that match, the best first.
    fn search<'a>(&'a self, query: &'a Query) -> LocalBoxFuture<'a, Result<Found, OpError>>;
}

/// The result of one source.
#[derive(Debug, Default)]
struct Found {
    /// The skills, the best first.
    hits: Vec<Hit>,
    /// The words that occur nowhere, and those that were searched for instead.
    corrected: Vec<(String, String)>,
    /// Why a part of the source could not be searched.
    problems: Vec<OpError>,
    /// Why the source was not asked, if it was not.
    skipped: Option<&'static str>,
}

/// A skill that one source has found.
#[derive(Debug, Clone, Default)]
struct Hit {
    name: String,
    description: Option<String>,
    /// The repository; `None` if it is not in git.
    source: Option<Source>,
    /// The folder in the repository, if it is known.
    path: Option<String>,
    /// The commits at which its files may be in the cache, the best first.
    commits: Vec<ObjectId>,
    /// The spec that installs it.
    spec: Option<String>,
    /// The folder of an installed skill.
    place: Option<String>,
    /// The page of a skill that is not in git.
    url: Option<String>,
    installs: Option<u64>,
    /// The name of the source that found it.
    from: String,
}

/// The result of `search`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The words, as typed.
    pub(crate) query: String,
    /// The skills, the best first.
    pub(crate) skills: Vec<Skill>,
    /// Whether there are more.
    pub(crate) has_more: bool,
    /// The words that occur nowhere, and those that were searched for instead.
    pub(crate) corrected: Vec<Correction>,
    /// The sources that could not be searched.
    pub(crate) failed: Vec<Failure>,
    /// Whether a source besides this machine has answered.
    #[serde(skip)]
    has_answer: bool,
}

/// A skill that was found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Skill {
    /// Its name.
    pub(crate) name: String,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// The spec that installs it; `None` if it is not in a git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spec: Option<String>,
    /// The source, as in the lockfile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<String>,
    /// The folder in the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    /// The folder of an installed skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<String>,
    /// Its page, if it is not in a git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// The number of installations that skills.sh has counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) installs: Option<u64>,
    /// The sources that found it: `installed`, `cached`, `repository`, `skills.sh`, `github`, or the
    /// host of an index.
    pub(crate) from: Vec<String>,
    /// The commits at which its files may be in the cache, the best first.
    #[serde(skip)]
    commits: Vec<ObjectId>,
    #[serde(skip)]
    repository: Option<Source>,
}

/// A word that occurs nowhere.
#[derive(Debug, Serialize)]
pub(crate) struct Correction {
    /// The word.
    pub(crate) word: String,
    /// The word that was searched for instead.
    pub(crate) used: String,
}

/// A source that could not be searched.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    /// The name of the source.
    pub(crate) from: String,
    /// The reason.
    pub(crate) problem: String,
    #[serde(skip)]
    error: Option<OpError>,
}

/// Searches for skills.
pub(crate) async fn search(context: &Context<'_>, options: &Options) -> Result<Report, OpError> {
    let query = checked(&options.text)?;
    let sources = sources(context, options)?;
    context.progress.begin("searching");
    let searches = sources.iter().map(|source| source.search(&query));
    let results = join_all(searches).await;
    context.progress.end();
    let mut report = Report {
        query: query.text.clone(),
        skills: Vec::new(),
        has_more: false,
        corrected: Vec::new(),
        failed: Vec::new(),
        has_answer: false,
    };
    let mut lists = Vec::new();
    for (source, result) in sources.iter().zip(results) {
        let mut fail = |error: OpError| {
            report.failed.push(Failure {
                from: source.name(),
                problem: error.to_string(),
                error: Some(error),
            });
        };
        match result {
            Ok(found) => {
                found.problems.into_iter().for_each(fail);
                report.has_answer |= !source.is_local() && found.skipped.is_none();
                for (word, used) in found.corrected {
                    let mut known = report.corrected.iter();
                    if !known.any(|known| known.word == word && known.used == used) {
                        report.corrected.push(Correction { word, used });
                    }
                }
                // What is nearest comes first, if the rank is the same.
                let at = if source.is_local() { 0 } else { lists.len() };
                lists.insert(at, found.hits);
            }
            Err(error) => fail(error),
        }
    }
    report.skills = merge::merge(&query, lists);
    report.has_more = report.skills.len() > options.limit;
    report.skills.truncate(options.limit);
    mark_installed(context, &mut report.skills);
    Ok(report)
}

impl Report {
    /// Returns the failure that may be the reason that nothing was found: the first, unless another
    /// catalog could be searched. What is installed and cached can always be searched.
    pub(crate) fn take_reason(&mut self) -> Option<OpError> {
        if !self.skills.is_empty() || self.failed.is_empty() || self.has_answer {
            return None;
        }
        let error = self.failed[0].error.take();
        self.failed.remove(0);
        error
    }
}

/// Marks the installed skills that only other sources have found, as with `--from skills.sh`.
fn mark_installed(context: &Context<'_>, skills: &mut [Skill]) {
    // A lockfile that can't be read is reported by the search.
    let Ok(Some(lockfile)) = context.read_lockfile() else {
        return;
    };
    for skill in skills.iter_mut().filter(|skill| skill.place.is_none()) {
        let is_same = |installed: &InstalledSkill| {
            let path = &installed.entry.path;
            let folder = path.rsplit('/').next().unwrap_or_default();
            let is_same_path = match &skill.path {
                Some(known) => known == path,
                None => skill.name.eq_ignore_ascii_case(folder),
            };
            skill.repository.as_ref() == Some(&installed.entry.source) && is_same_path
        };
        let installed = InstalledSkill::all(&context.scope, &lockfile).find(is_same);
        let folders = installed.map(|it| SkillFolder::all(&context.scope, it.name, it.targets));
        let there = folders.and_then(|mut folders| folders.find(|folder| folder.path.is_dir()));
        skill.place = there.map(|folder| folder.place());
    }
}

fn checked(text: &str) -> Result<Query, OpError> {
    let query = Query::new(text);
    if query.text.is_empty() {
        return Err(OpError::Usage("no words to search for".to_owned()));
    }
    if query.text.chars().count() > MAX_CHARS {
        let problem = format!("the words to search for have more than {MAX_CHARS} characters");
        return Err(OpError::Usage(problem));
    }
    Ok(query)
}

fn sources<'a>(
    context: &'a Context<'_>,
    options: &'a Options,
) -> Result<Vec<Box<dyn SearchSource + 'a>>, OpError> {
    if !options.repositories.is_empty() {
        let specs = options.repositories.iter();
        let repositories = specs.map(|spec| Box::new(InRepository::new(context, spec)) as Box<_>);
        return Ok(repositories.collect());
    }
    let config = context.config()?.search;
    let mut sources: Vec<Box<dyn SearchSource + 'a>> = Vec::new();
    // The requests are sent first, and answered while this machine is searched.
    if !context.offline {
        sources.extend(catalogs(context, config, &options.from)?);
    }
    let is_wanted = |origin| options.from.is_empty() || options.from.contains(&origin);
    let (installed, cached) = (is_wanted(Origin::Installed), is_wanted(Origin::Cached));
    if installed || cached {
        sources.push(Box::new(Local::new(context, installed, cached)));
    }
    Ok(sources)
}

/// Returns the catalogs on the web, or those of them that `from` names.
fn catalogs<'a>(
    context: &'a Context<'_>,
    config: Search,
    from: &BTreeSet<Origin>,
) -> Result<Vec<Box<dyn SearchSource + 'a>>, OpError> {
    let is_named = |origin| from.contains(&origin);
    let is_wanted = |origin| from.is_empty() || is_named(origin);
    let mut catalogs: Vec<Box<dyn SearchSource + 'a>> = Vec::new();
    if is_named(Origin::SkillsSh) || is_wanted(Origin::SkillsSh) && config.skills_sh {
        catalogs.push(Box::new(SkillsSh::new(context)));
    }
    if is_named(Origin::GitHub) || is_wanted(Origin::GitHub) && config.github {
        catalogs.push(Box::new(GitHub::new(context, is_named(Origin::GitHub))));
    }
    if is_wanted(Origin::Index) {
        let of_user = indexes_of_user(context)?;
        if is_named(Origin::Index) && config.indexes.is_empty() && of_user.is_empty() {
            let next = "set `indexes` of `[search]` in mdskill.toml, or MDSKILL_SEARCH_INDEXES";
            return Err(OpError::Usage(format!(
                "there is no index to search: {next}"
            )));
        }
        for index in config.indexes {
            catalogs.push(Box::new(WellKnown::new(context, index, false)));
        }
        for index in of_user {
            catalogs.push(Box::new(WellKnown::new(context, index, true)));
        }
    }
    Ok(catalogs)
}

/// Returns the indexes that the environment names.
fn indexes_of_user(context: &Context<'_>) -> Result<Vec<Url>, OpError> {
    let texts = context.env.search_indexes.as_deref().unwrap_or_default();
    let texts = texts.split([',', ' ']).filter(|text| !text.is_empty());
    let index = |text: &str| {
        let url = base_url("MDSKILL_SEARCH_INDEXES", text)?;
        Ok(index_url(url.as_str()).unwrap_or(url))
    };
    texts.map(index).collect()
}

/// Parses a base URL that a variable sets.
fn base_url(variable: &str, text: &str) -> Result<Url, OpError> {
    let url = Url::parse(text).ok();
    let url = url.filter(|url| {
        let is_web = matches!(url.scheme(), "https" | "http") && url.host_str().is_some();
        is_web && url.username().is_empty() && url.password().is_none()
    });
    url.ok_or_else(|| {
        let text = redact_url(text);
        OpError::Usage(format!(
            "{variable}: `{text}` is not an https or http URL without a password"
        ))
    })
}

/// Returns the capabilities of a skill, as far as the cache has its files.
pub(crate) fn capabilities(context: &Context<'_>, skill: &Skill) -> Vec<Capability> {
    cached::capabilities(context, skill).unwrap_or_default()
}
