//! The addresses of sites: an index of skills, an archive, or a single `SKILL.md`.

use reqwest::Url;

use mdskill_lint::SKILL_FILE;

/// The paths of an index on a site, the current one first.
///
/// Source: "Agent Skills Discovery", version 0.2, and its first version, which `npx skills` reads.
pub const INDEX_PATHS: [&str; 2] = [
    "/.well-known/agent-skills/index.json",
    "/.well-known/skills/index.json",
];
/// The name of the file of an index.
const INDEX_FILE: &str = "/index.json";
/// The pages of a file or folder, in all forges.
pub(crate) const PAGES: [&str; 11] = [
    "tree", "blob", "edit", "raw", "blame", "commits", "commit", "src", "media", "_edit", "tags",
];
/// Hosts whose addresses without a repository are not sites with an index of skills.
const FORGES: [&str; 9] = [
    "github.com",
    "www.github.com",
    "gist.github.com",
    "raw.githubusercontent.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "skills.sh",
    "www.skills.sh",
];

/// The content of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteKind {
    /// A site, or a folder of it, with an index at a well-known path.
    Index,
    /// The file of an index.
    IndexFile,
    /// A zip or a tar.gz.
    Archive,
    /// A `SKILL.md`.
    SkillFile,
}

/// Returns the kind of the content at the address of a site.
#[must_use]
pub fn kind_of(url: &str) -> SiteKind {
    let lower = url.to_ascii_lowercase();
    let last = url.rsplit('/').next().unwrap_or_default();
    if [".zip", ".tar.gz", ".tgz"]
        .iter()
        .any(|end| lower.ends_with(end))
    {
        SiteKind::Archive
    } else if last == SKILL_FILE {
        SiteKind::SkillFile
    } else if url.ends_with(INDEX_FILE) {
        SiteKind::IndexFile
    } else {
        SiteKind::Index
    }
}

/// Returns the address in its one spelling, or the problem of a text that can't be one.
///
/// # Errors
/// The problem, as a phrase.
pub fn normalize(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "it is not a URL")?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err("it is not an https URL");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it contains a user name or password");
    }
    // A query may be a secret, such as that of a signed URL, and expires.
    if url.query().is_some() || url.fragment().is_some() {
        return Err("it has a `?` or `#`, which the address of a site can't have");
    }
    let path = url.path().trim_end_matches('/');
    if path.contains("//") {
        return Err("it has an empty part");
    }
    Ok(format!("{}{path}", url.origin().ascii_serialization()))
}

/// Whether an address is that of a site without `site:` before it: every archive, `SKILL.md`, and file
/// of an index that is not the page of a forge, and a host.
pub(crate) fn is_implied(url: &str) -> bool {
    let Ok(parsed) = Url::parse(url) else {
        return false;
    };
    let host = parsed.host_str().unwrap_or_default();
    let path = parsed.path().trim_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    match kind_of(url) {
        SiteKind::Index => path.is_empty() && !is_forge(host),
        _ if ["raw.githubusercontent.com", "skills.sh", "www.skills.sh"].contains(&host) => false,
        _ => {
            let is_page = |at: usize| parts.get(at).is_some_and(|part| PAGES.contains(part));
            let after_dash = parts.iter().position(|part| *part == "-").map(|at| at + 1);
            let in_repository = parts.iter().any(|part| part.strip_suffix(".git").is_some());
            let is_page = after_dash.is_some_and(is_page) || is_page(2) && parts.len() > 3;
            !in_repository && !is_page
        }
    }
}

/// Whether a host has repositories, and no index of skills of its own.
pub(crate) fn is_forge(host: &str) -> bool {
    FORGES.contains(&host)
}

/// Returns the beginning of a spec for a skill of a site.
pub(super) fn spec_prefix(url: &str) -> String {
    match kind_of(url) {
        SiteKind::Index if is_implied(url) => url.to_owned(),
        _ if is_implied(url) => format!("{url}/"),
        _ => format!("site:{url}/"),
    }
}

/// Returns the name of a skill that is at the root of an archive, or a single file.
pub(super) fn name(url: &str) -> &str {
    let url = match kind_of(url) {
        SiteKind::SkillFile => url.strip_suffix(SKILL_FILE).unwrap_or(url),
        _ => url,
    };
    let last = url.trim_end_matches('/').rsplit('/').next();
    let last = last.unwrap_or_default();
    let ends = [".zip", ".tar.gz", ".tgz"];
    let mut stems = ends.iter().filter_map(|end| last.strip_suffix(end));
    stems.next().unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_has_one_spelling() {
        for (text, url) in [
            ("https://Skills.Example.com/", "https://skills.example.com"),
            ("https://h.example:443/a/x.zip", "https://h.example/a/x.zip"),
            ("https://h.example/a/../x.zip", "https://h.example/x.zip"),
        ] {
            assert_eq!(normalize(text).unwrap(), url);
        }
        for wrong in [
            "ftp://h/x.zip",
            "https://u:p@h/x.zip",
            "https://h/x.zip?token=1",
            "https://h/a//x.zip",
            "nonsense",
        ] {
            assert!(normalize(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn page_of_forge_is_not_a_site() {
        for site in [
            "https://skills.example.com",
            "https://h.example/pdf.zip",
            "https://h.example/docs/pdf/SKILL.md",
            "https://h.example/.well-known/skills/index.json",
            "https://github.com/o/r/archive/refs/tags/v1.tar.gz",
            "https://github.com/o/r/releases/download/v1/pdf.tgz",
            "https://gitlab.com/o/r/-/archive/main/r-main.zip",
        ] {
            assert!(is_implied(site), "{site}");
        }
        for page in [
            "https://github.com",
            "https://h.example/owner/repo",
            "https://github.com/o/r/blob/main/pdf/SKILL.md",
            "https://gitlab.com/g/s/r/-/raw/main/pdf/SKILL.md",
            "https://codeberg.org/o/r/src/branch/main/pdf/SKILL.md",
            "https://raw.githubusercontent.com/o/r/main/pdf/SKILL.md",
            "https://h.example/o/r.git/pdf/SKILL.md",
        ] {
            assert!(!is_implied(page), "{page}");
        }
    }
}
