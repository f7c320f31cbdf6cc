//! [`Held`]: what a view has at a path; [`Pair`]: what was there, and what is.

use std::borrow::Cow;

use super::side::{Mode, Side};
use crate::view::{Entry, EntryKind, SkillView};

/// One thing in a skill's folder, with its bytes.
#[derive(Debug, Clone)]
pub(super) struct Held<'a> {
    pub entry: &'a Entry,
    /// Nothing of what has none, and of what can't be read.
    pub bytes: Option<Cow<'a, [u8]>>,
}

impl<'a> Held<'a> {
    pub fn of(view: &'a dyn SkillView, entry: &'a Entry) -> Self {
        let bytes = match &entry.kind {
            EntryKind::File { .. } => view.read(&entry.path).ok(),
            EntryKind::Link { target } => Some(Cow::Borrowed(target.as_bytes())),
            EntryKind::Submodule | EntryKind::Special => None,
        };
        Self { entry, bytes }
    }

    pub fn path(&self) -> &'a str {
        &self.entry.path
    }

    /// Returns what git calls its mode; nothing of what is neither file nor link.
    pub fn mode(&self) -> Option<Mode> {
        match self.entry.kind {
            EntryKind::File { is_executable, .. } => Some(match is_executable {
                true => Mode::Executable,
                false => Mode::Plain,
            }),
            EntryKind::Link { .. } => Some(Mode::Link),
            EntryKind::Submodule | EntryKind::Special => None,
        }
    }

    /// Returns it as a difference shows it; nothing when there is nothing to show.
    pub fn side(&self) -> Option<Side<'_>> {
        Some(Side {
            path: self.path(),
            mode: self.mode()?,
            bytes: self.bytes.as_deref()?,
        })
    }

    /// Whether both are the same. Two files that can't be read are, when their sizes and modes
    /// are: nothing is known that differs.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_same = match (&self.bytes, &other.bytes) {
            // A view of the disk gives but the beginning of what is huge.
            (Some(one), Some(two)) => {
                let count = one.len().min(two.len());
                one[..count] == two[..count]
            }
            (one, two) => one.is_none() && two.is_none(),
        };
        self.entry.kind == other.entry.kind && is_same
    }
}

/// What was there, and what is there instead.
#[derive(Debug, Clone)]
pub(super) struct Pair<'a> {
    pub before: Option<Held<'a>>,
    pub after: Option<Held<'a>>,
}

impl Pair<'_> {
    /// Returns the path that it is told by.
    pub fn path(&self) -> &str {
        let told = self.after.as_ref().or(self.before.as_ref());
        told.map(Held::path).unwrap_or_default()
    }
}
