//! Indexes the skills of cached repositories.

use std::collections::HashSet;

use bytes::Bytes;

use super::Skill;
use super::index::{Document, Index, SpecForm, build};
use crate::context::Context;
use crate::fetch::cached_source::CachedSource;
use crate::operations::OpError;
use crate::skill::GitFiles;
use crate::skill::SkillPlace;
use crate::skill::discover::{DiscoverError, Discovery, Found};
use crate::skill::hidden::{is_internal, sort_out};
use crate::skill::select::{Choice, by_path_or_folder};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_lint::capabilities::capabilities as capabilities_of;
use mdskill_lint::capability::Capability;
use mdskill_lint::frontmatter;

/// The largest `SKILL.md` whose text is searched.
const MAX_SKILL_FILE: usize = 256 << 10;

/// Returns the index of a cached source; `None` if its trees are not in the cache. An index that is
/// missing, damaged, or of another state is made again.
pub(super) fn index_of(source: &CachedSource) -> Option<Index> {
    let key = source.state();
    let kept = source.read_index();
    if let Some(index) = kept.and_then(|bytes| Index::read(bytes, &key)) {
        return Some(index);
    }
    let documents = source.with_objects(|objects| documents(objects, source));
    let bytes = build(key, &documents.ok()?);
    source.write_index(&bytes);
    Index::read(bytes, &key)
}

fn documents(objects: &Objects, source: &CachedSource) -> Result<Vec<Document>, DiscoverError> {
    let discovery = source.discover(objects)?;
    let visible = visible(objects, &discovery);
    Ok(documents_of(objects, &source.source, &discovery, visible))
}

/// Returns the skills that `list` shows.
fn visible<'a>(objects: &Objects, discovery: &'a Discovery) -> Vec<&'a Found> {
    let is_internal = |found: &Found| {
        let text = text_of(objects, found.skill_file);
        text.is_some_and(|text| is_internal(&text))
    };
    sort_out(discovery, "", is_internal).visible
}

/// Returns what is indexed of skills. Those whose `SKILL.md` was not fetched have only a name.
pub(super) fn documents_of<'a>(
    objects: &Objects,
    source: &Source,
    discovery: &Discovery,
    skills: impl IntoIterator<Item = &'a Found>,
) -> Vec<Document> {
    let names = Names::of(discovery);
    let document = |found: &Found| {
        let name = found.folder().unwrap_or_else(|| source.repository_name());
        let text = text_of(objects, found.skill_file).unwrap_or_default();
        let mut document = document_of(name, &text);
        document.path.clone_from(&found.path);
        document.form = names.form_of(found);
        document
    };
    skills.into_iter().map(document).collect()
}

/// Returns what is indexed of a `SKILL.md`.
pub(super) fn document_of(name: &str, text: &[u8]) -> Document {
    let (other_name, description) = frontmatter::summary(text);
    let text = String::from_utf8_lossy(text);
    let body = frontmatter::split(text.as_bytes()).map_or("", |document| document.body);
    Document {
        name: name.to_owned(),
        other_name,
        description: description.unwrap_or_default(),
        body: body.to_owned(),
        ..Document::default()
    }
}

fn text_of(objects: &Objects, blob: ObjectId) -> Option<Bytes> {
    // A blob that was not fetched is not an error.
    let is_here = objects.contains(blob);
    let text = is_here.then(|| objects.blob_up_to(blob, MAX_SKILL_FILE).ok());
    text.flatten()?.1
}

/// The names of folders that mean exactly one skill of a repository.
struct Names<'a> {
    discovery: &'a Discovery,
    repeated: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(discovery: &'a Discovery) -> Self {
        let (mut seen, mut repeated) = (HashSet::new(), HashSet::new());
        for name in discovery.skills.iter().filter_map(Found::folder) {
            if !seen.insert(name) {
                repeated.insert(name);
            }
        }
        Self {
            discovery,
            repeated,
        }
    }

    fn form_of(&self, found: &Found) -> SpecForm {
        match found.folder() {
            // Looking all names up would take the square of their number.
            Some(name) if !self.repeated.contains(name) => SpecForm::Name,
            Some(name) if by_path_or_folder(self.discovery, name, &[]) == Choice::One(found) => {
                SpecForm::Name
            }
            None if self.discovery.skills.len() == 1 => SpecForm::Repository,
            _ => SpecForm::Path,
        }
    }
}

/// Returns the capabilities that the `SKILL.md` of a cached skill and the names of its files show.
pub(super) fn capabilities(
    context: &Context<'_>,
    skill: &Skill,
) -> Result<Vec<Capability>, OpError> {
    let (Some(source), Some(path)) = (&skill.repository, &skill.path) else {
        return Ok(Vec::new());
    };
    let Some(objects) = context.fetcher()?.open_stored(source)? else {
        return Ok(Vec::new());
    };
    let root = |commit: &ObjectId| objects.root_tree(*commit).ok();
    let Some(root) = skill.commits.iter().find_map(root) else {
        return Ok(Vec::new());
    };
    let Some(tree) = objects.tree_at(root, path)? else {
        return Ok(Vec::new());
    };
    let place = SkillPlace {
        root: Some(root),
        path,
        tree,
    };
    let files = GitFiles::at(&objects, place, "")?;
    Ok(capabilities_of(&files).into_iter().collect())
}
