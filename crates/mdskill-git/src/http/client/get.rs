//! [`Get`]: a plain `GET` of a small document, such as the JSON of a web API.

use std::time::{Duration, Instant, SystemTime};

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap, RETRY_AFTER};
use tracing::debug;

use super::{Body, Client, Response, explain, moved, retry_after};
use crate::environment::{Environment, Token};
use crate::http::credentials::is_loopback;
use crate::http::settings::{HttpSettings, Scope};
use crate::http::{HttpError, host_of, without_query};

/// The maximum number of redirects.
const MAX_REDIRECTS: usize = 5;

/// A `GET` of a document. The proxies, certificates, and time limits of git's requests apply, but no
/// credentials: those of git are for repositories.
pub struct Get<'a> {
    /// The address.
    pub url: Url,
    /// Headers without secrets.
    pub headers: &'a [(&'static str, &'a str)],
    /// The token for the host of the address. It is sent over https only, or to this machine, and
    /// never after a redirect to another host.
    pub token: Option<&'a Token>,
    /// The most bytes to read.
    pub max_bytes: usize,
    /// Whether an address may be requested; redirects are checked, too.
    pub is_allowed: &'a dyn Fn(&Url) -> bool,
}

/// The answer to a [`Get`].
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The address after redirects.
    pub url: Url,
    /// The body, at most the requested number of bytes.
    pub body: Vec<u8>,
    /// Whether there is more.
    pub is_cut: bool,
    /// The time to wait that the server asked for: `Retry-After`, or else the time until
    /// `X-RateLimit-Reset` if no request remains.
    pub wait: Option<Duration>,
}

impl Get<'_> {
    /// Sends the request, and reads its answer.
    ///
    /// # Errors
    /// When there is no answer, or a redirect is refused.
    pub async fn send(self, client: &Client, env: &dyn Environment) -> Result<Answer, HttpError> {
        let (host, limit) = (host_of(&self.url), env.request_timeout());
        let answer = tokio::time::timeout(limit, self.send_and_follow(client, env)).await;
        answer.unwrap_or_else(|_| {
            let seconds = limit.as_secs();
            Err(HttpError::TooLong { host, seconds })
        })
    }

    async fn send_and_follow(
        self,
        client: &Client,
        env: &dyn Environment,
    ) -> Result<Answer, HttpError> {
        let mut url = self.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send_to(&url, client, env).await?;
            if !response.status().is_redirection() {
                return self.read(url, client, response).await;
            }
            let Response::Moved(target) = moved(&url, &response)? else {
                break;
            };
            let refuse = |reason| HttpError::Redirect {
                url: without_query(&url),
                to: target.origin().ascii_serialization(),
                reason,
            };
            if target.scheme() != "https" && (url.scheme(), target.scheme()) != ("http", "http") {
                return Err(refuse("its target does not use https"));
            }
            if !(self.is_allowed)(&target) {
                return Err(refuse("its target is not allowed"));
            }
            url = target;
        }
        Err(HttpError::Redirect {
            url: without_query(&self.url),
            to: url.origin().ascii_serialization(),
            reason: "more than five redirects",
        })
    }

    async fn send_to(
        &self,
        url: &Url,
        client: &Client,
        env: &dyn Environment,
    ) -> Result<reqwest::Response, HttpError> {
        let settings = HttpSettings::of(env, url, Scope::Redirected);
        let (host, timeout) = (host_of(url), client.timeout);
        let connected = client.for_connection(url.scheme() == "http", &settings.connection)?;
        let mut builder = connected.get(url.clone());
        for (name, value) in self.headers {
            builder = builder.header(*name, *value);
        }
        let is_own_host = url.origin() == self.url.origin();
        let is_secure = url.scheme() == "https" || is_loopback(url);
        let token = self.token.filter(|_| is_own_host && is_secure);
        if let Some(token) = token {
            builder = builder.bearer_auth(token.secret());
        }
        let credential = token.map_or("none", |token| &token.origin);
        debug!(url = %without_query(url), credential, "sending a request");
        let failed = |error: &reqwest::Error| explain(&host, timeout, &settings, error);
        let request = builder.build().map_err(|error| failed(&error))?;
        debug_assert_eq!(
            request.headers().contains_key(AUTHORIZATION),
            token.is_some()
        );
        let response = connected.execute(request).await;
        let response = response.map_err(|error| failed(&error))?;
        debug!(status = response.status().as_u16(), "received a response");
        Ok(response)
    }

    async fn read(
        &self,
        url: Url,
        client: &Client,
        response: reqwest::Response,
    ) -> Result<Answer, HttpError> {
        let mut answer = Answer {
            status: response.status().as_u16(),
            body: Vec::new(),
            is_cut: false,
            wait: wait_of(response.headers()),
            url,
        };
        let mut body = Body {
            received: &client.received,
            response,
            host: host_of(&answer.url),
            timeout: client.timeout,
            window: Instant::now(),
            window_bytes: 0,
        };
        while let Some(chunk) = body.chunk().await? {
            let room = self.max_bytes - answer.body.len();
            let chunk = chunk.as_ref();
            answer
                .body
                .extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                answer.is_cut = true;
                break;
            }
        }
        Ok(answer)
    }
}

/// Returns the time to wait. GitHub sends the time of the reset, in Unix seconds, with every answer.
fn wait_of(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    let asked = headers.get(RETRY_AFTER).and_then(retry_after);
    asked.or_else(|| {
        let reset =
            number("x-ratelimit-reset").filter(|_| number("x-ratelimit-remaining") == Some(0))?;
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()?;
        Some(Duration::from_secs(reset).saturating_sub(now))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_is_that_of_a_used_up_rate_limit() {
        let headers = |pairs: &[(&'static str, String)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            wait_of(&headers)
        };
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        let reset = || ("x-ratelimit-reset", (now.as_secs() + 90).to_string());
        let remaining = |count: u32| ("x-ratelimit-remaining", count.to_string());
        assert_eq!(headers(&[reset(), remaining(7)]), None);
        let wait = headers(&[reset(), remaining(0)]).unwrap();
        assert!((80..=90).contains(&wait.as_secs()), "{wait:?}");
        let asked = headers(&[reset(), remaining(0), ("retry-after", "5".to_owned())]);
        assert_eq!(asked, Some(Duration::from_secs(5)));
        let past = headers(&[("x-ratelimit-reset", "5".to_owned()), remaining(0)]);
        assert_eq!(past, Some(Duration::ZERO));
    }
}
