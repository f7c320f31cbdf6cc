//! A git server that speaks HTTP/2 over TLS, as forges do, and can break streams and connections.

use super::authority::{Authority, HTTP_2};
use super::git_service::Call;
use super::wire::Request;
use h2::Reason;
use h2::server::{SendResponse, handshake};
use hyper::body::Bytes;
use hyper::http::{Request as Head, Response};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

/// A fault of a stream, or of the connection with all of its streams.
#[derive(Clone, Copy, Debug)]
pub enum Break {
    /// The stream is reset before any header.
    Reset(Reason),
    /// The stream is reset after this number of bytes of the body.
    ResetMidBody(usize, Reason),
    /// The connection is ended after this number of bytes of the body.
    GoAway(usize, Reason),
}

/// Decides about the n-th request, from 1.
type Decide = Box<dyn Fn(usize, &Request) -> Option<Break> + Send + Sync>;

/// A server for the bare repositories `ROOT/OWNER/REPO.git`. It ends with the process.
pub struct Http2Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    decide: Decide,
    requests: Mutex<Vec<Request>>,
    /// The number of requests of each connection.
    connections: Mutex<Vec<usize>>,
}

impl Http2Server {
    /// Serves the repositories under `root`, and breaks the requests for which `decide` has a fault.
    pub fn start(
        root: &Path,
        authority: &Authority,
        decide: impl Fn(usize, &Request) -> Option<Break> + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            root: root.to_path_buf(),
            decide: Box::new(decide),
            requests: Mutex::default(),
            connections: Mutex::default(),
        });
        let tls = authority.certificate(&["127.0.0.1"]).config(HTTP_2);
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        listener
            .set_nonblocking(true)
            .expect("a socket without waiting");
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).expect("a socket of the runtime");
                while let Ok((socket, _)) = listener.accept().await {
                    let acceptor = TlsAcceptor::from(Arc::clone(&tls));
                    tokio::spawn(Arc::clone(&served).converse(acceptor, socket));
                }
            });
        });
        Self { address, shared }
    }

    /// The value for `MDSKILL_GITHUB_URL`.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The requests since the start.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// The number of requests of each connection since the start.
    pub fn connections(&self) -> Vec<usize> {
        self.shared.connections.lock().unwrap().clone()
    }
}

impl Shared {
    /// Serves a connection. That a client closes it at any moment is not an error.
    async fn converse(self: Arc<Self>, acceptor: TlsAcceptor, socket: TcpStream) {
        let number = {
            let mut connections = self.connections.lock().unwrap();
            connections.push(0);
            connections.len() - 1
        };
        let Ok(stream) = acceptor.accept(socket).await else {
            return;
        };
        let Ok(mut connection) = handshake(stream).await else {
            return;
        };
        let (end, mut ended) = unbounded_channel();
        loop {
            tokio::select! {
                accepted = connection.accept() => {
                    let Some(Ok((head, respond))) = accepted else { return };
                    self.connections.lock().unwrap()[number] += 1;
                    tokio::spawn(Arc::clone(&self).answer(head, respond, end.clone()));
                }
                Some(reason) = ended.recv() => connection.abrupt_shutdown(reason),
            }
        }
    }

    async fn answer(
        self: Arc<Self>,
        head: Head<h2::RecvStream>,
        mut respond: SendResponse<Bytes>,
        end: UnboundedSender<Reason>,
    ) {
        let Some(request) = read(head).await else {
            return;
        };
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request.clone());
            requests.len()
        };
        let fault = (self.decide)(number, &request);
        if let Some(Break::Reset(reason)) = fault {
            return respond.send_reset(reason);
        }
        let root = self.root.clone();
        let run = tokio::task::spawn_blocking(move || {
            let call = Call::of(&root, &request)?;
            let mut said = Vec::new();
            let run = call.run(&request.body, |bytes| {
                said.extend_from_slice(bytes);
                Ok(())
            });
            run.ok().map(|()| (call.media_type(), said))
        });
        let Some((media_type, mut said)) = run.await.expect("git was run") else {
            let missing = Response::builder().status(404).body(()).unwrap();
            // The client may be gone.
            let _ = respond.send_response(missing, true);
            return;
        };
        let head = Response::builder().header("content-type", media_type);
        let Ok(mut body) = respond.send_response(head.body(()).unwrap(), false) else {
            return;
        };
        let length = match fault {
            Some(Break::ResetMidBody(length, _) | Break::GoAway(length, _)) => length,
            Some(Break::Reset(_)) | None => usize::MAX,
        };
        said.truncate(length);
        let _ = body.send_data(said.into(), fault.is_none());
        // The client reads what came before.
        tokio::time::sleep(Duration::from_millis(50)).await;
        match fault {
            Some(Break::ResetMidBody(_, reason)) => body.send_reset(reason),
            Some(Break::GoAway(_, reason)) => drop(end.send(reason)),
            Some(Break::Reset(_)) | None => {}
        }
    }
}

/// Reads a request. Those of the tests are too short to be compressed.
async fn read(head: Head<h2::RecvStream>) -> Option<Request> {
    let (head, mut body) = head.into_parts();
    let mut bytes = Vec::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.ok()?;
        bytes.extend_from_slice(&chunk);
        body.flow_control().release_capacity(chunk.len()).ok()?;
    }
    let headers = head.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), value.into_owned())
    });
    Some(Request {
        method: head.method.to_string(),
        target: head.uri.path_and_query()?.to_string(),
        headers: headers.collect(),
        body: bytes,
    })
}
