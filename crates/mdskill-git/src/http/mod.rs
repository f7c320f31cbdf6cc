//! HTTP: one client, what its failures mean, when to try again, and who may see a token.

pub mod client;
pub mod credentials;
pub mod retry;

use std::time::Duration;

use reqwest::Url;

/// A request failed. Every text is safe to print: no token is ever part of it.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Nothing listens, no route, no such host.
    #[error("can't connect to {host}: {reason}")]
    Connect {
        /// The host that was tried.
        host: String,
        /// The system's reason.
        reason: String,
    },
    /// The certificate or the handshake was refused.
    #[error("can't trust {host}: {reason}")]
    Tls {
        /// The host that was tried.
        host: String,
        /// The verifier's reason.
        reason: String,
    },
    /// Nothing came for too long.
    #[error("no data from {host} for {seconds}s")]
    Timeout {
        /// The host that was tried.
        host: String,
        /// How long was waited.
        seconds: u64,
    },
    /// Bytes came, but fewer than 1 KiB a second.
    #[error("{host} sends less than 1 KiB per second")]
    TooSlow {
        /// The host that was tried.
        host: String,
    },
    /// The connection ended in the middle.
    #[error("the connection to {host} failed: {reason}")]
    Broken {
        /// The host that was tried.
        host: String,
        /// The system's reason.
        reason: String,
    },
    /// The server answered with a status that is no success.
    #[error("{}", status_sentence(*.status, .url, .tried, .retry_after.as_ref()))]
    Status {
        /// The HTTP status.
        status: u16,
        /// What was asked for.
        url: String,
        /// Which credentials were tried, as a phrase.
        tried: String,
        /// What the server asked to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect that is not followed.
    #[error("refused the redirect from {url} to {to}: {reason}")]
    Redirect {
        /// What was asked for.
        url: String,
        /// Where it points.
        to: String,
        /// Why not.
        reason: &'static str,
    },
}

impl HttpError {
    /// Whether the same request may succeed in a moment.
    ///
    /// What cargo and uv try again as well; never a refusal, never a certificate.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::TooSlow { .. }
            | Self::Broken { .. } => true,
            Self::Status { status, .. } => {
                matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
            }
            Self::Tls { .. } | Self::Redirect { .. } => false,
        }
    }

    /// Returns what the server asked to wait before the next try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

/// Returns the host with its port, as errors name it.
#[must_use]
pub fn host_of(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => url.to_string(),
    }
}

/// Says what a status means, as GitHub, GitLab and Gitea use it.
fn status_sentence(status: u16, url: &str, tried: &str, retry_after: Option<&Duration>) -> String {
    match status {
        401 => format!("{url} requires authentication (401); {tried}"),
        403 => format!("access to {url} is forbidden (403); {tried}"),
        404 | 410 => format!("{url} does not exist or is private ({status}); {tried}"),
        407 => format!("the proxy requires authentication (407) to connect to {url}"),
        429 => match retry_after {
            Some(wait) => format!(
                "{url}: too many requests (429); try again in {} seconds",
                wait.as_secs()
            ),
            None => format!("{url}: too many requests (429); try again in a few minutes"),
        },
        451 => format!("{url} is blocked for legal reasons (451)"),
        500.. => format!("{url}: the server failed ({status})"),
        _ => format!("{url} returned status {status}"),
    }
}
