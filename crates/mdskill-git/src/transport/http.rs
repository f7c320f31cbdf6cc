//! Protocol v2 over HTTP: a `POST` a command, on one connection.
//!
//! The capability advertisement is a request that a modern server does not
//! need, so it is asked for only when an answer is odd.
//!
//! Source: gitprotocol-http(5), "Smart Clients".

use reqwest::Url;

use super::TransportError;
use crate::environment::Environment;
use crate::http::client::{Body, Client, Reply, Request};
use crate::http::credentials::CredentialChain;
use crate::http::{HttpError, host_of};
use crate::objects::Objects;
use crate::process::Programs;
use crate::progress::Progress;
use crate::protocol::{
    self, Answer, Capabilities, CapabilityList, Depth, PackAnswer, ProtocolError, Reader, Ref,
    RefList, Wants,
};

/// Most addresses that a redirect may lead through.
const MAX_REDIRECTS: usize = 5;

/// A repository behind a URL.
pub struct HttpRemote<'a> {
    client: &'a Client,
    base: Url,
    asked: Url,
    credentials: CredentialChain,
    programs: Programs,
    capabilities: Option<Capabilities>,
    warnings: Vec<String>,
}

impl<'a> HttpRemote<'a> {
    /// Names the repository at `base`; nothing is sent yet.
    #[must_use]
    pub fn new(client: &'a Client, base: Url, env: &dyn Environment) -> Self {
        Self {
            client,
            asked: base.clone(),
            credentials: CredentialChain::open(env, &base),
            programs: Programs::of(env),
            base,
            capabilities: None,
            warnings: Vec::new(),
        }
    }

    /// Returns where the repository is now, when a redirect led elsewhere.
    #[must_use]
    pub fn moved_to(&self) -> Option<String> {
        (self.base != self.asked).then(|| self.base.to_string())
    }

    /// Returns the programs of the environment that it was made with.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Returns the sentences to tell the user, once.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Lists the refs that begin with one of `prefixes`: one request.
    ///
    /// # Errors
    /// When the server can't be asked, or is none for protocol v2.
    pub async fn list_refs(&mut self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
        let request = protocol::ls_refs_request(prefixes);
        let mut tried = 0;
        loop {
            let listed = self.try_list_refs(&request).await;
            match listed {
                Err(error) => self.wait_or_give_up(error, &mut tried).await?,
                listed => return listed,
            }
        }
    }

    async fn try_list_refs(&mut self, request: &[u8]) -> Result<Vec<Ref>, TransportError> {
        let error = match self.ask_refs(request).await {
            Err(error) => error,
            listed => return listed,
        };
        let asked = self.base.clone();
        let error = self.look_closer(error).await;
        // A forge may redirect only the advertisement of a renamed project.
        match self.base == asked {
            true => Err(error),
            false => self.ask_refs(request).await,
        }
    }

    async fn ask_refs(&mut self, request: &[u8]) -> Result<Vec<Ref>, TransportError> {
        let body = self.post(request).await?;
        Ok(self.read(body, RefList::default()).await?.0)
    }

    /// Brings what is wanted into `objects`: one request.
    ///
    /// # Errors
    /// When the server can't be asked, or what it sends can't be used.
    pub async fn fetch(
        &mut self,
        wants: &Wants,
        objects: &Objects,
        progress: &dyn Progress,
    ) -> Result<(), TransportError> {
        let mut tried = 0;
        loop {
            match self.try_fetch(wants, objects, progress).await {
                Err(error) => self.wait_or_give_up(error, &mut tried).await?,
                Ok(()) => return Ok(()),
            }
        }
    }

    async fn try_fetch(
        &mut self,
        wants: &Wants,
        objects: &Objects,
        progress: &dyn Progress,
    ) -> Result<(), TransportError> {
        let wants = self.without_filter(wants);
        if matches!(wants.depth, Depth::History(_)) && self.lacks_filter() {
            return Err(self.odd(ProtocolError::no_filter()));
        }
        let body = self.post(&protocol::fetch_request(&wants)).await?;
        let database = objects.database()?;
        let mut received = |count: usize| progress.received(count as u64);
        let answer =
            PackAnswer::new(&database, &mut received).map_err(|error| self.odd(error.into()))?;
        match self.read(body, answer).await {
            Ok(pack) => pack.finish().map_err(|error| self.odd(error)),
            Err(error) => {
                let knew = self.capabilities.is_some();
                let error = self.look_closer(error).await;
                let can_do_without =
                    !knew && wants.depth.without_filter().is_some() && self.lacks_filter();
                match can_do_without {
                    true => Box::pin(self.try_fetch(&wants, objects, progress)).await,
                    false => Err(error),
                }
            }
        }
    }

    fn lacks_filter(&self) -> bool {
        self.capabilities
            .as_ref()
            .is_some_and(|capabilities| !capabilities.filter)
    }

    /// A server without filters sends the commit whole: one shallow pack.
    fn without_filter(&self, wants: &Wants) -> Wants {
        let mut wants = wants.clone();
        if let (Some(depth), true) = (wants.depth.without_filter(), self.lacks_filter()) {
            wants.depth = depth;
        }
        wants
    }

    /// Waits before the next try, or hands the error back when another is no use.
    async fn wait_or_give_up(
        &self,
        error: TransportError,
        tried: &mut u64,
    ) -> Result<(), TransportError> {
        let retry = self.client.retry;
        let pause = match &error {
            TransportError::Http(error) => retry.pause(*tried, error),
            error if error.is_transient() && *tried < retry.times => Some(retry.backoff(*tried)),
            _ => None,
        };
        match pause {
            Some(pause) => {
                *tried += 1;
                tokio::time::sleep(pause).await;
                Ok(())
            }
            None => Err(error),
        }
    }

    /// Turns an odd answer into the reason for it, by asking what the server can do.
    async fn look_closer(&mut self, error: TransportError) -> TransportError {
        let is_odd = match &error {
            TransportError::Protocol { source, .. } => matches!(
                source,
                ProtocolError::Odd(_) | ProtocolError::Truncated | ProtocolError::Refused(_)
            ),
            TransportError::Http(HttpError::Status { status, .. }) => *status == 404,
            _ => false,
        };
        if !is_odd || self.capabilities.is_some() {
            return error;
        }
        // If even this fails, the first error says more.
        let Ok(capabilities) = self.ask_capabilities().await else {
            return error;
        };
        let url = self.base.to_string();
        let explained = match (&capabilities.object_format, capabilities.version_2) {
            (Some(format), _) if format == "sha256" => TransportError::Sha256 { url },
            (_, false) => TransportError::NoVersion2 {
                url,
                reason: "`git` was not tried".to_owned(),
            },
            _ => error,
        };
        self.capabilities = Some(capabilities);
        explained
    }

    async fn ask_capabilities(&mut self) -> Result<Capabilities, TransportError> {
        let body = self.send("info/refs?service=git-upload-pack", None).await?;
        let list = self.read(body, CapabilityList::default()).await?;
        Ok(list.capabilities)
    }

    async fn read<A: Answer>(&self, mut body: Body<'_>, answer: A) -> Result<A, TransportError> {
        let mut reader = Reader::new(answer);
        let mut complete = false;
        while let Some(chunk) = body.chunk().await? {
            // The end of the body frees the connection for the next request; a body that
            // goes on behind its answer would hold it, and this, for ever.
            if complete {
                break;
            }
            complete = reader
                .push(chunk.as_ref())
                .map_err(|error| self.odd(error))?;
        }
        reader.finish().map_err(|error| self.odd(error))
    }

    fn odd(&self, source: ProtocolError) -> TransportError {
        TransportError::Protocol {
            url: self.base.to_string(),
            source,
        }
    }

    async fn post(&mut self, request: &[u8]) -> Result<Body<'a>, TransportError> {
        Ok(self.send("git-upload-pack", Some(request)).await?)
    }

    /// Sends to the repository's `service`, following redirects and trying credentials.
    async fn send(&mut self, service: &str, body: Option<&[u8]>) -> Result<Body<'a>, HttpError> {
        let mut redirects = 0;
        // The first refusal says most: a helper's stale token must not hide a 404.
        let mut first = None;
        loop {
            let url = self.service_url(service);
            let credential = self.credentials.current();
            match self
                .client
                .send(Request {
                    url: url.clone(),
                    body,
                    credential,
                })
                .await?
            {
                Reply::Body(body) => {
                    self.warn_of_refused_token(first);
                    return Ok(body);
                }
                Reply::Moved(target) => {
                    redirects += 1;
                    self.follow(&url, &target, service, redirects)?;
                }
                Reply::Refused {
                    status,
                    retry_after,
                } => {
                    let refused = first.get_or_insert((status, retry_after));
                    let may_be_access = matches!(status, 401 | 403 | 404);
                    if !may_be_access || !self.credentials.advance(&self.base, status).await {
                        let (status, retry_after) = if may_be_access {
                            *refused
                        } else {
                            (status, retry_after)
                        };
                        return Err(HttpError::Status {
                            status,
                            url: self.base.to_string(),
                            tried: self.credentials.tried(),
                            retry_after,
                        });
                    }
                }
            }
        }
    }

    fn warn_of_refused_token(&mut self, refused: Option<(u16, Option<std::time::Duration>)>) {
        if let Some((401, _)) = refused
            && self.credentials.current().is_none()
        {
            let tried = self.credentials.tried();
            self.warnings.push(format!(
                "{} refused the token ({tried}); continued without it",
                host_of(&self.base)
            ));
        }
    }

    fn service_url(&self, service: &str) -> Url {
        let mut url = self.base.clone();
        let (path, query) = service.split_once('?').unwrap_or((service, ""));
        let path = format!("{}/{path}", self.base.path().trim_end_matches('/'));
        url.set_path(&path);
        url.set_query((!query.is_empty()).then_some(query));
        url
    }

    /// Goes on at the address that a redirect names, without credentials if it is another host's.
    fn follow(
        &mut self,
        from: &Url,
        to: &Url,
        service: &str,
        count: usize,
    ) -> Result<(), HttpError> {
        let refuse = |reason| HttpError::Redirect {
            url: from.to_string(),
            to: to.to_string(),
            reason,
        };
        if count > MAX_REDIRECTS {
            return Err(refuse("more than five redirects"));
        }
        if !matches!(
            (from.scheme(), to.scheme()),
            (_, "https") | ("http", "http")
        ) {
            return Err(refuse("its target does not use https"));
        }
        let service_path = service.split('?').next().unwrap_or_default();
        let Some(base_path) = to.path().strip_suffix(&format!("/{service_path}")) else {
            return Err(refuse("it is not the address of a git repository"));
        };
        let mut base = to.clone();
        base.set_path(base_path);
        base.set_query(None);
        if host_of(&base) != host_of(&self.base) || base.scheme() != self.base.scheme() {
            self.credentials = CredentialChain::empty();
        }
        self.base = base;
        Ok(())
    }
}
