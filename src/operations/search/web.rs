//! Requests to catalogs on the web, and why they fail.

use std::time::Duration;

use reqwest::Url;
use serde::de::DeserializeOwned;

use super::Failure;
use crate::context::Context;
use crate::hint::{HasHint, Hint};
use crate::operations::OpError;
use mdskill_git::environment::Token;
use mdskill_git::http::client::{Answer, Get};
use mdskill_git::http::{HttpError, host_of};

/// The time limit of one catalog, from the first byte to the last. `MDSKILL_TIMEOUT` can lower it.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The largest answer.
const MAX_BYTES: usize = 8 << 20;
/// The longest explanation of a server that is repeated, in characters.
const MAX_EXPLANATION: usize = 200;

/// A catalog could not be searched.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// There was no answer.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The answer did not come within the time limit.
    #[error("no complete answer from {host} within {seconds} seconds")]
    Slow {
        /// The host.
        host: String,
        /// The time limit.
        seconds: u64,
    },
    /// The answer is too large.
    #[error("the answer of {host} is larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge {
        /// The host.
        host: String,
    },
    /// The answer is not what it should be.
    #[error("the answer of {host} is not {expected}")]
    NotJson {
        /// The host.
        host: String,
        /// A noun for the expected answer.
        expected: &'static str,
    },
    /// Too many requests were sent.
    #[error("too many requests to {host} ({status}){}", in_time(*.wait))]
    RateLimit {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The time until the next request.
        wait: Option<Duration>,
    },
    /// The server refused the request.
    #[error("{host} {}{}{}", status_words(*.status), with(.token.as_deref()), explained(.explanation.as_deref()))]
    Refused {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The origin of the token that was sent.
        token: Option<String>,
        /// The server's own words.
        explanation: Option<String>,
    },
}

fn status_words(status: u16) -> String {
    match status {
        401 => "requires authentication (401)".to_owned(),
        403 => "refused access (403)".to_owned(),
        404 | 410 => format!("has no such catalog ({status})"),
        422 => "can't search for these words (422)".to_owned(),
        500.. => format!("failed ({status})"),
        _ => format!("returned status {status}"),
    }
}

fn with(token: Option<&str>) -> String {
    token.map_or_else(String::new, |origin| format!(" with the token of {origin}"))
}

fn explained(explanation: Option<&str>) -> String {
    explanation.map_or_else(String::new, |text| format!("; the server says: {text}"))
}

fn in_time(wait: Option<Duration>) -> String {
    match wait.map(|wait| wait.as_secs().max(1)) {
        None => String::new(),
        Some(seconds) if seconds < 120 => format!("; try again in {seconds} seconds"),
        Some(seconds) => format!("; try again in {} minutes", seconds.div_ceil(60)),
    }
}

impl WebError {
    /// Returns the reason in a word or two, after the name of the catalog.
    fn brief(&self) -> String {
        match self {
            Self::Http(_) => "no answer".to_owned(),
            Self::Slow { .. } => "too slow".to_owned(),
            Self::TooLarge { .. } => "too large".to_owned(),
            Self::NotJson { .. } => "not a catalog".to_owned(),
            Self::RateLimit { status, .. } | Self::Refused { status, .. } => status.to_string(),
        }
    }
}

impl Failure {
    /// Returns the failure in a few words: `skills.sh failed: 500`.
    pub(crate) fn brief(&self) -> String {
        let from = &self.from;
        match &self.error {
            Some(OpError::Search { error, .. }) => format!("{from} failed: {}", error.brief()),
            _ => format!("{from} failed"),
        }
    }
}

impl HasHint for WebError {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Http(error) => error.hint(),
            Self::Refused {
                status: 401 | 403,
                token: Some(token),
                ..
            } => Some(Hint::text(format!(
                "check the token of {token}; without a token, GitHub is not searched"
            ))),
            _ => Some(Hint::text(
                "--offline searches only what is installed and cached, and --from selects the catalogs",
            )),
        }
    }
}

/// A request to a catalog.
pub(super) struct Request<'a> {
    /// The name of the catalog, for messages.
    pub(super) from: &'a str,
    pub(super) url: Url,
    pub(super) headers: &'a [(&'static str, &'a str)],
    pub(super) token: Option<&'a Token>,
    pub(super) is_allowed: &'a dyn Fn(&Url) -> bool,
    /// A noun for the expected answer.
    pub(super) expected: &'static str,
}

impl Request<'_> {
    /// Sends the request, and reads the answer as JSON.
    pub(super) async fn json<T: DeserializeOwned>(
        self,
        context: &Context<'_>,
    ) -> Result<(T, Url), OpError> {
        let from = self.from.to_owned();
        let read = self.read(context).await;
        read.map_err(|error| OpError::Search { from, error })
    }

    async fn read<T: DeserializeOwned>(self, context: &Context<'_>) -> Result<(T, Url), WebError> {
        let host = host_of(&self.url);
        let get = Get {
            url: self.url,
            headers: self.headers,
            token: self.token,
            max_bytes: MAX_BYTES,
            is_allowed: self.is_allowed,
        };
        let limit = TIME_LIMIT.min(context.env.timeout);
        let answer = tokio::time::timeout(limit, get.send(&context.client, &context.env)).await;
        let answer = answer.map_err(|_| WebError::Slow {
            host: host.clone(),
            seconds: limit.as_secs(),
        })??;
        if answer.status != 200 {
            return Err(refusal(host, &answer, self.token));
        }
        if answer.is_cut {
            return Err(WebError::TooLarge { host });
        }
        match serde_json::from_slice(&answer.body) {
            Ok(value) => Ok((value, answer.url)),
            Err(_) => Err(WebError::NotJson {
                host,
                expected: self.expected,
            }),
        }
    }
}

fn refusal(host: String, answer: &Answer, token: Option<&Token>) -> WebError {
    let status = answer.status;
    // GitHub reports a rate limit with 403.
    if status == 429 || status == 403 && answer.wait.is_some() {
        let wait = answer.wait;
        return WebError::RateLimit { host, status, wait };
    }
    WebError::Refused {
        host,
        status,
        explanation: explanation(answer, token),
        token: token.map(|token| token.origin.clone()),
    }
}

/// Returns the explanation in a JSON answer, unless it repeats the token.
fn explanation(answer: &Answer, token: Option<&Token>) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    let text = json
        .get("message")
        .or_else(|| json.get("error"))?
        .as_str()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(MAX_EXPLANATION).collect();
    let is_secret = token.is_some_and(|token| line.contains(token.secret()));
    (!line.is_empty() && !is_secret).then_some(line)
}
