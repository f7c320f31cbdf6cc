//! [`Search`]: the table `[search]`.

use reqwest::Url;
use toml_edit::{Item, TableLike};

use super::rules::did_you_mean;
use crate::redact::{has_secret, redact_url};
use crate::source::site::INDEX_PATHS;
use crate::toml::{self, Fault};

/// The keys.
pub(super) const KEYS: [&str; 3] = ["github", "indexes", "skills-sh"];
/// The most indexes, because each search requests all of them.
const MAX_INDEXES: usize = 20;

/// The catalogs that `search` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The sites with an index of skills, such as that of a company.
    pub indexes: Vec<Url>,
    /// Whether to ask skills.sh.
    pub skills_sh: bool,
    /// Whether to ask GitHub, if there is a token.
    pub github: bool,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            indexes: Vec::new(),
            skills_sh: true,
            github: true,
        }
    }
}

/// Reads the table. An unknown key is an error.
pub(super) fn read(table: &dyn TableLike) -> Result<Search, Fault> {
    let mut search = Search::default();
    for (key, item) in table.iter() {
        match key {
            "github" => search.github = switch(key, item)?,
            "indexes" => search.indexes = indexes(item)?,
            "skills-sh" => search.skills_sh = switch(key, item)?,
            _ => {
                let mut hint = did_you_mean(key, KEYS);
                if hint.is_empty() {
                    hint = format!("; the keys are {}", KEYS.join(", "));
                }
                let problem = format!("unknown key `{key}` in `[search]`{hint}");
                return Err(Fault::of_key(table, key, problem));
            }
        }
    }
    Ok(search)
}

fn switch(key: &str, item: &Item) -> Result<bool, Fault> {
    let value = item.as_bool();
    value.ok_or_else(|| Fault::of(item, format!("`{key}` must be true or false")))
}

fn indexes(item: &Item) -> Result<Vec<Url>, Fault> {
    let expected = "`indexes` must be a list of sites such as `[\"https://skills.example.com\"]`";
    let texts = toml::texts(item, expected)?;
    if texts.len() > MAX_INDEXES {
        let problem = format!("`indexes` can have at most {MAX_INDEXES} sites");
        return Err(Fault::of(item, problem));
    }
    let index = |(at, text): (usize, &str)| {
        let problem = |reason| {
            let text = redact_url(text);
            Fault::new(at, format!("`{text}` can't be an index: {reason}"))
        };
        let url = index_url(text).ok_or_else(|| problem("write `https://HOST`"))?;
        if has_secret(text) {
            return Err(problem("a project can't have a password or a token"));
        }
        if url.scheme() != "https" {
            return Err(problem("only https is used"));
        }
        if !is_public_index(&url) {
            return Err(problem("a project can't name this machine, or a password"));
        }
        Ok(url)
    };
    texts.into_iter().map(index).collect()
}

/// Parses the site of an index, or the address of the index itself.
#[must_use]
pub fn index_url(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    url.host_str().filter(|host| !host.is_empty())?;
    let of_index = INDEX_PATHS.iter();
    let mut bases = of_index.filter_map(|path| url.path().strip_suffix(path));
    if let Some(base) = bases.next().map(str::to_owned) {
        url.set_path(&base);
    }
    let is_plain = url.query().is_none() && url.fragment().is_none();
    is_plain.then_some(url)
}

/// Whether a project, which may be a stranger's, can name this address: over https, without a
/// password, and not on this machine or its link, where other services listen.
#[must_use]
pub fn is_public_index(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let is_named_here = host == "localhost" || host.ends_with(".localhost");
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let is_address_here = address.is_ok_and(|address| match address.to_canonical() {
        std::net::IpAddr::V4(four) => {
            four.is_loopback() || four.is_unspecified() || four.is_link_local()
        }
        std::net::IpAddr::V6(six) => {
            six.is_loopback() || six.is_unspecified() || six.is_unicast_link_local()
        }
    });
    let has_user = !url.username().is_empty() || url.password().is_some();
    url.scheme() == "https" && !is_named_here && !is_address_here && !has_user
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn search(lines: &str) -> Result<super::Search, (usize, String)> {
        Config::parse(&format!("[search]\n{lines}\n")).map(|config| config.search)
    }

    #[test]
    fn catalogs_are_switched_and_added() {
        let read = search("skills-sh = false").unwrap();
        assert!(!read.skills_sh && read.github && read.indexes.is_empty());
        let read = search(
            "indexes = [\"https://skills.acme.example\", \"https://acme.example/docs/.well-known/agent-skills/index.json\"]",
        );
        let urls: Vec<String> = read
            .unwrap()
            .indexes
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            urls,
            ["https://skills.acme.example/", "https://acme.example/docs"]
        );
    }

    #[test]
    fn invalid_tables_are_errors_with_a_line() {
        for (lines, said) in [
            ("skills_sh = false", "did you mean `skills-sh`?"),
            ("index = []", "did you mean `indexes`?"),
            (
                "token = \"x\"",
                "unknown key `token` in `[search]`; the keys are github, indexes, skills-sh",
            ),
            ("github = \"no\"", "`github` must be true or false"),
            ("indexes = \"https://a.example\"", "must be a list of sites"),
            ("indexes = [1]", "must be a list of sites"),
            (
                "indexes = [\"skills.acme.example\"]",
                "write `https://HOST`",
            ),
            (
                "indexes = [\"https://a.example/?q=1\"]",
                "write `https://HOST`",
            ),
            ("indexes = [\"http://a.example\"]", "only https is used"),
            ("indexes = [\"file:///etc\"]", "write `https://HOST`"),
            (
                "indexes = [\"https://127.0.0.1\"]",
                "can't name this machine",
            ),
            (
                "indexes = [\"https://2130706433/\"]",
                "can't name this machine",
            ),
            (
                "indexes = [\"https://localhost:8443\"]",
                "can't name this machine",
            ),
            (
                "indexes = [\"https://x.LOCALHOST.\"]",
                "can't name this machine",
            ),
            ("indexes = [\"https://[::1]\"]", "can't name this machine"),
            (
                "indexes = [\"https://[::ffff:127.0.0.1]\"]",
                "can't name this machine",
            ),
            (
                "indexes = [\"https://169.254.169.254\"]",
                "can't name this machine",
            ),
            (
                "indexes = [\"https://ada:hunter2@a.example\"]",
                "a password or a token",
            ),
        ] {
            let (line, problem) = search(lines).unwrap_err();
            assert!(problem.contains(said), "{lines}: {problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
            assert_eq!(line, 2, "{lines}");
        }
        let many = format!("indexes = [{}]", "\"https://a.example\",".repeat(21));
        assert!(search(&many).unwrap_err().1.contains("at most 20"));
        let said = |text: &str| Config::parse(text).unwrap_err().1;
        assert!(said("[serch]\n").contains("did you mean `search`?"));
        assert!(said("skills-sh = false\n").contains("move it below `[search]`"));
        assert!(said("search = true\n").contains("write `[search]`"));
    }
}
