//! The lines of one file that both sides changed, and the places where they changed the same.

use std::collections::HashSet;

use super::{Labels, OnConflict};
use mdskill_git::line_diff::lines_between;
use mdskill_git::merge_file::{MARKER_SIZE, MergedText, Style, Taken, merge_file};

/// Most lines, of two texts together, between the first and the last that differ. Comparing random
/// lines takes xdiff a second for 400,000, and it can't be stopped; the time grows faster than they do.
const MAX_LINES: usize = 400_000;

/// A text of both sides, and each place in conflict with its markers.
pub(super) struct Lines {
    pub(super) bytes: Vec<u8>,
    pub(super) hunks: Vec<String>,
}

/// Merges the lines; nothing when there are more than can be compared in bounded time and memory.
pub(super) fn merge_lines(
    base: &[u8],
    ours: &[u8],
    theirs: &[u8],
    labels: &Labels<'_>,
    on_conflict: OnConflict,
) -> Option<Lines> {
    if [ours, theirs]
        .iter()
        .any(|side| lines_between(base, side) > MAX_LINES)
    {
        return None;
    }
    let merged = |marker_size, taken| -> Option<MergedText> {
        let style = Style {
            ours: labels.ours,
            theirs: labels.theirs,
            marker_size,
            taken,
        };
        merge_file(base, ours, theirs, &style)
    };
    let free = free_marker_size(&[ours, theirs]);
    let marked = merged(free, Taken::Marked)?;
    if marked.is_clean {
        return Some(Lines {
            bytes: marked.bytes,
            hunks: Vec::new(),
        });
    }
    let hunks = hunks(&marked.bytes, usize::from(free));
    let bytes = match on_conflict {
        OnConflict::Stop | OnConflict::Markers if free == MARKER_SIZE => marked.bytes,
        OnConflict::Stop | OnConflict::Markers => merged(MARKER_SIZE, Taken::Marked)?.bytes,
        OnConflict::Ours => merged(MARKER_SIZE, Taken::Ours)?.bytes,
        OnConflict::Theirs => merged(MARKER_SIZE, Taken::Theirs)?.bytes,
    };
    Some(Lines { bytes, hunks })
}

/// The least size of a marker that no line of the texts could be taken for: a skill may well explain
/// what git's markers look like.
fn free_marker_size(texts: &[&[u8]]) -> u16 {
    let taken: HashSet<usize> = texts
        .iter()
        .flat_map(|text| text.split(|byte| *byte == b'\n'))
        .filter_map(run_of_markers)
        .collect();
    // A text of 16 MiB has room for runs of 6,000 lengths, no more.
    (MARKER_SIZE..u16::MAX)
        .find(|size| !taken.contains(&usize::from(*size)))
        .unwrap_or(MARKER_SIZE)
}

/// How often a marker's character stands at a line's beginning.
fn run_of_markers(line: &[u8]) -> Option<usize> {
    let first = line.first().filter(|byte| b"<=>".contains(byte))?;
    Some(line.iter().take_while(|byte| *byte == first).count())
}

/// Cuts out what stands between markers of `size`, and gives it markers of git's size.
fn hunks(text: &[u8], size: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<Vec<u8>> = None;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let marker = line.first().filter(|_| run_of_markers(line) == Some(size));
        if marker == Some(&b'<') {
            open = Some(Vec::new());
        }
        let Some(hunk) = &mut open else { continue };
        let surplus = marker.map_or(0, |_| size - usize::from(MARKER_SIZE));
        hunk.extend_from_slice(&line[surplus..]);
        if marker == Some(&b'>') {
            found.push(String::from_utf8_lossy(hunk).into_owned());
            open = None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: Labels<'static> = Labels {
        ours: "ours",
        theirs: "theirs",
    };

    #[test]
    fn a_text_about_markers_has_the_hunks_that_it_has() {
        let base = "<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> it\nend\n";
        let ours = base.replace("end", "here");
        let theirs = base.replace("end", "there");
        let [base, ours, theirs] = [base, &ours, &theirs].map(str::as_bytes);
        let merged = merge_lines(base, ours, theirs, &LABELS, OnConflict::Markers).unwrap();
        let hunk = "<<<<<<< ours\nhere\n=======\nthere\n>>>>>>> theirs\n";
        assert_eq!(merged.hunks, [hunk]);
        let expected = format!("<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> it\n{hunk}");
        assert_eq!(String::from_utf8(merged.bytes).unwrap(), expected);
    }

    #[test]
    fn a_text_of_very_many_changes_is_left_to_a_person() {
        let many = |seed: usize| "x\n".repeat(seed) + &"y\nx\n".repeat(250_000);
        let [base, ours, theirs] = [1, 2, 3].map(|seed| many(seed) + &"y\n".repeat(seed));
        let [base, ours, theirs] = [&base, &ours, &theirs].map(String::as_bytes);
        assert!(merge_lines(base, ours, theirs, &LABELS, OnConflict::Stop).is_none());
        // As many lines, of which few differ, are merged.
        let [first, last] = [[b"a\n", base].concat(), [base, b"b\n"].concat()];
        let merged = merge_lines(base, &first, &last, &LABELS, OnConflict::Stop).unwrap();
        assert_eq!(merged.bytes, [b"a\n", base, b"b\n"].concat());
        assert!(merged.hunks.is_empty());
    }
}
