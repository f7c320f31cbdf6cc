//! [`TextFile`]: the text of a file, and its lines.

use super::programs::extension;
use crate::SKILL_FILE;
use crate::is_text;
use crate::skill_files::{Entry, SkillFiles};

/// Maximum number of bytes of a file to read.
const MAX_BYTES: usize = 1024 * 1024;

/// The beginning of a text file.
pub(super) struct TextFile<'a> {
    pub path: &'a str,
    pub text: String,
    line_ends: Vec<usize>,
}

impl<'a> TextFile<'a> {
    /// Reads a file; `None` if it is not a text.
    pub(super) fn read(view: &dyn SkillFiles, entry: &'a Entry) -> Option<Self> {
        if !entry.is_file() {
            return None;
        }
        let bytes = view.beginning(&entry.path, MAX_BYTES).ok()?;
        is_text(&bytes).then(|| Self::of(&entry.path, String::from_utf8_lossy(&bytes).into_owned()))
    }

    pub(super) fn of(path: &'a str, text: String) -> Self {
        let line_ends = memchr::memchr_iter(b'\n', text.as_bytes()).collect();
        Self {
            path,
            text,
            line_ends,
        }
    }

    /// Returns the line of byte `at`, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.line_ends.partition_point(|end| *end < at) + 1
    }

    /// Whether it is the `SKILL.md` of the skill or of a nested one, which some clients find, too.
    pub(super) fn is_skill_md(&self) -> bool {
        self.path.rsplit('/').next() == Some(SKILL_FILE)
    }

    pub(super) fn is_page(&self) -> bool {
        matches!(extension(self.path).as_str(), "md" | "markdown" | "mdx")
    }
}
