//! Protocol v2 over HTTP: a `POST` for each command, on one connection.
//!
//! The capability advertisement costs a request that modern servers do not need, so it is requested
//! only after an unexpected response.
//!
//! Source: gitprotocol-http(5), "Smart Clients".

use std::time::Instant;

use reqwest::Url;
use tracing::{debug, info};

use super::{TransportError, limited};
use crate::environment::Environment;
use crate::http::client::{Body, Client, Refusal, Response};
use crate::http::credentials::{Authorization, CredentialChain};
use crate::http::settings::{HttpSettings, Scope};
use crate::http::{HttpError, host_of, shown_target, without_user};
use crate::objects::Objects;
use crate::progress::Progress;
use crate::protocol::{
    self, Capabilities, CapabilityList, Depth, PackResponse, ProtocolError, Reader, Ref, RefList,
    ResponseParser, Wants,
};

/// The maximum number of redirects.
const MAX_REDIRECTS: usize = 5;

/// A repository at an http or https URL.
pub struct HttpRemote<'a> {
    client: &'a Client,
    base: Url,
    original: Url,
    pub(super) written: Option<String>,
    pub(super) env: &'a dyn Environment,
    settings: HttpSettings,
    credentials: CredentialChain,
    capabilities: Option<Capabilities>,
    warnings: Vec<String>,
}

impl<'a> HttpRemote<'a> {
    /// Opens the repository at `url`, which may have a user name and a password. Sends nothing.
    #[must_use]
    pub fn new(client: &'a Client, url: &Url, env: &'a dyn Environment) -> Self {
        let settings = HttpSettings::of(env, url, Scope::All);
        let base = without_user(url.clone());
        let problem = env.git_config().problem().map(|problem| {
            format!("git's configuration is not used, because git can't read it: {problem}")
        });
        Self {
            client,
            original: base.clone(),
            written: None,
            env,
            credentials: CredentialChain::open(env, url, &settings),
            settings,
            base,
            capabilities: None,
            warnings: problem.into_iter().collect(),
        }
    }

    /// Returns the address of the repository for messages.
    fn shown(&self) -> String {
        shown_target(&self.original, &self.base)
    }

    /// Returns the new address of the repository after a redirect.
    #[must_use]
    pub fn moved_to(&self) -> Option<String> {
        (self.base != self.original).then(|| self.base.to_string())
    }

    /// Returns the warnings, each of them once.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// Lists the refs with one of these prefixes, in one request.
    ///
    /// # Errors
    /// When the request fails, or the server does not support protocol v2.
    pub async fn list_refs(&mut self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
        let mut tried = 0;
        loop {
            let (env, url) = (self.env, self.shown());
            let listed = limited(env, &url, self.try_list_refs(prefixes)).await;
            match listed {
                Err(error) => self.wait_or_give_up(error, &mut tried).await?,
                listed => return listed,
            }
        }
    }

    async fn try_list_refs(&mut self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
        let error = match self.request_refs(prefixes).await {
            Err(error) => error,
            listed => return listed,
        };
        let before = self.base.clone();
        let error = self.diagnose(error).await;
        // A forge may redirect only the advertisement of a renamed project.
        if self.base == before {
            Err(error)
        } else {
            self.request_refs(prefixes).await
        }
    }

    async fn request_refs(&mut self, prefixes: &[String]) -> Result<Vec<Ref>, TransportError> {
        let body = self.post(&protocol::ls_refs_request(prefixes)).await?;
        Ok(self.read(body, RefList::of(prefixes)).await?.into_refs())
    }

    /// Fetches the wanted objects into `objects`, in one request.
    ///
    /// # Errors
    /// When the request fails, or the response can't be used.
    pub async fn fetch(
        &mut self,
        wants: &Wants,
        objects: &Objects,
        progress: &dyn Progress,
    ) -> Result<(), TransportError> {
        let mut tried = 0;
        loop {
            let (env, url) = (self.env, self.shown());
            let fetch = self.try_fetch(wants, objects, progress);
            match limited(env, &url, fetch).await {
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
        let request = if self.lacks_filter() {
            info!("the server does not support filters, so whole commits are requested");
            let wants = wants.without_filter();
            protocol::fetch_request(&wants.map_err(|error| self.protocol_error(error))?)
        } else {
            protocol::fetch_request(wants)
        };
        let body = self.post(&request).await?;
        let deadline = Instant::now() + self.env.request_timeout();
        let response = PackResponse::new(objects, progress, deadline);
        match self.read(body, response).await {
            Ok(pack) => pack.finish().map_err(|error| self.protocol_error(error)),
            Err(error) => {
                let knew = self.capabilities.is_some();
                let error = self.diagnose(error).await;
                if !knew && self.lacks_filter() && matches!(wants.depth, Depth::Trees(_)) {
                    Box::pin(self.try_fetch(wants, objects, progress)).await
                } else {
                    Err(error)
                }
            }
        }
    }

    fn lacks_filter(&self) -> bool {
        self.capabilities
            .as_ref()
            .is_some_and(|capabilities| !capabilities.filter)
    }

    /// Waits before the next attempt, or returns the error if a retry is useless.
    async fn wait_or_give_up(
        &self,
        error: TransportError,
        tried: &mut u64,
    ) -> Result<(), TransportError> {
        let pause = match &error {
            TransportError::Http(error) => self.client.pause(error, *tried),
            _ => self.client.retry.pause(*tried, None),
        };
        let Some(pause) = pause.filter(|_| error.is_transient()) else {
            return Err(error);
        };
        *tried += 1;
        let milliseconds = pause.as_millis();
        info!(%error, attempt = *tried, milliseconds, "retrying after a pause");
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Requests the capabilities of the server to find the reason for an unexpected response.
    async fn diagnose(&mut self, error: TransportError) -> TransportError {
        let is_unexpected = match &error {
            TransportError::Protocol { source, .. } => matches!(
                source,
                ProtocolError::Unexpected(_) | ProtocolError::Truncated | ProtocolError::Refused(_)
            ),
            TransportError::Http(HttpError::Status { status, .. }) => *status == 404,
            _ => false,
        };
        if !is_unexpected || self.capabilities.is_some() {
            return error;
        }
        info!(%error, "requesting the capabilities of the server");
        // If this fails too, the first error is more specific.
        let Ok(capabilities) = self.request_capabilities().await else {
            return error;
        };
        debug!(?capabilities, "the server answered");
        let url = self.shown();
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

    async fn request_capabilities(&mut self) -> Result<Capabilities, TransportError> {
        let body = self.send("info/refs?service=git-upload-pack", None).await?;
        let list = self.read(body, CapabilityList::default()).await?;
        Ok(list.capabilities)
    }

    async fn read<A: ResponseParser>(
        &self,
        mut body: Body<'_>,
        response: A,
    ) -> Result<A, TransportError> {
        let mut reader = Reader::new(response);
        let (mut complete, mut bytes) = (false, 0);
        while let Some(chunk) = body.chunk().await? {
            bytes += chunk.as_ref().len();
            // The body is read to its end, which frees the connection for the next request. A body
            // that continues after the response is not read, because it may never end.
            if complete {
                break;
            }
            complete = reader
                .push(chunk.as_ref())
                .map_err(|error| self.protocol_error(error))?;
        }
        debug!(bytes, "received a body");
        reader.finish().map_err(|error| self.protocol_error(error))
    }

    fn protocol_error(&self, source: ProtocolError) -> TransportError {
        TransportError::Protocol {
            url: self.shown(),
            source,
        }
    }

    async fn post(&mut self, request: &[u8]) -> Result<Body<'a>, TransportError> {
        Ok(self.send("git-upload-pack", Some(request)).await?)
    }

    /// Sends a request to a service of the repository, follows redirects, and tries credentials.
    async fn send(&mut self, service: &str, body: Option<&[u8]>) -> Result<Body<'a>, HttpError> {
        let mut redirects = 0;
        let mut refusals = Vec::new();
        loop {
            let url = self.service_url(service);
            let authorization = self.credentials.current();
            let sent = self
                .client
                .send(&url, body, &self.settings, authorization)
                .await?;
            match sent {
                Response::Body(body) => {
                    self.warn_of_refused_token(&refusals);
                    if redirects > 0 {
                        self.warnings.push(format!(
                            "{} has moved to {}; use the new address, because another user can register the old name",
                            self.original, self.shown()
                        ));
                    }
                    return Ok(body);
                }
                Response::Moved(target) => {
                    redirects += 1;
                    self.follow(&url, &target, service, redirects)?;
                }
                Response::Refused(refusal) => {
                    let status = refusal.status;
                    // A rate limit, which GitHub reports with 403, has the time to wait.
                    let may_be_access = match status {
                        401 | 404 => true,
                        403 => refusal.retry_after.is_none(),
                        _ => false,
                    };
                    if !may_be_access {
                        refusals.push(refusal);
                        return Err(self.refused(refusals.swap_remove(refusals.len() - 1)));
                    }
                    refusals.push(refusal);
                    if !self.credentials.advance(self.env, &self.base).await {
                        return Err(self.refused(most_specific(refusals)));
                    }
                    let next = self.credentials.current().origin().unwrap_or("none");
                    info!(
                        status,
                        next, "the server refused the request; trying other credentials"
                    );
                }
            }
        }
    }

    fn refused(&self, refusal: Refusal) -> HttpError {
        HttpError::Status {
            status: refusal.status,
            url: self.shown(),
            tried: self.credentials.tried().to_vec(),
            retry_after: refusal.retry_after,
            explanation: refusal.explanation,
            in_ci: self.env.is_ci(),
        }
    }

    fn warn_of_refused_token(&mut self, refusals: &[Refusal]) {
        if let Some(first) = refusals.first()
            && !self.credentials.tried().is_empty()
            && matches!(self.credentials.current(), Authorization::Anonymous)
        {
            let tried = self.credentials.tried().join(", ");
            let explanation = first.explanation.as_ref();
            let explanation = explanation.map_or_else(String::new, |text| format!(": {text}"));
            self.warnings.push(format!(
                "{} refused the token (tried {tried}); continued without it{explanation}",
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

    /// Follows a redirect, without credentials if the host is another one.
    fn follow(
        &mut self,
        from: &Url,
        to: &Url,
        service: &str,
        count: usize,
    ) -> Result<(), HttpError> {
        let refuse = |reason| HttpError::Redirect {
            url: self.shown(),
            to: to.origin().ascii_serialization(),
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
            self.credentials = CredentialChain::default();
            self.settings = HttpSettings::of(self.env, &base, Scope::Redirected);
            // A header with the URL of the new host is meant for it.
            if self.settings.has_authorization() {
                self.credentials = CredentialChain::with_header();
            }
        }
        info!(
            to = shown_target(&self.original, &base),
            "following a redirect"
        );
        self.base = base;
        Ok(())
    }
}

/// Returns the refusal to report: that of the first credential, because a stale one of a helper must
/// not hide a 404, unless only another one comes with an explanation.
fn most_specific(refusals: Vec<Refusal>) -> Refusal {
    let explained = refusals
        .iter()
        .position(|refusal| refusal.status == 403 && refusal.explanation.is_some());
    let mut refusals = refusals;
    refusals.swap_remove(explained.unwrap_or_default())
}
