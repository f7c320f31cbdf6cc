//! [`TextFile`]: the text of a file, and its lines.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::programs::extension;
use crate::SKILL_FILE;
use crate::is_text;
use crate::skill_files::{Entry, SkillFiles};

/// Maximum number of bytes of a file to read.
const MAX_BYTES: usize = 1024 * 1024;

/// The beginning of a text file.
pub(super) struct TextFile<'a> {
    pub path: &'a str,
    pub text: Cow<'a, str>,
    /// Found when a line is asked for: most files have nothing to report.
    line_ends: OnceCell<Vec<usize>>,
}

impl<'a> TextFile<'a> {
    /// Reads a file; `None` if it is not a text.
    pub(super) fn read(view: &'a dyn SkillFiles, entry: &'a Entry) -> Option<Self> {
        if !entry.is_file() {
            return None;
        }
        let bytes = view.beginning(&entry.path, MAX_BYTES).ok()?;
        let text = match bytes {
            bytes if !is_text(&bytes) => return None,
            // The search for invalid bytes takes three times as long as to see that there are none.
            Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(_) => String::from_utf8_lossy(bytes),
            },
            Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
            }),
        };
        Some(Self::of(&entry.path, text))
    }

    pub(super) fn of(path: &'a str, text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            path,
            text: text.into(),
            line_ends: OnceCell::new(),
        }
    }

    /// Returns the line of byte `at`, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let line_ends = self
            .line_ends
            .get_or_init(|| memchr::memchr_iter(b'\n', self.text.as_bytes()).collect());
        line_ends.partition_point(|end| *end < at) + 1
    }

    /// Whether it is the `SKILL.md` of the skill or of a nested one, which some clients find, too.
    pub(super) fn is_skill_md(&self) -> bool {
        self.path.rsplit('/').next() == Some(SKILL_FILE)
    }

    pub(super) fn is_page(&self) -> bool {
        matches!(extension(self.path).as_str(), "md" | "markdown" | "mdx")
    }
}
