//! Downloads the files of a site: over https, without credentials, within limits.

use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::Url;
use tracing::info;

use super::{Site, SiteError};
use crate::config::is_public_index;
use crate::digest::Digest;
use mdskill_git::http::client::{Answer, Get};
use mdskill_git::http::{HttpError, is_loopback};
use mdskill_lint::limits::Size;
use mdskill_lint::path::SkillPath;

/// The largest index.
pub(super) const MAX_INDEX_BYTES: usize = 8 << 20;
/// The number of files of a skill that are requested at once.
const CONCURRENT: usize = 8;

impl Site<'_> {
    /// Downloads a file, and returns it with its address after redirects.
    pub(super) async fn get(&self, url: &Url, limit: usize) -> Result<(Url, Vec<u8>), SiteError> {
        let answer = self.try_to_get(url, limit).await?;
        if answer.status != 200 {
            return Err(SiteError::Status {
                url: url.to_string(),
                status: answer.status,
            });
        }
        if answer.is_cut {
            let url = url.to_string();
            return Err(SiteError::TooLarge { url, limit });
        }
        Ok((answer.url, answer.body))
    }

    /// Downloads a file that an index describes, and checks its digest.
    pub(super) async fn get_checked(
        &self,
        url: &Url,
        limit: usize,
        expected: Digest,
    ) -> Result<(Url, Vec<u8>), SiteError> {
        self.check_target(url)?;
        let (at, bytes) = self.get(url, limit).await?;
        let found = Digest::of_bytes(&bytes);
        if found != expected {
            return Err(SiteError::Digest {
                url: url.to_string(),
                expected: expected.to_string(),
                found: found.to_string(),
            });
        }
        Ok((at, bytes))
    }

    /// Downloads all files of a skill.
    pub(super) async fn get_all(
        &self,
        name: &str,
        files: &[(SkillPath, Url)],
    ) -> Result<Vec<(SkillPath, Vec<u8>)>, SiteError> {
        let get = |(path, url): &(SkillPath, Url)| {
            let (path, url) = (path.clone(), url.clone());
            async move {
                let (_, bytes) = self.get(&url, self.limits.max_file_size).await?;
                Ok::<_, SiteError>((path, bytes))
            }
        };
        let requests: Vec<_> = files.iter().map(get).collect();
        let mut answers = stream::iter(requests).buffered(CONCURRENT);
        let (mut all, mut total) = (Vec::new(), 0);
        while let Some((path, bytes)) = answers.try_next().await? {
            total += bytes.len();
            if total > self.limits.max_total_size {
                let limit = Size(self.limits.max_total_size);
                return Err(self.fail(name, format!("it is larger than {limit}")));
            }
            all.push((path, bytes));
        }
        Ok(all)
    }

    /// Checks an address in an index: one of the same host, or of another public one.
    fn check_target(&self, url: &Url) -> Result<(), SiteError> {
        check_https(url)?;
        if self.may_lead_to(url) {
            return Ok(());
        }
        Err(SiteError::Elsewhere {
            url: self.url.clone(),
            to: url.to_string(),
        })
    }

    /// Whether the site may lead to an address: a stranger must not make this machine send requests to
    /// itself or its network.
    fn may_lead_to(&self, url: &Url) -> bool {
        let own = Url::parse(&self.url);
        own.is_ok_and(|own| own.origin() == url.origin()) || is_public_index(url)
    }

    async fn try_to_get(&self, url: &Url, limit: usize) -> Result<Answer, HttpError> {
        let mut tried = 0;
        loop {
            let get = Get {
                url: url.clone(),
                headers: &[],
                token: None,
                max_bytes: limit,
                is_allowed: &|target| self.may_lead_to(target),
            };
            let answer = get.send(self.client, self.env).await;
            let pause = match &answer {
                Ok(answer) if matches!(answer.status, 408 | 425 | 429 | 500 | 502..=504) => {
                    self.client.retry.pause(tried, answer.wait)
                }
                Err(error) if error.is_transient() => self.client.retry.pause(tried, None),
                _ => None,
            };
            let Some(pause) = pause else {
                return answer;
            };
            info!(%url, "requesting again");
            tokio::time::sleep(pause).await;
            tried += 1;
        }
    }
}

/// Checks that an address is encrypted, or on this machine.
pub(super) fn check_https(url: &Url) -> Result<(), SiteError> {
    if url.scheme() == "https" || is_loopback(url) {
        return Ok(());
    }
    Err(SiteError::NotHttps(url.to_string()))
}
