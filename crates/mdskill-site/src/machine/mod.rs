//! Files for programs: what other tools install, follow, and search.

mod archive;
mod discovery;
mod feed;
mod llms;
mod releases;
mod sitemap;

pub use archive::archive;
pub(crate) use discovery::plain_files;

use archive::ARCHIVE;

use crate::model::{Repository, Skill, Summary};
use crate::paths::encode;
use crate::{Pages, Settings};

/// Returns the files for programs that belong to one skill.
pub(crate) fn of_skill(skill: &Skill, base: Option<&str>) -> Pages {
    let mut pages = discovery::files(skill);
    let Some(archive) = &skill.archive else {
        return pages;
    };
    pages.insert(archive_path(&skill.page), archive.content.clone());
    if let Some(releases) = releases::page(skill, base) {
        pages.insert(format!("{}/releases.json", skill.page), releases);
    }
    pages
}

/// Returns the files for programs that belong to the whole site.
pub(crate) fn of_site(
    settings: &Settings,
    repositories: &[Repository],
    skills: &[Summary],
) -> Pages {
    let mut pages = discovery::indexes(skills);
    pages.insert(
        "llms.txt".to_owned(),
        llms::page(settings, repositories, skills),
    );
    if let Some(base) = &settings.base_url {
        pages.insert("feed.xml".to_owned(), feed::page(settings, base, skills));
        pages.insert(
            "sitemap.xml".to_owned(),
            sitemap::page(base, repositories, skills),
        );
    }
    pages
}

fn archive_path(page: &str) -> String {
    format!("{page}/{ARCHIVE}")
}

/// Returns the URL of a page.
fn page_url(base: &str, page: &str) -> String {
    format!("{base}{}/", encode(page))
}
