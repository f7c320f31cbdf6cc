//! A105: an archive.

use crate::audit::magic::Magic;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::rules::disguised_file::is_document;
use crate::script_commands::extension;

pub(crate) const RULE: Rule = Rule {
    code: "A105",
    name: "archive",
    severity: Severity::Warning,
    summary: "an archive, whose content is not reviewed",
    why: "Neither this audit nor a reviewer sees what is in it. Of 2,868 public skills, 3 have one.",
    example: "assets/template.zip",
    how_to_fix: "add the files themselves",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Extensions of documents that are archives of their format.
const DOCUMENTS: [&str; 22] = [
    "docm", "docx", "dotx", "epub", "kmz", "mcpb", "odg", "odp", "ods", "odt", "potx", "ppsx",
    "pptm", "pptx", "sketch", "svgz", "vsdx", "xlsb", "xlsm", "xlsx", "xltx", "usdz",
];

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let files = skill.audit().magic().iter();
    let found = files.filter_map(|(path, kind)| match kind {
        Magic::Archive(format) if !is_document(path) && !is_container(path) => {
            let message = format!("this is an archive ({format}), whose content is not checked");
            Some(Finding::about(path, message))
        }
        _ => None,
    });
    found.collect()
}

fn is_container(path: &str) -> bool {
    DOCUMENTS.contains(&extension(path).as_str())
}
