//! SARIF 2.1.0, which code scanning and editors read.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::shown;
use crate::digest::Digest;
use crate::operations::validate::Report;
use crate::output::sanitize;
use mdskill_lint::diagnostic::{Change, Diagnostic, Severity};
use mdskill_lint::registry;
use mdskill_lint::rule::Rule;
use mdskill_lint::span::Position;

/// What stays as it is in a path of a URI: RFC 3986's unreserved characters, and the slash. A
/// colon would make a scheme of a folder's name.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The name of our fingerprint; the number changes with what goes into it.
const FINGERPRINT: &str = "mdskillFinding/v1";

/// A SARIF log of one run. Its results are made one by one while it is written: tens of
/// thousands of them as values would take half a gibibyte.
#[derive(Serialize)]
pub struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    column_kind: &'static str,
    results: Results<'a>,
}

struct Results<'a> {
    found: Vec<&'a Diagnostic>,
    rules: Vec<&'static Rule>,
}

/// Returns the report as a SARIF log.
#[must_use]
pub fn sarif(report: &Report, least: Severity) -> Log<'_> {
    let found: Vec<&Diagnostic> = shown(report, least)
        .map(|found| &found.diagnostic)
        .collect();
    let codes: BTreeSet<&str> = found.iter().map(|found| found.code).collect();
    let rules: Vec<&Rule> = codes.into_iter().filter_map(registry::rule).collect();
    let descriptors: Vec<Value> = rules.iter().copied().map(descriptor).collect();
    let tool = json!({
        "driver": {
            "name": "mdskill",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": descriptors,
        }
    });
    Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool,
            column_kind: "unicodeCodePoints",
            results: Results { found, rules },
        }],
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fingerprints = Fingerprints::default();
        serializer.collect_seq(self.found.iter().map(|found| {
            let index = self.rules.iter().position(|rule| rule.code == found.code);
            result(found, index, &mut fingerprints)
        }))
    }
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

fn result(found: &Diagnostic, index: Option<usize>, fingerprints: &mut Fingerprints) -> Value {
    let text = match found.help.as_str() {
        "" => found.message.clone(),
        help => format!("{}; {help}", found.message),
    };
    let region = match found.excerpt {
        Some(_) => region(found.start, found.end),
        // Code scanning refuses a place without a line.
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
        "partialFingerprints": { FINGERPRINT: fingerprints.of(found) },
    });
    if let Some(index) = index {
        result["ruleIndex"] = index.into();
    }
    if let Some(fix) = fix(found) {
        result["fixes"] = json!([fix]);
    }
    result
}

/// Returns text as SARIF's plain text messages have it: a stranger's `[text](address)` would be a
/// link there (section 3.11.6).
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

/// SARIF knows edits; it has no word for a file that is renamed or made executable.
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

/// What tells a finding from others when lines move: the rule, the file, what is marked in which
/// line, and the how-manieth of those that are alike in all that.
#[derive(Default)]
struct Fingerprints {
    seen: HashMap<Digest, usize>,
}

impl Fingerprints {
    fn of(&mut self, found: &Diagnostic) -> String {
        let excerpt = found.excerpt.as_ref();
        let line = excerpt.map_or("", |excerpt| excerpt.line.trim());
        let marked = excerpt.map_or("", |excerpt| excerpt.marked.of(&excerpt.line));
        let key = json!([found.code, found.file, line, marked]).to_string();
        let digest = Digest::of_bytes(key.as_bytes());
        let nth = self.seen.entry(digest).or_default();
        *nth += 1;
        format!("{digest}:{nth}")
    }
}
