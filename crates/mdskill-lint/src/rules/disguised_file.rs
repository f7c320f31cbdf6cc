//! A104: a program or an archive with the name of a document.

use crate::audit::magic::Magic;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::script_commands::extension;

pub(crate) const RULE: Rule = Rule {
    code: "A104",
    name: "disguised-file",
    severity: Severity::Error,
    refuses: true,
    summary: "a program or an archive with the name of a document",
    why: "Reviewers and scanners skip files that look like text or images, so an agent can be asked to run one. Of 2,868 public skills, none has one.",
    example: "assets/logo.png  (an ELF program)",
    how_to_fix: "give the file its usual extension, or remove it",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Extensions of texts and images, which no program and no archive has.
const DOCUMENTS: [&str; 29] = [
    "bmp", "cfg", "conf", "css", "csv", "gif", "htm", "html", "ico", "ini", "jpeg", "jpg", "json",
    "jsonl", "log", "markdown", "md", "mdx", "pdf", "png", "rst", "svg", "toml", "tsv", "txt",
    "webp", "xml", "yaml", "yml",
];
/// Of these, the ones that a script is a sample in.
const TEXTS: [&str; 5] = ["markdown", "md", "mdx", "rst", "txt"];

/// Whether a file has the name of a text or an image.
pub(crate) fn is_document(path: &str) -> bool {
    DOCUMENTS.contains(&extension(path).as_str())
}

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let files = skill.audit().magic().iter();
    let files = files.filter(|(path, _)| is_document(path));
    let found = files.filter_map(|(path, kind)| {
        let extension = extension(path);
        let what = match kind {
            Magic::Program(format) => format!("a program ({format})"),
            Magic::Archive(format) => format!("an archive ({format})"),
            Magic::Script if TEXTS.contains(&extension.as_str()) => return None,
            Magic::Script => "a script".to_owned(),
        };
        let message = format!("this file is {what}, not what its extension `.{extension}` says");
        Some(Finding::about(path, message).refusing())
    });
    found.collect()
}
