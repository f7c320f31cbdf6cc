//! Cuts a SKILL.md at its two `---` lines, before any YAML is read.

use super::error::{Fault, FrontmatterError};
use crate::span::Span;

/// Largest SKILL.md that is read: the longest of 2,672 public ones has 2,723
/// lines, and what is ten times as long is no instruction an agent can hold.
pub const MAX_SKILL_MD_BYTES: usize = 1024 * 1024;
/// Largest frontmatter: the longest public description is 1,929 characters, so
/// 64 KiB leaves room for thirty of them.
pub const MAX_FRONTMATTER_BYTES: usize = 64 * 1024;

/// A SKILL.md, cut in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document<'a> {
    /// The YAML between the two `---` lines; it begins at line 2 of the file.
    pub yaml: &'a str,
    /// Byte of the file at which the YAML begins.
    pub yaml_offset: usize,
    /// The Markdown after them.
    pub body: &'a str,
    /// Byte of the file at which the body begins.
    pub body_offset: usize,
    /// Line of the file at which the body begins.
    pub body_line: usize,
}

/// Cuts `text` into frontmatter and body. A byte order mark and CRLF are accepted.
///
/// Only a whole line of `---` closes the frontmatter: the reference validator
/// cuts at the first `---` anywhere, also inside a value.
///
/// # Errors
/// When `text` is too large, not UTF-8, has no `---` as its first line or no
/// second one, or has more than [`MAX_FRONTMATTER_BYTES`] between them.
pub fn split(text: &[u8]) -> Result<Document<'_>, FrontmatterError> {
    let start = |fault| FrontmatterError::new(Span::at(0), fault);
    if text.len() > MAX_SKILL_MD_BYTES {
        return Err(start(Fault::FileTooLarge { bytes: text.len() }));
    }
    let whole = std::str::from_utf8(text).map_err(|error| not_utf8(text, error.valid_up_to()))?;
    let marked = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let mut lines = marked.split_inclusive('\n');
    let opening = lines.next().filter(|line| is_fence(line)).unwrap_or("");
    if opening.is_empty() {
        return Err(start(Fault::NoFrontmatter {
            something_before: has_late_frontmatter(marked),
        }));
    }
    let (mut length, mut body_line) = (0, 2);
    for line in lines {
        body_line += 1;
        if is_fence(line) {
            let (yaml, closed) = marked[opening.len()..].split_at(length);
            let body = &closed[line.len()..];
            let too_large = yaml.len() > MAX_FRONTMATTER_BYTES;
            return if too_large {
                Err(start(Fault::TooLarge { bytes: yaml.len() }))
            } else {
                Ok(Document {
                    yaml,
                    yaml_offset: whole.len() - marked.len() + opening.len(),
                    body,
                    body_offset: whole.len() - body.len(),
                    body_line,
                })
            };
        }
        length += line.len();
    }
    Err(start(Fault::Unclosed))
}

fn is_fence(line: &str) -> bool {
    line.trim_end() == "---"
}

fn not_utf8(text: &[u8], valid: usize) -> FrontmatterError {
    FrontmatterError::new(Span::at(valid), Fault::NotUtf8 { byte: text[valid] })
}

/// Whether a frontmatter stands further down: a comment, a blank line or a code
/// fence was put before it, the shape of most of the 294 in public history.
fn has_late_frontmatter(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| !is_fence(line)).skip(1);
    lines.next().is_some_and(|line| {
        let key = line.split(':').next().unwrap_or_default();
        line.contains(':') && !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &[u8]) -> Fault {
        split(text).unwrap_err().fault
    }

    #[test]
    fn a_byte_order_mark_and_crlf_are_accepted() {
        let text = "\u{feff}---\r\nname: a\r\n--- \r\n# A\r\n";
        let document = split(text.as_bytes()).unwrap();
        assert_eq!(document.yaml, "name: a\r\n");
        assert_eq!(document.body, "# A\r\n");
        assert_eq!(document.body_line, 4);
        assert_eq!(&text[document.body_offset..], "# A\r\n");
    }

    #[test]
    fn only_a_whole_line_closes() {
        let text = "---\ndescription: a --- b\nx: |\n  ---\n---";
        let document = split(text.as_bytes()).unwrap();
        assert_eq!(document.yaml, "description: a --- b\nx: |\n  ---\n");
        assert_eq!(document.body, "");
    }

    #[test]
    fn what_has_no_frontmatter_says_which_way() {
        let late = |text: &str| match fault(text.as_bytes()) {
            Fault::NoFrontmatter { something_before } => something_before,
            other => panic!("{other}"),
        };
        assert!(!late(""));
        assert!(!late("# Title\n\n---\n\ntext\n"));
        assert!(late("<!-- c -->\n---\nname: a\n---\n"));
        assert!(late("\n---\nname: a\n---\n"));
    }

    #[test]
    fn limits_and_encodings_are_faults() {
        assert_eq!(fault(b"---\nname: a\n"), Fault::Unclosed);
        let bad = split(b"---\nname: \xff\n---\n").unwrap_err();
        assert_eq!(bad.fault, Fault::NotUtf8 { byte: 0xff });
        assert_eq!(bad.span, Span::at(10));
        let long = format!("---\nx: {}\n---\n", "a".repeat(MAX_FRONTMATTER_BYTES));
        assert!(matches!(fault(long.as_bytes()), Fault::TooLarge { .. }));
        let huge = vec![b'a'; MAX_SKILL_MD_BYTES + 1];
        assert!(matches!(fault(&huge), Fault::FileTooLarge { .. }));
    }
}
