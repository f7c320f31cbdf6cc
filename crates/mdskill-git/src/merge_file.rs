//! [`merge_file`]: three versions of one text made one, by libgit2's copy of git's own xdiff.

use std::borrow::Cow;

use git2::{FileFavor, MergeFileInput, MergeFileOptions};

/// How many characters git's markers have.
pub const MARKER_SIZE: u16 = 7;

/// Whose lines are taken where both sides changed the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Nobody's: both stand there, between markers.
    Marked,
    /// Ours.
    Ours,
    /// Theirs.
    Theirs,
}

/// How the result is written.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    /// What stands behind `<<<<<<<`.
    pub ours: &'a str,
    /// What stands behind `>>>>>>>`.
    pub theirs: &'a str,
    /// How many characters the markers have.
    pub marker_size: u16,
    /// Whose lines are taken in a conflict.
    pub taken: Taken,
}

/// Three versions made one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedText {
    /// The result.
    pub bytes: Vec<u8>,
    /// Whether nothing stands between markers.
    pub is_clean: bool,
}

/// Returns what `git merge-file -p` prints for these three; nothing when libgit2 has no memory for it.
#[must_use]
pub fn merge_file(
    base: &[u8],
    ours: &[u8],
    theirs: &[u8],
    style: &Style<'_>,
) -> Option<MergedText> {
    // What needs no merge; of two empty texts libgit2 returns a null pointer besides.
    if ours == theirs || base == theirs {
        return Some(clean(ours));
    }
    if base == ours {
        return Some(clean(theirs));
    }
    super::objects::set_limits();
    let mut options = MergeFileOptions::new();
    // `git merge-file` is a little coarser than `git merge`: conflicts between which there is no
    // letter and no digit are one.
    options.style_standard(true).simplify_alnum(true);
    options.marker_size(style.marker_size);
    options
        .our_label(label(style.ours).as_ref())
        .their_label(label(style.theirs).as_ref());
    match style.taken {
        Taken::Marked => &mut options,
        Taken::Ours => options.favor(FileFavor::Ours),
        Taken::Theirs => options.favor(FileFavor::Theirs),
    };
    let merged = git2::merge_file(
        &input(base),
        &input(ours),
        &input(theirs),
        Some(&mut options),
    )
    .ok()?;
    let mut bytes = merged.content().to_vec();
    let is_clean = merged.is_automergeable();
    if !is_clean {
        name_the_empty(&mut bytes, ours, theirs, style);
    }
    Some(MergedText { bytes, is_clean })
}

fn clean(bytes: &[u8]) -> MergedText {
    MergedText {
        bytes: bytes.to_vec(),
        is_clean: true,
    }
}

fn input(bytes: &[u8]) -> MergeFileInput<'_> {
    let mut input = MergeFileInput::new();
    input.content(bytes);
    input
}

/// A line's end in a label would end the marker, and git2 panics over a NUL.
fn label(text: &str) -> Cow<'_, str> {
    match text.contains(char::is_control) {
        true => Cow::Owned(text.replace(char::is_control, " ")),
        false => Cow::Borrowed(text),
    }
}

/// libgit2 leaves out the label of a side that is empty; git does not. The whole text is one
/// conflict then, so the markers are its first line and its last.
fn name_the_empty(bytes: &mut Vec<u8>, ours: &[u8], theirs: &[u8], style: &Style<'_>) {
    let (name, at) = if ours.is_empty() {
        (style.ours, usize::from(style.marker_size))
    } else if theirs.is_empty() {
        let end = bytes.iter().rposition(|byte| !b"\r\n".contains(byte));
        (style.theirs, end.map_or(0, |last| last + 1))
    } else {
        return;
    };
    let name = format!(" {}", label(name));
    bytes.splice(at..at, name.into_bytes());
}
