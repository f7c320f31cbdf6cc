//! [`Client`]: sends HTTP requests of git's protocol.

mod get;

pub use get::{Answer, Get};

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
    RETRY_AFTER,
};
use reqwest::{StatusCode, Url};
use tracing::debug;

use super::credentials::Authorization;
use super::resolver::Resolver;
use super::retry::Retry;
use super::settings::{Connection, HttpSettings};
use super::{HttpError, host_of, without_query, without_user};
use crate::redact;

/// The user agent.
const AGENT: &str = concat!("mdskill/", env!("CARGO_PKG_VERSION"));
/// The time limit for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Bodies larger than this are compressed, as in git.
const GZIP_FROM: usize = 1024;
/// The message of reqwest for a proxy's 407 to `CONNECT`, for which it has no error kind.
const PROXY_AUTH_REQUIRED: &str = "proxy authorization required";
/// The minimum rate in bytes per second, measured over one time limit, against slow servers.
const LEAST_RATE: u64 = 1024;

/// The maximum size of a refusal's explanation, in bytes.
const MAX_EXPLANATION_BYTES: usize = 4096;
/// The maximum length of a refusal's explanation in a message, in characters.
const MAX_EXPLANATION_CHARS: usize = 600;
/// The time limit for reading a refusal's explanation.
const EXPLANATION_TIMEOUT: Duration = Duration::from_secs(5);

/// An HTTP client. Nothing is set up before the first request.
pub struct Client {
    /// The clients for each kind of connection, and whether it is plain http.
    clients: Mutex<Vec<(bool, Connection, reqwest::Client)>>,
    timeout: Duration,
    uses_proxies: bool,
    requests: AtomicUsize,
    received: AtomicU64,
    /// The hosts that did not answer in spite of all retries.
    silent: Mutex<BTreeSet<String>>,
    /// The retry policy.
    pub retry: Retry,
}

/// A response.
pub(crate) enum Response<'a> {
    /// Success, with the body.
    Body(Body<'a>),
    /// A redirect to another address, not yet followed.
    Moved(Url),
    /// Any other status.
    Refused(Refusal),
}

/// A status other than success.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The time to wait that the server asked for.
    pub(crate) retry_after: Option<Duration>,
    /// The server's own words, in one line.
    pub(crate) explanation: Option<String>,
}

/// The body of a response, read in chunks.
pub(crate) struct Body<'a> {
    received: &'a AtomicU64,
    response: reqwest::Response,
    host: String,
    timeout: Duration,
    window: Instant,
    window_bytes: u64,
}

/// A client with a time limit of 30 seconds without data, and the default retries.
impl Default for Client {
    fn default() -> Self {
        Self::new(Duration::from_secs(30), Retry::default())
    }
}

impl Client {
    /// Creates a client that fails after `timeout` without data.
    #[must_use]
    pub fn new(timeout: Duration, retry: Retry) -> Self {
        Self {
            clients: Mutex::default(),
            timeout,
            uses_proxies: true,
            requests: AtomicUsize::new(0),
            received: AtomicU64::new(0),
            silent: Mutex::default(),
            retry,
        }
    }

    /// Connects directly, and ignores the proxies in the environment of the process.
    #[must_use]
    pub fn without_proxies(mut self) -> Self {
        self.uses_proxies = false;
        self
    }

    /// Returns the pause before the next attempt, as [`Retry::pause`] does. A host that did not answer in
    /// spite of all retries is not waited for again: a lockfile may have thousands of its repositories.
    pub(crate) fn pause(&self, error: &HttpError, tried: u64) -> Option<Duration> {
        let (asked, silent) = match error {
            HttpError::Status { retry_after, .. } => (*retry_after, None),
            HttpError::Connect { host, .. } | HttpError::Timeout { host, .. } => (None, Some(host)),
            _ => (None, None),
        };
        let pause = self.retry.pause(tried, asked);
        let Some(host) = silent else { return pause };
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if pause.is_none() {
            silent.insert(host.clone());
        }
        pause.filter(|_| !silent.contains(host))
    }

    /// Returns the number of requests so far, and of received bytes.
    #[must_use]
    pub fn traffic(&self) -> (usize, u64) {
        let requests = self.requests.load(Ordering::Relaxed);
        let received = self.received.load(Ordering::Relaxed);
        (requests, received)
    }

    /// Sends a `POST` of `body`, or a `GET` without one. Redirects are not followed, because only the
    /// caller knows whether the credential may be sent to the new address.
    ///
    /// # Errors
    /// When the response is missing.
    pub(crate) async fn send(
        &self,
        url: &Url,
        body: Option<&[u8]>,
        settings: &HttpSettings,
        authorization: &Authorization,
    ) -> Result<Response<'_>, HttpError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let host = host_of(url);
        let client = self.for_connection(url.scheme() == "http", &settings.connection)?;
        let mut builder = match body {
            Some(body) => {
                let post = client
                    .post(url.clone())
                    .header(CONTENT_TYPE, "application/x-git-upload-pack-request")
                    .header(ACCEPT, "application/x-git-upload-pack-result");
                match gzipped(body) {
                    Some(gzipped) => post.header(CONTENT_ENCODING, "gzip").body(gzipped),
                    None => post.body(body.to_vec()),
                }
            }
            None => client.get(url.clone()),
        };
        builder = builder.header("git-protocol", "version=2");
        for (name, value) in &settings.headers {
            if name != AUTHORIZATION || matches!(authorization, Authorization::ExtraHeader) {
                builder = builder.header(name, value);
            }
        }
        if let Authorization::Basic(credential) = authorization {
            builder = builder.basic_auth(&credential.user, Some(credential.token.secret()));
        }
        let origin = authorization.origin().unwrap_or("none");
        let sent = body.map_or(0, <[u8]>::len);
        debug!(host, bytes = sent, credential = origin, "sending a request");
        let failed = |error: &reqwest::Error| explain(&host, self.timeout, settings, error);
        let request = builder.build().map_err(|error| failed(&error))?;
        remember_secrets(request.headers(), settings, authorization);
        let response = client.execute(request).await;
        let response = response.map_err(|error| failed(&error))?;
        let status = response.status();
        debug!(status = status.as_u16(), "received a response");
        if status.is_redirection() {
            return moved(url, &response);
        }
        if status != StatusCode::OK {
            let retry_after = response.headers().get(RETRY_AFTER).and_then(retry_after);
            let explanation = explanation(response).await;
            return Ok(Response::Refused(Refusal {
                status: status.as_u16(),
                retry_after,
                explanation,
            }));
        }
        Ok(Response::Body(Body {
            received: &self.received,
            response,
            host,
            timeout: self.timeout,
            window: Instant::now(),
            window_bytes: 0,
        }))
    }

    /// Checks that a connection to `url` can be set up. Sends nothing.
    ///
    /// # Errors
    /// When a setting can't be used.
    pub(super) fn check(&self, url: &Url, settings: &HttpSettings) -> Result<(), HttpError> {
        let is_plain = url.scheme() == "http";
        self.for_connection(is_plain, &settings.connection)?;
        Ok(())
    }

    fn for_connection(
        &self,
        is_plain: bool,
        connection: &Connection,
    ) -> Result<reqwest::Client, HttpError> {
        // Reading the system's certificates takes some milliseconds, which plain HTTP does not need.
        let connection = if is_plain {
            connection.without_certificates()
        } else {
            connection.clone()
        };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let mut existing = clients.iter();
        if let Some((.., client)) =
            existing.find(|(plain, other, _)| (*plain, other) == (is_plain, &connection))
        {
            return Ok(client.clone());
        }
        let client = self.build(is_plain, &connection)?;
        clients.push((is_plain, connection, client.clone()));
        Ok(client)
    }

    fn build(&self, is_plain: bool, connection: &Connection) -> Result<reqwest::Client, HttpError> {
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Resolver)
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout))
            .read_timeout(self.timeout);
        if is_plain {
            builder = builder.tls_certs_only([]);
        }
        builder = connection.apply(builder)?;
        if !self.uses_proxies {
            builder = builder.no_proxy();
        }
        let built = builder.build();
        built.map_err(|error| {
            let settings = HttpSettings::default();
            explain("the network", self.timeout, &settings, &error)
        })
    }
}

impl Body<'_> {
    /// Returns the next chunk; `None` at the end.
    ///
    /// # Errors
    /// When the connection failed or is too slow.
    pub(crate) async fn chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, HttpError> {
        let chunk = self.response.chunk().await;
        let settings = HttpSettings::default();
        let chunk = chunk.map_err(|error| explain(&self.host, self.timeout, &settings, &error))?;
        let count = chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
        self.received.fetch_add(count, Ordering::Relaxed);
        self.window_bytes += count;
        if self.window.elapsed() >= self.timeout {
            if self.window_bytes < LEAST_RATE * self.timeout.as_secs() {
                return Err(HttpError::TooSlow {
                    host: self.host.clone(),
                });
            }
            self.window = Instant::now();
            self.window_bytes = 0;
        }
        Ok(chunk)
    }
}

/// Returns a large body compressed, as git sends it (gitprotocol-http(5)), because the 21 KB of 420
/// ids would not fit into the first window of a new connection. The fast level takes 4 ms for 4,344 ids, and not 12,
/// and makes them 3 % larger.
fn gzipped(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() <= GZIP_FROM {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn explain(
    host: &str,
    timeout: Duration,
    settings: &HttpSettings,
    error: &reqwest::Error,
) -> HttpError {
    let host = host.to_owned();
    let reason = innermost(error);
    if is_tls(error) {
        let is_unverified = settings.is_unverified;
        return HttpError::Tls {
            host,
            reason,
            is_unverified,
        };
    }
    if error.is_timeout() {
        return HttpError::Timeout {
            host,
            seconds: timeout.as_secs(),
        };
    }
    if reason.ends_with(PROXY_AUTH_REQUIRED) {
        return HttpError::Status {
            status: 407,
            url: host,
            tried: Vec::new(),
            retry_after: None,
            explanation: None,
            in_ci: false,
        };
    }
    if error.is_connect() {
        return HttpError::Connect { host, reason };
    }
    HttpError::Broken { host, reason }
}

/// Hides the secrets of a request in all later output.
fn remember_secrets(headers: &HeaderMap, settings: &HttpSettings, authorization: &Authorization) {
    let sent = headers.get(AUTHORIZATION).into_iter();
    let configured = settings.headers.iter().map(|(_, value)| value);
    for value in sent.chain(configured) {
        // Without the name of the scheme.
        let value = value.to_str().ok();
        if let Some(secret) = value.and_then(|value| value.split_whitespace().last()) {
            redact::remember(secret);
        }
    }
    if let Authorization::Basic(credential) = authorization {
        redact::remember(credential.token.secret());
    }
}

/// Reads the explanation of a refusal in one line, as git does: only of a plain text, because a page
/// is for a browser. A text that only repeats the status explains nothing.
async fn explanation(mut response: reqwest::Response) -> Option<String> {
    let media_type = response.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let media_type = media_type.split(';').next()?.trim();
    if !media_type.eq_ignore_ascii_case("text/plain") {
        return None;
    }
    let status = response.status().canonical_reason().unwrap_or_default();
    let mut bytes = Vec::new();
    let read = async {
        while bytes.len() < MAX_EXPLANATION_BYTES
            && let Ok(Some(chunk)) = response.chunk().await
        {
            bytes.extend_from_slice(&chunk);
        }
    };
    let _partial = tokio::time::timeout(EXPLANATION_TIMEOUT, read).await;
    let text = String::from_utf8_lossy(&bytes);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words
        .join(" ")
        .chars()
        .take(MAX_EXPLANATION_CHARS)
        .collect();
    let is_status = line.trim_end_matches('.').eq_ignore_ascii_case(status);
    (!line.is_empty() && !is_status).then_some(line)
}

fn moved(url: &Url, response: &reqwest::Response) -> Result<Response<'static>, HttpError> {
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    match location.and_then(|location| url.join(location).ok()) {
        Some(target) => Ok(Response::Moved(without_user(target))),
        None => Err(HttpError::Redirect {
            url: without_query(url),
            to: "nowhere".to_owned(),
            reason: "it has no valid address",
        }),
    }
}

/// Returns the last cause, which is the most specific: "invalid peer certificate: Expired".
fn innermost(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    // `source` does not return the error inside an I/O error, which may be another I/O error.
    let hidden = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || hidden.is_some_and(|inner| is_tls(inner))
        || error.source().is_some_and(is_tls)
}

/// Parses a `Retry-After` header: seconds, or a date (RFC 9110, 10.2.3).
fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_date() {
        let value = |text: &str| retry_after(&HeaderValue::from_str(text).unwrap());
        assert_eq!(value("7"), Some(Duration::from_secs(7)));
        let soon = SystemTime::now() + Duration::from_secs(90);
        let wait = value(&httpdate::fmt_http_date(soon)).unwrap();
        assert!((88..=90).contains(&wait.as_secs()), "{wait:?}");
        assert_eq!(value("soon"), None);
    }
}
