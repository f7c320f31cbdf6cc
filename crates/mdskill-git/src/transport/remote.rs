//! [`Remote`]: a repository to fetch from, over any transport.

use tracing::info;

use super::http::HttpRemote;
use super::ssh::{SshAddress, SshRemote};
use super::system::SystemGit;
use super::{TransportError, local::LocalRefs};
use crate::environment::Environment;
use crate::http::client::Client;
use crate::objects::Objects;
use crate::progress::Progress;
use crate::protocol::{Ref, Wants};
use crate::redact::redact_url;

/// A repository to fetch refs and objects from.
pub enum Remote<'a> {
    /// Over HTTP.
    Http(Box<HttpRemote<'a>>),
    /// Over the user's ssh.
    Ssh(Box<SshRemote<'a>>),
    /// On this machine; its objects are read in place.
    Local(LocalRefs),
    /// Through the user's `git`.
    System(SystemGit<'a>),
}

impl<'a> Remote<'a> {
    /// Opens the repository at an https, http, or ssh URL (`ssh://HOST/PATH` or `USER@HOST:PATH`).
    /// Sends nothing.
    ///
    /// A repository on this machine is opened with [`Objects::open`] instead.
    ///
    /// # Errors
    /// [`TransportError::UnsupportedUrl`] for any other URL.
    pub fn open(
        url: &str,
        client: &'a Client,
        env: &'a dyn Environment,
    ) -> Result<Self, TransportError> {
        let is_ssh = url.starts_with("ssh://") || !url.contains("://");
        if is_ssh && let Some(address) = SshAddress::parse(url) {
            return Ok(Self::Ssh(Box::new(SshRemote::new(url, address, env))));
        }
        match reqwest::Url::parse(url) {
            Ok(base) if matches!(base.scheme(), "https" | "http") => {
                Ok(Self::Http(Box::new(HttpRemote::new(client, &base, env))))
            }
            _ => Err(TransportError::UnsupportedUrl {
                url: redact_url(url),
            }),
        }
    }

    /// Sets the address as it was before [`crate::git_config::GitConfig::rewrite`]. The user's `git`
    /// is given this one, because it replaces addresses, too.
    #[must_use]
    pub fn written_as(mut self, url: &str) -> Self {
        match &mut self {
            Self::Http(remote) => remote.written = Some(url.to_owned()),
            Self::Ssh(remote) => remote.written = Some(url.to_owned()),
            Self::Local(_) | Self::System(_) => {}
        }
        self
    }
}

impl Remote<'_> {
    /// Lists the refs with one of these prefixes.
    ///
    /// # Errors
    /// When the request fails.
    pub async fn list_refs(&mut self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
        info!(?prefixes, "listing refs");
        loop {
            let listed = match self {
                Self::Http(remote) => remote.list_refs(prefixes).await,
                Self::Ssh(remote) => remote.list_refs(prefixes).await,
                Self::Local(local) => Ok(local.list(prefixes)),
                Self::System(git) => git.list_refs(prefixes).await,
            };
            match listed {
                Err(error) => self.fall_back(error)?,
                listed => return listed,
            }
        }
    }

    /// Fetches the wanted objects into `objects`.
    ///
    /// # Errors
    /// When the request fails, or the response can't be used.
    pub async fn fetch(
        &mut self,
        wants: &Wants,
        objects: &Objects,
        progress: &dyn Progress,
    ) -> Result<(), TransportError> {
        let (objects_wanted, known) = (wants.ids.len(), wants.known.len());
        info!(objects_wanted, known, depth = ?wants.depth, "fetching objects");
        loop {
            let fetched = match self {
                Self::Http(remote) => remote.fetch(wants, objects, progress).await,
                Self::Ssh(remote) => remote.fetch(wants, objects, progress).await,
                // All objects exist already; the caller checks for missing ones.
                Self::Local(_) => Ok(()),
                Self::System(git) => git.fetch(wants, objects).await,
            };
            match fetched {
                Err(error) => self.fall_back(error)?,
                fetched => return fetched,
            }
        }
    }

    /// Switches to the user's `git` if the server does not support v2; returns any other error.
    fn fall_back(&mut self, error: TransportError) -> Result<(), TransportError> {
        let (env, written) = match &*self {
            // An address after a redirect is new to git's configuration.
            Self::Http(remote) if remote.moved_to().is_some() => (remote.env, remote.moved_to()),
            Self::Http(remote) => (remote.env, remote.written.clone()),
            Self::Ssh(remote) => (remote.env, remote.written.clone()),
            Self::Local(_) | Self::System(_) => return Err(error),
        };
        let TransportError::NoVersion2 { url, .. } = error else {
            return Err(error);
        };
        info!("the server does not support protocol version 2; falling back to `git`");
        let url = written.unwrap_or(url);
        *self = Self::System(SystemGit { url, env });
        Ok(())
    }

    /// Returns the new address of the repository after a redirect.
    #[must_use]
    pub fn moved_to(&self) -> Option<String> {
        match self {
            Self::Http(remote) => remote.moved_to(),
            _ => None,
        }
    }

    /// Returns the warnings, each of them once.
    pub fn take_warnings(&mut self) -> Vec<String> {
        match self {
            Self::Http(remote) => remote.take_warnings(),
            _ => Vec::new(),
        }
    }
}
