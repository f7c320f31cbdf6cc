//! Parses git packets of requests, and changes those of responses.

use super::wire::Request;

/// The maximum of pack bytes in one packet.
const LARGEST_PIECE: usize = 65_515;

impl Request {
    /// The lines of the packets in the body: `command=fetch`, `want …`, `done`.
    pub fn lines(&self) -> Vec<String> {
        let texts = split(&self.body).into_iter().flatten();
        texts
            .map(|packet| String::from_utf8_lossy(packet).trim_end().to_owned())
            .collect()
    }

    /// The command of a request of protocol v2.
    pub fn command(&self) -> Option<String> {
        self.lines()
            .iter()
            .find_map(|line| line.strip_prefix("command=").map(str::to_owned))
    }

    /// The wanted ids.
    pub fn wants(&self) -> Vec<String> {
        let lines = self.lines();
        lines
            .iter()
            .filter_map(|line| line.strip_prefix("want "))
            .map(str::to_owned)
            .collect()
    }
}

/// Returns a packet with these bytes.
pub fn frame(payload: &[u8]) -> Vec<u8> {
    let mut packet = format!("{:04x}", payload.len() + 4).into_bytes();
    packet.extend_from_slice(payload);
    packet
}

/// Returns the response with a changed pack. A response without a pack is unchanged.
pub fn with_pack(answer: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let Some((before, mut pack)) = take_pack(answer) else {
        return answer.to_vec();
    };
    change(&mut pack);
    let mut changed = before;
    for piece in pack.chunks(LARGEST_PIECE) {
        changed.extend(frame(&[&[1], piece].concat()));
    }
    changed.extend_from_slice(b"0000");
    changed
}

/// Returns the response with a fatal error instead of its pack.
pub fn with_fatal_error(answer: &[u8], message: &str) -> Vec<u8> {
    let Some((before, _)) = take_pack(answer) else {
        return answer.to_vec();
    };
    let error = frame(&[&[3], message.as_bytes(), b"\n"].concat());
    [before, error, b"0000".to_vec()].concat()
}

/// Splits a response into the part before the pack and the pack.
fn take_pack(answer: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    const ANNOUNCED: &[u8] = b"000dpackfile\n";
    let at = answer
        .windows(ANNOUNCED.len())
        .position(|window| window == ANNOUNCED)?
        + ANNOUNCED.len();
    let pieces = split(&answer[at..])
        .into_iter()
        .flatten()
        .filter_map(|packet| packet.strip_prefix(&[1]));
    Some((answer[..at].to_vec(), pieces.flatten().copied().collect()))
}

/// The packets of a body; flushes and delimiters are `None`. The list ends at the first invalid packet.
pub fn split(mut bytes: &[u8]) -> Vec<Option<&[u8]>> {
    let mut packets = Vec::new();
    while let Some(length) = bytes
        .get(..4)
        .and_then(|digits| std::str::from_utf8(digits).ok())
    {
        let Ok(length) = usize::from_str_radix(length, 16) else {
            break;
        };
        let end = length.max(4);
        let Some(packet) = bytes.get(4..end) else {
            break;
        };
        packets.push((length >= 4).then_some(packet));
        bytes = &bytes[end..];
    }
    packets
}
