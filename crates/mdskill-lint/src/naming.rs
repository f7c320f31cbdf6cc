//! Suggests valid names, and writes names into the frontmatter.

use std::borrow::Cow;

use crate::diagnostic::Fix;
use crate::frontmatter::Field;
use crate::name::SkillName;
use crate::span::Span;

/// Maximum length of an author's text in a message, in characters.
const MAX_SHOWN_CHARS: usize = 80;

/// Returns a text for a message; a long text is cut.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

/// Whether this is a valid name of a skill and its folder.
pub(crate) fn is_valid(name: &str) -> bool {
    SkillName::from_frontmatter(name).is_ok()
}

/// Returns the valid name for a text, if it is unambiguous: `pdf-tools` for `PDF Tools`. Other
/// letters than ASCII give none, because `café` has no single spelling in ASCII.
#[must_use]
pub fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() => return None,
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    let slug = slug.trim_end_matches('-').to_owned();
    is_valid(&slug).then_some(slug)
}

/// Returns the fix that sets `field` to `name` and keeps its quotes; `None` if the value has
/// several lines. The fix is unsafe, because users refer to a skill by its name.
pub(crate) fn rename_fix(text: &str, field: &Field, name: &str) -> Option<Fix> {
    let span = Span::new(field.value_span.start, field.value_span.end.min(text.len()));
    let written = text.get(span.start..span.end)?;
    if written.contains('\n') {
        return None;
    }
    let replacement = match written.chars().next()? {
        '\'' => format!("'{name}'"),
        '"' => format!("\"{name}\""),
        _ if is_plain(name) => name.to_owned(),
        _ => format!("\"{name}\""),
    };
    let title = format!("set `{}` to `{name}`", field.key);
    Some(Fix::safe(title, span, replacement).as_unsafe())
}

/// Whether every YAML parser reads an unquoted name as a string: `42` is a number, and `no` is a
/// boolean before YAML 1.2.
#[must_use]
pub fn is_plain(name: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    name.starts_with(|c: char| c.is_ascii_lowercase()) && !WORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Change, Safety};
    use crate::frontmatter;

    #[test]
    fn slug_is_valid_or_none() {
        assert_eq!(slug("PDF Tools").as_deref(), Some("pdf-tools"));
        assert_eq!(slug("-edge--hyphens_").as_deref(), Some("edge-hyphens"));
        for text in ["café", "技能", "---", "", "con", &"a".repeat(65)] {
            assert_eq!(slug(text), None, "{text}");
        }
    }

    #[test]
    fn rename_fix_keeps_quotes() {
        let renamed = |yaml: &str, name: &str| {
            let text = format!("---\n{yaml}\n---\n");
            let front = frontmatter::parse(text.as_bytes()).unwrap();
            let fix = rename_fix(&text, front.field("name").unwrap(), name)?;
            assert_eq!(fix.safety, Safety::Unsafe);
            let Change::Edit(edits) = fix.change else {
                panic!("no edit")
            };
            let mut fixed = text.clone();
            fixed.replace_range(
                edits[0].span.start..edits[0].span.end,
                &edits[0].replacement,
            );
            Some(fixed[4..].strip_suffix("\n---\n").unwrap().to_owned())
        };
        let cases = [
            ("name: A B # ours", "a-b", "name: a-b # ours"),
            ("name: 'A B'", "a-b", "name: 'a-b'"),
            ("name: \"A B\"\nx: y", "a-b", "name: \"a-b\"\nx: y"),
            ("name: A B", "42", "name: \"42\""),
            ("name: A B", "no", "name: \"no\""),
        ];
        for (yaml, name, fixed) in cases {
            assert_eq!(renamed(yaml, name).as_deref(), Some(fixed), "{yaml}");
        }
        assert_eq!(renamed("name: >\n  A B", "a-b"), None);
    }

    #[test]
    fn shortened_cuts_long_text() {
        assert_eq!(shortened("é"), "é");
        assert_eq!(shortened(&"é".repeat(81)).chars().count(), 81);
    }
}
