//! [`edit`]: the pieces of a text that fixes replace, each byte beside them kept.

use std::collections::BTreeMap;

use crate::diagnostic::Edit;
use crate::span::Span;

/// What became of the edits of several fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The new text.
    pub text: String,
    /// Which fixes are in it, by their place among those that were given.
    pub applied: Vec<usize>,
}

/// Replaces in `text` what each of `fixes` replaces, wholly or not at all. Where two of them
/// overlap the first is taken: the other may say something else once the first is done.
///
/// ```
/// use mdskill_lint::diagnostic::Edit;
/// use mdskill_lint::span::Span;
/// use mdskill_lint::fix::text_edit::edit;
///
/// let comma = Edit { span: Span::new(4, 5), replacement: String::new() };
/// assert_eq!(edit("Read, Grep", &[&[comma]]).text, "Read Grep");
/// ```
#[must_use]
pub fn edit(text: &str, fixes: &[&[Edit]]) -> Edited {
    let mut taken: BTreeMap<usize, &Edit> = BTreeMap::new();
    let mut applied = Vec::new();
    for (at, edits) in fixes.iter().enumerate() {
        if !edits.is_empty()
            && lie_in(text, edits)
            && edits.iter().all(|edit| is_free(&taken, edit))
        {
            taken.extend(edits.iter().map(|edit| (edit.span.start, edit)));
            applied.push(at);
        }
    }
    let mut edited = String::with_capacity(text.len());
    let mut kept_to = 0;
    for edit in taken.values() {
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

/// Whether the edits of one fix lie in the text, at the edges of characters, one behind the
/// other. A fix that does not is a mistake of its rule, and must not become one of the file.
fn lie_in(text: &str, edits: &[Edit]) -> bool {
    let is_inside = |Span { start, end }: Span| text.get(start..end).is_some();
    edits.iter().all(|edit| is_inside(edit.span))
        && edits.is_sorted_by(|a, b| a.span.end <= b.span.start && a.span.start < b.span.start)
}

/// Whether an edit touches none that is taken. Two that begin at the same byte touch even
/// when they replace nothing: which comes first would be chance.
fn is_free(taken: &BTreeMap<usize, &Edit>, edit: &Edit) -> bool {
    let Span { start, end } = edit.span;
    let before = taken.range(..=start).next_back();
    let behind = taken.range(start..).next();
    before.is_none_or(|(at, before)| *at < start && before.span.end <= start)
        && behind.is_none_or(|(at, _)| *at >= end)
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
    fn every_other_byte_stays() {
        let text = "\u{feff}a: 'b'  # c\r\nd";
        let edited = edit(
            text,
            &[&[put(16, 17, "e")], &[put(3, 4, "x"), put(9, 10, "")]],
        );
        assert_eq!(edited.text, "\u{feff}x: 'b' # c\r\ne");
        assert_eq!(edited.applied, [0, 1]);
    }

    #[test]
    fn of_two_that_overlap_the_first_is_taken_and_wholly() {
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
        let (at, behind) = ([put(1, 1, "-")], [put(1, 2, "c")]);
        assert_eq!(edit("ab", &[&at, &behind]).text, "a-b");
        assert_eq!(edit("ab", &[&[put(0, 1, "c")], &at]).text, "c-b");
    }

    #[test]
    fn what_does_not_lie_in_the_text_is_left() {
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
        fn edits_of_any_shape_break_nothing(
            text in "[aé\n]{0,12}",
            spans in proptest::collection::vec((0..16_usize, 0..5_usize, "[xy]{0,3}"), 0..6),
        ) {
            let edits: Vec<Vec<Edit>> = spans
                .into_iter()
                .map(|(start, length, new)| vec![put(start, start + length, &new)])
                .collect();
            let fixes: Vec<&[Edit]> = edits.iter().map(Vec::as_slice).collect();
            let edited = edit(&text, &fixes);
            let taken = || edited.applied.iter().map(|at| &edits[*at][0]);
            let removed: usize = taken().map(|edit| edit.span.end - edit.span.start).sum();
            let added: usize = taken().map(|edit| edit.replacement.len()).sum();
            prop_assert_eq!(edited.text.len(), text.len() - removed + added);
        }
    }
}
