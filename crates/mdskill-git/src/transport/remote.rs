//! [`Remote`]: one repository to ask, whatever the way.

use super::http::HttpRemote;
use super::ssh::SshRemote;
use super::system::SystemGit;
use super::{TransportError, local::LocalRefs};
use crate::objects::Objects;
use crate::progress::Progress;
use crate::protocol::{Ref, Wants};

/// A repository that can be asked for refs and objects.
pub enum Remote<'a> {
    /// Over http or https.
    Http(Box<HttpRemote<'a>>),
    /// Over the user's ssh.
    Ssh(Box<SshRemote>),
    /// On this machine: its objects are read where they lie.
    Local(LocalRefs),
    /// Through the user's `git`.
    System(SystemGit),
}

impl Remote<'_> {
    /// Lists the refs that begin with one of `prefixes`.
    ///
    /// # Errors
    /// When the repository can't be asked.
    pub async fn list_refs(&mut self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
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

    /// Brings what is wanted into `objects`.
    ///
    /// # Errors
    /// When the repository can't be asked, or sends what can't be used.
    pub async fn fetch(
        &mut self,
        wants: &Wants,
        objects: &Objects,
        progress: &dyn Progress,
    ) -> Result<(), TransportError> {
        loop {
            let fetched = match self {
                Self::Http(remote) => remote.fetch(wants, objects, progress).await,
                Self::Ssh(remote) => remote.fetch(wants, objects, progress).await,
                // Everything was there from the start; what is missing stays missing.
                Self::Local(_) => Ok(()),
                Self::System(git) => git.fetch(wants, objects).await,
            };
            match fetched {
                Err(error) => self.fall_back(error)?,
                fetched => return fetched,
            }
        }
    }

    /// Goes on with the user's `git` where the server is too old; any other error stands.
    fn fall_back(&mut self, error: TransportError) -> Result<(), TransportError> {
        let programs = match &*self {
            Self::Http(remote) => remote.programs().clone(),
            Self::Ssh(remote) => remote.programs().clone(),
            Self::Local(_) | Self::System(_) => return Err(error),
        };
        match error {
            TransportError::NoVersion2 { url, .. } => {
                *self = Self::System(SystemGit::new(url, programs));
                Ok(())
            }
            error => Err(error),
        }
    }

    /// Returns the address that the repository moved to, when it said so.
    #[must_use]
    pub fn moved_to(&self) -> Option<String> {
        match self {
            Self::Http(remote) => remote.moved_to(),
            _ => None,
        }
    }

    /// Returns sentences worth a warning, once each.
    pub fn take_warnings(&mut self) -> Vec<String> {
        match self {
            Self::Http(remote) => remote.take_warnings(),
            _ => Vec::new(),
        }
    }
}
