//! JUnit XML, which most CI servers show: a suite for each skill.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::escape::escape;

use super::{place, shown};
use crate::operations::validate::Report;
use crate::output::sanitize;
use mdskill_lint::diagnostic::{Diagnostic, Severity};
use mdskill_lint::registry;

/// Name of the suite for findings that are not about a skill.
const NO_SKILL: &str = ".";

/// Returns the report as XML: each finding is a failed test, and a skill without findings is a
/// passed test.
pub(crate) fn junit(report: &Report, least: Severity) -> String {
    let suites = suites(report, least);
    let failures: usize = suites.values().map(Vec::len).sum();
    let tests: usize = suites.values().map(|found| found.len().max(1)).sum();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"mdskill validate\" tests=\"{tests}\" failures=\"{failures}\">\n"
    );
    for (skill, found) in &suites {
        let name = text(if skill.is_empty() { NO_SKILL } else { skill });
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\">",
            found.len().max(1),
            found.len()
        );
        if found.is_empty() {
            let _ = writeln!(xml, "    <testcase name=\"valid\" classname=\"{name}\"/>");
        }
        for found in found {
            xml += &test_case(&name, found);
        }
        xml += "  </testsuite>\n";
    }
    xml + "</testsuites>"
}

/// Returns each validated skill with its findings.
fn suites(report: &Report, least: Severity) -> BTreeMap<&str, Vec<&Diagnostic>> {
    let skills = report.skills.iter();
    let mut suites: BTreeMap<_, Vec<_>> = skills.map(|skill| (&**skill, Vec::new())).collect();
    for found in shown(report, least) {
        let suite = suites.entry(found.skill.as_str()).or_default();
        suite.push(&found.diagnostic);
    }
    suites
}

fn test_case(suite: &str, found: &Diagnostic) -> String {
    let rule = registry::rule(found.code).map_or("", |rule| rule.name);
    let (place, file) = (text(&place(found)), text(&found.file));
    let (message, help) = (text(&found.message), text(&found.help));
    format!(
        "    <testcase name=\"{} {rule} at {place}\" classname=\"{suite}\" file=\"{file}\" line=\"{}\">\n      \
         <failure type=\"{}\" message=\"{message}\">{place}\n{message}\nhelp: {help}</failure>\n    \
         </testcase>\n",
        found.code,
        found.start.line,
        found.severity.word(),
    )
}

/// Escapes text for an attribute or an element. XML 1.0 does not allow two characters that
/// `sanitize::line` does not escape.
fn text(text: &str) -> String {
    let clean = sanitize::line(text)
        .replace('\u{fffe}', "\\u{fffe}")
        .replace('\u{ffff}', "\\u{ffff}");
    escape(clean).into_owned()
}
