//! Distinguishes text from binary files.

/// The number of bytes that git searches for a NUL, which no text has.
const TEXT_CHECK_BYTES: usize = 8000;

/// The number of bytes of a text that are compared at once.
const BLOCK_BYTES: usize = 64;

/// Returns the characters that are not ASCII, and where each begins. Most of a text is ASCII, which is checked many
/// bytes at a time.
pub(crate) fn chars_beyond_ascii(text: &str) -> impl Iterator<Item = (usize, char)> {
    let blocks = text.as_bytes().chunks(BLOCK_BYTES).enumerate();
    let blocks = blocks.filter(|(_, block)| !block.is_ascii());
    blocks.flat_map(move |(index, block)| {
        let start = index * BLOCK_BYTES;
        let bytes = block.iter().enumerate();
        // A character belongs to the block of its first byte.
        let starts = bytes.filter(|(_, byte)| **byte >= 0xc0);
        starts.filter_map(move |(at, _)| {
            let character = text[start + at..].chars().next()?;
            Some((start + at, character))
        })
    })
}

/// Whether git treats these bytes as text.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(TEXT_CHECK_BYTES)]).is_none()
}
