//! [`Addresses`]: the address of each page, and links between pages.
//!
//! A page is a folder with an `index.html`, and links name that file: so they also work in a folder on
//! disk.

use std::collections::HashSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use mdskill_lint::path::{SkillPath, fold};

/// The characters of a path that are not escaped in a link.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');
/// The names at the root of a site that no page can have.
const RESERVED: [&str; 11] = [
    "icon.svg",
    "style.css",
    "theme.css",
    "preview.js",
    "site.js",
    "search.js",
    "404.html",
    "llms.txt",
    "sitemap.xml",
    "feed.xml",
    ".well-known",
];

/// The first level below the page of a skill, where its files are.
const MIN_SKILL: usize = 2;
/// The names of files in the folder of a page.
const FILES_OF_PAGES: [&str; 4] = ["index.html", "index.json", "releases.json", "skill.tar.gz"];

/// The addresses of pages. No two are equal on a file system that ignores letter case.
#[derive(Debug, Default)]
pub struct Addresses {
    used: HashSet<String>,
}

impl Addresses {
    /// Returns the address of a page, which is `wanted` if possible: names that no file can have are
    /// changed, and a number makes it unique.
    pub fn take(&mut self, wanted: &str) -> String {
        let names = wanted.split('/').filter(|name| !name.is_empty());
        let mut names: Vec<String> = names.map(file_name).collect();
        for (at, name) in names.iter_mut().enumerate() {
            let folded = fold(name);
            let is_reserved = FILES_OF_PAGES.contains(&&*folded)
                || at == 0 && RESERVED.contains(&&*folded)
                || at >= MIN_SKILL && folded == "files";
            if is_reserved {
                name.insert(0, '_');
            }
        }
        let wanted = if names.is_empty() {
            "skill".to_owned()
        } else {
            names.join("/")
        };
        let mut address = wanted.clone();
        let mut number = 2_usize;
        while !self.used.insert(fold(&address)) {
            address = format!("{wanted}-{number}");
            number += 1;
        }
        address
    }
}

/// Returns a name that every file system accepts.
fn file_name(name: &str) -> String {
    if SkillPath::parse(name).is_ok() {
        return name.to_owned();
    }
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '@');
    let plain = name.chars().map(|c| if is_plain(c) { c } else { '_' });
    let plain: String = plain.take(60).collect();
    let plain = plain.trim_end_matches('.');
    if SkillPath::parse(plain).is_ok() {
        plain.to_owned()
    } else {
        format!("_{}", plain.replace('.', "_"))
    }
}

/// Returns the address of the page of a file of a skill.
#[must_use]
pub fn file_page(skill_page: &str, path: &str) -> String {
    format!("{skill_page}/files/{path}.html")
}

/// Returns the address of a file that is copied.
#[must_use]
pub fn file_copy(skill_page: &str, path: &str) -> String {
    format!("{skill_page}/files/{path}")
}

/// Returns the way from a page up to the root of the site: `../../`, or an empty text.
#[must_use]
pub(crate) fn up_from(page: &str) -> String {
    "../".repeat(page.matches('/').count())
}

/// Returns a path as a part of a URL.
#[must_use]
pub(crate) fn encode(path: &str) -> String {
    utf8_percent_encode(path, ESCAPED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_unique_on_every_file_system() {
        let mut addresses = Addresses::default();
        let mut take = |wanted: &str| addresses.take(wanted);
        assert_eq!(take("acme/docs/pdf"), "acme/docs/pdf");
        assert_eq!(take("acme/docs/PDF"), "acme/docs/PDF-2");
        assert_eq!(take("acme/docs/pdf/files/x"), "acme/docs/pdf/_files/x");
        assert_eq!(take("acme/files"), "acme/files");
        assert_eq!(take("index.html"), "_index.html");
        assert_eq!(take("../..//etc/passwd"), "_/_/etc/passwd");
        assert_eq!(take("a/con/b:c?"), "a/_con/b_c_");
        assert_eq!(take("Style.css/a"), "_Style.css/a");
        assert_eq!(take(""), "skill");
        assert_eq!(take(""), "skill-2");
    }

    #[test]
    fn links_are_encoded() {
        assert_eq!(encode("a b/ü#?%.md"), "a%20b/%C3%BC%23%3F%25.md");
        assert_eq!(up_from("index.html"), "");
        assert_eq!(up_from("a/b/index.html"), "../../");
    }
}
