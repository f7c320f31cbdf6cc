//! [`InRepository`]: the skills of a repository that the user names, which is fetched.

use futures_util::future::LocalBoxFuture;

use super::cached::documents_of;
use super::index::Index;
use super::local::hit_in;
use super::query::Query;
use super::rank::rank;
use super::{Found, Hit, SearchSource};
use crate::context::Context;
use crate::fetch::resolve::Query as RefQuery;
use crate::operations::OpError;
use crate::operations::resolve::{Opened, query_of, source_of};
use crate::spec::Spec;

/// A repository that the user names.
pub(super) struct InRepository<'a> {
    context: &'a Context<'a>,
    spec: &'a Spec,
}

impl<'a> InRepository<'a> {
    pub(super) fn new(context: &'a Context<'_>, spec: &'a Spec) -> Self {
        Self { context, spec }
    }

    async fn find(&self, query: &Query) -> Result<Found, OpError> {
        let source = source_of(self.context, self.spec)?;
        let (ref_query, typed) = (query_of(self.spec), self.spec.skill.as_deref());
        let mut opened = Opened::open_for(self.context, &source, &ref_query, typed).await?;
        let source = opened.repository.source.clone();
        opened.fetch_descriptions().await?;
        let visible = opened.all_below(typed, false).await?.skills;
        let objects = opened.repository.objects();
        let documents = documents_of(objects, &source, &opened.discovery, &visible);
        let indexes: Vec<Index> = Index::of(&documents).into_iter().collect();
        let ranking = rank(query, &indexes);
        // The spec of a result names the same ref.
        let resolved = opened.resolved.as_ref();
        let follows = resolved.and_then(|resolved| resolved.follows.as_deref());
        let git_ref = follows.filter(|_| ref_query != RefQuery::Default);
        let hit = |skill| {
            let mut hit = hit_in(&source, indexes[0].skill(skill)?);
            if let (Some(spec), Some(git_ref)) = (&mut hit.spec, git_ref) {
                *spec = format!("{spec}@{git_ref}");
            }
            Some(Hit {
                commits: opened.commit().into_iter().collect(),
                from: "repository".to_owned(),
                ..hit
            })
        };
        let found = ranking.skills.iter();
        Ok(Found {
            hits: found.filter_map(|found| hit(found.skill)).collect(),
            corrected: ranking.corrected,
            ..Found::default()
        })
    }
}

impl SearchSource for InRepository<'_> {
    fn name(&self) -> String {
        self.spec.to_string()
    }

    fn search<'a>(&'a self, query: &'a Query) -> LocalBoxFuture<'a, Result<Found, OpError>> {
        Box::pin(self.find(query))
    }
}
