//! [`Sources`]: the globs of the allowed sources.

use globset::{GlobBuilder, GlobMatcher};

use super::address::{Address, Ambiguity, check_parts, repository};
use crate::source::Source;

/// The globs of `sources`. An empty list allows nothing.
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Pattern>);

#[derive(Debug, Clone)]
struct Pattern {
    text: String,
    matcher: Matcher,
}

/// A compiled glob. The glob of one kind of source never matches another kind.
#[derive(Debug, Clone)]
enum Matcher {
    Everything,
    GitHub(GlobMatcher),
    Url(GlobMatcher),
    AnyFolder,
    Folder { up: usize, glob: GlobMatcher },
}

const FORMS: &str = "`github:OWNER/*`, `https://HOST/**`, `ssh://git@HOST/**`, `file:///FOLDER/*`, or `path:FOLDER/**`";

impl Sources {
    /// Compiles globs. `*` matches within a part of the address, `**` matches any number of parts.
    ///
    /// # Errors
    /// The index of the first glob that can't match a source, and the problem.
    pub fn new(globs: &[&str]) -> Result<Self, (usize, String)> {
        let pattern = |(at, glob): (usize, &&str)| match matcher(glob) {
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
            (Self::Folder { up, glob }, Address::Folder { up: ups, rest }) => {
                let text = glob.glob().glob();
                // `../*` matches the content of the parent folder, not the folder itself.
                let fits = match rest.as_str() {
                    "" => matches!(text, "" | "**"),
                    "/" => matches!(text, "/" | "/**"),
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
    if glob.contains('\\') {
        return Err("contains a backslash, which no source has".to_owned());
    }
    if let Some(name) = glob.strip_prefix("github:") {
        let name = name.to_ascii_lowercase();
        return match name.split_once('/') {
            Some((owner, repo)) if !owner.is_empty() && !repo.is_empty() => {
                compile(&name).map(Matcher::GitHub)
            }
            _ if name == "**" => compile(&name).map(Matcher::GitHub),
            _ => Err(format!(
                "does not name a repository: write `github:{name}/*`"
            )),
        };
    }
    if let Some(path) = glob.strip_prefix("path:") {
        return folder(path);
    }
    if let Some((scheme, rest)) = glob.split_once("://") {
        return url(scheme, rest);
    }
    if let Some((authority, path)) = glob.split_once(':')
        && authority.contains('@')
    {
        return url(
            "ssh",
            &format!("{authority}/{}", path.trim_start_matches('/')),
        );
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
    let source = Source::Folder {
        path: path.to_owned(),
    };
    match Address::of(&source) {
        Ok(Address::Folder { up, rest }) => Ok(Matcher::Folder {
            up,
            glob: compile(&rest)?,
        }),
        Ok(_) => Err(format!("is not a folder: write {FORMS}")),
        Err(problem) => Err(format!("matches nothing: {problem}")),
    }
}

fn url(scheme: &str, rest: &str) -> Result<Matcher, String> {
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "file" {
        let path = rest.strip_prefix('/').ok_or_else(|| {
            "has a host, but file URLs have none: write `file:///FOLDER/*`".to_owned()
        })?;
        let path = path.trim_end_matches('/');
        check_parts(path).map_err(|problem| format!("matches nothing: {problem}"))?;
        return compile(&format!("file:///{path}")).map(Matcher::Url);
    }
    if !["https", "http", "ssh"].contains(&scheme.as_str()) {
        return Err(format!("does not have a supported scheme: write {FORMS}"));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host(&scheme, authority)?;
    let path = repository(path)
        .map_err(|problem| format!("matches nothing: {problem}; write `{scheme}://{host}/**`"))?;
    if scheme != "ssh" && ["github.com", "www.github.com"].contains(&host.as_str()) {
        return Err(format!(
            "matches nothing, because sources on GitHub have another form: write `github:{path}`"
        ));
    }
    compile(&format!("{scheme}://{host}/{path}")).map(Matcher::Url)
}

/// Normalizes the host of a glob. A star is allowed only as a whole first name, because
/// `gitlab.acme.com*` would match `gitlab.acme.com.evil.org`.
fn host(scheme: &str, authority: &str) -> Result<String, String> {
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    if user.is_some() && scheme != "ssh" {
        return Err("contains a name or password, which no source has".to_owned());
    }
    let default = match scheme {
        "https" => "443",
        "http" => "80",
        _ => "22",
    };
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, Some(port).filter(|port| *port != default)),
        None => (host, None),
    };
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let fixed = match name.as_str() {
        "*" => "any",
        other => other.strip_prefix("*.").unwrap_or(other),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_plain = |part: &str| !part.is_empty() && part.chars().all(plain);
    let is_number = |port: &str| port.parse::<u16>().is_ok();
    if !is_plain(fixed) || !user.is_none_or(is_plain) || !port.is_none_or(is_number) {
        return Err(format!(
            "has no plain host: write the whole host, or `*.` before it, such as `{scheme}://*.acme.com/**`"
        ));
    }
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{user}{name}{port}"))
}

fn compile(glob: &str) -> Result<GlobMatcher, String> {
    let built = GlobBuilder::new(glob)
        .literal_separator(true)
        .backslash_escape(false)
        .build();
    built
        .map(|glob| glob.compile_matcher())
        .map_err(|error| format!("is not a valid glob: {}", error.kind()))
}
