//! The server, and the wire between it and the clients.

use crate::corpus::Corpus;
use crate::git_service::Call;
use crate::link::Link;
use crate::server::{Server, Site, Traffic, plain};
use crate::wire::{Conversation, Request};
use std::io;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

/// A server as its clients reach it.
pub struct Network {
    server: Server,
    link: Option<Link>,
    /// What it is, in a word for the table.
    pub title: &'static str,
}

impl Network {
    /// The server next door: no delay, no limit but the machine's.
    pub fn loopback(corpus: &Corpus) -> Self {
        Self {
            server: serve(corpus),
            link: None,
            title: "loopback",
        }
    }

    /// The server at the end of an ordinary line, with the slow start of every TCP connection.
    pub fn distant(corpus: &Corpus) -> Self {
        let server = serve(corpus);
        let link = Link::start(server.address(), Duration::from_millis(50), 50_000_000);
        Self {
            server,
            link: Some(link),
            title: "50 ms, 50 Mbit/s, slow start",
        }
    }

    /// Whether there is a delay: what touches no network is measured where there is none.
    pub fn is_distant(&self) -> bool {
        self.link.is_some()
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        let address = self
            .link
            .as_ref()
            .map_or(self.server.address(), Link::address);
        format!("http://{address}")
    }

    /// What has passed so far.
    pub fn traffic(&self) -> Traffic {
        let seen = self.server.traffic();
        match self.link.as_ref().map(Link::carried) {
            Some((up, down)) => Traffic { up, down, ..seen },
            None => seen,
        }
    }
}

fn serve(corpus: &Corpus) -> Server {
    Server::start(Repositories(corpus.root.clone()), plain())
}

struct Repositories(PathBuf);

impl Site for Repositories {
    fn answer(
        &self,
        request: Request,
        conversation: &mut Conversation,
        _: &TcpStream,
    ) -> io::Result<bool> {
        let Some(call) = Call::of(&self.0, &request) else {
            conversation.answer(404, &[], b"Not Found\n")?;
            return Ok(true);
        };
        conversation.begin(
            200,
            &[("Content-Type".to_owned(), call.media_type().to_owned())],
        )?;
        call.run(&request.body, |bytes| conversation.chunk(bytes))?;
        conversation.end()?;
        Ok(true)
    }
}
