//! The least that a client can take: the requests of mdskill, whose answers are thrown away.

use crate::desk::Sample;
use crate::measure::Cost;
use crate::network::Network;
use crate::wire::{Conversation, Request};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Sends the last requests over the network again, on one connection; `None` if there were none.
pub fn replay(network: &Network) -> Option<Sample> {
    let requests = network.take_requests();
    let before = network.traffic();
    let started = Instant::now();
    let sent = send(network, &requests);
    let cost = Cost {
        wall: started.elapsed(),
        cpu: Duration::ZERO,
        peak: 0,
        failure: sent.err().map(|error| format!("failed: {error}")),
    };
    let traffic = network.traffic().since(before);
    (!requests.is_empty()).then_some(Sample { cost, traffic })
}

fn send(network: &Network, requests: &[Request]) -> io::Result<()> {
    let url = network.url();
    let stream = TcpStream::connect(url.trim_start_matches("http://"))?;
    stream.set_nodelay(true)?;
    let mut conversation = Conversation::new(Box::new(stream));
    for request in requests {
        conversation.say(&bytes_of(request)?)?;
        // An answer has the form of a request: a line, headers, and a body.
        conversation.hear()?.ok_or(io::ErrorKind::UnexpectedEof)?;
    }
    Ok(())
}

fn bytes_of(request: &Request) -> io::Result<Vec<u8>> {
    let is_compressed = request.header("content-encoding").is_some();
    let body = if is_compressed {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&request.body)?;
        encoder.finish()?
    } else {
        request.body.clone()
    };
    let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method, request.target).into_bytes();
    let is_length = |name: &str| name.eq_ignore_ascii_case("content-length");
    for (name, value) in request.headers.iter().filter(|(name, _)| !is_length(name)) {
        write!(bytes, "{name}: {value}\r\n")?;
    }
    write!(bytes, "Content-Length: {}\r\n\r\n", body.len())?;
    bytes.extend_from_slice(&body);
    Ok(bytes)
}
