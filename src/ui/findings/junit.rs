//! JUnit XML, which most CI servers show: a suite for each skill.

use std::collections::HashMap;
use std::io;

use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::{place, shown};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ops::validate::Report;
use crate::ui::clean;
use crate::validate::registry;

/// Where findings are told that are about no skill.
const NO_SKILL: &str = ".";

/// Returns the report as XML: each finding is a test that failed, and a skill without any a test that
/// passed.
#[must_use]
pub fn junit(report: &Report, least: Severity) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing into memory does not fail.
    drop(write_suites(&mut writer, report, least));
    let xml = String::from_utf8(writer.into_inner()).unwrap_or_default();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}")
}

type Out = Writer<Vec<u8>>;

fn write_suites(writer: &mut Out, report: &Report, least: Severity) -> io::Result<()> {
    let suites = suites(report, least);
    let failures: usize = suites.iter().map(|(_, found)| found.len()).sum();
    let tests: usize = suites.iter().map(|(_, found)| found.len().max(1)).sum();
    writer
        .create_element("testsuites")
        .with_attribute(("name", "mdskill validate"))
        .with_attribute(("tests", tests.to_string().as_str()))
        .with_attribute(("failures", failures.to_string().as_str()))
        .write_inner_content(|writer| {
            for (skill, found) in &suites {
                write_suite(writer, skill, found)?;
            }
            Ok(())
        })?;
    Ok(())
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

fn write_suite(writer: &mut Out, skill: &str, found: &[&Diagnostic]) -> io::Result<()> {
    let skill = match skill {
        "" => NO_SKILL.to_owned(),
        skill => allowed(skill),
    };
    writer
        .create_element("testsuite")
        .with_attribute(("name", skill.as_str()))
        .with_attribute(("tests", found.len().max(1).to_string().as_str()))
        .with_attribute(("failures", found.len().to_string().as_str()))
        .write_inner_content(|writer| {
            if found.is_empty() {
                writer
                    .create_element("testcase")
                    .with_attribute(("name", "valid"))
                    .with_attribute(("classname", skill.as_str()))
                    .write_empty()?;
            }
            for found in found {
                write_case(writer, &skill, found)?;
            }
            Ok(())
        })?;
    Ok(())
}

fn write_case(writer: &mut Out, skill: &str, found: &Diagnostic) -> io::Result<()> {
    let place = allowed(&place(found));
    let rule = registry::rule(found.code).map_or("", |rule| rule.name);
    let text = format!(
        "{place}\n{}\nhelp: {}",
        allowed(&found.message),
        allowed(&found.help)
    );
    writer
        .create_element("testcase")
        .with_attribute(("name", format!("{} {rule} at {place}", found.code).as_str()))
        .with_attribute(("classname", skill))
        .with_attribute(("file", allowed(&found.file).as_str()))
        .with_attribute(("line", found.start.line.to_string().as_str()))
        .write_inner_content(|writer| {
            writer
                .create_element("failure")
                .with_attribute(("type", found.severity.word()))
                .with_attribute(("message", allowed(&found.message).as_str()))
                .write_text_content(BytesText::new(&text))?;
            Ok(())
        })?;
    Ok(())
}

/// Returns text of characters that XML 1.0 can hold: what is no `Char` there is shown escaped,
/// as all controls are.
fn allowed(text: &str) -> String {
    let is_char = |c: char| !matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut allowed = String::with_capacity(text.len());
    for c in clean::line(text).chars() {
        match is_char(c) {
            true => allowed.push(c),
            false => allowed.extend(c.escape_unicode()),
        }
    }
    allowed
}
