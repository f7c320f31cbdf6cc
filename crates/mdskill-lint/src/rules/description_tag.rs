//! SK213: `description` contains a tag.

use crate::diagnostic::Severity;
use crate::frontmatter::Field;
use crate::naming;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK213",
    name: "description-tag",
    severity: Severity::Warning,
    summary: "`description` contains a `<tag>`",
    why: "VS Code removes everything from `<` to `>` and shows the rest to the agent; 2 of 2,672 public skills have one.",
    example: "description: Writes <lang> bindings for a C library",
    how_to_fix: "write the word without angle brackets, as `LANG` or `[lang]`",
    check: Check::Field("description", check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    let mut tags = tags(field.value.text()?);
    let first = tags.next()?;
    let more = match tags.count() {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let shown = naming::shortened(first);
    let message = format!("VS Code removes tags from the description: `{shown}`{more}");
    // A tag that is escaped or spans two lines cannot be found in the written value.
    let written = field.value_span.of(skill.skill_text()).find(first);
    let span = written.map_or(field.value_span, |at| {
        Span::new(at, at + first.len()).shifted(field.value_span.start)
    });
    Some(Finding::new(span, message))
}

/// Returns each text that looks like a tag: `<`, a letter, and the rest up to `>`.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    let opened = text.match_indices('<').map(|(at, _)| &text[at..]);
    opened.filter_map(|rest| {
        let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
        let is_named = name.starts_with(|c: char| c.is_ascii_alphabetic());
        // An unclosed `<` ends at the next one, so that each byte is read only once.
        let end = rest[1..].find(['<', '>'])? + 1;
        (is_named && rest.as_bytes()[end] == b'>').then_some(&rest[..=end])
    })
}

#[cfg(test)]
mod tests {
    use super::tags;

    #[test]
    fn tag_begins_with_a_letter_and_is_closed() {
        let found = |text: &str| tags(text).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(found("a <b> and </c> d"), ["<b>", "</c>"]);
        assert_eq!(found("<a <b>"), ["<b>"]);
        assert_eq!(
            found("Vec<é> a < b > c, <1>, x->y, <-, <>, a <b"),
            [] as [&str; 0]
        );
    }
}
