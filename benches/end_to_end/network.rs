//! The server, and the network between it and the clients.

use crate::corpus::Corpus;
use crate::desk::Sample;
use crate::git_service::Call;
use crate::link::Link;
use crate::measure::cost_of;
use crate::server::{Server, Site, Traffic, plain};
use crate::wire::{Conversation, Request};
use std::io;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server and its network.
pub struct Network {
    server: Server,
    link: Option<Link>,
    asked: Asked,
    /// The title in the table.
    pub title: &'static str,
}

impl Network {
    /// A local server, without delay or bandwidth limit.
    pub fn loopback(corpus: &Corpus) -> Self {
        let asked = Asked::default();
        Self {
            server: serve(corpus, &asked),
            link: None,
            asked,
            title: "loopback",
        }
    }

    /// A distant server on an ordinary line, with the slow start of each TCP connection.
    pub fn distant(corpus: &Corpus) -> Self {
        let asked = Asked::default();
        let server = serve(corpus, &asked);
        let link = Link::start(server.address(), Duration::from_millis(50), 50_000_000);
        Self {
            server,
            link: Some(link),
            asked,
            title: "50 ms, 50 Mbit/s, slow start",
        }
    }

    /// Whether there is a delay. Commands without network are measured without one.
    pub fn is_distant(&self) -> bool {
        self.link.is_some()
    }

    /// Returns the URL for clients.
    pub fn url(&self) -> String {
        let address = self
            .link
            .as_ref()
            .map_or(self.server.address(), Link::address);
        format!("http://{address}")
    }

    /// Runs a command, and returns its cost and its traffic.
    pub fn sample(&self, command: &Command) -> Sample {
        drop(self.take_requests());
        let before = self.traffic();
        let cost = cost_of(command);
        Sample {
            cost,
            traffic: self.traffic().since(before),
        }
    }

    /// Returns the requests since the last call.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut *self.asked.lock().expect("no thread panics"))
    }

    /// Returns the traffic so far.
    pub fn traffic(&self) -> Traffic {
        let seen = self.server.traffic();
        match self.link.as_ref().map(Link::carried) {
            Some((up, down)) => Traffic { up, down, ..seen },
            None => seen,
        }
    }
}

fn serve(corpus: &Corpus, asked: &Asked) -> Server {
    let repositories = Repositories {
        root: corpus.root.clone(),
        asked: Arc::clone(asked),
    };
    Server::start(repositories, plain())
}

/// The requests so far.
type Asked = Arc<Mutex<Vec<Request>>>;

struct Repositories {
    root: PathBuf,
    asked: Asked,
}

impl Site for Repositories {
    fn answer(
        &self,
        request: Request,
        conversation: &mut Conversation,
        _: &TcpStream,
    ) -> io::Result<bool> {
        let Some(call) = Call::of(&self.root, &request) else {
            conversation.answer(404, &[], b"Not Found\n")?;
            return Ok(true);
        };
        conversation.begin(
            200,
            &[("Content-Type".to_owned(), call.media_type().to_owned())],
        )?;
        call.run(&request.body, |bytes| conversation.chunk(bytes))?;
        // Before the end of the answer, after which the client may end.
        let mut asked = self.asked.lock().expect("no thread panics");
        asked.push(request);
        drop(asked);
        conversation.end()?;
        Ok(true)
    }
}
