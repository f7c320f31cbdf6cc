//! A stand-in for the catalogs that `search` asks: skills.sh, GitHub's API, and the index of a site.

use super::authority::Certificate;
use super::server::{Secure, Server, Site, plain};
use super::wire::{Conversation, Request};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The answer to all requests of a path.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Success, with this body.
    Json(String),
    /// Any other status, with headers.
    Status(u16, Vec<(&'static str, String)>, String),
    /// Nothing, until the client gives up.
    Silence,
    /// The beginning of a body that never ends.
    Endless,
}

/// A server of catalogs. A path without a reply is not found.
pub struct SearchServer {
    server: Server,
    scheme: &'static str,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    replies: Vec<(String, Reply)>,
    requests: Vec<Request>,
}

impl SearchServer {
    /// Starts a server over HTTP.
    pub fn start() -> Self {
        Self::open("http", plain())
    }

    /// Starts a server over HTTPS with this certificate.
    pub fn start_with(certificate: Certificate) -> Self {
        Self::open("https", certificate.secure())
    }

    fn open(scheme: &'static str, secure: Secure) -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self {
            server: Server::start(Catalog(Arc::clone(&state)), secure),
            scheme,
            state,
        }
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address())
    }

    /// The address, for a proxy.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Sets the reply for a path, instead of an earlier one.
    pub fn reply(&self, path: &str, reply: Reply) {
        let mut state = self.state.lock().unwrap();
        state.replies.retain(|(known, _)| known != path);
        state.replies.push((path.to_owned(), reply));
    }

    /// Answers a path with JSON.
    pub fn json(&self, path: &str, body: &serde_json::Value) {
        self.reply(path, Reply::Json(body.to_string()));
    }

    /// The requests since the start, or since the last call.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }
}

struct Catalog(Arc<Mutex<State>>);

impl Site for Catalog {
    fn answer(
        &self,
        request: Request,
        conversation: &mut Conversation,
        _socket: &TcpStream,
    ) -> io::Result<bool> {
        let reply = {
            let mut state = self.0.lock().unwrap();
            state.requests.push(request.clone());
            let path = request.target.split('?').next().unwrap_or_default();
            let mut replies = state.replies.iter();
            let found = replies.find(|(known, _)| known == path);
            found.map(|(_, reply)| reply.clone())
        };
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        match reply {
            None => conversation.answer(404, &[], b"")?,
            Some(Reply::Json(body)) => conversation.answer(200, &[json], body.as_bytes())?,
            Some(Reply::Status(status, headers, body)) => {
                let headers = headers
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                conversation.answer(status, &headers.collect::<Vec<_>>(), body.as_bytes())?;
            }
            // The client closes the connection first.
            Some(Reply::Silence) => std::thread::sleep(Duration::from_secs(30)),
            Some(Reply::Endless) => {
                conversation.begin(200, &[json])?;
                loop {
                    conversation.chunk(&[b' '; 8 << 10])?;
                }
            }
        }
        Ok(true)
    }
}
