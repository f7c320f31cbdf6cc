//! Everything that a server may do to a client, by name.

use super::git_service::Call;
use super::packets;
use super::sealed;
use super::wire::{Conversation, Request};
use std::io::{self, Read};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

/// One way to fail. Those that speak of a pack leave answers without a pack as they are.
#[derive(Clone, Debug)]
pub enum Fault {
    /// This status instead of an answer.
    Status {
        code: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// A redirect; `{target}` in `to` stands for the path and query that were asked for.
    Redirect { code: u16, to: String },
    /// The connection is reset before any header.
    Reset,
    /// The connection is reset after so many bytes of the body.
    ResetMidBody(usize),
    /// The body stops after so many bytes; the HTTP message ends as if that were all.
    CutBody(usize),
    /// A length is announced, the body is one byte short of it, and the connection is closed.
    ShortLength,
    /// The pack stops after so many bytes; packets and HTTP end as they should.
    TruncatedPack(usize),
    /// One byte in the middle of the pack is another; packets and HTTP are as they should be.
    CorruptPack,
    /// The pack is a good one, of nothing.
    EmptyPack,
    /// The page of a hotel's network, with status 200.
    Garbage,
    /// Status 200 and nothing.
    EmptyOk,
    /// Nothing at all, until the client gives up.
    Hang,
    /// So many bytes of the body, then nothing until the client gives up.
    Stall(usize),
    /// One byte of the body at a time, this long apart.
    SlowDrip(Duration),
    /// The right answer, this much later.
    Late(Duration),
    /// The right answer, and after it bytes without an end.
    Endless,
    /// An `ERR` packet with this message.
    ErrPkt(String),
    /// This message on the band for fatal errors, in place of a pack.
    SidebandError(String),
    /// A server without partial fetches.
    NoFilter,
    /// A server that knows only the first protocol.
    V0Only,
    /// A server that gives commits and blobs by id, and no trees.
    RefuseTreeWants,
}

impl Fault {
    /// A bare status.
    pub fn status(code: u16) -> Self {
        Self::Status {
            code,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// Answers with this fault. `false` ends the connection.
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

    /// Lets git answer, and breaks what it said.
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
                // A reset throws away what the client has not read yet: give it the time to.
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
                // Until the client hangs up, which is an error here and right there.
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

/// One request and all that is needed to answer it, or not to.
pub struct Exchange<'a> {
    /// The folder of the repositories.
    pub root: &'a Path,
    pub request: &'a Request,
    pub conversation: &'a mut Conversation,
    pub socket: &'a TcpStream,
}

/// Lets git answer as it does, on a call that was changed first.
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

/// What a forge says of a repository that is not there, or that is none of yours.
pub fn not_found(conversation: &mut Conversation) -> io::Result<bool> {
    conversation.answer(404, &[header("Content-Type", "text/plain")], b"Not Found\n")?;
    Ok(true)
}

/// Closes in a way that makes the kernel send a reset: nothing lingers.
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
