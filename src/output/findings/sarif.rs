//! SARIF 2.1.0, which code scanning and editors read.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::shown;
use crate::digest::Digest;
use crate::operations::validate::Report;
use crate::output::sanitize;
use mdskill_lint::diagnostic::{Change, Diagnostic, Severity};
use mdskill_lint::registry;
use mdskill_lint::rule::Rule;
use mdskill_lint::span::Position;

/// The characters that are not encoded in a path: the unreserved ones of RFC 3986, and the slash. A
/// colon is encoded, because a folder `a:` would be read as a scheme.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The name of the fingerprint; the number changes with its input.
const FINGERPRINT: &str = "mdskillFinding/v1";

/// Returns the report as a SARIF log of one run.
pub(crate) fn sarif(report: &Report, least: Severity) -> Value {
    let found = || shown(report, least).map(|found| &found.diagnostic);
    let codes: BTreeSet<&str> = found().map(|found| found.code).collect();
    let rules: Vec<&Rule> = codes.into_iter().filter_map(registry::rule).collect();
    let descriptors: Vec<Value> = rules.iter().copied().map(descriptor).collect();
    let mut seen = HashMap::new();
    let results = found().map(|found| {
        let index = rules.iter().position(|rule| rule.code == found.code);
        result(found, index, &fingerprint(found, &mut seen))
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "mdskill",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "informationUri": env!("CARGO_PKG_REPOSITORY"),
                    "rules": descriptors,
                }
            },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }]
    })
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.why },
        "help": { "text": rule.how_to_fix },
        "defaultConfiguration": { "enabled": rule.is_on, "level": level(rule.severity) },
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(found: &Diagnostic, index: Option<usize>, fingerprint: &str) -> Value {
    let text = match found.help.as_str() {
        "" => found.message.clone(),
        help => format!("{}; {help}", found.message),
    };
    let region = match found.excerpt {
        Some(_) => region(found.start, found.end),
        // Code scanning rejects a location without a line.
        None => json!({ "startLine": 1 }),
    };
    let mut result = json!({
        "ruleId": found.code,
        "level": level(found.severity),
        "message": { "text": message(&text) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&found.file) },
                "region": region,
            }
        }],
        "partialFingerprints": { FINGERPRINT: fingerprint },
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    if let Some(fix) = fix(found) {
        result["fixes"] = json!([fix]);
    }
    result
}

/// Escapes text for a plain text message, in which `[text](address)` would be a link (section
/// 3.11.6).
fn message(text: &str) -> String {
    sanitize::line(text).replace("](", "\\](")
}

fn region(start: Position, end: Position) -> Value {
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// Returns the edits of a fix. SARIF cannot express that a file is renamed or made executable.
fn fix(found: &Diagnostic) -> Option<Value> {
    let fix = found.fix.as_ref()?;
    let Change::Edit(edits) = &fix.change else {
        return None;
    };
    let placed = edits.iter().zip(&found.edit_places);
    let replacements: Vec<Value> = placed
        .map(|(edit, (start, end))| {
            json!({
                "deletedRegion": region(*start, *end),
                "insertedContent": { "text": edit.replacement },
            })
        })
        .collect();
    (!replacements.is_empty()).then(|| {
        json!({
            "description": { "text": fix.title },
            "artifactChanges": [{
                "artifactLocation": { "uri": uri(&found.file) },
                "replacements": replacements,
            }]
        })
    })
}

fn uri(file: &str) -> String {
    let encoded = utf8_percent_encode(file, PATH).to_string();
    if Path::new(file).is_absolute() {
        format!("file:///{}", encoded.trim_start_matches('/'))
    } else {
        encoded
    }
}

/// Returns a value that identifies the finding when lines move: a digest of the rule, the file, the
/// line's text, and the marked text, and the number of the finding among those with this digest.
fn fingerprint(found: &Diagnostic, seen: &mut HashMap<Digest, usize>) -> String {
    let excerpt = found.excerpt.as_ref();
    let line = excerpt.map_or("", |excerpt| excerpt.line.trim());
    let marked = excerpt.map_or("", |excerpt| excerpt.marked.of(&excerpt.line));
    let key = json!([found.code, found.file, line, marked]).to_string();
    let digest = Digest::of_bytes(key.as_bytes());
    let nth = seen.entry(digest).or_default();
    *nth += 1;
    format!("{digest}:{nth}")
}
