//! Distinguishes text from binary files.

/// The number of bytes that git searches for a NUL, which no text has.
const TEXT_CHECK_BYTES: usize = 8000;

/// Whether git treats these bytes as text.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(TEXT_CHECK_BYTES)]).is_none()
}
