//! [`Links`]: where the references of a skill's pages lead.

use std::collections::{HashMap, HashSet};

use crate::markdown::{Destination, web};
use crate::model::{Content, File, Reference, Skill};
use crate::paths::{encode, file_copy};
use mdskill_lint::SKILL_FILE;

/// The links of one page of a site to the files of a skill.
pub(super) struct Links<'a> {
    skill: &'a Skill,
    files: HashMap<&'a str, &'a File>,
    folders: HashSet<&'a str>,
    root: String,
}

/// A mention of a file on a page.
#[derive(Debug, serde::Serialize)]
pub(super) struct MentionedBy {
    pub(super) place: String,
    pub(super) href: String,
}

impl<'a> Links<'a> {
    /// `root` is the way from the page to the root of the site.
    pub(super) fn of(skill: &'a Skill, root: &str) -> Self {
        let paths = skill.files.iter().map(|file| file.path.as_str());
        let folders = paths.flat_map(|path| path.match_indices('/').map(|(at, _)| &path[..at]));
        Self {
            skill,
            files: skill.files.iter().map(|file| (&*file.path, file)).collect(),
            folders: folders.collect(),
            root: root.to_owned(),
        }
    }

    /// Returns the address of the page of a file; `None` if it has none.
    pub(super) fn page(&self, path: &str) -> Option<String> {
        let file = self.files.get(path)?;
        let page = &self.skill.page;
        match file.content {
            // A folder may have the name of the page.
            Content::Text(_) if self.folders.contains(&*format!("{path}.html")) => {
                Some(format!("{page}/files/{path}.text.html"))
            }
            Content::Text(_) => Some(crate::paths::file_page(page, path)),
            Content::Image(_) => Some(file_copy(page, path)),
            Content::Binary | Content::TooLong => None,
        }
    }

    /// Returns a link to a file, or to one of its lines.
    pub(super) fn file(&self, path: &str, line: Option<usize>) -> Option<String> {
        let page = encode(&self.page(path)?);
        let line = line.map(|line| format!("#L{line}")).unwrap_or_default();
        Some(format!("{}{page}{line}", self.root))
    }

    /// Returns where a reference in the file `own` leads. `start` is its first byte in the file.
    pub(super) fn resolve(&self, own: &File, start: usize, target: &str) -> Destination {
        let at = own
            .references
            .binary_search_by(|reference| reference.start.cmp(&start));
        match at {
            Ok(at) => self.destination(own, &own.references[at]),
            Err(_) if target.starts_with('#') => Destination::Site(target.to_owned()),
            Err(_) => web(target),
        }
    }

    fn destination(&self, own: &File, reference: &Reference) -> Destination {
        let fragment = reference.fragment.as_ref();
        let fragment = fragment.map(|fragment| format!("#{}", encode(fragment)));
        let fragment = fragment.unwrap_or_default();
        if reference.outside {
            let root = self.skill.root_url.as_ref();
            return root.map_or(Destination::Nowhere, |root| {
                Destination::Web(format!("{root}/{}{fragment}", encode(&reference.to)))
            });
        }
        if reference.to == own.path && !fragment.is_empty() {
            return Destination::Site(fragment);
        }
        let own_page = format!("{}{}/index.html", self.root, encode(&self.skill.page));
        if reference.to == SKILL_FILE {
            return Destination::Site(format!("{own_page}{fragment}"));
        }
        match (
            self.files.get(&*reference.to),
            self.file(&reference.to, None),
        ) {
            (Some(file), Some(url)) => match file.content {
                Content::Image(_) => Destination::Image(url),
                _ => Destination::Site(format!("{url}{fragment}")),
            },
            (Some(_), None) => self.on_the_web(&reference.to),
            (None, _) => Destination::Site(format!("{own_page}#Files")),
        }
    }

    /// Returns the page of a file on its forge.
    fn on_the_web(&self, path: &str) -> Destination {
        let url = self.web_page(path);
        url.map_or(Destination::Nowhere, Destination::Web)
    }

    /// Returns the URL of a file on its forge.
    pub(super) fn web_page(&self, path: &str) -> Option<String> {
        let folder = self.skill.url.as_ref()?;
        Some(format!("{folder}/{}", encode(path)))
    }

    /// Returns the places that mention a file.
    pub(super) fn mentions(&self, path: &str) -> Vec<MentionedBy> {
        let mut found = Vec::new();
        for file in self.skill.files.iter().filter(|file| file.path != path) {
            let mut references = file.references.iter();
            if let Some(first) = references.find(|one| !one.outside && one.to == path) {
                found.push(MentionedBy {
                    place: super::view::place(&file.path, Some(first.line)),
                    href: self.file(&file.path, Some(first.line)).unwrap_or_default(),
                });
            }
        }
        found
    }
}
