//! The answers, read frame by frame as they arrive: capabilities, refs, packs.

use super::{Capabilities, ProtocolError, Ref};
use crate::objects::{Database, PackError, PackWriter};
use crate::pkt_line::{Decoder, Pkt};

/// Most refs that an answer may have: a large repository has some 100,000 pull requests.
const MAX_REFS: usize = 500_000;
/// Most bytes that their list may have.
const MAX_REFS_BYTES: usize = 64 << 20;

/// Reads an answer as its chunks arrive; `true` when the answer is complete.
pub trait Answer {
    /// Takes one frame.
    ///
    /// # Errors
    /// When the frame has no place in this answer.
    fn take(&mut self, pkt: Pkt) -> Result<bool, ProtocolError>;
}

/// Feeds chunks to an [`Answer`].
pub struct Reader<A> {
    decoder: Decoder,
    complete: bool,
    /// The answer so far.
    pub answer: A,
}

impl<A: Answer> Reader<A> {
    /// Begins to read an answer.
    pub fn new(answer: A) -> Self {
        Self {
            decoder: Decoder::default(),
            complete: false,
            answer,
        }
    }

    /// Takes the next chunk; returns whether the answer is complete.
    ///
    /// # Errors
    /// When it is not what was asked for.
    pub fn push(&mut self, chunk: &[u8]) -> Result<bool, ProtocolError> {
        self.decoder.push(chunk);
        while !self.complete {
            match self.decoder.next_pkt()? {
                Some(pkt) => self.complete = self.answer.take(pkt)?,
                None => break,
            }
        }
        Ok(self.complete)
    }

    /// Returns the answer when the connection ended.
    ///
    /// # Errors
    /// [`ProtocolError::Odd`] when nothing came, [`ProtocolError::Truncated`] when not all did.
    pub fn finish(self) -> Result<A, ProtocolError> {
        match (self.complete, self.decoder.is_empty()) {
            (true, _) => Ok(self.answer),
            _ => Err(ProtocolError::Truncated),
        }
    }
}

/// The answer to `ls-refs`.
#[derive(Debug, Default)]
pub struct RefList(pub Vec<Ref>, usize);

impl Answer for RefList {
    fn take(&mut self, pkt: Pkt) -> Result<bool, ProtocolError> {
        let line = match pkt {
            Pkt::Flush => return Ok(true),
            Pkt::Data(line) => line,
            other => return Err(odd(&format!("{other:?} among the refs"))),
        };
        refuse_error(&line)?;
        self.1 += line.len();
        if self.0.len() >= MAX_REFS || self.1 > MAX_REFS_BYTES {
            return Err(ProtocolError::Refused(
                "it lists too many refs".to_owned(),
            ));
        }
        match parse_ref(&line) {
            Some(reference) => self.0.push(reference),
            None => return Err(odd(&String::from_utf8_lossy(&line))),
        }
        Ok(false)
    }
}

fn parse_ref(line: &[u8]) -> Option<Ref> {
    let line = std::str::from_utf8(line).ok()?.trim_end_matches('\n');
    let mut parts = line.split(' ');
    let id = parts.next()?.parse().ok()?;
    let name = parts.next().filter(|name| !name.is_empty())?.to_owned();
    let mut reference = Ref {
        name,
        id,
        peeled: None,
        symref: None,
    };
    for part in parts {
        if let Some(id) = part.strip_prefix("peeled:") {
            reference.peeled = Some(id.parse().ok()?);
        } else if let Some(target) = part.strip_prefix("symref-target:") {
            reference.symref = Some(target.to_owned());
        }
    }
    Some(reference)
}

/// The answer to `GET info/refs`, or ssh's greeting: what the server can do.
#[derive(Debug, Default)]
pub struct CapabilityList {
    /// What was said so far.
    pub capabilities: Capabilities,
    lines: usize,
    service_line: bool,
}

impl Answer for CapabilityList {
    fn take(&mut self, pkt: Pkt) -> Result<bool, ProtocolError> {
        let line = match pkt {
            // Over http, `# service=git-upload-pack` and a flush may come first.
            Pkt::Flush if self.service_line && self.lines == 0 => {
                self.service_line = false;
                return Ok(false);
            }
            Pkt::Flush => return Ok(true),
            Pkt::Data(line) => line,
            other => return Err(odd(&format!("{other:?} among the capabilities"))),
        };
        refuse_error(&line)?;
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches('\n');
        if line.starts_with("# service=") {
            self.service_line = true;
            return Ok(false);
        }
        self.lines += 1;
        if self.lines == 1 && line != "version 2" {
            // An older protocol lists its refs here; what follows does not matter.
            let format = line.split("object-format=").nth(1);
            self.capabilities.object_format = format
                .and_then(|rest| rest.split_whitespace().next())
                .map(str::to_owned);
            return Ok(true);
        }
        self.capabilities.version_2 = true;
        if let Some(features) = line.strip_prefix("fetch=") {
            self.capabilities.filter = features.split(' ').any(|feature| feature == "filter");
        } else if let Some(format) = line.strip_prefix("object-format=") {
            self.capabilities.object_format = Some(format.to_owned());
        }
        Ok(false)
    }
}

/// The answer to `fetch`: sections of text, then the pack in a side band.
pub struct PackAnswer<'a> {
    writer: Option<PackWriter<'a>>,
    in_pack: bool,
    received: &'a mut dyn FnMut(usize),
}

impl<'a> PackAnswer<'a> {
    /// Begins to take a pack into `database`, telling `received` of its bytes.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn new(
        database: &'a Database<'a>,
        received: &'a mut dyn FnMut(usize),
    ) -> Result<Self, PackError> {
        Ok(Self {
            writer: Some(database.pack_writer()?),
            in_pack: false,
            received,
        })
    }

    /// Checks the pack and makes its objects readable.
    ///
    /// # Errors
    /// When the pack is truncated or corrupt.
    pub fn finish(mut self) -> Result<(), ProtocolError> {
        match self.writer.take() {
            Some(writer) => Ok(writer.finish()?),
            None => Err(ProtocolError::Truncated),
        }
    }
}

impl Answer for PackAnswer<'_> {
    fn take(&mut self, pkt: Pkt) -> Result<bool, ProtocolError> {
        let line = match pkt {
            Pkt::Flush => return Ok(true),
            Pkt::Data(line) => line,
            _ => return Ok(false),
        };
        if !self.in_pack {
            refuse_error(&line)?;
            self.in_pack = line == b"packfile\n";
            // Sections before the pack (`shallow-info`) say nothing that is needed here.
            return match self.in_pack || is_section_line(&line) {
                true => Ok(false),
                false => Err(odd(&String::from_utf8_lossy(&line))),
            };
        }
        match line.split_first() {
            Some((1, pack)) => {
                (self.received)(pack.len());
                if let Some(writer) = &mut self.writer {
                    writer.write(pack)?;
                }
                Ok(false)
            }
            Some((2, _progress)) => Ok(false),
            Some((3, message)) => Err(refused(message)),
            _ => Err(odd("a side band of no known number")),
        }
    }
}

fn is_section_line(line: &[u8]) -> bool {
    let known: [&[u8]; 8] = [
        b"acknowledgments",
        b"NAK",
        b"ACK ",
        b"ready",
        b"shallow-info",
        b"shallow ",
        b"unshallow ",
        b"wanted-refs",
    ];
    known.iter().any(|start| line.starts_with(start))
}

fn refuse_error(line: &[u8]) -> Result<(), ProtocolError> {
    match line.strip_prefix(b"ERR ") {
        Some(message) => Err(refused(message)),
        None => Ok(()),
    }
}

fn refused(message: &[u8]) -> ProtocolError {
    ProtocolError::Refused(String::from_utf8_lossy(message).trim().to_owned())
}

fn odd(what: &str) -> ProtocolError {
    let shown: String = what.trim().chars().take(60).collect();
    ProtocolError::Odd(format!("`{}`", shown.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkt_line::{write_flush, write_text};

    const ID: &str = "367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35";

    fn text(lines: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for line in lines {
            write_text(&mut bytes, line);
        }
        write_flush(&mut bytes);
        bytes
    }

    #[test]
    fn refs_carry_what_they_peel_to_and_stand_for() {
        let mut reader = Reader::new(RefList::default());
        let head = format!("{ID} HEAD symref-target:refs/heads/main");
        let tag = format!("{} refs/tags/v1 peeled:{ID}", "a".repeat(40));
        assert!(reader.push(&text(&[&head, &tag])).unwrap());
        let refs = reader.finish().unwrap().0;
        assert_eq!(refs[0].symref.as_deref(), Some("refs/heads/main"));
        assert_eq!(refs[1].commit().to_string(), ID);
    }

    #[test]
    fn a_list_of_refs_has_an_end() {
        let long = format!("{ID} refs/heads/{}", "x".repeat(60_000));
        let line = text(&[&long]);
        let line = &line[..line.len() - 4];
        let mut reader = Reader::new(RefList::default());
        let error = (0..2_000).find_map(|_| reader.push(line).err());
        assert!(error.unwrap().to_string().contains("too many refs"));
        assert!(reader.answer.0.len() < 1_200);
    }

    #[test]
    fn an_error_line_is_the_servers_own_word() {
        let mut reader = Reader::new(RefList::default());
        let error = reader.push(&text(&["ERR access denied"])).unwrap_err();
        assert_eq!(error.to_string(), "the server refused the request: access denied");
    }

    #[test]
    fn capabilities_tell_version_filter_and_format() {
        let read = |lines: &[&str]| {
            let mut reader = Reader::new(CapabilityList::default());
            assert!(reader.push(&text(lines)).unwrap());
            reader.finish().unwrap().capabilities
        };
        let modern = read(&[
            "version 2",
            "agent=git/2",
            "ls-refs=unborn",
            "fetch=shallow filter",
            "object-format=sha256",
        ]);
        assert!(modern.version_2 && modern.filter);
        assert_eq!(modern.object_format.as_deref(), Some("sha256"));
        assert!(!read(&["version 2", "fetch=shallow"]).filter);
        assert!(!read(&[&format!("{ID} HEAD\0multi_ack")]).version_2);
    }
}
