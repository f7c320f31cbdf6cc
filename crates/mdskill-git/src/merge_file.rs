//! [`merge_file`]: a three-way merge of a text, by libgit2's copy of git's xdiff.

use git2::{FileFavor, MergeFileInput, MergeFileOptions};

/// The number of characters of git's conflict markers.
const MARKER_SIZE: usize = 7;

/// How conflicts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Both versions, between markers.
    Marked,
    /// Our version.
    Ours,
    /// Their version.
    Theirs,
}

/// The labels of the two sides in conflict markers.
#[derive(Debug, Clone, Copy)]
pub struct Labels<'a> {
    /// The label after `<<<<<<<`.
    pub ours: &'a str,
    /// The label after `>>>>>>>`.
    pub theirs: &'a str,
}

/// The result of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedText {
    /// The merged text.
    pub bytes: Vec<u8>,
    /// Whether the text is without conflict markers.
    pub is_clean: bool,
}

/// Returns the output of `git merge-file -p`; `None` when libgit2 runs out of memory.
#[must_use]
pub fn merge_file(
    base: &[u8],
    ours: &[u8],
    theirs: &[u8],
    labels: Labels<'_>,
    taken: Taken,
) -> Option<MergedText> {
    // Trivial merges; for two empty texts libgit2 returns a null pointer.
    if ours == theirs || base == theirs {
        return Some(clean(ours));
    }
    if base == ours {
        return Some(clean(theirs));
    }
    crate::options::set_limits();
    let mut options = MergeFileOptions::new();
    // `git merge-file` is coarser than `git merge`: it joins conflicts with no letter or digit
    // between them.
    options.style_standard(true).simplify_alnum(true);
    options
        .our_label(label(labels.ours))
        .their_label(label(labels.theirs));
    match taken {
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
        name_the_empty(&mut bytes, ours, theirs, labels);
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

/// Replaces control characters, because a line end would end the marker, and git2 panics at a NUL.
fn label(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Adds the label of an empty side, which libgit2 omits and git does not. The whole text is one
/// conflict in this case, so the markers are the first and the last line.
fn name_the_empty(bytes: &mut Vec<u8>, ours: &[u8], theirs: &[u8], labels: Labels<'_>) {
    let (name, at) = if ours.is_empty() {
        (labels.ours, MARKER_SIZE)
    } else if theirs.is_empty() {
        let end = bytes.iter().rposition(|byte| !b"\r\n".contains(byte));
        (labels.theirs, end.map_or(0, |last| last + 1))
    } else {
        return;
    };
    let name = format!(" {}", label(name));
    bytes.splice(at..at, name.into_bytes());
}
