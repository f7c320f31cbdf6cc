//! A web site with files, and archives to serve on it.

use super::server::{Server, Site, plain};
use super::wire::{Conversation, Request};
use sha2::{Digest as _, Sha256};
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

/// A site over HTTP. A path without a file is not found.
pub struct SiteServer {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answers: Vec<(String, Answer)>,
    requests: Vec<Request>,
}

#[derive(Clone)]
enum Answer {
    File(Vec<u8>),
    Status(u16),
    Redirect(String),
    Endless,
}

impl SiteServer {
    /// Starts a site without files.
    pub fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        Self {
            server: Server::start(Files(Arc::clone(&state)), plain()),
            state,
        }
    }

    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.server.address().port()
    }

    /// Serves a file at a path, instead of an earlier answer.
    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.answer(path, Answer::File(bytes.into()));
    }

    /// Answers a path with a status.
    pub fn fail(&self, path: &str, status: u16) {
        self.answer(path, Answer::Status(status));
    }

    /// Redirects a path.
    pub fn redirect(&self, path: &str, to: &str) {
        self.answer(path, Answer::Redirect(to.to_owned()));
    }

    /// Answers a path with bytes that never end.
    pub fn never_end(&self, path: &str) {
        self.answer(path, Answer::Endless);
    }

    fn answer(&self, path: &str, answer: Answer) {
        let mut state = self.state.lock().unwrap();
        state.answers.retain(|(known, _)| known != path);
        state.answers.push((path.to_owned(), answer));
    }

    /// The requests since the start, or since the last call.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }

    /// The paths of the requests since the start, or since the last call.
    pub fn take_paths(&self) -> Vec<String> {
        let requests = self.take_requests().into_iter();
        requests.map(|request| request.target).collect()
    }
}

struct Files(Arc<Mutex<State>>);

impl Site for Files {
    fn answer(
        &self,
        request: Request,
        conversation: &mut Conversation,
        _socket: &TcpStream,
    ) -> io::Result<bool> {
        let answer = {
            let mut state = self.0.lock().unwrap();
            state.requests.push(request.clone());
            let mut answers = state.answers.iter();
            let found = answers.find(|(known, _)| *known == request.target);
            found.map(|(_, answer)| answer.clone())
        };
        match answer {
            None => conversation.answer(404, &[], b"")?,
            Some(Answer::File(bytes)) => conversation.answer(200, &[], &bytes)?,
            Some(Answer::Status(status)) => conversation.answer(status, &[], b"")?,
            Some(Answer::Redirect(to)) => {
                conversation.answer(302, &[("Location".to_owned(), to)], b"")?;
            }
            Some(Answer::Endless) => {
                conversation.begin(200, &[])?;
                loop {
                    conversation.chunk(&vec![b' '; 64 << 10])?;
                }
            }
        }
        Ok(true)
    }
}

/// The digest of a file, as an index and the lockfile have it.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold("sha256:".to_owned(), |text, byte| {
        format!("{text}{byte:02x}")
    })
}

/// An entry of an archive.
#[derive(Debug, Clone)]
pub struct Packed {
    pub name: Vec<u8>,
    pub mode: u32,
    pub bytes: Vec<u8>,
    /// The flags of a zip.
    pub flags: u16,
    /// The type of a tar.
    pub kind: u8,
}

/// A file of an archive.
pub fn file(name: &str, text: &str) -> Packed {
    Packed {
        name: name.as_bytes().to_vec(),
        mode: 0o100_644,
        bytes: text.as_bytes().to_vec(),
        flags: 0,
        kind: b'0',
    }
}

/// An executable file of an archive.
pub fn script(name: &str, text: &str) -> Packed {
    Packed {
        mode: 0o100_755,
        ..file(name, text)
    }
}

/// A symbolic link of an archive.
pub fn link(name: &str, target: &str) -> Packed {
    Packed {
        mode: 0o120_777,
        kind: b'2',
        ..file(name, target)
    }
}

/// Makes a zip, with every name as it is.
pub fn zip(entries: &[Packed]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let mut crc = flate2::Crc::new();
        crc.update(&entry.bytes);
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&entry.bytes).unwrap();
        let packed = encoder.finish().unwrap();
        let offset = u32::try_from(archive.len()).unwrap();
        let mut common = Vec::new();
        for field in [20, entry.flags, 8, 0, 0x21] {
            common.extend(field.to_le_bytes());
        }
        common.extend(crc.sum().to_le_bytes());
        for size in [packed.len(), entry.bytes.len()] {
            common.extend(u32::try_from(size).unwrap().to_le_bytes());
        }
        common.extend(u16::try_from(entry.name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(&entry.name);
        archive.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.name);
    }
    let offset = u32::try_from(archive.len()).unwrap();
    let count = u16::try_from(entries.len()).unwrap();
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(count.to_le_bytes());
    archive.extend(count.to_le_bytes());
    archive.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    archive.extend(offset.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

/// Makes a tar.gz, with every name as it is.
pub fn tar_gz(entries: &[Packed]) -> Vec<u8> {
    let mut archive = Vec::new();
    for entry in entries {
        let is_link = matches!(entry.kind, b'1' | b'2');
        let content: &[u8] = if is_link { b"" } else { &entry.bytes };
        let mut header = [0_u8; 512];
        header[..entry.name.len()].copy_from_slice(&entry.name);
        let number = |value: usize, width: usize| format!("{value:0width$o}\0");
        let mode = usize::try_from(entry.mode & 0o777).unwrap();
        header[100..108].copy_from_slice(number(mode, 7).as_bytes());
        header[108..116].copy_from_slice(number(0, 7).as_bytes());
        header[116..124].copy_from_slice(number(0, 7).as_bytes());
        header[124..136].copy_from_slice(number(content.len(), 11).as_bytes());
        header[136..148].copy_from_slice(number(0, 11).as_bytes());
        header[148..156].copy_from_slice(b"        ");
        header[156] = entry.kind;
        if is_link {
            header[157..157 + entry.bytes.len()].copy_from_slice(&entry.bytes);
        }
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: usize = header.iter().map(|byte| usize::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive.extend(header);
        archive.extend(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    gzip(&archive)
}

/// Compresses bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
