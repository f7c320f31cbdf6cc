//! [`TextFile`]: the text of a file, and its lines.

use super::programs::extension;
use crate::SKILL_FILE;
use crate::is_text;
use crate::skill_files::{Entry, SkillFiles};

/// As many bytes of a file are looked at.
const MAX_BYTES: usize = 1024 * 1024;

/// A file that is text, as far as it is looked at.
pub(super) struct TextFile<'a> {
    pub path: &'a str,
    pub text: String,
    line_ends: Vec<usize>,
}

impl<'a> TextFile<'a> {
    /// Reads a file; nothing when it is none, or no text.
    pub fn read(view: &dyn SkillFiles, entry: &'a Entry) -> Option<Self> {
        let bytes = entry
            .is_file()
            .then(|| view.beginning(&entry.path, MAX_BYTES))?;
        let bytes = bytes.ok().filter(|bytes| is_text(bytes))?;
        Some(Self::of(
            &entry.path,
            String::from_utf8_lossy(&bytes).into_owned(),
        ))
    }

    pub fn of(path: &'a str, text: String) -> Self {
        let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Self {
            path,
            text,
            line_ends,
        }
    }

    /// Returns the line of a byte, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.line_ends.partition_point(|end| *end < at) + 1
    }

    /// Whether it is a skill's own page, also that of a skill within the skill: there are clients
    /// that find those, too.
    pub fn is_skill_md(&self) -> bool {
        self.path.rsplit('/').next() == Some(SKILL_FILE)
    }

    pub fn is_page(&self) -> bool {
        matches!(extension(self.path).as_str(), "md" | "markdown" | "mdx")
    }
}
