//! [`Sources`]: the globs of the allowed sources.

use super::address::{Address, Ambiguity, of_folder, of_site, of_url};
use crate::glob::Glob;
use crate::redact::{has_secret, redact_url};
use crate::source::{Source, is_scp_like};

/// The globs of `sources`. An empty list allows nothing.
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Pattern>);

#[derive(Debug, Clone)]
struct Pattern {
    text: String,
    matcher: Matcher,
}

/// A parsed glob. The glob of one kind of source never matches another kind.
#[derive(Debug, Clone)]
enum Matcher {
    Everything,
    GitHub(Glob),
    Url(Glob),
    Site(Glob),
    AnyFolder,
    Folder { up: usize, glob: Glob },
}

const FORMS: &str = "`github:OWNER/*`, `https://HOST/**`, `ssh://git@HOST/**`, `file:///FOLDER/*`, `site:https://HOST/**`, or `path:FOLDER/**`";

impl Sources {
    /// Parses globs. `*` matches within a part of the address, `**` matches any number of parts; there
    /// are no other wildcards.
    ///
    /// # Errors
    /// The index of the first glob that can't match a source, and the problem.
    pub fn new(globs: &[&str]) -> Result<Self, (usize, String)> {
        let pattern = |(at, glob): (usize, &&str)| match matcher(glob) {
            _ if has_secret(glob) => {
                let problem = "contains a user name or password, or a token";
                Err((at, format!("`{}` {problem}", redact_url(glob))))
            }
            Ok(matcher) => Ok(Pattern {
                text: (*glob).to_owned(),
                matcher,
            }),
            Err(problem) => Err((at, format!("`{glob}` {problem}"))),
        };
        let patterns = globs.iter().enumerate().map(pattern);
        patterns.collect::<Result<_, _>>().map(Self)
    }

    /// Returns the globs as written.
    pub fn globs(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|pattern| pattern.text.as_str())
    }

    /// Returns the glob that allows a source, or the reason why none does.
    pub(super) fn allow(&self, source: &Source) -> Result<&str, NotAllowed> {
        let address = Address::of(source).map_err(NotAllowed::Ambiguous)?;
        let found = self
            .0
            .iter()
            .find(|pattern| pattern.matcher.is_match(&address));
        found
            .map(|pattern| pattern.text.as_str())
            .ok_or_else(|| NotAllowed::NotListed(address.text()))
    }
}

/// The reason why no glob allows a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotAllowed {
    /// The source has no unambiguous address.
    Ambiguous(Ambiguity),
    /// No glob matches the normalized address.
    NotListed(String),
}

impl Matcher {
    fn is_match(&self, address: &Address) -> bool {
        match (self, address) {
            (Self::Everything, _) | (Self::AnyFolder, Address::Folder { .. }) => true,
            (Self::GitHub(glob), Address::GitHub(name)) => glob.is_match(name),
            (Self::Url(glob), Address::Url(url)) => glob.is_match(url),
            // `https://HOST/**` includes the host itself.
            (Self::Site(glob), Address::Site(url)) => {
                glob.is_match(url) || glob.is_match(&format!("{url}/"))
            }
            (Self::Folder { up, glob }, Address::Folder { up: ups, rest }) => {
                let text = glob.as_str();
                // `../*` matches the content of the parent folder, not the folder itself.
                let fits = match rest.as_str() {
                    "" | "/" => text.strip_suffix("**").unwrap_or(text) == rest,
                    rest => glob.is_match(rest),
                };
                up == ups && text.starts_with('/') == rest.starts_with('/') && fits
            }
            _ => false,
        }
    }
}

fn matcher(glob: &str) -> Result<Matcher, String> {
    if glob == "**" {
        return Ok(Matcher::Everything);
    }
    if glob.contains(['?', '[', ']', '{', '}', '\\']) {
        return Err(
            "has a character that no source has: the only wildcards are `*` and `**`".into(),
        );
    }
    if let Some(name) = glob.strip_prefix("github:") {
        let name = name.to_ascii_lowercase();
        return match name.split_once('/') {
            Some((owner, repo)) if !owner.is_empty() && !repo.is_empty() => {
                Glob::new(&name).map(Matcher::GitHub)
            }
            _ if name == "**" => Glob::new(&name).map(Matcher::GitHub),
            _ => Err(format!(
                "does not name a repository: write `github:{name}/*`"
            )),
        };
    }
    if let Some(path) = glob.strip_prefix("path:") {
        return folder(path);
    }
    if let Some(url) = glob.strip_prefix("site:") {
        let url = of_site(url)
            .map_err(|problem| format!("matches nothing: {problem}; valid forms are {FORMS}"))?;
        check_host(&url)?;
        return Glob::new(&url).map(Matcher::Site);
    }
    if glob.contains("://") || is_scp_like(glob) {
        return url(glob);
    }
    match glob.split_once('/') {
        Some((owner, _)) if !owner.is_empty() && !owner.contains('.') => Err(format!(
            "does not start with a kind of source; did you mean `github:{glob}`? Valid forms are {FORMS}"
        )),
        _ => Err(format!(
            "does not start with a kind of source: write {FORMS}"
        )),
    }
}

fn folder(path: &str) -> Result<Matcher, String> {
    if path == "**" {
        return Ok(Matcher::AnyFolder);
    }
    let (up, rest) = of_folder(path).map_err(|problem| format!("matches nothing: {problem}"))?;
    let glob = Glob::new(&rest)?;
    Ok(Matcher::Folder { up, glob })
}

fn url(glob: &str) -> Result<Matcher, String> {
    let url = of_url(glob)
        .map_err(|problem| format!("matches nothing: {problem}; valid forms are {FORMS}"))?;
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (authority, path) = rest.split_once('/').unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if scheme != "ssh" && ["github.com", "www.github.com"].contains(&host) {
        return Err(format!(
            "matches nothing, because sources on GitHub have another form: write `github:{path}`"
        ));
    }
    check_host(&url)?;
    Glob::new(&url).map(Matcher::Url)
}

fn check_host(url: &str) -> Result<(), String> {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    // `gitlab.acme.com*` would match `gitlab.acme.com.evil.org`.
    if host != "*" && host.strip_prefix("*.").unwrap_or(host).contains('*') {
        return Err(format!(
            "has no plain host: write the whole host, or `*.` before it, such as `{scheme}://*.acme.com/**`"
        ));
    }
    Ok(())
}
