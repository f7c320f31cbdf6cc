//! A106: an Office document with macros.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::script_commands::extension;

pub(crate) const RULE: Rule = Rule {
    code: "A106",
    name: "macros",
    severity: Severity::Warning,
    summary: "an Office document with macros",
    why: "Macros are programs that Office runs when the document is opened. Of 2,868 public skills, none has one.",
    example: "assets/report.xlsm",
    how_to_fix: "save the document without macros",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Extensions of Office documents, with and without macros.
const OFFICE: [&str; 16] = [
    "doc", "docm", "docx", "dotm", "dotx", "potm", "ppam", "ppt", "pptm", "pptx", "xlam", "xls",
    "xlsb", "xlsm", "xlsx", "xltm",
];

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries().iter();
    let documents = entries.filter(|entry| {
        entry.is_file()
            && OFFICE.contains(&extension(&entry.path).as_str())
            && !skill.is_nested(&entry.path)
    });
    let with_macros = documents.filter(|entry| {
        let bytes = skill.files.read(&entry.path).unwrap_or_default();
        // The name of the part in the archive, or of the storage in the older formats.
        let has = |name: &[u8]| memchr::memmem::find(&bytes, name).is_some();
        has(b"vbaProject.bin") || has(b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0")
    });
    let found = with_macros.map(|entry| {
        let message = "this document has macros, which Office runs";
        Finding::about(&entry.path, message)
    });
    found.collect()
}
