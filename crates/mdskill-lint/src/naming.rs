//! How a skill could be called instead, and how a name is written into the frontmatter.

use std::borrow::Cow;

use crate::diagnostic::Fix;
use crate::frontmatter::Field;
use crate::name::SkillName;
use crate::span::Span;

/// Longest text of an author that a message repeats, in characters.
const MAX_SHOWN_CHARS: usize = 80;

/// Returns a text as a message repeats it: a long one by its beginning.
#[must_use]
pub fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_SHOWN_CHARS) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

/// Whether a skill and its folder may be called so.
#[must_use]
pub fn is_valid(name: &str) -> bool {
    SkillName::from_frontmatter(name).is_ok()
}

/// Returns the valid name that a text is meant to be, if it is plain which: `PDF Tools` is
/// `pdf-tools`, while nobody knows what `café` shall be.
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

/// Returns the fix that sets `field` to `name` and keeps its quotes; nothing when the value
/// goes over several lines. The name is what others ask for, so the change is not a safe one.
#[must_use]
pub fn rename_fix(text: &str, field: &Field, name: &str) -> Option<Fix> {
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

/// Whether every YAML parser reads a valid name as a text: `42` is a number, and `no` a boolean
/// before YAML 1.2.
fn is_plain(name: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    name.starts_with(|c: char| c.is_ascii_lowercase()) && !WORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Change, Safety};
    use crate::frontmatter;

    #[test]
    fn a_slug_is_valid_or_not_given() {
        assert_eq!(slug("PDF Tools").as_deref(), Some("pdf-tools"));
        assert_eq!(slug("-edge--hyphens_").as_deref(), Some("edge-hyphens"));
        for hopeless in ["café", "技能", "---", "", "con", &"a".repeat(65)] {
            assert_eq!(slug(hopeless), None, "{hopeless}");
        }
    }

    #[test]
    fn a_fix_keeps_the_quotes() {
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
    fn a_long_text_is_shown_by_its_beginning() {
        assert_eq!(shortened("é"), "é");
        assert_eq!(shortened(&"é".repeat(81)).chars().count(), 81);
    }
}
