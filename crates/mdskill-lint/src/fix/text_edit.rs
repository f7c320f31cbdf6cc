//! [`edit`]: applies the edits of fixes to a text.

use std::collections::BTreeMap;

use crate::diagnostic::Edit;
use crate::span::Span;

/// The outcome of [`edit`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edited {
    /// The new text.
    pub text: String,
    /// The indexes of the applied fixes.
    pub applied: Vec<usize>,
}

/// Applies the edits of each of `fixes` completely or not at all. If two fixes overlap, only the
/// first is applied, because the second may be different after the first.
#[must_use]
pub(crate) fn edit(text: &str, fixes: &[&[Edit]]) -> Edited {
    let mut accepted: BTreeMap<usize, &Edit> = BTreeMap::new();
    let mut applied = Vec::new();
    for (at, edits) in fixes.iter().enumerate() {
        if !edits.is_empty()
            && are_valid(text, edits)
            && edits.iter().all(|edit| is_free(&accepted, edit))
        {
            accepted.extend(edits.iter().map(|edit| (edit.span.start, edit)));
            applied.push(at);
        }
    }
    let mut edited = String::with_capacity(text.len());
    let mut kept_to = 0;
    for edit in accepted.values() {
        edited.push_str(&text[kept_to..edit.span.start]);
        edited.push_str(&edit.replacement);
        kept_to = edit.span.end;
    }
    edited.push_str(&text[kept_to..]);
    Edited {
        text: edited,
        applied,
    }
}

/// Whether the edits of one fix are inside the text, at character boundaries, and in order. Other
/// edits are a bug of their rule and must not damage the file.
fn are_valid(text: &str, edits: &[Edit]) -> bool {
    edits
        .iter()
        .all(|edit| text.get(edit.span.start..edit.span.end).is_some())
        && edits.is_sorted_by(|a, b| a.span.end <= b.span.start && a.span.start < b.span.start)
}

/// Whether an edit touches no accepted edit. Two insertions at the same byte touch, because their
/// order is not defined.
fn is_free(accepted: &BTreeMap<usize, &Edit>, edit: &Edit) -> bool {
    let Span { start, end } = edit.span;
    let before = accepted.range(..=start).next_back();
    let after = accepted.range(start..).next();
    before.is_none_or(|(at, before)| *at < start && before.span.end <= start)
        && after.is_none_or(|(at, _)| *at >= end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn put(start: usize, end: usize, replacement: &str) -> Edit {
        Edit {
            span: Span::new(start, end),
            replacement: replacement.to_owned(),
        }
    }

    #[test]
    fn edit_keeps_other_bytes() {
        let text = "\u{feff}a: 'b'  # c\r\nd";
        let edited = edit(
            text,
            &[&[put(16, 17, "e")], &[put(3, 4, "x"), put(9, 10, "")]],
        );
        assert_eq!(edited.text, "\u{feff}x: 'b' # c\r\ne");
        assert_eq!(edited.applied, [0, 1]);
    }

    #[test]
    fn edit_applies_first_of_overlapping_fixes() {
        let (a, b, c) = (
            [put(0, 2, "x")],
            [put(1, 3, "y"), put(4, 5, "y")],
            [put(2, 3, "z")],
        );
        let edited = edit("abcdef", &[&a, &b, &c]);
        assert_eq!(
            (edited.text.as_str(), edited.applied),
            ("xzdef", vec![0, 2])
        );
        let (left, right) = ([put(1, 1, "l")], [put(1, 1, "r")]);
        let edited = edit("ab", &[&left, &right]);
        assert_eq!((edited.text.as_str(), edited.applied), ("alb", vec![0]));
        let (at, after) = ([put(1, 1, "-")], [put(1, 2, "c")]);
        assert_eq!(edit("ab", &[&at, &after]).text, "a-b");
        assert_eq!(edit("ab", &[&[put(0, 1, "c")], &at]).text, "c-b");
    }

    #[test]
    fn edit_ignores_invalid_fixes() {
        let backwards = Edit {
            span: Span { start: 2, end: 1 },
            replacement: String::new(),
        };
        for wrong in [
            vec![put(1, 2, "")],
            vec![put(0, 9, "")],
            vec![put(2, 3, ""), put(0, 1, "")],
            vec![put(2, 3, ""), put(2, 3, "")],
            vec![backwards],
            vec![],
        ] {
            let edited = edit("éab", &[&wrong]);
            assert_eq!(
                (edited.text.as_str(), edited.applied),
                ("éab", vec![]),
                "{wrong:?}"
            );
        }
    }

    proptest! {
            #[test]
    fn edit_of_any_fixes_keeps_length_consistent(
                text in "[aé\n]{0,12}",
                spans in proptest::collection::vec((0..16_usize, 0..5_usize, "[xy]{0,3}"), 0..6),
            ) {
                let edits: Vec<Vec<Edit>> = spans
                    .into_iter()
                    .map(|(start, length, new)| vec![put(start, start + length, &new)])
                    .collect();
                let fixes: Vec<&[Edit]> = edits.iter().map(Vec::as_slice).collect();
                let edited = edit(&text, &fixes);
                let accepted = || edited.applied.iter().map(|at| &edits[*at][0]);
                let removed: usize = accepted().map(|edit| edit.span.end - edit.span.start).sum();
                let added: usize = accepted().map(|edit| edit.replacement.len()).sum();
                prop_assert_eq!(edited.text.len(), text.len() - removed + added);
            }
        }
}
