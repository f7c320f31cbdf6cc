//! Pkt-lines: the frames of git's protocol.
//!
//! Source: gitprotocol-common(5), "pkt-line Format": a length of four hexadecimal digits, which
//! counts itself, then the data; `0000`, `0001` and `0002` have no data.

/// The maximum length of the data of a line.
pub const MAX_DATA: usize = 65516;

/// A frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pkt {
    /// The data of a line, with its line feed.
    Data(Vec<u8>),
    /// `0000`: the end of a message.
    Flush,
    /// `0001`: the end of a section.
    Delimiter,
    /// `0002`: the end of a response.
    ResponseEnd,
}

impl Pkt {
    /// Returns the data of a line; empty for the other frames.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        match self {
            Self::Data(data) => data,
            Self::Flush | Self::Delimiter | Self::ResponseEnd => &[],
        }
    }
}

/// The received bytes are not a pkt-line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the length of a pkt-line, found `{}`", String::from_utf8_lossy(.0).escape_debug())]
pub struct PktError([u8; 4]);

/// Appends a line of text, with its line feed.
pub fn write_text(request: &mut Vec<u8>, text: &str) {
    request.extend_from_slice(format!("{:04x}{text}\n", text.len() + 5).as_bytes());
}

/// Appends `0000`.
pub fn write_flush(request: &mut Vec<u8>) {
    request.extend_from_slice(b"0000");
}

/// Appends `0001`.
pub fn write_delimiter(request: &mut Vec<u8>) {
    request.extend_from_slice(b"0001");
}

/// Splits a stream of chunks into frames, and keeps at most one frame in memory.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
}

impl Decoder {
    /// Adds a received chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(chunk);
    }

    /// Returns the next frame; `None` if it is not complete yet.
    ///
    /// # Errors
    /// When a frame does not start with a length.
    pub fn next_pkt(&mut self) -> Result<Option<Pkt>, PktError> {
        let rest = &self.buffer[self.start..];
        let Some(digits) = rest.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = read_length(*digits)?;
        let (pkt, used) = match length {
            0 => (Pkt::Flush, 4),
            1 => (Pkt::Delimiter, 4),
            2 => (Pkt::ResponseEnd, 4),
            length if rest.len() < length => return Ok(None),
            length => (Pkt::Data(rest[4..length].to_vec()), length),
        };
        self.start += used;
        Ok(Some(pkt))
    }

    /// Whether all received bytes are consumed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.start == self.buffer.len()
    }
}

fn read_length(digits: [u8; 4]) -> Result<usize, PktError> {
    let length = std::str::from_utf8(&digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| usize::from_str_radix(text, 16).ok());
    match length {
        Some(length @ (0..=2 | 4..)) if length <= MAX_DATA + 4 => Ok(length),
        _ => Err(PktError(digits)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decoder_reads_frames_from_chunks_of_any_size() {
        let mut bytes = Vec::new();
        write_text(&mut bytes, "command=ls-refs");
        write_delimiter(&mut bytes);
        write_flush(&mut bytes);
        for size in 1..bytes.len() {
            let mut decoder = Decoder::default();
            let mut frames = Vec::new();
            for chunk in bytes.chunks(size) {
                decoder.push(chunk);
                while let Some(frame) = decoder.next_pkt().unwrap() {
                    frames.push(frame);
                }
            }
            let text = Pkt::Data(b"command=ls-refs\n".to_vec());
            assert_eq!(frames, [text, Pkt::Delimiter, Pkt::Flush]);
            assert!(decoder.is_empty());
        }
    }

    #[test]
    fn decoder_refuses_web_page() {
        let mut decoder = Decoder::default();
        decoder.push(b"<!DOCTYPE html>");
        let error = decoder.next_pkt().unwrap_err().to_string();
        assert!(error.contains("`<!DO`"), "{error}");
    }

    proptest! {
        #[test]
        fn decoder_never_panics(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..8)) {
            let mut decoder = Decoder::default();
            for chunk in chunks {
                decoder.push(&chunk);
                while let Ok(Some(_)) = decoder.next_pkt() {}
            }
        }
    }
}
