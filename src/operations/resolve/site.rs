//! Addresses that may be those of a site as well as those of a repository, or of a skill as well as those
//! of a folder of a site.

use super::Opened;
use crate::context::Context;
use crate::fetch::resolve::Query;
use crate::fetch::{FetchError, SiteError};
use crate::operations::OpError;
use crate::source::Source;
use crate::source::site::{SiteKind, is_forge, kind_of, normalize};
use mdskill_git::http::HttpError;
use mdskill_git::transport::TransportError;

impl<'a> Opened<'a> {
    /// Opens the site at the address of a source that can't be opened because of `error`; `None` if there is
    /// none. A repository is tried first, so that one costs no further request.
    ///
    /// `wanted` is the skill that the user typed, which may be a folder of the site.
    pub(super) async fn open_site(
        context: &'a Context<'_>,
        source: &Source,
        wanted: Option<&str>,
        error: &OpError,
    ) -> Result<Option<Self>, OpError> {
        match (source, wanted) {
            (Source::Git { url }, None) if is_not_a_repository(error) => {
                let Some(page) = page_of(url) else {
                    return Ok(None);
                };
                if let Some(opened) = Self::with_index(context, &page).await? {
                    return Ok(Some(opened));
                }
                let Some((host, skill)) = split_host(&page) else {
                    return Ok(None);
                };
                let opened = Self::with_index(context, host).await?;
                // Without the skill, the address is more likely that of a repository.
                let opened = opened.filter(|opened| opened.discovery.at(skill).is_some());
                Ok(opened.map(|opened| Self {
                    site_skill: Some(skill.to_owned()),
                    ..opened
                }))
            }
            (Source::Site { url }, Some(folder)) if has_no_index(error) => {
                let is_host = kind_of(url) == SiteKind::Index && split_host(url).is_none();
                if !is_host || folder.contains('/') {
                    return Ok(None);
                }
                let opened = Self::with_index(context, &format!("{url}/{folder}")).await?;
                Ok(opened.map(|opened| Self {
                    site_folder: Some(folder.to_owned()),
                    ..opened
                }))
            }
            _ => Ok(None),
        }
    }

    async fn with_index(context: &'a Context<'_>, url: &str) -> Result<Option<Self>, OpError> {
        let Ok(url) = normalize(url) else {
            return Ok(None);
        };
        match Self::open(context, &Source::Site { url }, &Query::Default).await {
            Err(error) if has_no_index(&error) => Ok(None),
            opened => opened.map(Some),
        }
    }
}

/// Whether a server answered, and not like one of git.
fn is_not_a_repository(error: &OpError) -> bool {
    match error {
        OpError::Fetch(FetchError::Transport(TransportError::Http(error))) => {
            matches!(error, HttpError::Status { .. })
        }
        OpError::Fetch(FetchError::Transport(_)) => true,
        _ => false,
    }
}

fn has_no_index(error: &OpError) -> bool {
    let OpError::Fetch(FetchError::Site(error)) = error else {
        return false;
    };
    matches!(
        error,
        SiteError::NoIndex { .. }
            | SiteError::Index { .. }
            | SiteError::Status { .. }
            | SiteError::NotHttps(_)
    )
}

/// Returns the page at the address of a repository that may be a site instead.
fn page_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let may_be_site = matches!(scheme, "https" | "http") && !is_forge(host);
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    may_be_site.then(|| format!("{scheme}://{host}/{path}"))
}

/// Splits an address into that of the host, and the last part of the path.
fn split_host(url: &str) -> Option<(&str, &str)> {
    let start = url.find("://")? + 3;
    let end = start + url[start..].find('/')?;
    let last = url.rsplit('/').next()?;
    Some((&url[..end], last))
}
