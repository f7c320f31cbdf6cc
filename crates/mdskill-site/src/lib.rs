//! Renders Agent Skills as static web pages, without I/O.
//!
//! A [`Site`] turns the facts of the [`model`] into [`Pages`]: paths and bytes. The pages need no server
//! and no request to another host, and nothing in the files of a skill can run in them: Markdown is
//! turned into HTML by [`markdown`], which writes the HTML in a text as text, and templates escape
//! every other value.
//!
//! | module | content |
//! |---|---|
//! | [`model`] | the facts of a skill, as in the `index.json` of its page |
//! | [`code`] | the languages of source code, and their words |
//! | [`markdown`] | from Markdown to HTML and an outline |
//! | `machine` | the files for programs: indexes, archives, a feed |
//! | `format` | numbers, texts, and facts as pages show them |
//! | `escape` | texts as HTML |
//! | `served` | which files a browser or a server would run |
//! | [`paths`] | the address of each page, and links between them |
//! | `templates` | the templates, and those that replace them |
//! | `pages` | one file for each kind of page |

#![warn(unreachable_pub)]

pub mod code;
mod escape;
mod format;
mod machine;
pub mod markdown;
pub mod model;
mod pages;
pub mod paths;
mod served;
mod templates;

use std::collections::BTreeMap;

pub use machine::archive;
pub use pages::{Site, listed_with};
pub use templates::TemplateError;

/// The files of a site: paths with forward slashes, and bytes.
pub type Pages = BTreeMap<String, Vec<u8>>;

/// The settings of a site.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The title; `None` for the name of the only repository.
    pub title: String,
    /// The address that the site will have, with a slash at its end.
    pub base_url: Option<String>,
    /// A style sheet that is loaded after the site's own.
    pub theme: Option<Vec<u8>>,
    /// Whether the pages are shown on this machine, and ask whether they changed.
    pub is_preview: bool,
    /// Templates by the name of their file, which replace the site's own.
    pub templates: BTreeMap<String, String>,
}
