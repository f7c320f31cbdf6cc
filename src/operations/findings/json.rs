//! The JSON form of a finding. Fields are only added, never removed or renamed.

use serde::{Serialize, Serializer};

use super::Found;
use mdskill_lint::diagnostic::{Change, Diagnostic, Fix};
use mdskill_lint::registry;

/// A finding.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the JSON has these names")]
struct Line<'a> {
    code: &'static str,
    /// The rule's name, for example `broken-path`.
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
    /// `None` without an automatic fix.
    fix: Option<JsonFix<'a>>,
}

/// A fix; exactly one of `edits`, `rename` and `executable` is present.
#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    /// `safe`: applied by `--fix`; `unsafe`: it may change the meaning, and needs `--unsafe`.
    safety: &'static str,
    /// The replaced ranges of the file, sorted, without overlaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    edits: Option<Vec<Replacement<'a>>>,
    /// The new path of the file in the skill.
    #[serde(skip_serializing_if = "Option::is_none")]
    rename: Option<&'a str>,
    /// Whether the file becomes executable.
    #[serde(skip_serializing_if = "Option::is_none")]
    executable: Option<bool>,
}

/// A replaced range of the file, in lines and columns as above, and in bytes.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the JSON has these names")]
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
            fix: found.fix.as_ref().map(|fix| json_fix(fix, found)),
        };
        line.serialize(serializer)
    }
}

fn json_fix<'a>(fix: &'a Fix, diagnostic: &'a Diagnostic) -> JsonFix<'a> {
    let mut json = JsonFix {
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
            json.edits = Some(replacements.collect());
        }
        Change::Rename(path) => json.rename = Some(path),
        Change::MakeExecutable => json.executable = Some(true),
    }
    json
}
