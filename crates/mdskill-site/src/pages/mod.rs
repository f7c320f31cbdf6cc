//! [`Site`]: one file for each kind of page.

mod file;
mod index;
mod links;
mod repository;
mod skill;
mod view;

pub use skill::listed_with;

use serde::Serialize;

use crate::format::cut;
use crate::machine;
use crate::model::{Repository, Skill, Summary};
use crate::paths::{encode, up_from};
use crate::templates::Templates;
use crate::{Pages, Settings, TemplateError};

/// The files that all pages use.
const ASSETS: [(&str, &str); 3] = [
    ("icon.svg", include_str!("../../assets/icon.svg")),
    ("site.js", include_str!("../../assets/site.js")),
    ("style.css", include_str!("../../assets/style.css")),
];

/// The script of a preview.
const PREVIEW: (&str, &str) = ("preview.js", include_str!("../../assets/preview.js"));

/// A site.
#[derive(Debug)]
pub struct Site {
    settings: Settings,
    templates: Templates,
}

impl Site {
    /// Creates a site, and parses its templates.
    ///
    /// # Errors
    /// When a template has an error.
    pub fn new(settings: Settings) -> Result<Self, TemplateError> {
        Ok(Self {
            templates: Templates::new(&settings.templates)?,
            settings,
        })
    }

    /// Returns the address that the site will have, with a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> Option<&str> {
        self.settings.base_url.as_deref()
    }

    /// Returns the pages of a skill and its files. `others` are the skills of its repository, of which
    /// some are listed.
    ///
    /// # Errors
    /// When a template has an error.
    pub fn skill(&self, skill: &Skill, others: &[Summary]) -> Result<Pages, TemplateError> {
        let mut pages = Pages::new();
        skill::add(self, skill, others, &mut pages)?;
        file::add_all(self, skill, &mut pages)?;
        pages.extend(machine::of_skill(skill, self.base_url()));
        Ok(pages)
    }

    /// Returns the page of a repository.
    ///
    /// # Errors
    /// When a template has an error.
    pub fn repository(
        &self,
        repository: &Repository,
        skills: &[Summary],
    ) -> Result<Pages, TemplateError> {
        repository::pages(self, repository, skills)
    }

    /// Returns the index, the index of the search, the files that all pages use, and those for programs.
    ///
    /// # Errors
    /// When a template has an error.
    pub fn index(
        &self,
        repositories: &[Repository],
        skills: &[Summary],
    ) -> Result<Pages, TemplateError> {
        let mut pages = index::pages(self, repositories, skills)?;
        pages.extend(machine::of_site(&self.settings, repositories, skills));
        let assets = ASSETS.iter();
        pages.extend(assets.map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
        if self.settings.is_preview {
            pages.insert(PREVIEW.0.to_owned(), PREVIEW.1.as_bytes().to_vec());
        }
        if let Some(theme) = &self.settings.theme {
            pages.insert("theme.css".to_owned(), theme.clone());
        }
        Ok(pages)
    }

    /// Returns the frame of a page: what all pages have.
    fn frame(&self, path: &str, title: &str, description: &str) -> Frame {
        let folder = path.strip_suffix("index.html");
        let address = encode(folder.unwrap_or(path));
        let base = self.settings.base_url.as_ref();
        Frame {
            root: up_from(path),
            site: self.settings.title.clone(),
            title: title.to_owned(),
            description: cut(description, MAX_DESCRIPTION),
            canonical: base.map(|base| format!("{base}{address}")),
            has_theme: self.settings.theme.is_some(),
            is_preview: self.settings.is_preview,
            has_json: folder.is_some(),
            crumbs: Vec::new(),
        }
    }
}

/// The most characters of a description for search engines.
const MAX_DESCRIPTION: usize = 300;

/// The values that all pages have.
#[derive(Debug, Serialize)]
struct Frame {
    /// The way up to the root of the site.
    root: String,
    /// The title of the site.
    site: String,
    /// The title of the page.
    title: String,
    /// A sentence about the page.
    description: String,
    /// The address of the page on the web.
    canonical: Option<String>,
    has_theme: bool,
    is_preview: bool,
    has_json: bool,
    /// The pages above this one.
    crumbs: Vec<Crumb>,
}

/// A link to a page above.
#[derive(Debug, Serialize)]
struct Crumb {
    text: String,
    href: String,
}

impl Frame {
    /// Adds a link to the repository of a skill, unless the title of the site, which is above it, has the
    /// same name.
    fn repository_crumb(&mut self, skill: &Skill) {
        if skill.repository != self.site {
            self.crumb(&skill.repository, &skill.repository_page);
        }
    }

    /// Adds a link to a page above.
    fn crumb(&mut self, text: &str, page: &str) {
        let href = href(&self.root, page);
        let text = text.to_owned();
        self.crumbs.push(Crumb { text, href });
    }
}

/// Returns the id of a plugin on the page of its repository. A name may have characters that an id can't
/// have.
fn plugin_id(plugin: &str) -> String {
    format!("plugin:{}", encode(plugin).replace('%', "="))
}

/// Returns the link to a page that is a folder.
fn href(root: &str, page: &str) -> String {
    if page.is_empty() {
        return format!("{root}index.html");
    }
    format!("{root}{}/index.html", encode(page))
}

#[cfg(test)]
mod tests;
