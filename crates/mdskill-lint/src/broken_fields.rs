//! Fields of a frontmatter that is not valid YAML.

use crate::frontmatter::MAX_FRONTMATTER_BYTES;
use crate::span::Span;

/// Returns the value of a field as written: the rest of its line, and the following lines that are
/// indented or are list items. Only for invalid frontmatter.
pub(super) fn written(text: &str, key: &str) -> Option<Span> {
    let end = text.floor_char_boundary(MAX_FRONTMATTER_BYTES);
    let mut lines = text[..end].split_inclusive('\n');
    let mut at = lines.next().map_or(0, str::len);
    let mut value: Option<Span> = None;
    for line in lines.take_while(|line| line.trim_end() != "---") {
        let next = at + line.len();
        match &mut value {
            Some(value) if line.starts_with([' ', '\t', '-']) => value.end = next,
            Some(_) => break,
            None => {
                let rest = line
                    .strip_prefix(key)
                    .and_then(|rest| rest.strip_prefix(':'));
                value = rest.map(|rest| Span::new(next - rest.len(), next));
            }
        }
        at = next;
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_ends_where_the_next_begins() {
        let text =
            "---\nname: a: b\nallowed-tools:\n  - Read\n- Bash\ndescription: x\n---\nhooks: no\n";
        let value = |key| written(text, key).map(|span| span.of(text));
        assert_eq!(value("allowed-tools"), Some("\n  - Read\n- Bash\n"));
        assert_eq!(value("description"), Some(" x\n"));
        assert_eq!(value("hooks"), None);
        assert_eq!(written("", "name"), None);
    }
}
