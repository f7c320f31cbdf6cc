//! The tools in the field `allowed-tools`, in all of its forms.

use crate::frontmatter::Value;
use crate::span::Span;

/// Returns the text of the field, or the items of a list.
pub(crate) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items = match value {
        Value::List(items) => items.as_slice(),
        value => std::slice::from_ref(value),
    };
    items.iter().filter_map(Value::text)
}

/// Whether a tool is all of `Bash`: `Bash`, `Bash(*)` or `Bash(*:*)`.
pub(crate) fn is_all(tool: &str) -> bool {
    let pattern = tool
        .strip_prefix("Bash(")
        .and_then(|rest| rest.strip_suffix(')'));
    tool == "Bash"
        || pattern.is_some_and(|pattern| {
            pattern.contains('*') && pattern.trim_matches(['*', ':', ' ']).is_empty()
        })
}

/// Returns the tools of a text, separated by spaces, commas, brackets or quotes. A text in
/// parentheses is part of its tool.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let separates = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '\'' | '"');
        let start = at + text[at..].find(|c| !separates(c))?;
        let mut depth = 0_usize;
        let ends = |c: char| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && separates(c)
        };
        at = text[start..]
            .find(ends)
            .map_or(text.len(), |end| start + end);
        Some(Span::new(start, at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants_all(tools: &str) -> bool {
        words(tools).any(|word| is_all(word.of(tools)))
    }

    #[test]
    fn all_of_bash_differs_from_a_part_of_it() {
        for tools in [
            "Bash",
            "Read, Bash",
            "Read Bash(*)",
            "Bash( * ) Read",
            "Bash(*:*)",
        ] {
            assert!(grants_all(tools), "{tools}");
        }
        for tools in [
            "Bash(git:*)",
            "Bash(npm run *)",
            "BashOutput Read",
            "Bash(a, Bash)",
            "Bash()",
            "",
        ] {
            assert!(!grants_all(tools), "{tools}");
        }
    }
}
