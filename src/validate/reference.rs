//! What the specification's reference checker, `skills-ref`, says of the fields that others
//! judge otherwise. It reads every scalar as the text that is written, measures without
//! stripping, and takes the letters of all scripts. Source: skills-ref 0.1.1, `validator.py`.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::name::MAX_NAME_CHARS;
use crate::skill::frontmatter::{Field, Value};
use crate::span::Span;
use crate::validate::context::Context;
use crate::validate::rule::Finding;

/// Longest `description`, in characters.
const MAX_DESCRIPTION_CHARS: usize = 1024;
/// Longest `compatibility`, in characters.
const MAX_COMPATIBILITY_CHARS: usize = 500;

/// Returns what a field says to it: any scalar, as it is written; nothing of a list or a map.
fn text<'a>(context: &'a Context<'_>, field: &'a Field) -> Option<Cow<'a, str>> {
    match &field.value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::List(_) | Value::Map(_) => None,
        _ if field.value_span == field.key_span => Some(Cow::Borrowed("")),
        _ => Some(Cow::Borrowed(field.value_span.of(context.skill_text()))),
    }
}

/// Returns the finding about a field that has to be there and to say something.
pub(super) fn missing(context: &Context<'_>, key: &str, help: &str) -> Vec<Finding> {
    let Some(frontmatter) = context.frontmatter() else {
        return Vec::new();
    };
    let (at, message) = match frontmatter.field(key) {
        None => (Span::at(0), format!("the frontmatter has no `{key}`")),
        Some(field) => match text(context, field) {
            Some(text) if !text.trim().is_empty() => return Vec::new(),
            Some(_) => (field.value_span, format!("`{key}` is empty")),
            None => (
                field.value_span,
                format!("`{key}` is {}, not a text", field.value.kind()),
            ),
        },
    };
    vec![Finding::new(at, message, help)]
}

/// Returns the field `name` and what it is compared by.
fn name<'a>(context: &'a Context<'_>) -> Option<(&'a Field, String)> {
    let field = context.field("name")?;
    let name: String = text(context, field)?.trim().nfkc().collect();
    (!name.is_empty()).then_some((field, name))
}

/// Returns the finding about a name that breaks its rules.
pub(super) fn name_invalid(context: &Context<'_>, help: &str) -> Vec<Finding> {
    let Some((field, name)) = name(context) else {
        return Vec::new();
    };
    let faults = [
        (
            name.chars().count() > MAX_NAME_CHARS,
            "it has more than 64 characters",
        ),
        (name != name.to_lowercase(), "it has capital letters"),
        (
            name.starts_with('-') || name.ends_with('-'),
            "it starts or ends with `-`",
        ),
        (name.contains("--"), "it has `--`"),
        (
            !name.chars().all(|c| is_alphanumeric(c) || c == '-'),
            "only letters, digits and `-` are allowed",
        ),
    ];
    let reasons: Vec<&str> = faults
        .into_iter()
        .filter_map(|(is_broken, reason)| is_broken.then_some(reason))
        .collect();
    let message = format!("`{name}` is not a valid skill name: {}", reasons.join("; "));
    let finding = Finding::new(field.value_span, message, help);
    (!reasons.is_empty())
        .then_some(finding)
        .into_iter()
        .collect()
}

/// Python's `isalnum`: letters and numbers, but no marks and no letters in circles, which
/// Rust counts as alphabetic.
fn is_alphanumeric(c: char) -> bool {
    let is_letter =
        c.is_alphabetic() && !is_combining_mark(c) && !('\u{1f130}'..='\u{1f189}').contains(&c);
    is_letter || c.is_numeric()
}

/// Returns the finding about a name that is not its folder's.
pub(super) fn name_not_folder(context: &Context<'_>, help: &str) -> Vec<Finding> {
    let folder = context.skill.folder();
    let finding = name(context).and_then(|(field, name)| {
        let differs = !folder.is_empty() && folder.nfkc().ne(name.chars());
        let message = || format!("`name` is `{name}`, but the folder is `{folder}`");
        differs.then(|| Finding::new(field.value_span, message(), help))
    });
    finding.into_iter().collect()
}

/// Returns the finding about a description that is too long.
pub(super) fn description_too_long(context: &Context<'_>, help: &str) -> Vec<Finding> {
    let finding = context.field("description").and_then(|field| {
        let text = text(context, field).filter(|text| !text.trim().is_empty())?;
        too_long(field, "description", &text, MAX_DESCRIPTION_CHARS, help)
    });
    finding.into_iter().collect()
}

/// Returns the finding about a `compatibility` that is no text, or too long.
pub(super) fn compatibility(context: &Context<'_>, help: &str) -> Vec<Finding> {
    let finding = context
        .field("compatibility")
        .and_then(|field| match text(context, field) {
            Some(text) => too_long(field, "compatibility", &text, MAX_COMPATIBILITY_CHARS, help),
            None => Some(Finding::new(
                field.value_span,
                format!("`compatibility` is {}, not a text", field.value.kind()),
                help,
            )),
        });
    finding.into_iter().collect()
}

fn too_long(field: &Field, key: &str, text: &str, most: usize, help: &str) -> Option<Finding> {
    let count = text.chars().count();
    let around = match text.len() == text.trim().len() {
        true => "",
        false => ", white space around it included",
    };
    (count > most).then(|| {
        Finding::new(
            field.value_span,
            format!("`{key}` has {count} characters, more than {most}{around}"),
            help,
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::validate::{Profile, Settings, validate};
    use crate::view::MemoryView;

    /// The codes that count against a skill, as the reference checker would.
    fn codes(folder: &str, text: &str) -> Vec<&'static str> {
        let view = MemoryView::new(folder).with("SKILL.md", text);
        let found = validate(&view, &Settings::of(Profile::Reference)).diagnostics;
        let errors = found
            .iter()
            .filter(|found| found.severity == crate::diagnostic::Severity::Error);
        errors.map(|found| found.code).collect()
    }

    fn of_fields(folder: &str, fields: &str) -> Vec<&'static str> {
        codes(folder, &format!("---\n{fields}---\n"))
    }

    fn of_name(folder: &str, name: &str) -> Vec<&'static str> {
        of_fields(folder, &format!("name: {name}\ndescription: b\n"))
    }

    #[test]
    fn names_are_letters_of_every_script_in_small() {
        assert_eq!(of_name("技能-é1", "技能-é1"), [""; 0]);
        assert_eq!(of_name("cafe\u{301}", "café"), [""; 0]);
        assert_eq!(of_name("мой", "Мой"), ["SK202", "SK203"]);
        assert_eq!(of_name("a", "a_b"), ["SK202", "SK203"]);
        assert_eq!(of_name("-a--b", "-a--b"), ["SK202"]);
        assert_eq!(of_name("कि", "कि"), ["SK202"]);
        assert_eq!(of_name("42", "42"), [""; 0]);
        assert_eq!(of_name("true", "true"), [""; 0]);
        assert_eq!(of_name("~", "~"), ["SK202"]);
        assert_eq!(of_name("a", ""), ["SK201"]);
    }

    #[test]
    fn lengths_count_what_stands_around() {
        let compatibility = |text: &str| {
            of_fields(
                "a",
                &format!("name: a\ndescription: b\ncompatibility: {text}"),
            )
        };
        let long = "x".repeat(500);
        assert_eq!(compatibility(&format!("{long}\n")), [""; 0]);
        assert_eq!(compatibility(&format!(">\n  {long}\n")), ["SK115"]);
        assert_eq!(compatibility(&format!(">-\n  {long}\n")), [""; 0]);
        assert_eq!(compatibility("\n"), [""; 0]);
        assert_eq!(compatibility("\n- x\n"), ["SK115"]);
        let described = |count: usize| {
            let text = "é".repeat(count);
            of_fields("a", &format!("name: a\ndescription: '{text}'\n"))
        };
        assert_eq!(described(1024), [""; 0]);
        assert_eq!(described(1025), ["SK211"]);
    }

    #[test]
    fn what_strictyaml_refuses_is_refused() {
        let with = |more: &str| of_fields("a", &format!("name: a\ndescription: b\n{more}"));
        assert_eq!(with("metadata: {a: b}\n"), ["SK106"]);
        assert_eq!(with("license: !!str MIT\n"), ["SK106"]);
        assert_eq!(with("license: &x MIT\n"), ["SK106"]);
        assert_eq!(with("license: MIT\tx\n"), ["SK106"]);
        assert_eq!(with("license: MIT\nlicense: MIT\n"), ["SK104"]);
        assert_eq!(
            with("hooks:\n   a: b\nmetadata:\n  a: b\n"),
            ["SK110", "SK106"]
        );
        assert_eq!(with("argument-hint: x\n"), ["SK110"]);
        assert_eq!(with("allowed-tools:\n- Read\n"), [""; 0]);
        assert_eq!(with("metadata:\n  a: 1\n  b:\n"), [""; 0]);
    }

    #[test]
    fn the_first_dashes_end_it() {
        let fields = "name: a\ndescription: b\nlicense: c --- d: e: f\n";
        assert_eq!(of_fields("a", fields), [""; 0]);
        let fields = "license: c --- d\nname: a\ndescription: b\n";
        assert_eq!(of_fields("a", fields), ["SK201", "SK210"]);
        let marked = "\u{feff}---\nname: a\ndescription: b\n---\n";
        assert_eq!(codes("a", marked), ["SK003", "SK101"]);
        assert_eq!(codes("a", "---\nname: a\ndescription: b"), ["SK102"]);
        assert_eq!(codes("a", "---name: a\ndescription: b---"), [""; 0]);
        assert_eq!(
            codes("a", "---\r\nname: a\r\ndescription: b\r\n---\r\n"),
            [""; 0]
        );
    }

    #[test]
    fn the_small_file_is_taken_too() {
        let view = MemoryView::new("a").with("skill.md", "---\nname: a\ndescription: b\n---\n");
        let found = validate(&view, &Settings::of(Profile::Reference)).diagnostics;
        assert_eq!(found, []);
    }
}
