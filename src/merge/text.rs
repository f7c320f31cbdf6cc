//! Merges the lines of a text.

use super::OnConflict;
use mdskill_git::line_diff::lines_between;
use mdskill_git::merge_file::{Labels, Taken, merge_file};

/// The maximum number of lines between the first and the last difference, of two texts together.
/// Comparing 400,000 random lines takes xdiff a second, more lines take disproportionately longer, and
/// it can't be interrupted.
const MAX_LINES: usize = 400_000;

/// A merged text.
pub(super) struct Lines {
    pub bytes: Vec<u8>,
    pub is_clean: bool,
    /// The conflicts, with their markers.
    pub hunks: Vec<String>,
}

/// Merges the lines; `None` if there are too many to compare in bounded time and memory.
pub(super) fn merge_lines(
    base: &[u8],
    ours: &[u8],
    theirs: &[u8],
    labels: Labels<'_>,
    on_conflict: OnConflict,
) -> Option<Lines> {
    if [ours, theirs]
        .iter()
        .any(|side| lines_between(base, side) > MAX_LINES)
    {
        return None;
    }
    let merge = |taken| merge_file(base, ours, theirs, labels, taken);
    let marked = merge(Taken::Marked)?;
    Some(Lines {
        is_clean: marked.is_clean,
        hunks: hunks(&marked.bytes, labels),
        bytes: match on_conflict {
            OnConflict::Stop | OnConflict::Markers => marked.bytes,
            OnConflict::Ours => merge(Taken::Ours)?.bytes,
            OnConflict::Theirs => merge(Taken::Theirs)?.bytes,
        },
    })
}

/// Returns the lines between markers with these labels, and the markers. Markers in a skill that
/// explains git have other labels.
fn hunks(text: &[u8], labels: Labels<'_>) -> Vec<String> {
    let first = format!("<<<<<<< {}", labels.ours);
    let last = format!(">>>>>>> {}", labels.theirs);
    let mut hunks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let marker = line.trim_ascii_end();
        if marker == first.as_bytes() {
            open = Some(String::new());
        }
        if let Some(hunk) = &mut open {
            hunk.push_str(&String::from_utf8_lossy(line));
        }
        if marker == last.as_bytes() {
            hunks.extend(open.take());
        }
    }
    hunks
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: Labels<'static> = Labels {
        ours: "ours",
        theirs: "theirs",
    };

    #[test]
    fn text_about_markers_has_hunk_of_its_conflict_only() {
        let base = "<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> it\nend\n";
        let ours = base.replace("end", "here");
        let theirs = base.replace("end", "there");
        let [base, ours, theirs] = [base, &ours, &theirs].map(str::as_bytes);
        let merged = merge_lines(base, ours, theirs, LABELS, OnConflict::Markers).unwrap();
        let hunk = "<<<<<<< ours\nhere\n=======\nthere\n>>>>>>> theirs\n";
        assert_eq!(merged.hunks, [hunk]);
        let expected = format!("<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> it\n{hunk}");
        assert_eq!(String::from_utf8(merged.bytes).unwrap(), expected);
    }

    #[test]
    fn text_with_too_many_changed_lines_is_not_merged() {
        let many = |seed: usize| "x\n".repeat(seed) + &"y\nx\n".repeat(250_000);
        let [base, ours, theirs] = [1, 2, 3].map(|seed| many(seed) + &"y\n".repeat(seed));
        let [base, ours, theirs] = [&base, &ours, &theirs].map(String::as_bytes);
        assert!(merge_lines(base, ours, theirs, LABELS, OnConflict::Stop).is_none());
        // A text of the same length with few differences is merged.
        let [first, last] = [[b"a\n", base].concat(), [base, b"b\n"].concat()];
        let merged = merge_lines(base, &first, &last, LABELS, OnConflict::Stop).unwrap();
        assert_eq!(merged.bytes, [b"a\n", base, b"b\n"].concat());
        assert!(merged.is_clean && merged.hunks.is_empty());
    }
}
