//! [`Group`]: the specs of one repository.

use crate::context::Context;
use crate::fetch::resolve::Query;
use crate::fs;
use crate::operations::OpError;
use crate::operations::resolve::{query_of, source_of};
use crate::source::Source;
use crate::spec::Spec;

/// The specs of one repository at one ref.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) source: Source,
    pub(super) query: Query,
    /// The name of the repository on its pages.
    pub(super) name: String,
    /// The requested skills or folders; `None` for all.
    pub(super) skills: Vec<Option<String>>,
}

/// Puts together the specs of each repository.
pub(super) fn groups_of(context: &Context<'_>, specs: &[Spec]) -> Result<Vec<Group>, OpError> {
    let mut groups: Vec<Group> = Vec::new();
    for spec in specs {
        let (source, query) = (source_of(context, spec)?, query_of(spec));
        let mut known = groups.iter_mut();
        let known = known.find(|group| group.source == source && group.query == query);
        match known {
            Some(group) => group.skills.push(spec.skill.clone()),
            None => groups.push(Group {
                name: name_of(context, &source),
                skills: vec![spec.skill.clone()],
                source,
                query,
            }),
        }
    }
    Ok(groups)
}

/// Returns the name of a repository on its pages: `owner/repo`, with a host if it is another one than
/// GitHub; the name of a folder.
pub(super) fn name_of(context: &Context<'_>, source: &Source) -> String {
    match source {
        Source::GitHub { owner, repo } => format!("{owner}/{repo}"),
        Source::Git { url } if url.starts_with("file:") => source.repository_name().to_owned(),
        Source::Git { url } => {
            let name = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            let name = name.rsplit_once('@').map_or(name, |(_, host)| host);
            let name = name.trim_end_matches('/');
            name.strip_suffix(".git").unwrap_or(name).replace(':', "/")
        }
        Source::Site { url } => {
            let name = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            name.replace(':', "/")
        }
        Source::Folder { path } => {
            let folder = fs::real(&context.scope.root.join(path));
            let name = folder.file_name();
            name.map_or_else(
                || "skills".to_owned(),
                |name| name.to_string_lossy().into_owned(),
            )
        }
    }
}
