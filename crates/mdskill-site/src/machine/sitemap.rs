//! `sitemap.xml`. Source: sitemaps.org.

use std::fmt::Write as _;

use super::page_url;
use crate::escape::escape;
use crate::model::{Repository, Summary};

/// The most pages that a sitemap may have.
const MAX_PAGES: usize = 50_000;

pub(super) fn page(base: &str, repositories: &[Repository], skills: &[Summary]) -> Vec<u8> {
    let repositories = repositories.iter();
    let repositories = repositories.map(|one| (page_url(base, &one.page), one.date.as_deref()));
    let skills = skills.iter();
    let skills = skills.map(|one| (page_url(base, &one.page), one.date.as_deref()));
    let pages = std::iter::once((base.to_owned(), None))
        .chain(repositories)
        .chain(skills);
    let mut xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
        <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for (url, date) in pages.take(MAX_PAGES) {
        let _infallible = write!(xml, "<url><loc>{}</loc>", escape(&url));
        if let Some(date) = date {
            let _infallible = write!(xml, "<lastmod>{}</lastmod>", escape(date));
        }
        xml.push_str("</url>\n");
    }
    xml.push_str("</urlset>\n");
    xml.into_bytes()
}
