//! [`SiteConfig`]: the table `[site]`.

use std::path::{Component, Path, PathBuf};

use reqwest::Url;
use toml_edit::{Item, TableLike};

use super::rules::did_you_mean;
use crate::redact::has_secret;
use crate::toml::{self, Fault};

/// The keys. `sources` is also a key of `[policy]`.
pub(super) const KEYS: [&str; 5] = ["base-url", "sources", "templates", "theme", "title"];
/// The most sources.
const MAX_SOURCES: usize = 1000;

/// The skills that `site` shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteConfig {
    /// The specs of repositories and skills.
    pub sources: Vec<String>,
    /// The title.
    pub title: Option<String>,
    /// The address that the site will have.
    pub base_url: Option<Url>,
    /// A style sheet in the project.
    pub theme: Option<PathBuf>,
    /// A folder with templates in the project.
    pub templates: Option<PathBuf>,
}

/// Reads the table. An unknown key is an error.
pub(super) fn read(table: &dyn TableLike) -> Result<SiteConfig, Fault> {
    let mut site = SiteConfig::default();
    for (key, item) in table.iter() {
        match key {
            "base-url" => {
                let url = item.as_str().and_then(site_url);
                let problem = "`base-url` must be an address such as `https://skills.example.com/`";
                site.base_url = Some(url.ok_or_else(|| Fault::of(item, problem))?);
            }
            "sources" => site.sources = sources(item)?,
            "theme" => site.theme = Some(path_in_project(key, item)?),
            "templates" => site.templates = Some(path_in_project(key, item)?),
            "title" => {
                let title = item.as_str().filter(|title| !title.trim().is_empty());
                let title = title.ok_or_else(|| Fault::of(item, "`title` must be a text"))?;
                site.title = Some(title.to_owned());
            }
            _ => {
                let mut hint = did_you_mean(key, KEYS);
                if hint.is_empty() {
                    hint = format!("; the keys are {}", KEYS.join(", "));
                }
                let problem = format!("unknown key `{key}` in `[site]`{hint}");
                return Err(Fault::of_key(table, key, problem));
            }
        }
    }
    Ok(site)
}

/// Returns a path. A configuration may come with a clone, so it can't name files outside of the project.
fn path_in_project(key: &str, item: &Item) -> Result<PathBuf, Fault> {
    let path = item.as_str().map(Path::new);
    let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    let inside = path.filter(|path| path.components().all(is_plain));
    let inside = inside.filter(|path| !path.as_os_str().is_empty());
    let problem = || format!("`{key}` must be a path in the project");
    inside
        .map(Path::to_owned)
        .ok_or_else(|| Fault::of(item, problem()))
}

fn sources(item: &Item) -> Result<Vec<String>, Fault> {
    let expected = "`sources` must be a list of specs such as `[\"acme/skills\"]`";
    let texts = toml::texts(item, expected)?;
    if texts.len() > MAX_SOURCES {
        let problem = format!("`sources` can have at most {MAX_SOURCES} specs");
        return Err(Fault::of(item, problem));
    }
    for (at, text) in &texts {
        if has_secret(text) {
            let problem = "a source can't have a password or a token";
            return Err(Fault::new(*at, problem));
        }
    }
    Ok(texts.into_iter().map(|(_, text)| text.to_owned()).collect())
}

/// Parses the address of a site. A slash is added at its end.
#[must_use]
pub fn site_url(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    let is_plain = matches!(url.scheme(), "https" | "http")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    is_plain.then_some(url)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn site(lines: &str) -> Result<super::SiteConfig, (usize, String)> {
        Config::parse(&format!("[site]\n{lines}\n")).map(|config| config.site)
    }

    #[test]
    fn sources_title_and_address_are_read() {
        let read = site(
            "sources = [\"acme/skills\", \"./skills\"]\ntitle = \"Acme\"\nbase-url = \"https://a.example/skills\"",
        );
        let read = read.unwrap();
        assert_eq!(read.sources, ["acme/skills", "./skills"]);
        assert_eq!(read.title.as_deref(), Some("Acme"));
        assert_eq!(read.base_url.unwrap().as_str(), "https://a.example/skills/");
    }

    #[test]
    fn invalid_tables_are_errors_with_a_line() {
        for (lines, said) in [
            ("source = []", "did you mean `sources`?"),
            (
                "logo = \"x\"",
                "the keys are base-url, sources, templates, theme, title",
            ),
            (
                "theme = \"../x.css\"",
                "`theme` must be a path in the project",
            ),
            (
                "templates = \"/etc\"",
                "`templates` must be a path in the project",
            ),
            (
                "templates = \"\"",
                "`templates` must be a path in the project",
            ),
            ("sources = \"acme/skills\"", "must be a list of specs"),
            (
                "sources = [\"https://ada:hunter2@a.example/x\"]",
                "a password or a token",
            ),
            ("title = 1", "must be a text"),
            ("base-url = \"a.example\"", "must be an address"),
            ("base-url = \"https://a.example/?q\"", "must be an address"),
            ("base-url = \"file:///x\"", "must be an address"),
        ] {
            let (line, problem) = site(lines).unwrap_err();
            assert!(problem.contains(said), "{lines}: {problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
            assert_eq!(line, 2, "{lines}");
        }
        let said = |text: &str| Config::parse(text).unwrap_err().1;
        assert!(said("title = \"x\"\n").contains("move it below `[site]`"));
        assert!(said("site = true\n").contains("write `[site]`"));
    }
}
