//! A forward proxy that sends all requests to one local server, and records them.

use super::server::{Server, Site, plain};
use super::wire::{Conversation, Request};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

/// An HTTP proxy for `HTTP_PROXY` and `HTTPS_PROXY`.
pub struct Proxy {
    server: Server,
    notes: Arc<Notes>,
}

struct Notes {
    to: SocketAddr,
    asked: Mutex<Vec<String>>,
    refusal: Mutex<Option<u16>>,
}

impl Proxy {
    /// Starts a proxy that sends all requests to `to`.
    pub fn start(to: SocketAddr) -> Self {
        let notes = Arc::new(Notes {
            to,
            asked: Mutex::default(),
            refusal: Mutex::default(),
        });
        Self {
            server: Server::start(Passage(Arc::clone(&notes)), plain()),
            notes,
        }
    }

    /// The value for `HTTPS_PROXY`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The requests, for example `CONNECT github.com:443`, `GET http://github.com/acme/skills`.
    pub fn asked(&self) -> Vec<String> {
        self.notes.asked.lock().unwrap().clone()
    }

    /// Refuses all further requests with this status.
    pub fn refuse(&self, code: u16) {
        *self.notes.refusal.lock().unwrap() = Some(code);
    }
}

struct Passage(Arc<Notes>);

impl Site for Passage {
    fn answer(
        &self,
        request: Request,
        conversation: &mut Conversation,
        socket: &TcpStream,
    ) -> io::Result<bool> {
        self.0
            .asked
            .lock()
            .unwrap()
            .push(format!("{} {}", request.method, request.target));
        let refusal = *self.0.refusal.lock().unwrap();
        if let Some(code) = refusal {
            let headers = [(
                "Proxy-Authenticate".to_owned(),
                "Basic realm=\"proxy\"".to_owned(),
            )];
            conversation.answer(code, &headers, b"Not through here.\n")?;
            return Ok(false);
        }
        let server = TcpStream::connect(self.0.to)?;
        if request.method == "CONNECT" {
            conversation.say(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            tunnel(socket, &server)?;
        } else {
            forward(&request, server, conversation)?;
        }
        Ok(false)
    }
}

/// Copies bytes in both directions until both sides end.
fn tunnel(client: &TcpStream, server: &TcpStream) -> io::Result<()> {
    std::thread::scope(|scope| {
        scope.spawn(|| pour(client, server));
        pour(server, client)
    })
}

fn pour(mut from: &TcpStream, mut to: &TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to)?;
    to.shutdown(Shutdown::Write)
}

/// Forwards a request to the server. The connection ends after the response.
fn forward(
    request: &Request,
    mut server: TcpStream,
    conversation: &mut Conversation,
) -> io::Result<()> {
    let path = request.target.splitn(4, '/').nth(3).unwrap_or_default();
    let mut text = format!(
        "{} /{path} HTTP/1.1\r\nConnection: close\r\n",
        request.method
    );
    let kept = |name: &str| {
        ![
            "connection",
            "proxy-connection",
            "content-length",
            "content-encoding",
            "expect",
            "transfer-encoding",
        ]
        .contains(&name)
    };
    for (name, value) in request
        .headers
        .iter()
        .filter(|(name, _)| kept(&name.to_ascii_lowercase()))
    {
        text = format!("{text}{name}: {value}\r\n");
    }
    text = format!("{text}Content-Length: {}\r\n\r\n", request.body.len());
    server.write_all(&[text.as_bytes(), &request.body].concat())?;
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let read = server.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        conversation.say(&buffer[..read])?;
    }
}
