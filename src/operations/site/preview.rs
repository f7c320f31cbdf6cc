//! [`Server`]: shows the pages of a site on this machine, and reloads them when they change.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, LOCATION, X_CONTENT_TYPE_OPTIONS};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use tokio::sync::watch;

use crate::fs;

/// The port, if it is free and no other one is requested.
const PORT: u16 = 4173;
/// The port of an `http` address without one.
const DEFAULT_HTTP_PORT: u16 = 80;
/// The path where a browser asks what changed. No page has it.
const CHANGES: &str = "/-/changes";
/// The time after which a browser asks again.
const PATIENCE: Duration = Duration::from_secs(20);
/// The types of the files of a site. Others are downloaded.
const TYPES: [(&str, &str); 12] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("txt", "text/plain; charset=utf-8"),
    ("xml", "application/xml"),
];

/// The page in place of one that is not there, for example of a skill that was deleted. It is loaded again when
/// the site changes.
const MISSING: &str = "<!doctype html>
<html lang=\"en\">
<meta charset=\"utf-8\">
<title>No such page</title>
<link rel=\"stylesheet\" href=\"/style.css\">
<script src=\"/preview.js\" defer></script>
<main>
<h1>No such page</h1>
<p>It is shown as soon as it is there. <a href=\"/\">All skills</a></p>
</main>
</html>
";

/// A server of the files in a folder, which ends with the process.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    state: watch::Sender<State>,
}

/// The number of the site that is shown, and why there is no newer one.
#[derive(Debug, Clone, Default, Serialize)]
struct State {
    number: u64,
    problem: Option<String>,
}

/// The files, and the only names under which they are shown.
#[derive(Debug)]
struct Files {
    root: PathBuf,
    hosts: Vec<String>,
    state: watch::Receiver<State>,
}

impl Server {
    /// Starts to serve the files in `root` on 127.0.0.1.
    ///
    /// # Errors
    /// When the port is in use, or no thread can be started.
    pub(crate) fn start(root: &Path, port: Option<u16>) -> io::Result<Self> {
        let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = match port {
            Some(port) => bind(port)?,
            None => bind(PORT).or_else(|_| bind(0))?,
        };
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (state, receiver) = watch::channel(State::default());
        let files = Files {
            root: root.to_owned(),
            hosts: hosts(address.port()),
            state: receiver,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let work = move || runtime.block_on(accept(listener, Arc::new(files)));
        std::thread::Builder::new()
            .name("preview".to_owned())
            .spawn(work)?;
        Ok(Self { address, state })
    }

    /// Returns the address for a browser.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Lets browsers show the new pages, or the problem that prevents them.
    pub(crate) fn show(&self, problem: Option<String>) {
        self.state.send_modify(|state| {
            state.number += 1;
            state.problem = problem;
        });
    }
}

/// Returns the names by which browsers request the pages.
fn hosts(port: u16) -> Vec<String> {
    let names = ["127.0.0.1", "localhost"];
    let with_port = names.map(|name| format!("{name}:{port}"));
    // Browsers leave out the default port.
    let without = names.map(str::to_owned);
    let without = without.into_iter().filter(|_| port == DEFAULT_HTTP_PORT);
    with_port.into_iter().chain(without).collect()
}

async fn accept(listener: TcpListener, files: Arc<Files>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let files = Arc::clone(&files);
        tokio::spawn(async move {
            let answer = |request| {
                let files = Arc::clone(&files);
                async move { Ok::<_, Infallible>(files.answer(&request).await) }
            };
            let connection = hyper::server::conn::http1::Builder::new();
            // A browser may go away.
            drop(
                connection
                    .serve_connection(TokioIo::new(stream), service_fn(answer))
                    .await,
            );
        });
    }
}

type Answer = Response<Full<Bytes>>;

impl Files {
    async fn answer(&self, request: &Request<Incoming>) -> Answer {
        let host = request.headers().get(HOST);
        let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
        // A page of another site could have its name point here, and read the pages.
        if !self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host)) {
            return text(StatusCode::MISDIRECTED_REQUEST, "not a name of this site");
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "only GET");
            let methods = hyper::header::HeaderValue::from_static("GET, HEAD");
            answer.headers_mut().insert(ALLOW, methods);
            return answer;
        }
        if request.uri().path() == CHANGES {
            return self
                .wait_for_change(request.uri().query().unwrap_or_default())
                .await;
        }
        self.file(request.uri().path())
    }

    /// Answers when the site is another one than the browser shows, or after a while.
    async fn wait_for_change(&self, shown: &str) -> Answer {
        let mut state = self.state.clone();
        let is_new = |state: &State| state.number.to_string() != shown;
        drop(tokio::time::timeout(PATIENCE, state.wait_for(is_new)).await);
        let state = state.borrow().clone();
        let json = serde_json::to_vec(&state).unwrap_or_default();
        answer(StatusCode::OK, "application/json", json)
    }

    fn file(&self, path: &str) -> Answer {
        let not_found = || {
            let html = "text/html; charset=utf-8";
            answer(StatusCode::NOT_FOUND, html, MISSING.as_bytes().to_vec())
        };
        let Ok(decoded) = percent_decode_str(path).decode_utf8() else {
            return not_found();
        };
        let below = decoded.trim_start_matches('/');
        let is_plain =
            |part: &str| !matches!(part, "." | "..") && !part.contains(['\\', ':', '\0']);
        if !below.split('/').all(is_plain) {
            return not_found();
        }
        let mut file = self.root.join(below);
        if below.is_empty() || below.ends_with('/') {
            file.push("index.html");
        } else if file.is_dir() {
            let mut answer = text(StatusCode::MOVED_PERMANENTLY, "a folder");
            if let Ok(to) = format!("{path}/").parse() {
                answer.headers_mut().insert(LOCATION, to);
            }
            return answer;
        }
        let extension = file.extension().unwrap_or_default().to_string_lossy();
        let kind = TYPES.iter().find(|(name, _)| *name == extension);
        let kind = kind.map_or("application/octet-stream", |(_, kind)| *kind);
        match fs::read_plain(&file) {
            Ok(bytes) => answer(StatusCode::OK, kind, bytes),
            Err(_) => not_found(),
        }
    }
}

fn text(status: StatusCode, text: &str) -> Answer {
    answer(
        status,
        "text/plain; charset=utf-8",
        format!("{text}\n").into_bytes(),
    )
}

fn answer(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, hyper::header::HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn port_80_may_be_left_out() {
        let with = ["127.0.0.1:80", "localhost:80"];
        assert_eq!(hosts(80), [&with[..], &["127.0.0.1", "localhost"]].concat());
        assert_eq!(hosts(8080), ["127.0.0.1:8080", "localhost:8080"]);
    }
}
