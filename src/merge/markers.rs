//! The conflict markers that git and `update --conflict=markers` write to a text.

use memchr::memmem;

/// Returns the line, from 1, of a conflict that is not resolved. A skill may explain git's markers, so
/// as many conflicts as `original`, the upstream version of the text, has are not counted.
#[must_use]
pub fn unresolved_line(text: &[u8], original: Option<&[u8]>) -> Option<usize> {
    let expected = original.map_or(0, |original| conflicts(original).len());
    let found = conflicts(text);
    found.first().copied().filter(|_| found.len() > expected)
}

/// Returns the line of the first marker of each conflict that has all three.
fn conflicts(text: &[u8]) -> Vec<usize> {
    // Few texts have any, and all edited files are searched.
    if memmem::find(text, b">>>>>>> ").is_none() {
        return Vec::new();
    }
    let (mut found, mut start, mut is_divided) = (Vec::new(), None, false);
    for (line, bytes) in text.split(|byte| *byte == b'\n').enumerate() {
        if bytes.starts_with(b"<<<<<<< ") {
            (start, is_divided) = (Some(line + 1), false);
        } else if bytes.starts_with(b"=======") {
            is_divided = start.is_some();
        } else if bytes.starts_with(b">>>>>>> ") && is_divided {
            found.extend(start.take());
            is_divided = false;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFLICT: &str = "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n";

    #[test]
    fn only_whole_conflicts_count() {
        let line = |text: &str| unresolved_line(text.as_bytes(), None);
        assert_eq!(line(&format!("# Title\n\n{CONFLICT}")), Some(3));
        assert_eq!(
            line("<<<<<<< ours\r\n=======\r\n>>>>>>> theirs\r\n"),
            Some(1)
        );
        assert_eq!(line("Title\n=======\n"), None);
        assert_eq!(line("<<<<<<< ours\n=======\n"), None);
        assert_eq!(line(">>>>>>> theirs\n=======\n<<<<<<< ours\n"), None);
    }

    #[test]
    fn markers_of_the_original_do_not_count() {
        let original = format!("git writes:\n{CONFLICT}");
        let edited = format!("git writes this:\n{CONFLICT}");
        let line = |text: &str| unresolved_line(text.as_bytes(), Some(original.as_bytes()));
        assert_eq!(line(&edited), None);
        assert!(line(&format!("{edited}{CONFLICT}")).is_some());
    }
}
