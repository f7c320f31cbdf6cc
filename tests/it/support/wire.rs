//! A minimal HTTP/1.1 implementation for git, in which tests can inject a fault at any byte.

use std::io::{self, BufRead, BufReader, Read, Write};

/// A connection with or without TLS.
pub trait Duplex: Read + Write + Send {}
impl<T: Read + Write + Send> Duplex for T {}

/// A received request, with its body decompressed.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// The path and query, as sent.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, in any letter case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether this is the last request on the connection.
    pub fn is_last(&self) -> bool {
        self.header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// One connection with its requests and responses.
pub struct Conversation {
    stream: BufReader<Box<dyn Duplex>>,
}

impl Conversation {
    /// Starts to read from an accepted connection.
    pub fn new(stream: Box<dyn Duplex>) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// The next request; `None` if the client closed the connection.
    pub fn hear(&mut self) -> io::Result<Option<Request>> {
        let first = self.line()?;
        if first.is_empty() {
            return Ok(None);
        }
        let mut words = first.split(' ').map(str::to_owned);
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(malformed("a request line needs a method and a target"));
        };
        let mut request = Request {
            method,
            target,
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            request
                .headers
                .push((name.trim().to_owned(), value.trim().to_owned()));
        }
        if request
            .header("expect")
            .is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
        {
            self.say(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        request.body = self.body_of(&request)?;
        Ok(Some(request))
    }

    /// Sends a complete response.
    pub fn answer(
        &mut self,
        code: u16,
        headers: &[(String, String)],
        body: &[u8],
    ) -> io::Result<()> {
        let mut bytes = head(code, headers, &format!("Content-Length: {}", body.len()));
        bytes.extend_from_slice(body);
        self.say(&bytes)
    }

    /// Sends the head of a chunked response.
    pub fn begin(&mut self, code: u16, headers: &[(String, String)]) -> io::Result<()> {
        self.say(&head(code, headers, "Transfer-Encoding: chunked"))
    }

    /// Sends one chunk of the body. An empty chunk is not sent, because it would end the body.
    pub fn chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
        framed.extend_from_slice(bytes);
        framed.extend_from_slice(b"\r\n");
        self.say(&framed)
    }

    /// Ends a chunked body.
    pub fn end(&mut self) -> io::Result<()> {
        self.say(b"0\r\n\r\n")
    }

    /// Sends bytes unchanged.
    pub fn say(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)?;
        self.stream.get_mut().flush()
    }

    /// Reads a line without its end; empty at the end of the head and of the connection.
    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok(line)
    }

    fn body_of(&mut self, request: &Request) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        if request
            .header("transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
        {
            self.read_chunks(&mut body)?;
        } else if let Some(length) = request.header("content-length") {
            body.resize(
                length
                    .parse()
                    .map_err(|_| malformed("the length of a body is a number"))?,
                0,
            );
            self.stream.read_exact(&mut body)?;
        }
        if request.header("content-encoding") != Some("gzip") {
            return Ok(body);
        }
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut plain)?;
        Ok(plain)
    }

    fn read_chunks(&mut self, body: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = usize::from_str_radix(size, 16)
                .map_err(|_| malformed("a chunk begins with its size"))?;
            let start = body.len();
            body.resize(start + size, 0);
            self.stream.read_exact(&mut body[start..])?;
            self.line()?;
            if size == 0 {
                return Ok(());
            }
        }
    }
}

fn head(code: u16, headers: &[(String, String)], framing: &str) -> Vec<u8> {
    let mut text = format!(
        "HTTP/1.1 {code} {}\r\n{framing}\r\n",
        if code == 200 { "OK" } else { "Other" }
    );
    for (name, value) in headers {
        text = format!("{text}{name}: {value}\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
