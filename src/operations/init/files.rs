//! The files of a new skill.

use mdskill_lint::name::SkillName;
use mdskill_lint::{SKILL_FILE, naming};

/// The files that a new skill has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    /// Only `SKILL.md`.
    Minimal,
    /// Also a reference and a script.
    Full,
}

/// A file to create.
#[derive(Debug)]
pub(super) struct NewFile {
    /// The path in the skill.
    pub(super) path: &'static str,
    /// The content.
    pub(super) text: String,
    /// Whether it is a program.
    pub(super) is_executable: bool,
}

const REFERENCE: &str = "references/details.md";
const SCRIPT: &str = "scripts/run.sh";

/// The description until the user writes one.
const PLACEHOLDER: &str = "TODO: say what this skill does, and when to use it.";

/// Returns the files of a new skill; the first is `SKILL.md`.
pub(super) fn of(name: &SkillName, description: Option<&str>, template: Template) -> Vec<NewFile> {
    let file = |path, text| NewFile {
        path,
        text,
        is_executable: path == SCRIPT,
    };
    let mut files = vec![file(SKILL_FILE, page(name, description, template))];
    if template == Template::Full {
        files.push(file(REFERENCE, reference(name)));
        files.push(file(SCRIPT, script(name)));
    }
    files
}

/// Returns the text of `SKILL.md`.
///
/// `validate` reports the `TODO:` as a note, so that a skill that is not finished is not forgotten.
pub(super) fn page(name: &SkillName, description: Option<&str>, template: Template) -> String {
    let description = scalar(description.unwrap_or(PLACEHOLDER));
    let quoted = if naming::is_plain(name.as_str()) {
        name.to_string()
    } else {
        format!("\"{name}\"")
    };
    let mut page = format!(
        "---\nname: {quoted}\ndescription: {description}\n---\n\n# {name}\n\n\
         TODO: write the steps that the agent follows.\n"
    );
    if template == Template::Full {
        page.push_str(&full_part());
    }
    page
}

/// Returns the part of `SKILL.md` that names the other files.
fn full_part() -> String {
    format!(
        "\n## Files\n\n\
             - [{REFERENCE}]({REFERENCE}): what only some tasks need. Read it for one of them.\n\
             - `{SCRIPT} FILE`: a step that is the same each time. Run it, do not rewrite it.\n"
    )
}

fn reference(name: &SkillName) -> String {
    format!(
        "# Details of {name}\n\n\
         TODO: move here what only some tasks need, so that {SKILL_FILE} stays short.\n"
    )
}

fn script(name: &SkillName) -> String {
    format!(
        "#!/bin/sh\n\
         # A step of {name} that is the same each time.\n\
         set -eu\n\
         if [ $# -ne 1 ]; then\n    \
             echo \"usage: run.sh FILE\" >&2\n    \
             exit 2\n\
         fi\n\
         # TODO: replace this line, which counts the lines of the file.\n\
         wc -l \"$1\"\n"
    )
}

/// Returns a text as a YAML scalar on one line: without quotes if no parser reads it as something
/// else.
fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || " ,.;()/'-".contains(c);
    // A text with a space that begins with a letter is not a number, a date, or a boolean.
    if text.starts_with(char::is_alphabetic) && text.contains(' ') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    // A JSON string is a YAML scalar.
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_reads_the_text_back() {
        for text in [
            "Reads PDF files. Use when the user asks for one.",
            "yes",
            "2026-01-01",
            "a: b",
            "x #y",
            "\"quoted\" \\ back",
            "- item",
            "It's",
            "Größe messen, wenn nötig",
            "@at",
            "tab\tand bell\u{7}",
            "!tag x",
            "a [b], {c}",
            "emoji 🦀 & co",
            PLACEHOLDER,
        ] {
            let yaml = format!("description: {}\n", scalar(text));
            let read: serde_yaml::Value = serde_yaml::from_str(&yaml).unwrap();
            assert_eq!(read["description"].as_str(), Some(text), "{yaml}");
        }
    }
}
