//! Differences between the lines of two texts, by libgit2's copy of git's own xdiff.

use std::fmt::Write;

use git2::{DiffOptions, Patch};

/// The maximum number of lines between the first and the last difference, of both texts together,
/// because xdiff takes 0.3 seconds for 100,000 random lines and can't be interrupted.
const MAX_LINES: usize = 100_000;

/// Returns the numbers of added and removed lines, as `git diff --numstat` counts them.
#[must_use]
pub fn count_lines(old: &[u8], new: &[u8]) -> (usize, usize) {
    let stats = patch(old, new).and_then(|patch| patch.line_stats().ok());
    match stats {
        Some((_, added, removed)) => (added, removed),
        None => (lines(new).count(), lines(old).count()),
    }
}

/// Returns the hunks of `git diff`, without function names. If there is too much to compare, one hunk
/// replaces the whole text.
#[must_use]
pub fn hunks(old: &[u8], new: &[u8]) -> String {
    let printed = patch(old, new).and_then(|mut patch| print(&mut patch));
    printed.unwrap_or_else(|| replacement(old, new))
}

/// Returns the number of lines between the first and the last difference, in both texts together.
#[must_use]
pub fn lines_between(one: &[u8], other: &[u8]) -> usize {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    let ends = one.iter().rev().zip(other.iter().rev());
    let same = ends.take_while(|(a, b)| a == b).count();
    let lines = |text: &[u8]| memchr::memchr_iter(b'\n', &text[..text.len() - same]).count();
    lines(one) + lines(other)
}

fn patch<'a>(old: &'a [u8], new: &'a [u8]) -> Option<Patch<'a>> {
    if lines_between(old, new) > MAX_LINES {
        return None;
    }
    let mut options = DiffOptions::new();
    options.force_text(true).indent_heuristic(true);
    Patch::from_buffers(old, None, new, None, Some(&mut options)).ok()
}

fn print(patch: &mut Patch<'_>) -> Option<String> {
    let mut text = String::new();
    let printed = patch.print(&mut |_, hunk, line| {
        let content = String::from_utf8_lossy(line.content());
        match (line.origin(), hunk) {
            // The header before the first hunk.
            ('F', _) | (_, None) => {}
            // libgit2 writes a function name after the second `@@`.
            ('H', _) => {
                let places = content.split(" @@").next().unwrap_or_default();
                let _ = writeln!(text, "{places} @@");
            }
            (mark @ (' ' | '+' | '-'), _) => {
                text.push(mark);
                text.push_str(&content);
            }
            // `\ No newline at end of file`.
            _ => text.push_str(&content),
        }
        true
    });
    printed.is_ok().then_some(text)
}

/// Returns one hunk that removes all old lines and adds all new ones.
fn replacement(old: &[u8], new: &[u8]) -> String {
    let [from, to] = [old, new].map(|text| lines(text).count());
    let mut text = format!("@@ -{},{from} +{},{to} @@\n", from.min(1), to.min(1));
    for (mark, side) in [('-', old), ('+', new)] {
        for line in lines(side) {
            text.push(mark);
            text.push_str(&String::from_utf8_lossy(line));
        }
        if !side.is_empty() && !side.ends_with(b"\n") {
            text.push_str("\n\\ No newline at end of file\n");
        }
    }
    text
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_too_many_changed_lines_is_replaced_whole() {
        let old = "x\n".repeat(MAX_LINES * 2);
        let new = format!("{old}end");
        assert_eq!(count_lines(old.as_bytes(), new.as_bytes()), (1, 0));

        let old = format!("a\n{}", "x\n".repeat(MAX_LINES));
        let new = format!("b\n{old}c");
        let (old, new) = (old.as_bytes(), new.as_bytes());
        assert_eq!(count_lines(old, new), (MAX_LINES + 3, MAX_LINES + 1));
        let hunks = hunks(old, new);
        let head = format!("@@ -1,{} +1,{} @@\n-a\n-x\n", MAX_LINES + 1, MAX_LINES + 3);
        assert!(hunks.starts_with(&head), "{}", &hunks[..60]);
        assert!(hunks.ends_with("+x\n+c\n\\ No newline at end of file\n"));
        assert_eq!(hunks.matches("\n+").count(), MAX_LINES + 3);
    }
}
