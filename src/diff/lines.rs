//! [`LineDiff`]: which lines of a file differ, as git counts lines: each ends with a line feed.

use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline, group_diff_ops};

/// How long the shortest difference of a file is looked for; then a longer one will do.
const DIFF_TIME: Duration = Duration::from_millis(300);
/// Lines around a change.
const CONTEXT: usize = 3;

/// How the lines of two texts differ.
pub(super) struct LineDiff<'a> {
    before: Vec<&'a [u8]>,
    after: Vec<&'a [u8]>,
    changes: Vec<DiffOp>,
}

impl<'a> LineDiff<'a> {
    pub fn of(before: &'a [u8], after: &'a [u8]) -> Self {
        let (before, after) = (lines(before), lines(after));
        // Numbers for lines: they are compared far more often than there are lines.
        let mut numbers = HashMap::new();
        let mut number = |line: &&'a [u8]| {
            let next = numbers.len();
            *numbers.entry(*line).or_insert(next)
        };
        let old: Vec<usize> = before.iter().map(&mut number).collect();
        let new: Vec<usize> = after.iter().map(&mut number).collect();
        let deadline = Instant::now().checked_add(DIFF_TIME);
        let changes = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, deadline);
        Self {
            before,
            after,
            changes,
        }
    }

    /// Returns how many lines are new, and how many are gone.
    pub fn counts(&self) -> (usize, usize) {
        let changed = self.changes.iter().filter_map(changed);
        changed.fold((0, 0), |(added, removed), (old, new)| {
            (added + new.len(), removed + old.len())
        })
    }

    /// Returns the hunks of a unified difference.
    pub fn hunks(self) -> String {
        let mut text = String::new();
        for group in group_diff_ops(self.changes, CONTEXT) {
            let (Some(first), Some(last)) = (group.first(), group.last()) else {
                continue;
            };
            let old = first.old_range().start..last.old_range().end;
            let new = first.new_range().start..last.new_range().end;
            let (old, new) = (place(&old), place(&new));
            let _ = writeln!(text, "@@ -{old} +{new} @@");
            for change in group {
                match changed(&change) {
                    None => push(&mut text, ' ', &self.before[change.old_range()]),
                    Some((old, new)) => {
                        push(&mut text, '-', &self.before[old]);
                        push(&mut text, '+', &self.after[new]);
                    }
                }
            }
        }
        text
    }
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Returns the lines that are gone and the lines that are new, of what is no equal piece.
fn changed(change: &DiffOp) -> Option<(Range<usize>, Range<usize>)> {
    let is_equal = matches!(change, DiffOp::Equal { .. });
    (!is_equal).then(|| (change.old_range(), change.new_range()))
}

/// Returns lines as a hunk's head names them: from 1, and of none the line before them.
fn place(lines: &Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

fn push(text: &mut String, mark: char, lines: &[&[u8]]) {
    for line in lines {
        text.push(mark);
        text.push_str(&String::from_utf8_lossy(line));
        if !line.ends_with(b"\n") {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
}
