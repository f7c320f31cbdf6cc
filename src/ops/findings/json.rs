//! A finding as JSON has it. Fields are only ever added.

use serde::{Serialize, Serializer};

use super::Found;
use mdskill_lint::diagnostic::{Change, Diagnostic, Fix};
use mdskill_lint::registry;

/// A finding.
#[derive(Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields' names are the form of the JSON"
)]
struct Line<'a> {
    code: &'static str,
    /// The rule's name: `broken-path`.
    rule: &'static str,
    severity: &'static str,
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    message: &'a str,
    help: &'a str,
    skill: &'a str,
    /// Nothing when it takes a person.
    fix: Option<Remedy<'a>>,
}

/// How a program can mend it; one of `edits`, `rename` and `executable` is there.
#[derive(Serialize)]
struct Remedy<'a> {
    title: &'a str,
    /// `safe`: `--fix` does it; `unsafe`: it may change the meaning.
    safety: &'static str,
    /// Pieces of the file that are replaced, sorted, none over another.
    #[serde(skip_serializing_if = "Option::is_none")]
    edits: Option<Vec<Replacement<'a>>>,
    /// The path inside the skill that the file gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    rename: Option<&'a str>,
    /// The file becomes executable.
    #[serde(skip_serializing_if = "Option::is_none")]
    executable: Option<bool>,
}

/// One piece of the file that is replaced, by lines and columns as above, and in bytes.
#[derive(Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the fields' names are the form of the JSON"
)]
struct Replacement<'a> {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    start_byte: usize,
    end_byte: usize,
    replacement: &'a str,
}

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let found = &self.diagnostic;
        let line = Line {
            code: found.code,
            rule: registry::rule(found.code).map_or("", |rule| rule.name),
            severity: found.severity.word(),
            file: &found.file,
            line: found.start.line,
            column: found.start.column,
            end_line: found.end.line,
            end_column: found.end.column,
            message: &found.message,
            help: &found.help,
            skill: &self.skill,
            fix: found.fix.as_ref().map(|fix| remedy(fix, found)),
        };
        line.serialize(serializer)
    }
}

fn remedy<'a>(fix: &'a Fix, diagnostic: &'a Diagnostic) -> Remedy<'a> {
    let mut remedy = Remedy {
        title: &fix.title,
        safety: fix.safety.word(),
        edits: None,
        rename: None,
        executable: None,
    };
    match &fix.change {
        Change::Edit(edits) => {
            let placed = edits.iter().zip(&diagnostic.edit_places);
            let replacements = placed.map(|(edit, (start, end))| Replacement {
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                start_byte: edit.span.start,
                end_byte: edit.span.end,
                replacement: &edit.replacement,
            });
            remedy.edits = Some(replacements.collect());
        }
        Change::Rename(path) => remedy.rename = Some(path),
        Change::MakeExecutable => remedy.executable = Some(true),
    }
    remedy
}
