//! [`Others`]: the other skills of a source.

use serde::Serialize;

use crate::operations::list_remote::short_spec;
use crate::operations::resolve::full_spec;
use crate::skill::discover::{Discovery, Found};
use crate::skill::{hidden, skill_text};
use crate::source::Source;
use mdskill_git::objects::Objects;
use mdskill_lint::details::Details;

/// The number of skills that are listed without `--more`.
const MAX_LISTED: usize = 10;

/// Other skills of the source, those of the same folder first.
#[derive(Debug, Serialize)]
pub(crate) struct Others {
    /// The spec of the source.
    pub(crate) from: String,
    /// The number of other skills.
    pub(crate) total: usize,
    /// Some of them, or all if requested.
    pub(crate) skills: Vec<Other>,
}

/// Another skill.
#[derive(Debug, Serialize)]
pub(crate) struct Other {
    /// The name of its folder, or of the repository for a skill at the root.
    pub(crate) name: String,
    /// The spec that installs it.
    pub(crate) spec: String,
    /// Its description, if it is cached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
}

/// The other skills of a source before their descriptions are read.
pub(super) struct Neighbors {
    total: usize,
    pub(super) listed: Vec<Found>,
}

impl Neighbors {
    /// Finds the visible skills of a source besides the one at `path`.
    pub(super) fn of(discovery: &Discovery, path: &str, all: bool) -> Self {
        let tree = discovery.at(path).map(|found| found.tree);
        let parent = parent_of(path);
        let mut others = hidden::sort_out(discovery, "", |_| false).visible;
        others.retain(|found| found.path != path && Some(found.tree) != tree);
        others.sort_by_key(|found| (parent_of(&found.path) != parent, &found.path));
        let total = others.len();
        let listed = others.into_iter().cloned();
        Self {
            total,
            listed: listed.take(if all { total } else { MAX_LISTED }).collect(),
        }
    }

    /// Reads the descriptions that are here.
    pub(super) fn describe(
        self,
        source: &Source,
        discovery: &Discovery,
        objects: &Objects,
    ) -> Option<Others> {
        let describe = |found: Found| {
            let is_here = objects.contains(found.skill_file);
            let text = is_here
                .then(|| skill_text(objects, found.skill_file).ok())
                .flatten();
            let text = text.unwrap_or_default();
            let folder = found.folder();
            (!hidden::is_internal(&text)).then(|| Other {
                name: folder
                    .unwrap_or_else(|| source.repository_name())
                    .to_owned(),
                spec: short_spec(source, discovery, &found),
                description: Details::read(&text).description,
            })
        };
        let skills: Vec<Other> = self.listed.into_iter().filter_map(describe).collect();
        (!skills.is_empty()).then(|| Others {
            from: full_spec(source, ""),
            total: self.total,
            skills,
        })
    }
}

fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}
