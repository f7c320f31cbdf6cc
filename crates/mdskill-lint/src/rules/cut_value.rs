//! SK108: a part of a text or a field that YAML reads as something else.

use crate::client_fields::{CLIENT_FIELDS, SPEC_FIELDS};
use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::{Field, Frontmatter, Value, quote};
use crate::naming;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK108",
    name: "cut-value",
    severity: Severity::Warning,
    summary: "a comment cuts a text, or a field is not where YAML reads it",
    why: "YAML reads ` #` as the start of a comment, so the rest of a description is lost, silently, often with the sentence that says when to use the skill: 5 of 4,885 public skills. A field that is indented into a text, or follows the second `---`, is not a field.",
    example: "description: Sorts C headers (all #include lines). Use when …",
    how_to_fix: "put the whole value in quotes",
    fixable: Fixable::Unsafe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Fields whose value is a sentence. A comment after another value is seldom a part of it.
const SENTENCES: [&str; 4] = [
    "description",
    "when_to_use",
    "compatibility",
    "argument-hint",
];

/// Maximum number of lines of a second block of fields; the longest known frontmatter is shorter.
const MAX_LINES: usize = 40;

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let fields = skill
        .frontmatter()
        .into_iter()
        .flat_map(Frontmatter::fields);
    let sentences = fields.filter(|field| SENTENCES.contains(&field.key.as_str()));
    let mut found: Vec<Finding> = sentences
        .flat_map(|field| {
            [
                cut(skill.skill_text(), field),
                swallowed(skill.skill_text(), field),
            ]
        })
        .flatten()
        .collect();
    found.extend(second_block(skill));
    found
}

/// Reports a comment after a plain text on the same line.
fn cut(skill: &str, field: &Field) -> Option<Finding> {
    let span = field.value_span;
    let is_plain = !span
        .of(skill)
        .starts_with(['"', '\'', '|', '>', '&', '*', '!']);
    let rest = skill[span.end..].lines().next().unwrap_or_default();
    if !matches!(field.value, Value::String(_)) || !is_plain || !rest.trim_start().starts_with('#')
    {
        return None;
    }
    let whole = Span::new(span.start, span.end + rest.trim_end().len());
    let start = span.end + rest.len() - rest.trim_start().len();
    let message = format!(
        "YAML reads the rest of `{}` as a comment: a ` #` starts one",
        field.key
    );
    // A comment can also be intended, so the fix can change the meaning.
    let fix = (!whole.of(skill).contains('\n'))
        .then(|| Fix::safe("quote the value", whole, quote(whole.of(skill))).as_unsafe());
    Some(Finding::new(Span::new(start, whole.end), message).with_fix(fix))
}

/// Reports a line of a text that looks like a field: its indentation made it a part of the text.
fn swallowed(skill: &str, field: &Field) -> Option<Finding> {
    let written = field.value_span.of(skill);
    let first = written.split_inclusive('\n').next()?.len();
    let mut at = field.value_span.start + first;
    for line in written[first..].split_inclusive('\n') {
        let text = line.trim_start();
        if let Some(key) = field_key(text).filter(|key| !matches!(*key, "name" | "description")) {
            let start = at + line.len() - text.len();
            let message = format!(
                "`{key}` is a part of the text of `{}`, not a field",
                field.key
            );
            let finding = Finding::new(Span::new(start, start + key.len()), message);
            return Some(finding.with_help("remove the indentation before the key"));
        }
        at += line.len();
    }
    None
}

/// Reports fields, or the rest of an indented text, between the end of the frontmatter and another
/// `---` line.
fn second_block(skill: &ParsedSkill<'_>) -> Option<Finding> {
    let page = skill
        .skill_page()
        .filter(|_| skill.frontmatter().is_some())?;
    let mut first: Option<Span> = None;
    let mut at = page.body_offset;
    for line in page.text[at..].split_inclusive('\n').take(MAX_LINES) {
        let written = line.trim();
        if let Some(first) = first.filter(|_| line.trim_end() == "---") {
            let shown = naming::shortened(first.of(&page.text));
            let message =
                format!("`{shown}` is after the end of the frontmatter, so it is not read");
            let help =
                "remove or indent the `---` line above it, so that there is one block of fields";
            return Some(Finding::new(first, message).with_help(help));
        }
        let is_field = field_key(line).is_some();
        if !is_field && !written.is_empty() && !line.starts_with([' ', '\t']) {
            return None;
        }
        if !written.is_empty() && first.is_none() {
            let start = at + line.len() - line.trim_start().len();
            first = Some(Span::new(start, start + written.len()));
        }
        at += line.len();
    }
    None
}

/// Returns the key of a line that begins with a field of skills.
fn field_key(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let is_known = SPEC_FIELDS.contains(&key) || CLIENT_FIELDS.iter().any(|field| field.key == key);
    let is_specific = key.contains(['-', '_']) || SPEC_FIELDS.contains(&key);
    (is_known && is_specific && (rest.trim().is_empty() || rest.starts_with(' '))).then_some(key)
}
