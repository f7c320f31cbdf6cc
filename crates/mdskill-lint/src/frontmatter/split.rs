//! Splits a SKILL.md at its two `---` lines.

use super::error::{Fault, FrontmatterError};
use crate::span::Span;

mod recover;

/// The maximum size of a SKILL.md. The longest of 2,672 published ones has 2,723 lines, and a text
/// ten times as long does not fit into the context of an agent.
pub const MAX_SKILL_MD_BYTES: usize = 1024 * 1024;
/// The maximum size of a frontmatter, enough for thirty descriptions of the greatest published
/// length (1,929 characters).
pub const MAX_FRONTMATTER_BYTES: usize = 64 * 1024;

/// The two parts of a SKILL.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document<'a> {
    /// The YAML between the two `---` lines; it begins at line 2 of the file.
    pub yaml: &'a str,
    /// The byte of the file at which the YAML begins.
    pub yaml_offset: usize,
    /// The Markdown after them.
    pub body: &'a str,
    /// The byte of the file at which the body begins.
    pub body_offset: usize,
}

/// Splits `text` into frontmatter and body. A byte order mark and CRLF are accepted.
///
/// Only a whole line `---` closes the frontmatter. skills-ref, by contrast, splits at the first
/// `---` anywhere, even inside a value.
///
/// # Errors
/// When `text` is too large, is not UTF-8, does not start with a line `---`, has no second one, or
/// has more than [`MAX_FRONTMATTER_BYTES`] between them.
pub fn split(text: &[u8]) -> Result<Document<'_>, FrontmatterError> {
    let whole = readable(text)?;
    let marked = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let mark = whole.len() - marked.len();
    let mut lines = marked.split_inclusive('\n');
    let opening = lines.next().filter(|line| is_fence(line)).unwrap_or("");
    if opening.is_empty() {
        let before = recover::before(whole);
        return Err(at_start(Fault::NoFrontmatter { before }));
    }
    let yaml_offset = mark + opening.len();
    let mut length = 0;
    for line in lines {
        if is_fence(line) {
            let closing = Span::new(yaml_offset + length, yaml_offset + length + line.len());
            return document(whole, yaml_offset, closing);
        }
        length += line.len();
    }
    Err(at_start(recover::unclosed(whole, yaml_offset)))
}

/// Splits a page that need not have a frontmatter; `None` without one. The reason is not looked for, which
/// takes as long as reading the page.
#[must_use]
pub fn split_if_any(text: &str) -> Option<Document<'_>> {
    let marked = text.strip_prefix('\u{feff}').unwrap_or(text);
    let begins = marked.starts_with(DASHES);
    begins.then(|| split(text.as_bytes()).ok()).flatten()
}

const DASHES: &str = "---";

fn document(
    whole: &str,
    yaml_offset: usize,
    closing: Span,
) -> Result<Document<'_>, FrontmatterError> {
    let yaml = &whole[yaml_offset..closing.start];
    if yaml.len() > MAX_FRONTMATTER_BYTES {
        return Err(at_start(Fault::TooLarge { bytes: yaml.len() }));
    }
    Ok(Document {
        yaml,
        yaml_offset,
        body: &whole[closing.end..],
        body_offset: closing.end,
    })
}

fn readable(text: &[u8]) -> Result<&str, FrontmatterError> {
    if text.len() > MAX_SKILL_MD_BYTES {
        return Err(at_start(Fault::FileTooLarge { bytes: text.len() }));
    }
    std::str::from_utf8(text).map_err(|error| not_utf8(text, error.valid_up_to()))
}

fn at_start(fault: Fault) -> FrontmatterError {
    FrontmatterError::new(Span::at(0), fault)
}

fn is_fence(line: &str) -> bool {
    line.trim_end() == DASHES
}

fn not_utf8(text: &[u8], valid: usize) -> FrontmatterError {
    FrontmatterError::new(Span::at(valid), Fault::NotUtf8 { byte: text[valid] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &[u8]) -> Fault {
        split(text).unwrap_err().fault
    }

    #[test]
    fn byte_order_mark_and_crlf_are_accepted() {
        let text = "\u{feff}---\r\nname: a\r\n--- \r\n# A\r\n";
        let document = split(text.as_bytes()).unwrap();
        assert_eq!(document.yaml, "name: a\r\n");
        assert_eq!(document.body, "# A\r\n");
        assert_eq!(&text[document.body_offset..], "# A\r\n");
    }

    #[test]
    fn only_a_whole_line_closes_the_frontmatter() {
        let text = "---\ndescription: a --- b\nx: |\n  ---\n---";
        let document = split(text.as_bytes()).unwrap();
        assert_eq!(document.yaml, "description: a --- b\nx: |\n  ---\n");
        assert_eq!(document.body, "");
    }

    #[test]
    fn invalid_text_is_rejected() {
        assert!(matches!(fault(b"---\nname: a\n"), Fault::Unclosed { .. }));
        let bad = split(b"---\nname: \xff\n---\n").unwrap_err();
        assert_eq!(bad.fault, Fault::NotUtf8 { byte: 0xff });
        assert_eq!(bad.span, Span::at(10));
        let long = format!("---\nx: {}\n---\n", "a".repeat(MAX_FRONTMATTER_BYTES));
        assert!(matches!(fault(long.as_bytes()), Fault::TooLarge { .. }));
        let huge = vec![b'a'; MAX_SKILL_MD_BYTES + 1];
        assert!(matches!(fault(&huge), Fault::FileTooLarge { .. }));
    }
}
