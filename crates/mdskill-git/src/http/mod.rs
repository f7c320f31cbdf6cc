//! HTTP: the client, its errors, retries, and credentials.

pub mod client;
pub(crate) mod credentials;
pub mod diagnosis;
mod netrc;
mod resolver;
pub mod retry;
pub(crate) mod settings;
mod url_match;

pub use credentials::{github_token, is_loopback};

use std::time::Duration;

use reqwest::Url;

/// A request failed. The messages never contain a token.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The connection could not be opened.
    #[error("can't connect to {host}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// The message of the system.
        reason: String,
    },
    /// The TLS handshake failed, for example because of the certificate.
    #[error("can't trust {host}: {reason}{}", verification(*.is_unverified))]
    Tls {
        /// The host.
        host: String,
        /// The message of the verifier.
        reason: String,
        /// Whether git's configuration would skip the verification.
        is_unverified: bool,
    },
    /// No data was received within the time limit.
    #[error("no data from {host} for {seconds}s")]
    Timeout {
        /// The host.
        host: String,
        /// The time limit.
        seconds: u64,
    },
    /// The response was not complete within the time of a request.
    #[error("the response from {host} was not complete after {seconds}s")]
    TooLong {
        /// The host.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// Less than 1 KiB per second was received.
    #[error("{host} sends less than 1 KiB per second")]
    TooSlow {
        /// The host.
        host: String,
    },
    /// The connection ended before the response was complete.
    #[error("the connection to {host} failed: {reason}")]
    Broken {
        /// The host.
        host: String,
        /// The message of the system.
        reason: String,
    },
    /// The server returned a status other than success.
    #[error("{}{}", status_sentence(*.status, .url, .tried), said(.explanation.as_deref()))]
    Status {
        /// The HTTP status.
        status: u16,
        /// The requested URL.
        url: String,
        /// The origins of the tried credentials.
        tried: Vec<String>,
        /// The time to wait that the server asked for.
        retry_after: Option<Duration>,
        /// The server's own words, in one line.
        explanation: Option<String>,
        /// Whether this runs in continuous integration.
        in_ci: bool,
    },
    /// A setting of git's configuration or of a variable can't be used.
    #[error("`{key}`: {reason}")]
    Setting {
        /// The key or the variable.
        key: String,
        /// The reason.
        reason: String,
    },
    /// A redirect was refused.
    #[error("refused the redirect from {url} to {to}: {reason}")]
    Redirect {
        /// The requested URL.
        url: String,
        /// The target of the redirect.
        to: String,
        /// The reason.
        reason: &'static str,
    },
}

impl HttpError {
    /// Whether a retry may succeed, by the same criteria as in cargo and uv: never after a refusal
    /// or a certificate error.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::TooSlow { .. }
            | Self::Broken { .. } => true,
            Self::Status {
                status,
                retry_after,
                ..
            } => {
                // GitHub reports a rate limit with 403.
                matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
                    || (*status == 403 && retry_after.is_some())
            }
            Self::TooLong { .. }
            | Self::Tls { .. }
            | Self::Redirect { .. }
            | Self::Setting { .. } => false,
        }
    }
}

/// Returns the host, with its port if it is not the default.
#[must_use]
pub fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.to_string(),
    }
}

/// Removes the user and the password from an address, because messages and the log show it.
pub(crate) fn without_user(mut target: Url) -> Url {
    // This fails only for a URL without a host, which has no user.
    let _none = target.set_username("");
    let _none = target.set_password(None);
    target
}

/// Returns the target of a redirect for messages and the log, without its query and, on another host,
/// without a path of its own: both may have a secret of that host.
pub(crate) fn shown_target(from: &Url, to: &Url) -> String {
    let mut shown = without_user(to.clone());
    shown.set_query(None);
    shown.set_fragment(None);
    let is_known = host_of(from) == host_of(to) || from.path() == to.path();
    if is_known {
        shown.to_string()
    } else {
        shown.origin().ascii_serialization()
    }
}

/// Returns an address for messages and the log, without its query, which may have a secret.
pub(crate) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

/// Describes a status, as GitHub, GitLab, and Gitea use it.
fn status_sentence(status: u16, url: &str, tried: &[String]) -> String {
    let tried = match tried {
        [] => "no credentials were tried".to_owned(),
        tried => format!("tried {}", tried.join(", ")),
    };
    match status {
        401 => format!("{url} requires authentication (401); {tried}"),
        403 => format!("access to {url} is forbidden (403); {tried}"),
        404 | 410 => format!("{url} does not exist or is private ({status}); {tried}"),
        407 => format!("the proxy requires authentication (407) to connect to {url}"),
        429 => format!("{url}: too many requests (429)"),
        451 => format!("{url} is blocked for legal reasons (451)"),
        500.. => format!("{url}: the server failed ({status})"),
        _ => format!("{url} returned status {status}"),
    }
}

/// Quotes the server's own words.
fn said(explanation: Option<&str>) -> String {
    explanation.map_or_else(String::new, |text| format!("; the server says: {text}"))
}

fn verification(is_unverified: bool) -> &'static str {
    if is_unverified {
        "; certificates are always verified, in spite of `http.sslVerify=false`"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_is_not_transient() {
        let is_transient = |status| {
            let error = HttpError::Status {
                status,
                url: String::new(),
                tried: Vec::new(),
                retry_after: None,
                explanation: None,
                in_ci: false,
            };
            error.is_transient()
        };
        for status in [400, 401, 403, 404, 451] {
            assert!(!is_transient(status), "{status}");
        }
        assert!(is_transient(503));
    }
}
