//! [`Local`]: the installed skills and the cached repositories, without the network.

use futures_util::future::LocalBoxFuture;
use rayon::prelude::*;

use super::cached::index_of;
use super::index::{Index, Indexed, SpecForm};
use super::installed::{self, Installed};
use super::query::Query;
use super::rank::rank;
use super::{Found, Hit, SearchSource};
use crate::context::Context;
use crate::fetch::cached_source::CachedSource;
use crate::operations::OpError;
use crate::operations::resolve::{exact_spec, full_spec};
use crate::parallel;
use crate::source::Source;

/// The most skills that are passed on, which is more than any list shows.
const MAX_HITS: usize = 200;

/// The skills on this machine.
pub(super) struct Local<'a> {
    context: &'a Context<'a>,
    searches_installed: bool,
    searches_cached: bool,
}

impl<'a> Local<'a> {
    pub(super) fn new(context: &'a Context<'_>, installed: bool, cached: bool) -> Self {
        Self {
            context,
            searches_installed: installed,
            searches_cached: cached,
        }
    }

    fn find(&self, query: &Query) -> Found {
        let mut problems = Vec::new();
        // A broken lockfile does not hide the cache, and the other way round.
        let installed = self
            .searches_installed
            .then(|| installed::read(self.context));
        let installed = installed.transpose();
        let installed = installed.unwrap_or_else(|error| {
            problems.push(error);
            None
        });
        let (installed, documents) = installed.unwrap_or_default();
        let mut indexes: Vec<Index> = Index::of(&documents).into_iter().collect();
        let cached = self.searches_cached.then(|| self.cached()).transpose();
        let cached = cached.unwrap_or_else(|error| {
            problems.push(error);
            None
        });
        let cached = cached.unwrap_or_default();
        let with_index = |source| {
            let index = index_of(&source)?;
            Some((source, index))
        };
        let cached: Vec<(CachedSource, Index)> =
            parallel::run(|| cached.into_par_iter().filter_map(with_index).collect());
        let (sources, cached): (Vec<CachedSource>, Vec<Index>) = cached.into_iter().unzip();
        indexes.extend(cached);
        let ranking = rank(query, &indexes);
        let hits = ranking.skills.iter().take(MAX_HITS).filter_map(|found| {
            let skill = indexes[found.index].skill(found.skill)?;
            match found.index.checked_sub(1) {
                None => Some(hit_of_installed(installed.get(found.skill)?, skill)),
                Some(at) => Some(hit_of_cached(sources.get(at)?, skill)),
            }
        });
        Found {
            hits: hits.collect(),
            corrected: ranking.corrected,
            problems,
            skipped: None,
        }
    }

    fn cached(&self) -> Result<Vec<CachedSource>, OpError> {
        let cache = self.context.dirs.cache()?;
        Ok(CachedSource::all(&cache, &self.context.env)?)
    }
}

impl SearchSource for Local<'_> {
    fn name(&self) -> String {
        "installed and cached skills".to_owned()
    }

    fn is_local(&self) -> bool {
        true
    }

    fn search<'a>(&'a self, query: &'a Query) -> LocalBoxFuture<'a, Result<Found, OpError>> {
        Box::pin(async { Ok(self.find(query)) })
    }
}

fn hit_of_installed(installed: &Installed, skill: Indexed) -> Hit {
    let (source, path) = installed.origin.clone().unzip();
    let spec = source.as_ref().zip(path.as_ref());
    Hit {
        spec: spec.map(|(source, path)| exact_spec(source, path)),
        place: Some(installed.place.clone()),
        from: "installed".to_owned(),
        source,
        path,
        ..hit_of(skill)
    }
}

fn hit_of_cached(source: &CachedSource, skill: Indexed) -> Hit {
    Hit {
        commits: source.commits.clone(),
        from: "cached".to_owned(),
        ..hit_in(&source.source, skill)
    }
}

/// Returns a skill of a repository.
pub(super) fn hit_in(source: &Source, skill: Indexed) -> Hit {
    let spec = match skill.form {
        SpecForm::Path => exact_spec(source, &skill.path),
        SpecForm::Name => full_spec(source, &skill.name),
        SpecForm::Repository => full_spec(source, ""),
    };
    Hit {
        source: Some(source.clone()),
        path: Some(skill.path.clone()),
        spec: Some(spec),
        ..hit_of(skill)
    }
}

fn hit_of(skill: Indexed) -> Hit {
    Hit {
        name: skill.name,
        description: Some(skill.description).filter(|text| !text.is_empty()),
        ..Hit::default()
    }
}
