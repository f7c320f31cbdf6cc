//! [`HttpSettings`]: the settings of git's configuration for one address.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Certificate, Identity, NoProxy, Proxy, Url};
use tracing::info;

use super::HttpError;
use super::url_match::UrlMatch;
use crate::environment::Environment;
use crate::redact::redact_url;

/// The settings of requests to one address.
///
/// Source: git-config(1), `http.*`; `http_options` in git's http.c.
#[derive(Default)]
pub(crate) struct HttpSettings {
    /// The settings of the connection.
    pub(super) connection: Connection,
    /// The headers of `http.extraHeader`.
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether git would not check certificates, which mdskill still does.
    pub(super) is_unverified: bool,
}

/// The settings of a connection. Connections with equal ones are shared.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Connection {
    pub(super) proxy: ProxySetting,
    pub(super) ca_file: Option<FileSetting>,
    pub(super) ca_folder: Option<FileSetting>,
    pub(super) certificate: Option<FileSetting>,
    key: Option<FileSetting>,
}

/// A file or folder, and the key or the variable that names it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct FileSetting {
    pub(super) key: String,
    pub(super) path: PathBuf,
}

/// A proxy, and the origin of the setting.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) enum ProxySetting {
    /// As the operating system is set up.
    #[default]
    System,
    Direct,
    Proxy {
        url: String,
        origin: String,
    },
}

/// The keys to which a URL is applied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All that match.
    All,
    /// For headers, only those with a URL that matches: after a redirect to another host, whose
    /// owner must not receive a secret that is meant for the first one.
    Redirected,
}

impl HttpSettings {
    /// Returns the settings for `url`.
    pub(crate) fn of(env: &dyn Environment, url: &Url, scope: Scope) -> Self {
        let mut settings = Self::default();
        if let Some((origin, proxy)) = env.proxy_for(url.scheme()) {
            settings.connection.proxy = ProxySetting::of(proxy, origin);
        }
        let mut best: BTreeMap<&str, UrlMatch> = BTreeMap::new();
        for entry in env.git_config().in_section("http") {
            let found = match &entry.subsection {
                None if scope == Scope::Redirected && entry.name == "extraheader" => None,
                None => Some(UrlMatch::ANY),
                Some(pattern) => UrlMatch::of(pattern, url),
            };
            let Some(found) = found else { continue };
            let before = best.entry(&entry.name).or_default();
            if found < *before {
                continue;
            }
            *before = found;
            let key = entry.key();
            if settings.set(env, &entry.name, entry.value.as_deref(), &key) {
                info!(%key, "git's configuration applies");
            }
        }
        for (variable, name, value) in env.git_variables() {
            if settings.set(env, name, Some(value), variable) {
                info!(variable, "git's variable applies");
            }
        }
        settings
    }

    /// Sets one value; `false` for a key that is not used.
    fn set(&mut self, env: &dyn Environment, name: &str, value: Option<&str>, key: &str) -> bool {
        let text = value.unwrap_or_default();
        let path = || {
            let path = (!text.is_empty()).then(|| expand(env, text))?;
            let key = as_documented(key, name);
            Some(FileSetting { key, path })
        };
        match name {
            "extraheader" if text.is_empty() => self.headers.clear(),
            "extraheader" => match parse_header(text) {
                Some(header) => self.headers.push(header),
                None => return false,
            },
            "proxy" => self.connection.proxy = ProxySetting::of(text, key),
            "sslverify" => self.is_unverified = value.is_some_and(is_false),
            "sslcainfo" => self.connection.ca_file = path(),
            "sslcapath" => self.connection.ca_folder = path(),
            "sslcert" => self.connection.certificate = path(),
            "sslkey" => self.connection.key = path(),
            _ => return false,
        }
        true
    }

    /// Whether a header authorizes the request.
    pub(crate) fn has_authorization(&self) -> bool {
        self.headers.iter().any(|(name, _)| name == AUTHORIZATION)
    }
}

impl ProxySetting {
    /// An empty value disables proxies, as in git.
    fn of(url: &str, origin: &str) -> Self {
        if url.is_empty() {
            return Self::Direct;
        }
        Self::Proxy {
            url: url.to_owned(),
            origin: origin.to_owned(),
        }
    }
}

impl Connection {
    /// Returns the settings that matter for plain http.
    pub(super) fn without_certificates(&self) -> Self {
        Self {
            proxy: self.proxy.clone(),
            ..Self::default()
        }
    }

    /// Applies the settings to a client.
    pub(super) fn apply(
        &self,
        mut builder: reqwest::ClientBuilder,
    ) -> Result<reqwest::ClientBuilder, HttpError> {
        match &self.proxy {
            ProxySetting::System => {}
            ProxySetting::Direct => builder = builder.no_proxy(),
            ProxySetting::Proxy { url, origin } => {
                let url = with_scheme(url);
                let proxy = parse_proxy(&url).ok_or_else(|| HttpError::Setting {
                    key: origin.clone(),
                    reason: format!("`{}` is not the URL of a proxy", redact_url(&url)),
                })?;
                builder = builder.proxy(proxy.no_proxy(NoProxy::from_env()));
            }
        }
        let mut authorities = Vec::new();
        if let Some(FileSetting { key, path }) = &self.ca_file {
            authorities.extend(read_certificates(key, path)?);
        }
        if let Some(FileSetting { key, path }) = &self.ca_folder {
            let unreadable = |error| unreadable(key, path, &error);
            for entry in path.read_dir().map_err(unreadable)?.flatten() {
                // The folder may have other files, too.
                let found = read_certificates(key, &entry.path());
                authorities.extend(found.unwrap_or_default());
            }
        }
        if !authorities.is_empty() {
            builder = builder.tls_certs_merge(authorities);
        }
        if let Some(certificate) = &self.certificate {
            builder = builder.identity(read_identity(certificate, self.key.as_ref())?);
        }
        Ok(builder)
    }
}

/// Returns the URL of a proxy, which may also be given as `host:port`.
fn with_scheme(text: &str) -> Cow<'_, str> {
    if text.contains("://") {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(format!("http://{text}"))
    }
}

fn parse_proxy(url: &str) -> Option<Proxy> {
    let parsed = Url::parse(url).ok()?;
    parsed.host_str()?;
    // reqwest would ignore a proxy with another scheme.
    let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    let is_known = schemes.contains(&parsed.scheme());
    is_known.then(|| Proxy::all(url).ok())?
}

/// Parses a header as curl does: `Name: value`, or `Name;` for an empty value.
fn parse_header(text: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = match text.split_once(':') {
        Some((_, value)) if value.trim().is_empty() => return None,
        Some((name, value)) => (name, value.trim()),
        None => (text.strip_suffix(';')?, ""),
    };
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some((name.trim().parse().ok()?, value))
}

/// Returns a key with its last part as git-config(1) writes it. The name of a variable is unchanged.
fn as_documented(key: &str, name: &str) -> String {
    let documented = ["sslCAInfo", "sslCAPath", "sslCert", "sslKey"].into_iter();
    let mut documented = documented.filter(|word| word.eq_ignore_ascii_case(name));
    match (key.strip_suffix(name), documented.next()) {
        (Some(before), Some(word)) => format!("{before}{word}"),
        _ => key.to_owned(),
    }
}

/// Whether a value means false, as in git.
fn is_false(value: &str) -> bool {
    let words = ["", "false", "no", "off", "0"];
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Returns a path, in which `~/` is the home folder.
fn expand(env: &dyn Environment, text: &str) -> PathBuf {
    match (text.strip_prefix("~/"), env.home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}

fn unreadable(key: &str, path: &Path, error: &std::io::Error) -> HttpError {
    HttpError::Setting {
        key: key.to_owned(),
        reason: format!("can't read {}: {error}", path.display()),
    }
}

fn read_certificates(key: &str, file: &Path) -> Result<Vec<Certificate>, HttpError> {
    let pem = std::fs::read(file).map_err(|error| unreadable(key, file, &error))?;
    let found = Certificate::from_pem_bundle(&pem).unwrap_or_default();
    if found.is_empty() {
        return Err(HttpError::Setting {
            key: key.to_owned(),
            reason: format!("{} has no certificate in PEM format", file.display()),
        });
    }
    Ok(found)
}

/// Reads a client certificate and its key, which may be in one file.
fn read_identity(
    certificate: &FileSetting,
    key: Option<&FileSetting>,
) -> Result<Identity, HttpError> {
    let read = |FileSetting { key, path }: &FileSetting| {
        std::fs::read(path).map_err(|error| unreadable(key, path, &error))
    };
    let mut pem = read(certificate)?;
    if let Some(key) = key {
        pem.push(b'\n');
        pem.extend(read(key)?);
    }
    Identity::from_pem(&pem).map_err(|_| HttpError::Setting {
        key: certificate.key.clone(),
        reason: format!(
            "{} has no certificate and key in PEM format without a password",
            certificate.path.display()
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_parsed_as_in_curl() {
        let parse = |text| parse_header(text).map(|(name, value)| (name.to_string(), value));
        let (name, value) = parse("AUTHORIZATION:  basic eA==").unwrap();
        assert_eq!(
            (name.as_str(), value.to_str().unwrap()),
            ("authorization", "basic eA==")
        );
        assert_eq!(parse("X-Empty;").unwrap().1, "");
        assert!(!format!("{value:?}").contains("eA=="));
        for none in ["X-Removed:", "no colon", ": x", "a b: c", "X: \u{7}"] {
            assert!(parse(none).is_none(), "{none}");
        }
    }

    #[test]
    fn proxy_is_url_or_host_with_port() {
        for proxy in [
            "proxy.example:3128",
            "http://u:p@proxy.example",
            "socks5h://127.0.0.1:1080",
        ] {
            assert!(parse_proxy(&with_scheme(proxy)).is_some(), "{proxy}");
        }
        for wrong in ["http://u:p@[::bad", "://", "http://", "nothing://x"] {
            assert!(parse_proxy(&with_scheme(wrong)).is_none(), "{wrong}");
        }
    }
}
