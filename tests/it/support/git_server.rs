//! A test server with real git over HTTP, which records requests and can inject faults.

use super::authority::{Authority, Certificate};
use super::fault::{Exchange, Fault, header, not_found, through_git};
use super::server::{Secure, Server, Site, Traffic, plain};
use super::wire::{Conversation, Request};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A server for the bare repositories `ROOT/OWNER/REPO.git`, at `URL/OWNER/REPO.git` and `URL/OWNER/REPO`.
pub struct GitServer {
    server: Server,
    scheme: &'static str,
    desk: Arc<Desk>,
    baseline: Mutex<Traffic>,
}

/// The state that the test and the connections share.
struct Desk {
    root: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    requests: Vec<Request>,
    faults: Vec<(When, Fault)>,
    /// The required `Authorization` header, if any.
    basic: Option<String>,
    hide_private: bool,
}

/// The requests that a fault applies to.
enum When {
    Every,
    Next,
    /// The number of the request since the start or the last `reset`, from 1.
    Nth(usize),
    Matching(Box<dyn Fn(&Request) -> bool + Send>),
}

impl GitServer {
    /// Serves the repositories under `root` over HTTP.
    pub fn start(root: &Path) -> Self {
        Self::open(root, "http", plain())
    }

    /// Serves over HTTPS with a valid certificate for these names and addresses.
    pub fn start_tls(root: &Path, authority: &Authority, names: &[&str]) -> Self {
        Self::start_with(root, authority.certificate(names))
    }

    /// Serves over HTTPS with this certificate.
    pub fn start_with(root: &Path, certificate: Certificate) -> Self {
        Self::open(root, "https", certificate.secure())
    }

    fn open(root: &Path, scheme: &'static str, secure: Secure) -> Self {
        let desk = Arc::new(Desk {
            root: root.to_path_buf(),
            state: Mutex::default(),
        });
        let server = Server::start(Counter(Arc::clone(&desk)), secure);
        Self {
            server,
            scheme,
            desk,
            baseline: Mutex::default(),
        }
    }

    /// The value for `MDSKILL_GITHUB_URL`.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address())
    }

    /// The URL of a repository for git.
    pub fn url_of(&self, repository: &str) -> String {
        format!("{}/{repository}.git", self.url())
    }

    /// The address of the server, for a proxy or a simulated link.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The requests since the start or the last reset.
    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// The traffic since the start or the last reset.
    pub fn traffic(&self) -> Traffic {
        self.server.traffic().since(*self.baseline.lock().unwrap())
    }

    /// Clears the recorded requests and traffic; faults and credentials remain.
    pub fn reset(&self) {
        self.state().requests.clear();
        *self.baseline.lock().unwrap() = self.server.traffic();
    }

    /// Fails every request.
    pub fn fault(&self, fault: Fault) {
        self.state().faults.push((When::Every, fault));
    }

    /// Fails the next request only. Several calls fail several requests, in order.
    pub fn fault_next(&self, fault: Fault) {
        self.state().faults.push((When::Next, fault));
    }

    /// Fails the n-th request since the start or the last reset; the first is 1.
    pub fn fault_nth(&self, n: usize, fault: Fault) {
        self.state().faults.push((When::Nth(n), fault));
    }

    /// Fails the requests that match.
    pub fn fault_when(&self, matches: impl Fn(&Request) -> bool + Send + 'static, fault: Fault) {
        self.state()
            .faults
            .push((When::Matching(Box::new(matches)), fault));
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Requires basic authentication.
    pub fn require_basic(&self, user: &str, password: &str) {
        self.state().basic = Some(format!(
            "Basic {}",
            base64(format!("{user}:{password}").as_bytes())
        ));
    }

    /// Sets whether missing credentials get 404 instead of 401.
    pub fn hide_private(&self, hide: bool) {
        self.state().hide_private = hide;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.desk.state.lock().unwrap()
    }
}

/// The handler of requests.
struct Counter(Arc<Desk>);

/// The decision about a request.
enum Decision {
    Fail(Fault),
    AskForPassword,
    Deny,
    Serve,
}

impl Site for Counter {
    fn answer(
        &self,
        request: Request,
        conversation: &mut Conversation,
        socket: &TcpStream,
    ) -> io::Result<bool> {
        let decision = self.0.state.lock().unwrap().decide(&request);
        let exchange = Exchange {
            root: &self.0.root,
            request: &request,
            conversation,
            socket,
        };
        match decision {
            Decision::Fail(fault) => fault.answer(exchange),
            Decision::Serve => through_git(exchange, |_| {}),
            Decision::Deny => not_found(exchange.conversation),
            Decision::AskForPassword => {
                let headers = [header("WWW-Authenticate", "Basic realm=\"forge\"")];
                exchange
                    .conversation
                    .answer(401, &headers, b"Who are you?\n")?;
                Ok(true)
            }
        }
    }
}

impl State {
    fn decide(&mut self, request: &Request) -> Decision {
        self.requests.push(request.clone());
        let number = self.requests.len();
        let fitting = self.faults.iter().position(|(when, _)| match when {
            When::Every | When::Next => true,
            When::Nth(n) => *n == number,
            When::Matching(matches) => matches(request),
        });
        if let Some(at) = fitting {
            let fault = self.faults[at].1.clone();
            if matches!(self.faults[at].0, When::Next) {
                self.faults.remove(at);
            }
            return Decision::Fail(fault);
        }
        let known =
            self.basic.is_none() || request.header("authorization") == self.basic.as_deref();
        match (known, self.hide_private) {
            (true, _) => Decision::Serve,
            (false, true) => Decision::Deny,
            (false, false) => Decision::AskForPassword,
        }
    }
}

/// The encoding of `Authorization: Basic`.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let all = group
            .iter()
            .fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = ALPHABET[(all >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}
