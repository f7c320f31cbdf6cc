//! Parses the address of a web page, as the address bar of a browser has it.
//!
//! | forge | page of a folder |
//! |---|---|
//! | GitHub | `/owner/repo/tree/REF/PATH`, `/blob/`, `/edit/`, `/raw/`; `raw.githubusercontent.com` |
//! | GitLab | `/group/subgroup/repo/-/tree/REF/PATH?ref_type=heads` |
//! | Gitea, Forgejo | `/owner/repo/src/branch/REF/PATH`, `/src/tag/`, `/src/commit/` |
//! | Bitbucket | `/owner/repo/src/COMMIT/PATH?at=REF` |
//! | Azure Repos | `/owner/project/_git/repo?path=/PATH&version=GBREF` |
//! | skills.sh | `/owner/repo/skill`, of GitHub |

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::parse::{
    Fault, REF_FORM, URL_FORM, fault, host_part, parse_git_ref, path_part, repository_part,
    skill_part, split_git_ref,
};
use super::{GitRef, PageRef, PageRefs, Spec, SpecSource};
use crate::source::site::PAGES;
use mdskill_lint::path::is_hidden;

/// The characters of a path that have another meaning in a URL.
const SPECIAL: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'?').add(b'%');
/// The pages of a repository that are not of a file or folder.
const OTHER_PAGES: [&str; 20] = [
    "actions",
    "activity",
    "archive",
    "branches",
    "compare",
    "discussions",
    "forks",
    "graphs",
    "issues",
    "labels",
    "milestones",
    "network",
    "packages",
    "projects",
    "pull",
    "pulls",
    "pulse",
    "security",
    "settings",
    "wiki",
];
/// Forges without nested groups: a third part of the path is a skill.
const FLAT_FORGES: [&str; 4] = [
    "github.com",
    "www.github.com",
    "bitbucket.org",
    "codeberg.org",
];
const PAGE_FORM: &str =
    "`https://HOST/owner/repo`, for example `https://github.com/wshobson/agents`";

/// Percent-encodes `REF/PATH`, so that it can be part of a URL.
pub(super) fn encode(path: &str) -> Cow<'_, str> {
    utf8_percent_encode(path, SPECIAL).into()
}

/// Whether `owner/repo/...` without a scheme, after a host, is the address of a page.
pub(super) fn is_page(host: &str, rest: &str) -> bool {
    let special = ["skills.sh", "www.skills.sh", "raw.githubusercontent.com"];
    let parts: Vec<&str> = rest.split('/').collect();
    let is_marked = parts.get(2).is_some_and(|part| PAGES.contains(part));
    special.contains(&host)
        || rest.contains(['?', '#'])
        || rest.contains("/-/")
        || is_marked && parts.len() > 3
}

/// The parts of the address of a page.
struct Address<'a> {
    host: String,
    base: String,
    parts: Vec<String>,
    query: &'a str,
}

/// Parses `/owner/repo[/tree/REF/PATH][@ref][?query][#fragment]` at a host.
pub(super) fn parse(scheme: &str, authority: &str, rest: &str) -> Result<Spec, Fault> {
    let host = host_part(authority)?;
    // The fragment is a place in the page.
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (path, git_ref) = split_ref_of_repository(path)?;
    let parts = path.split('/').filter(|part| !part.is_empty());
    let address = Address {
        base: format!("{}://{host}", secure(scheme, &host)),
        parts: parts.map(decode).collect::<Result<_, _>>()?,
        host,
        query,
    };
    match address.host.as_str() {
        "skills.sh" | "www.skills.sh" => address.on_github(git_ref),
        "raw.githubusercontent.com" => address.raw(),
        "gist.github.com" => fault("a gist has no folders, and a skill is a folder", PAGE_FORM),
        _ if address.parts.iter().any(|part| part == "_git") => address.azure(),
        _ => address.page(git_ref),
    }
}

/// Splits a ref after `@` that follows the repository. In the URL of a page, `@` is part of the ref
/// or of the path.
fn split_ref_of_repository(path: &str) -> Result<(&str, Option<GitRef>), Fault> {
    let before = path.split('@').next().unwrap_or_default();
    let mut parts = before.split('/').filter(|part| !part.is_empty()).skip(2);
    if parts.any(|part| part == "-" || PAGES.contains(&part) || part == "releases") {
        Ok((path, None))
    } else {
        split_git_ref(path, 0)
    }
}

/// The forges have no other scheme; the address is from an old link.
fn secure<'a>(scheme: &'a str, host: &str) -> &'a str {
    if FLAT_FORGES.contains(&host) || host == "gitlab.com" {
        "https"
    } else {
        scheme
    }
}

pub(super) fn decode(part: &str) -> Result<String, Fault> {
    match percent_decode_str(part).decode_utf8() {
        Ok(text) if !text.chars().any(is_hidden) => Ok(text.into_owned()),
        _ => fault(
            format!("`{part}` is not valid in the path of a URL"),
            URL_FORM,
        ),
    }
}

impl Address<'_> {
    /// Returns the value of a field of the query.
    fn query(&self, field: &str) -> Result<Option<String>, Fault> {
        let mut fields = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let value = fields.find(|(name, _)| *name == field);
        value.map(|(_, value)| decode(value)).transpose()
    }

    /// Parses `/owner/repo[/skill]` of GitHub.
    fn on_github(&self, git_ref: Option<GitRef>) -> Result<Spec, Fault> {
        let (owner, repo) = self.repository()?;
        Ok(Spec {
            origin: SpecSource::GitHub { owner, repo },
            skill: skill_part(&self.parts[2..].join("/"))?,
            git_ref,
        })
    }

    fn repository(&self) -> Result<(String, String), Fault> {
        let [owner, repo, ..] = self.parts.as_slice() else {
            return fault("it does not name a repository", PAGE_FORM);
        };
        let repo = repo.strip_suffix(".git").unwrap_or(repo);
        Ok((repository_part(owner)?, repository_part(repo)?))
    }

    /// Parses `/owner/repo/REF/PATH` of a file on GitHub.
    fn raw(&self) -> Result<Spec, Fault> {
        let (owner, repo) = self.repository()?;
        let page = page_ref("raw", &self.parts[2..], PageRefs::Any)?;
        let path = format!("{owner}/{repo}");
        Ok(web("https://github.com", path, Some(page)))
    }

    /// Parses `/owner/project/_git/repo?path=/PATH&version=GBREF`.
    fn azure(&self) -> Result<Spec, Fault> {
        let end = self.parts.iter().position(|part| part == "_git");
        let end = end.map_or(0, |at| at + 2);
        if self.parts.len() < end {
            return fault("it does not name a repository", URL_FORM);
        }
        let path = self.query("path")?.unwrap_or_default();
        let version = self.query("version")?;
        let git_ref = version.as_deref().and_then(|version| version.get(2..));
        Ok(Spec {
            origin: SpecSource::Url(format!(
                "{}/{}",
                self.base,
                encode(&self.parts[..end].join("/"))
            )),
            skill: skill_part(&path)?,
            git_ref: git_ref.map(parse_git_ref).transpose()?,
        })
    }

    /// Parses the page of a repository, a folder, or a file.
    fn page(&self, git_ref: Option<GitRef>) -> Result<Spec, Fault> {
        let (owner, repo) = self.repository()?;
        let has_groups = !FLAT_FORGES.contains(&self.host.as_str());
        // GitLab has `-` between the repository and its pages.
        let dash = self.parts.iter().skip(2).position(|part| part == "-");
        let (repository, page) = match dash {
            Some(after) => (&self.parts[..after + 2], &self.parts[after + 3..]),
            None => self.parts.split_at(2),
        };
        let kind = page.first().map(String::as_str).unwrap_or_default();
        let is_other = match dash {
            Some(_) => !page.is_empty() && !PAGES.contains(&kind) && kind != "releases",
            None => OTHER_PAGES.contains(&kind) || kind == "releases" && page.len() < 3,
        };
        if is_other {
            return fault(
                format!("`/{kind}` is not the page of a folder or a file"),
                "the address of the repository, of a folder, or of a file in it",
            );
        }
        let is_page = PAGES.contains(&kind) || kind == "releases";
        if !is_page && (page.is_empty() || has_groups) {
            let repository = if dash.is_some() {
                repository
            } else {
                &self.parts
            };
            return Ok(Spec {
                git_ref,
                ..web(&self.base, path_of(repository)?, None)
            });
        }
        if !is_page {
            let skill = skill_part(&page.join("/"))?;
            let origin = if self.host.trim_start_matches("www.") == "github.com" {
                SpecSource::GitHub { owner, repo }
            } else {
                let host = self.host.clone();
                SpecSource::Host { host, owner, repo }
            };
            return Ok(Spec {
                origin,
                skill,
                git_ref,
            });
        }
        if let Some(at) = self.query("at")?.filter(|_| kind == "src") {
            return Ok(Spec {
                origin: SpecSource::Host {
                    host: self.host.clone(),
                    owner,
                    repo,
                },
                skill: skill_part(&page.get(2..).unwrap_or_default().join("/"))?,
                git_ref: Some(parse_git_ref(&at)?),
            });
        }
        let page = self.page_ref(page, dash.is_some())?;
        Ok(web(&self.base, path_of(repository)?, Some(page)))
    }

    /// Parses `tree/REF/PATH` and its variants.
    fn page_ref(&self, page: &[String], has_dash: bool) -> Result<PageRef, Fault> {
        let ref_type = self.query("ref_type")?.filter(|_| has_dash);
        let mut refs = match ref_type.as_deref() {
            Some("heads") => PageRefs::Branches,
            Some("tags") => PageRefs::Tags,
            _ => PageRefs::Any,
        };
        let mut kind = 1;
        let second = page.get(1).map(String::as_str).unwrap_or_default();
        match page[0].as_str() {
            "releases" if second == "tag" && !has_dash => (kind, refs) = (2, PageRefs::Tags),
            "releases" | "tags" => refs = PageRefs::Tags,
            "_edit" => refs = PageRefs::Branches,
            "src" | "raw" | "media" | "blame" | "commits" if !has_dash && page.len() > 2 => {
                (kind, refs) = match second {
                    "branch" => (2, PageRefs::Branches),
                    "tag" => (2, PageRefs::Tags),
                    "commit" => (2, PageRefs::Any),
                    _ => (1, refs),
                }
            }
            _ => {}
        }
        let dash = if has_dash { "-/" } else { "" };
        let name = format!("{dash}{}", page[..kind].join("/"));
        page_ref(&name, &page[kind..], refs)
    }
}

/// Returns `owner/repo` or `group/subgroup/repo`.
fn path_of(parts: &[String]) -> Result<String, Fault> {
    let names = parts.iter().map(|part| repository_part(part));
    let path = names.collect::<Result<Vec<_>, _>>()?.join("/");
    Ok(path.strip_suffix(".git").unwrap_or(&path).to_owned())
}

fn web(base: &str, path: String, page: Option<PageRef>) -> Spec {
    Spec {
        origin: SpecSource::Web {
            base: base.to_owned(),
            path,
            page,
        },
        skill: None,
        git_ref: None,
    }
}

fn page_ref(kind: &str, rest: &[String], refs: PageRefs) -> Result<PageRef, Fault> {
    let Some((last, before)) = rest.split_last() else {
        return fault(
            "its ref is missing",
            "`https://HOST/owner/repo/tree/REF/PATH`",
        );
    };
    // A ref may have an `@`, as in `@scope/pkg@1.2.3`.
    let has_two = !before.is_empty()
        && before.iter().all(|part| !part.contains('@'))
        && last
            .split('@')
            .next()
            .is_some_and(|name| name != last && !name.is_empty());
    if has_two {
        return fault(
            "it has two refs, one in the URL and one after `@`",
            REF_FORM,
        );
    }
    let rest = path_part(&rest.join("/"))?;
    // GitHub has the full name of a ref on some pages.
    for (prefix, refs) in [
        ("refs/heads", PageRefs::Branches),
        ("refs/tags", PageRefs::Tags),
    ] {
        let name = rest
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('/'));
        if let Some(name) = name {
            return Ok(PageRef {
                kind: format!("{kind}/{prefix}"),
                rest: name.to_owned(),
                refs,
            });
        }
    }
    Ok(PageRef {
        kind: kind.to_owned(),
        rest,
        refs,
    })
}
