//! JUnit XML, which most CI servers show: a suite for each skill.

use std::collections::HashMap;
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
#[must_use]
pub fn junit(report: &Report, least: Severity) -> String {
    let suites = suites(report, least);
    let failures: usize = suites.iter().map(|(_, found)| found.len()).sum();
    let tests: usize = suites.iter().map(|(_, found)| found.len().max(1)).sum();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"mdskill validate\" tests=\"{tests}\" failures=\"{failures}\">\n"
    );
    for (skill, found) in &suites {
        let name = if skill.is_empty() {
            NO_SKILL.to_owned()
        } else {
            text(skill)
        };
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

/// Returns every skill that was looked at, with what was found in it.
fn suites(report: &Report, least: Severity) -> Vec<(&str, Vec<&Diagnostic>)> {
    let mut suites: Vec<(&str, Vec<&Diagnostic>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut at_of = |skill, suites: &mut Vec<(_, _)>| {
        let at = *known.entry(skill).or_insert(suites.len());
        if at == suites.len() {
            suites.push((skill, Vec::new()));
        }
        at
    };
    for skill in &report.skills {
        at_of(skill.as_str(), &mut suites);
    }
    for found in shown(report, least) {
        let at = at_of(found.skill.as_str(), &mut suites);
        suites[at].1.push(&found.diagnostic);
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

/// Returns `text` for an attribute or an element: escaped, and without the two characters that
/// `sanitize::line` lets through and XML 1.0 does not allow.
fn text(text: &str) -> String {
    let clean = sanitize::line(text)
        .replace('\u{fffe}', "\\u{fffe}")
        .replace('\u{ffff}', "\\u{ffff}");
    escape(clean).into_owned()
}
