//! Distinguishes text from binary files.

/// The number of bytes that git searches for a NUL, which no text has.
const TEXT_CHECK_BYTES: usize = 8000;

/// Returns the lines that are not ASCII, without their ends, and where each begins. Most lines of pages are
/// ASCII, which is checked many bytes at a time.
pub(crate) fn lines_beyond_ascii(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    let mut start = 0;
    let lines = ends.map(move |end| {
        let line = (start, &text[start..end]);
        start = end + 1;
        line
    });
    lines.filter(|(_, line)| !line.is_ascii())
}

/// Whether git treats these bytes as text.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(TEXT_CHECK_BYTES)]).is_none()
}
