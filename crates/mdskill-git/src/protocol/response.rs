//! Parsers of the responses, which read frame by frame: capabilities, refs, and packs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::{Capabilities, ProtocolError, Ref};
use crate::objects::Objects;
use crate::pack::PackWriter;
use crate::pkt_line::{Decoder, Pkt};
use crate::progress::Progress;

/// The maximum number of refs: a large repository has about 100,000 pull requests.
pub(crate) const MAX_REFS: usize = 500_000;
/// The maximum size of the list of refs, in bytes.
const MAX_REFS_BYTES: usize = 32 << 20;
/// The maximum memory of all lists that are being received, in bytes. Without it, sixteen servers that
/// send refs without end took 1.3 GB together.
const MAX_REFS_MEMORY: usize = 128 << 20;
/// The maximum size of a list of capabilities, in bytes; a known one has less than 1 KiB.
const MAX_CAPABILITY_BYTES: usize = 1 << 20;
/// The maximum size of everything in a response to `fetch` but its pack, in bytes: the lines of
/// `shallow` commits, progress, and packets that keep the connection open.
const MAX_BYTES_BESIDES_PACK: usize = 8 << 20;
/// The number of bytes that a frame counts at least, because a million empty ones take time, too.
const LEAST_FRAME_BYTES: usize = 64;

/// Counts the bytes of a part of a response, so that it can't go on without end.
#[derive(Debug)]
struct Allowance {
    what: &'static str,
    limit: usize,
    spent: usize,
}

impl Allowance {
    fn of(what: &'static str, limit: usize) -> Self {
        Self {
            what,
            limit,
            spent: 0,
        }
    }

    /// Counts a frame with this number of data bytes.
    fn spend(&mut self, data: usize) -> Result<(), ProtocolError> {
        self.spent += data.max(LEAST_FRAME_BYTES);
        if self.spent > self.limit {
            let (what, limit) = (self.what, self.limit);
            return Err(ProtocolError::TooLarge { what, limit });
        }
        Ok(())
    }
}

/// A parser of a response.
pub trait ResponseParser {
    /// Reads a frame, and returns whether the response is complete.
    ///
    /// # Errors
    /// When the frame is not part of this response.
    fn take(&mut self, pkt: Pkt) -> Result<bool, ProtocolError>;
}

/// Reads a response from chunks.
pub struct Reader<A> {
    decoder: Decoder,
    complete: bool,
    /// The parser of the response.
    pub response: A,
}

impl<A: ResponseParser> Reader<A> {
    /// Creates a reader.
    pub fn new(response: A) -> Self {
        Self {
            decoder: Decoder::default(),
            complete: false,
            response,
        }
    }

    /// Reads the next chunk, and returns whether the response is complete.
    ///
    /// # Errors
    /// When it is not the expected response.
    pub fn push(&mut self, chunk: &[u8]) -> Result<bool, ProtocolError> {
        self.decoder.push(chunk);
        while !self.complete {
            match self.decoder.next_pkt()? {
                Some(pkt) => self.complete = self.response.take(pkt)?,
                None => break,
            }
        }
        Ok(self.complete)
    }

    /// Returns the response.
    ///
    /// # Errors
    /// [`ProtocolError::Truncated`] when it is not complete.
    pub fn finish(self) -> Result<A, ProtocolError> {
        if self.complete {
            Ok(self.response)
        } else {
            Err(ProtocolError::Truncated)
        }
    }
}

/// The response to `ls-refs`.
#[derive(Debug)]
pub struct RefList {
    prefixes: Vec<String>,
    refs: Vec<Ref>,
    allowance: Allowance,
    memory: Share,
}

impl RefList {
    /// Creates a parser of the refs with one of these prefixes; a server may send others, too.
    #[must_use]
    pub fn of(prefixes: &[String]) -> Self {
        Self {
            prefixes: prefixes.to_vec(),
            refs: Vec::new(),
            allowance: Allowance::of("refs", MAX_REFS_BYTES),
            memory: Share::of(&REFS_MEMORY),
        }
    }

    /// Returns the refs.
    #[must_use]
    pub fn into_refs(self) -> Vec<Ref> {
        self.refs
    }
}

/// The memory that a list takes of what all lists may have, in bytes.
#[derive(Debug)]
struct Share {
    total: &'static AtomicUsize,
    taken: usize,
}

static REFS_MEMORY: AtomicUsize = AtomicUsize::new(0);

impl Share {
    fn of(total: &'static AtomicUsize) -> Self {
        Self { total, taken: 0 }
    }

    /// Takes this number of bytes more.
    fn take(&mut self, bytes: usize) -> Result<(), ProtocolError> {
        self.taken += bytes;
        let before = self.total.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes > MAX_REFS_MEMORY {
            return Err(ProtocolError::TooLarge {
                what: "refs, together with those of the other sources",
                limit: MAX_REFS_MEMORY,
            });
        }
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.total.fetch_sub(self.taken, Ordering::Relaxed);
    }
}

impl ResponseParser for RefList {
    fn take(&mut self, pkt: Pkt) -> Result<bool, ProtocolError> {
        let line = match pkt {
            Pkt::Flush => return Ok(true),
            Pkt::Data(line) => line,
            other => return Err(unexpected(&format!("{other:?} among the refs"))),
        };
        refuse_error(&line)?;
        self.allowance.spend(line.len())?;
        let Some(listed) = parse_ref(&line) else {
            return Err(unexpected(&String::from_utf8_lossy(&line)));
        };
        if listed.has_prefix(&self.prefixes) {
            self.memory.take(line.len() + size_of::<Ref>())?;
            if self.refs.len() >= MAX_REFS {
                return Err(ProtocolError::TooManyRefs);
            }
            self.refs.push(listed);
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

/// The response to `GET info/refs`, or the greeting over ssh: the capabilities of the server.
#[derive(Debug)]
pub struct CapabilityList {
    /// The capabilities.
    pub capabilities: Capabilities,
    lines: usize,
    service_line: bool,
    allowance: Allowance,
}

impl Default for CapabilityList {
    fn default() -> Self {
        Self {
            capabilities: Capabilities::default(),
            lines: 0,
            service_line: false,
            allowance: Allowance::of("capabilities", MAX_CAPABILITY_BYTES),
        }
    }
}

impl ResponseParser for CapabilityList {
    fn take(&mut self, pkt: Pkt) -> Result<bool, ProtocolError> {
        self.allowance.spend(pkt.data().len())?;
        let line = match pkt {
            // Over HTTP, `# service=git-upload-pack` and a flush may come first.
            Pkt::Flush if self.service_line && self.lines == 0 => {
                self.service_line = false;
                return Ok(false);
            }
            Pkt::Flush => return Ok(true),
            Pkt::Data(line) => line,
            other => return Err(unexpected(&format!("{other:?} among the capabilities"))),
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
            // An older protocol lists its refs here; the rest is not needed.
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

/// The response to `fetch`: sections of text, then the pack in a side band.
pub struct PackResponse<'a> {
    writer: Option<PackWriter<'a>>,
    in_pack: bool,
    allowance: Allowance,
    progress: &'a dyn Progress,
}

impl<'a> PackResponse<'a> {
    /// Creates a parser that writes the pack to `objects`, and reports its bytes to `progress`. The
    /// pack is refused if it is not complete at `deadline`.
    pub fn new(objects: &'a Objects, progress: &'a dyn Progress, deadline: Instant) -> Self {
        Self {
            writer: Some(objects.pack_writer(progress, deadline)),
            in_pack: false,
            allowance: Allowance::of("messages besides the pack", MAX_BYTES_BESIDES_PACK),
            progress,
        }
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

impl ResponseParser for PackResponse<'_> {
    fn take(&mut self, pkt: Pkt) -> Result<bool, ProtocolError> {
        let has_pack_bytes = matches!(pkt.data(), [1, _, ..]) && self.in_pack;
        if !has_pack_bytes {
            self.allowance.spend(pkt.data().len())?;
        }
        let line = match pkt {
            Pkt::Flush => return Ok(true),
            Pkt::Data(line) => line,
            // It separates the sections before the pack.
            Pkt::Delimiter if !self.in_pack => return Ok(false),
            other => return Err(unexpected(&format!("{other:?} in the response to a fetch"))),
        };
        if !self.in_pack {
            refuse_error(&line)?;
            self.in_pack = line == b"packfile\n";
            // Sections before the pack, such as `shallow-info`, are not needed.
            return if self.in_pack || is_section_line(&line) {
                Ok(false)
            } else {
                Err(unexpected(&String::from_utf8_lossy(&line)))
            };
        }
        match line.split_first() {
            Some((1, pack)) => {
                self.progress.received(pack.len() as u64);
                if let Some(writer) = &mut self.writer {
                    writer.write(pack)?;
                }
                Ok(false)
            }
            Some((2, _progress)) => Ok(false),
            Some((3, message)) => Err(refused(message)),
            _ => Err(unexpected("unknown side band")),
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

fn unexpected(what: &str) -> ProtocolError {
    let shown: String = what.trim().chars().take(60).collect();
    ProtocolError::Unexpected(format!("`{}`", shown.escape_debug()))
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
    fn ref_list_has_peeled_tags_and_branch_of_head() {
        let mut reader = Reader::new(RefList::of(&["HEAD".to_owned(), "refs/tags/".to_owned()]));
        let head = format!("{ID} HEAD symref-target:refs/heads/main");
        let other = format!("{ID} refs/pull/1/head");
        let tag = format!("{} refs/tags/v1 peeled:{ID}", "a".repeat(40));
        assert!(reader.push(&text(&[&head, &other, &tag])).unwrap());
        let refs = reader.finish().unwrap().into_refs();
        assert_eq!(refs[0].symref.as_deref(), Some("refs/heads/main"));
        assert_eq!(refs[1].commit().to_string(), ID);
        assert_eq!(refs.len(), 2);
    }

    #[test]
    fn ref_list_is_limited() {
        let long = format!("{ID} refs/heads/{}", "x".repeat(60_000));
        let line = text(&[&long]);
        let line = &line[..line.len() - 4];
        let mut reader = Reader::new(RefList::of(&["refs/heads/".to_owned()]));
        let error = (0..2_000).find_map(|_| reader.push(line).err());
        assert!(error.unwrap().to_string().contains("32 MiB of refs"));
        assert!(reader.response.refs.len() < 600);
    }

    #[test]
    fn ref_lists_share_a_limit_and_give_back_what_they_took() {
        static TOTAL: AtomicUsize = AtomicUsize::new(0);
        let mut lists: Vec<Share> = (0..4).map(|_| Share::of(&TOTAL)).collect();
        for list in &mut lists {
            list.take(MAX_REFS_MEMORY / 5).unwrap();
        }
        let error = lists[0].take(MAX_REFS_MEMORY / 4).unwrap_err();
        assert!(error.to_string().contains("128 MiB of refs, together"));
        lists.clear();
        Share::of(&TOTAL).take(MAX_REFS_MEMORY / 4 * 3).unwrap();
    }

    #[test]
    fn capabilities_and_service_lines_are_limited() {
        for (frames, pattern) in [
            (text(&["version 2"])[..14].to_vec(), "x".repeat(60_000)),
            (Vec::new(), "# service=git-upload-pack".to_owned()),
        ] {
            let mut reader = Reader::new(CapabilityList::default());
            reader.push(&frames).unwrap();
            let repeated = text(&[&pattern]);
            let line = if pattern.starts_with('#') {
                &repeated[..]
            } else {
                &repeated[..repeated.len() - 4]
            };
            let error = (0..50_000).find_map(|_| reader.push(line).err());
            let error = error.unwrap().to_string();
            assert!(error.contains("1 MiB of capabilities"), "{error}");
        }
    }

    #[test]
    fn error_line_is_reported_with_message_of_server() {
        let mut reader = Reader::new(RefList::of(&["refs/heads/".to_owned()]));
        let error = reader.push(&text(&["ERR access denied"])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the server refused the request: access denied"
        );
    }

    #[test]
    fn capabilities_have_version_filter_and_format() {
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
