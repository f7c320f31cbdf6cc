//! [`Client`]: sends one request and says what became of it.

use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{StatusCode, Url};

use super::credentials::Credential;
use super::retry::Retry;
use super::{HttpError, host_of};

/// How mdskill calls itself.
const AGENT: &str = concat!("mdskill/", env!("CARGO_PKG_VERSION"));
/// How long opening a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Smallest body that is worth it: git's own choice.
const GZIP_FROM: usize = 1024;
/// A proxy's 407 to a `CONNECT`: the client has no kind for it, only these words.
const PROXY_ASKS: &str = "proxy authorization required";
/// Least bytes a second over one time-out, against a server that drips.
const LEAST_RATE: u64 = 1024;

/// The HTTP client of one run. Nothing is set up before the first request.
pub struct Client {
    plain: OnceLock<reqwest::Client>,
    secure: OnceLock<reqwest::Client>,
    timeout: Duration,
    uses_proxies: bool,
    requests: AtomicU64,
    received: AtomicU64,
    /// The rule for trying again.
    pub retry: Retry,
}

/// What to send.
pub struct Request<'a> {
    /// Where to.
    pub url: Url,
    /// A git request and its service's content type; none makes it a `GET`.
    pub body: Option<&'a [u8]>,
    /// Who asks.
    pub credential: Option<&'a Credential>,
}

/// What a request led to, short of a failure.
pub enum Reply<'a> {
    /// Success: the body follows.
    Body(Body<'a>),
    /// Another address, not yet followed.
    Moved(Url),
    /// A status that is neither.
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server asked to wait.
        retry_after: Option<Duration>,
    },
}

/// A body as it arrives.
pub struct Body<'a> {
    received: &'a AtomicU64,
    response: reqwest::Response,
    host: String,
    timeout: Duration,
    window: Instant,
    window_bytes: u64,
}

impl Client {
    /// Makes a client that gives up after `timeout` without a byte.
    #[must_use]
    pub fn new(timeout: Duration, retry: Retry) -> Self {
        Self {
            plain: OnceLock::new(),
            secure: OnceLock::new(),
            timeout,
            uses_proxies: true,
            requests: AtomicU64::new(0),
            received: AtomicU64::new(0),
            retry,
        }
    }

    /// Connects directly, whatever proxies the environment of this process names.
    #[must_use]
    pub fn without_proxies(mut self) -> Self {
        self.uses_proxies = false;
        self
    }

    /// Says what went over the network so far; nothing when nothing did.
    #[must_use]
    pub fn traffic(&self) -> Option<String> {
        let requests = self.requests.load(Ordering::Relaxed);
        let received = self.received.load(Ordering::Relaxed);
        (requests > 0).then(|| {
            format!("{requests} requests over git protocol v2, {received} bytes received")
        })
    }

    /// Sends one request. Redirects are the caller's to follow: only it knows what
    /// may go along.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn send(&self, request: Request<'_>) -> Result<Reply<'_>, HttpError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let host = host_of(&request.url);
        let client = self.for_scheme(request.url.scheme())?;
        let mut builder = match request.body {
            Some(body) => {
                let post = client
                    .post(request.url.clone())
                    .header(CONTENT_TYPE, "application/x-git-upload-pack-request")
                    .header(ACCEPT, "application/x-git-upload-pack-result");
                match gzipped(body) {
                    Some(gzipped) => post.header(CONTENT_ENCODING, "gzip").body(gzipped),
                    None => post.body(body.to_vec()),
                }
            }
            None => client.get(request.url.clone()),
        };
        builder = builder.header("git-protocol", "version=2");
        if let Some(credential) = request.credential {
            builder = builder.basic_auth(credential.user(), Some(credential.secret()));
        }
        let response = builder
            .send()
            .await
            .map_err(|error| self.explain(&host, &error))?;
        let status = response.status();
        if status.is_redirection() {
            return moved(&request.url, &response);
        }
        if status != StatusCode::OK {
            let retry_after = response.headers().get(RETRY_AFTER).and_then(retry_after);
            return Ok(Reply::Refused {
                status: status.as_u16(),
                retry_after,
            });
        }
        Ok(Reply::Body(Body {
            received: &self.received,
            response,
            host,
            timeout: self.timeout,
            window: Instant::now(),
            window_bytes: 0,
        }))
    }

    fn for_scheme(&self, scheme: &str) -> Result<&reqwest::Client, HttpError> {
        // Reading the system's certificates takes some milliseconds; plain http needs none.
        let (slot, is_plain) = match scheme {
            "http" => (&self.plain, true),
            _ => (&self.secure, false),
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = self
            .build(is_plain)
            .map_err(|error| self.explain("the network", &error))?;
        Ok(slot.get_or_init(|| client))
    }

    fn build(&self, is_plain: bool) -> Result<reqwest::Client, reqwest::Error> {
        let _already_installed = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT.min(self.timeout))
            .read_timeout(self.timeout);
        if is_plain {
            builder = builder.tls_certs_only([]);
        }
        if !self.uses_proxies {
            builder = builder.no_proxy();
        }
        builder.build()
    }

    fn explain(&self, host: &str, error: &reqwest::Error) -> HttpError {
        explain(host, self.timeout, error)
    }
}

impl Body<'_> {
    /// Returns the next chunk, or nothing at the end.
    ///
    /// # Errors
    /// When the connection broke, or is as good as dead.
    pub async fn chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, HttpError> {
        let chunk = self.response.chunk().await;
        let chunk = chunk.map_err(|error| explain(&self.host, self.timeout, &error))?;
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

/// A redirect says where to go, not as whom; and a password in it would be shown.
fn without_user(mut target: Url) -> Url {
    // Only a URL without a host takes no user, and that one has none.
    let _none = target.set_username("");
    let _none = target.set_password(None);
    target
}

/// Returns a large body gzipped, as git itself sends it (gitprotocol-http(5)): the
/// 21 KB of 420 ids would not fit into a new connection's first window.
fn gzipped(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() <= GZIP_FROM {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn explain(host: &str, timeout: Duration, error: &reqwest::Error) -> HttpError {
    let host = host.to_owned();
    let reason = innermost(error);
    if is_tls(error) {
        return HttpError::Tls { host, reason };
    }
    if error.is_timeout() {
        return HttpError::Timeout {
            host,
            seconds: timeout.as_secs(),
        };
    }
    if reason.ends_with(PROXY_ASKS) {
        return HttpError::Status {
            status: 407,
            url: host,
            tried: String::new(),
            retry_after: None,
        };
    }
    if error.is_connect() {
        return HttpError::Connect { host, reason };
    }
    HttpError::Broken { host, reason }
}

fn moved(url: &Url, response: &reqwest::Response) -> Result<Reply<'static>, HttpError> {
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|value| value.to_str().ok());
    match location.and_then(|location| url.join(location).ok()) {
        Some(target) => Ok(Reply::Moved(without_user(target))),
        None => Err(HttpError::Redirect {
            url: url.to_string(),
            to: "nowhere".to_owned(),
            reason: "it has no valid address",
        }),
    }
}

/// The last cause says it best: "connection refused", "invalid peer certificate: Expired".
fn innermost(error: &reqwest::Error) -> String {
    let mut last: &dyn std::error::Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    // What an I/O error holds hides from `source`, and it may hold another I/O error.
    let hidden = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || hidden.is_some_and(|inner| is_tls(inner))
        || error.source().is_some_and(is_tls)
}

/// Source: RFC 9110, 10.2.3: seconds, or a date.
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
    fn a_wait_is_seconds_or_a_date() {
        let value = |text: &str| retry_after(&HeaderValue::from_str(text).unwrap());
        assert_eq!(value("7"), Some(Duration::from_secs(7)));
        let soon = SystemTime::now() + Duration::from_secs(90);
        let wait = value(&httpdate::fmt_http_date(soon)).unwrap();
        assert!((88..=90).contains(&wait.as_secs()), "{wait:?}");
        assert_eq!(value("soon"), None);
    }
}
