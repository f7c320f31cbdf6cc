//! [`Sources`]: where skills may come from, as globs.

use globset::{GlobBuilder, GlobMatcher};

use super::address::{Address, Odd, check_parts, repository};
use crate::source::Source;

/// The globs of `sources`; a list without any allows nothing.
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Pattern>);

#[derive(Debug, Clone)]
struct Pattern {
    text: String,
    reach: Reach,
}

/// What a glob is about: one kind of source never matches another's.
#[derive(Debug, Clone)]
enum Reach {
    Everything,
    GitHub(GlobMatcher),
    Url(GlobMatcher),
    AnyFolder,
    Folder { up: usize, glob: GlobMatcher },
}

const FORMS: &str = "`github:OWNER/*`, `https://HOST/**`, `ssh://git@HOST/**`, `file:///FOLDER/*` or `path:FOLDER/**`";

impl Sources {
    /// Makes it of globs: `*` stays within a part of the address, `**` does not.
    ///
    /// # Errors
    /// The index of the first glob that can't mean a source, and why.
    pub fn new(globs: &[&str]) -> Result<Self, (usize, String)> {
        let pattern = |(at, glob): (usize, &&str)| match reach(glob) {
            Ok(reach) => Ok(Pattern {
                text: (*glob).to_owned(),
                reach,
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

    /// Returns the glob that allows a source and how the source was read, or why there is none.
    pub(super) fn allow(&self, source: &Source) -> Result<&str, NotAllowed> {
        let address = Address::of(source).map_err(NotAllowed::Odd)?;
        let found = self.0.iter().find(|pattern| pattern.reach.has(&address));
        found
            .map(|pattern| pattern.text.as_str())
            .ok_or_else(|| NotAllowed::NotListed(address.text()))
    }
}

/// Why no glob allows a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotAllowed {
    /// It can't be told where it leads.
    Odd(Odd),
    /// None of them means it; how it was read.
    NotListed(String),
}

impl Reach {
    fn has(&self, address: &Address) -> bool {
        match (self, address) {
            (Self::Everything, _) | (Self::AnyFolder, Address::Folder { .. }) => true,
            (Self::GitHub(glob), Address::GitHub(name)) => glob.is_match(name),
            (Self::Url(glob), Address::Url(url)) => glob.is_match(url),
            (Self::Folder { up, glob }, Address::Folder { up: ups, rest }) => {
                let text = glob.glob().glob();
                // `../*` is what lies in the folder above, and not that folder with all in it.
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

fn reach(glob: &str) -> Result<Reach, String> {
    if glob == "**" {
        return Ok(Reach::Everything);
    }
    if glob.contains('\\') {
        return Err("holds a backslash, which no source has".to_owned());
    }
    if let Some(name) = glob.strip_prefix("github:") {
        let name = name.to_ascii_lowercase();
        return match name.split_once('/') {
            Some((owner, repo)) if !owner.is_empty() && !repo.is_empty() => {
                compile(&name).map(Reach::GitHub)
            }
            _ if name == "**" => compile(&name).map(Reach::GitHub),
            _ => Err(format!("names no repository: write `github:{name}/*`")),
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
            "names no kind of source; is `github:{glob}` meant? There are {FORMS}"
        )),
        _ => Err(format!("names no kind of source: write {FORMS}")),
    }
}

fn folder(path: &str) -> Result<Reach, String> {
    if path == "**" {
        return Ok(Reach::AnyFolder);
    }
    let source = Source::Folder {
        path: path.to_owned(),
    };
    match Address::of(&source) {
        Ok(Address::Folder { up, rest }) => Ok(Reach::Folder {
            up,
            glob: compile(&rest)?,
        }),
        Ok(_) => Err(format!("is no folder: write {FORMS}")),
        Err(odd) => Err(format!("matches nothing, for {odd}")),
    }
}

fn url(scheme: &str, rest: &str) -> Result<Reach, String> {
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "file" {
        let path = rest.strip_prefix('/').ok_or_else(|| {
            "names a host, and a file has none: write `file:///FOLDER/*`".to_owned()
        })?;
        let path = path.trim_end_matches('/');
        check_parts(path).map_err(|odd| format!("matches nothing, for {odd}"))?;
        return compile(&format!("file:///{path}")).map(Reach::Url);
    }
    if !["https", "http", "ssh"].contains(&scheme.as_str()) {
        return Err(format!(
            "is nothing that can be fetched from: write {FORMS}"
        ));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host(&scheme, authority)?;
    let path = repository(path)
        .map_err(|odd| format!("matches nothing, for {odd}: write `{scheme}://{host}/**`"))?;
    if scheme != "ssh" && ["github.com", "www.github.com"].contains(&host.as_str()) {
        return Err(format!(
            "matches nothing, for mdskill calls what is on GitHub otherwise: write `github:{path}`"
        ));
    }
    compile(&format!("{scheme}://{host}/{path}")).map(Reach::Url)
}

/// Spells a glob's host as a source's is. Stars stand for whole names in front, or
/// `gitlab.acme.com*` would let in `gitlab.acme.com.evil.org`.
fn host(scheme: &str, authority: &str) -> Result<String, String> {
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    if user.is_some() && scheme != "ssh" {
        return Err("holds a name or password, which no source has".to_owned());
    }
    let usual = match scheme {
        "https" => "443",
        "http" => "80",
        _ => "22",
    };
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, Some(port).filter(|port| *port != usual)),
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
            "has no plain host: write it out, or `*.` before it, as `{scheme}://*.acme.com/**`"
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
        .map_err(|error| format!("is no glob: {}", error.kind()))
}
