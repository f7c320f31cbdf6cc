//! A103: compiled code.

use crate::audit::magic::Magic;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::rules::disguised_file::is_document;

pub(crate) const RULE: Rule = Rule {
    code: "A103",
    name: "compiled-code",
    severity: Severity::Warning,
    summary: "compiled code, which cannot be reviewed",
    why: "Neither a person nor an agent sees what it does, and Python runs a `.pyc` file in place of the script next to it. Of 2,868 public skills, none has any.",
    example: "scripts/__pycache__/extract.cpython-313.pyc",
    how_to_fix: "ship the source, and build it where it is used",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let programs = skill.audit().magic().iter();
    let programs = programs.filter(|(path, _)| !is_document(path));
    let found = programs.filter_map(|(path, kind)| match kind {
        Magic::Program(format) => {
            let message =
                format!("this is a compiled program ({format}), which cannot be reviewed");
            Some(Finding::about(path, message))
        }
        _ => None,
    });
    found.collect()
}
