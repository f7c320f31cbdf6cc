//! The faults of the test server.

use super::git_service::Call;
use super::packets;
use super::sealed;
use super::wire::{Conversation, Request};
use std::fmt::{Debug, Formatter};
use std::io::{self, Read};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A change of the body of a response.
#[derive(Clone)]
pub struct Change(Arc<dyn Fn(Vec<u8>) -> Vec<u8> + Send + Sync>);

impl Debug for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("Change")
    }
}

/// A fault. Faults of packs do not change responses without a pack.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status instead of a response.
    Status {
        code: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// A redirect; `{target}` in `to` is replaced by the path and query of the request.
    Redirect { code: u16, to: String },
    /// The connection is reset before any header.
    Reset,
    /// The connection is reset after this number of bytes of the body.
    ResetMidBody(usize),
    /// The body ends after this number of bytes, in a complete HTTP message.
    CutBody(usize),
    /// The body is one byte shorter than its announced length, and the connection is closed.
    ShortLength,
    /// The pack ends after this number of bytes, in valid packets and HTTP.
    TruncatedPack(usize),
    /// One byte in the middle of the pack is changed, in valid packets and HTTP.
    CorruptPack,
    /// The pack is valid and has no objects.
    EmptyPack,
    /// The page of a captive portal, with status 200.
    Garbage,
    /// Status 200 with an empty body.
    EmptyOk,
    /// No response, until the client closes the connection.
    Hang,
    /// This number of bytes of the body, then nothing until the client closes the connection.
    Stall(usize),
    /// One byte of the body at a time, with this pause.
    SlowDrip(Duration),
    /// The normal response after this delay.
    Late(Duration),
    /// The normal response, followed by endless bytes.
    Endless,
    /// An `ERR` packet with this message.
    ErrPkt(String),
    /// This message on the side-band for fatal errors, instead of a pack.
    SidebandError(String),
    /// These bytes instead of a response, then the end of the connection.
    Raw(Vec<u8>),
    /// The normal response with a changed body.
    Changed(Change),
    /// The first bytes, and the others again and again until the client closes the connection.
    Forever(Vec<u8>, Vec<u8>),
    /// The same with a pause after each time.
    Paced(Vec<u8>, Vec<u8>, Duration),
    /// A server that does not support filters.
    NoFilter,
    /// A server that supports only the first protocol.
    V0Only,
    /// A server that refuses requests for trees by id.
    RefuseTreeWants,
}

impl Fault {
    /// A status without headers and body.
    pub fn status(code: u16) -> Self {
        Self::Status {
            code,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// The normal response with a changed body.
    pub fn changed(change: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::Changed(Change(Arc::new(change)))
    }

    /// The normal response with a changed pack.
    pub fn changed_pack(change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static) -> Self {
        Self::changed(move |said| packets::with_pack(&said, &change))
    }

    /// Responds with this fault. `false` ends the connection.
    pub fn answer(&self, exchange: Exchange) -> io::Result<bool> {
        let Exchange {
            request, socket, ..
        } = exchange;
        match self {
            Self::Status {
                code,
                headers,
                body,
            } => {
                let headers: Vec<_> = headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect();
                exchange
                    .conversation
                    .answer(*code, &headers, body.as_bytes())?;
            }
            Self::Redirect { code, to } => {
                let to = to.replace("{target}", &request.target);
                exchange
                    .conversation
                    .answer(*code, &[header("Location", &to)], b"")?;
            }
            Self::Garbage => exchange.conversation.answer(
                200,
                &[header("Content-Type", "text/html")],
                CAPTIVE_PORTAL,
            )?,
            Self::EmptyOk => exchange.conversation.answer(200, &[], b"")?,
            Self::Reset => return reset(socket),
            Self::Raw(bytes) => {
                exchange.conversation.say(bytes)?;
                return Ok(false);
            }
            Self::Forever(first, again) => {
                return repeat(exchange.conversation, first, again, Duration::ZERO);
            }
            Self::Paced(first, again, pause) => {
                return repeat(exchange.conversation, first, again, *pause);
            }
            Self::Hang => return wait_until_the_client_gives_up(socket),
            Self::Late(time) => {
                std::thread::sleep(*time);
                return through_git(exchange, |_| {});
            }
            Self::NoFilter => {
                return through_git(exchange, |call| call.filters = false);
            }
            Self::V0Only => {
                return through_git(exchange, |call| call.protocol = None);
            }
            _ => return self.spoil(exchange),
        }
        Ok(true)
    }

    /// Changes the response of git.
    fn spoil(&self, exchange: Exchange) -> io::Result<bool> {
        let Exchange {
            root,
            request,
            conversation,
            socket,
        } = exchange;
        let Some(call) = Call::of(root, request) else {
            return not_found(conversation);
        };
        let mut said = Vec::new();
        call.run(&request.body, |bytes| {
            said.extend_from_slice(bytes);
            Ok(())
        })?;
        let headers = [header("Content-Type", call.media_type())];
        match self {
            Self::ErrPkt(message) => said = packets::frame(format!("ERR {message}").as_bytes()),
            Self::SidebandError(message) => said = packets::with_fatal_error(&said, message),
            Self::TruncatedPack(length) => {
                said = packets::with_pack(&said, |pack| pack.truncate(*length));
            }
            Self::EmptyPack => said = packets::with_pack(&said, |pack| *pack = EMPTY_PACK.to_vec()),
            Self::CorruptPack => said = packets::with_pack(&said, |pack| flip_the_middle(pack)),
            Self::Changed(Change(change)) => said = change(said),
            Self::CutBody(length) => said.truncate(*length),
            Self::RefuseTreeWants => {
                if let Some(tree) = request
                    .wants()
                    .into_iter()
                    .find(|id| is_tree(&call.repository, id))
                {
                    said =
                        packets::frame(format!("ERR upload-pack: not our ref {tree}").as_bytes());
                }
            }
            Self::ShortLength => {
                let text = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
                    said.len() + 1
                );
                conversation.say(&[text.as_bytes(), &said].concat())?;
                return Ok(false);
            }
            Self::ResetMidBody(length) => {
                conversation.begin(200, &headers)?;
                conversation.chunk(&said[..said.len().min(*length)])?;
                // A reset discards bytes that the client has not read yet, so give it time to read.
                std::thread::sleep(Duration::from_millis(50));
                return reset(socket);
            }
            Self::Stall(length) => {
                conversation.begin(200, &headers)?;
                conversation.chunk(&said[..said.len().min(*length)])?;
                return wait_until_the_client_gives_up(socket);
            }
            Self::Endless => {
                conversation.begin(200, &headers)?;
                conversation.chunk(&said)?;
                // This ends with an error when the client closes the connection, as it should.
                loop {
                    conversation.chunk(&[b'0'; 16 * 1024])?;
                }
            }
            Self::SlowDrip(pause) => {
                conversation.begin(200, &headers)?;
                for byte in said.chunks(1) {
                    conversation.chunk(byte)?;
                    std::thread::sleep(*pause);
                }
                conversation.end()?;
                return Ok(true);
            }
            _ => {}
        }
        conversation.begin(200, &headers)?;
        conversation.chunk(&said)?;
        conversation.end()?;
        Ok(true)
    }
}

/// A request and everything that is needed to respond.
pub struct Exchange<'a> {
    /// The folder of the repositories.
    pub root: &'a Path,
    pub request: &'a Request,
    pub conversation: &'a mut Conversation,
    pub socket: &'a TcpStream,
}

/// Responds with the output of git for a changed call.
pub fn through_git(exchange: Exchange, change: impl FnOnce(&mut Call)) -> io::Result<bool> {
    let Exchange {
        root,
        request,
        conversation,
        ..
    } = exchange;
    let Some(mut call) = Call::of(root, request) else {
        return not_found(conversation);
    };
    change(&mut call);
    conversation.begin(200, &[header("Content-Type", call.media_type())])?;
    call.run(&request.body, |bytes| conversation.chunk(bytes))?;
    conversation.end()?;
    Ok(true)
}

/// One header.
pub fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// The response of a forge for a missing or private repository.
pub fn not_found(conversation: &mut Conversation) -> io::Result<bool> {
    conversation.answer(404, &[header("Content-Type", "text/plain")], b"Not Found\n")?;
    Ok(true)
}

/// Sends bytes, and others again and again, until the client closes the connection.
fn repeat(
    conversation: &mut Conversation,
    first: &[u8],
    again: &[u8],
    pause: Duration,
) -> io::Result<bool> {
    conversation.begin(200, &[])?;
    conversation.chunk(first)?;
    loop {
        conversation.chunk(again)?;
        std::thread::sleep(pause);
    }
}

/// Closes the socket so that the kernel sends a reset.
fn reset(socket: &TcpStream) -> io::Result<bool> {
    rustix::net::sockopt::set_socket_linger(socket, Some(Duration::ZERO))?;
    Ok(false)
}

fn wait_until_the_client_gives_up(mut socket: &TcpStream) -> io::Result<bool> {
    while socket.read(&mut [0; 1024])? > 0 {}
    Ok(false)
}

fn flip_the_middle(pack: &mut [u8]) {
    let middle = pack.len() / 2;
    pack[middle] ^= 0x20;
}

fn is_tree(repository: &Path, id: &str) -> bool {
    let asked = sealed::command("git", repository)
        .arg("-C")
        .arg(repository)
        .args(["cat-file", "-t", id])
        .output();
    asked.is_ok_and(|output| output.stdout == b"tree\n")
}

/// Version 2, no object, and the SHA-1 of these twelve bytes.
const EMPTY_PACK: &[u8] = b"PACK\0\0\0\x02\0\0\0\0\x02\x9d\x08\x82\x3b\xd8\xa8\xea\xb5\x10\xad\x6a\xc7\x5c\x82\x3c\xfd\x3e\xd3\x1e";

const CAPTIVE_PORTAL: &[u8] =
    b"<!DOCTYPE html><html><head><title>Welcome</title></head><body>Please accept our terms.</body></html>\n";
