//! SK103: the YAML cannot be parsed, or exceeds a limit.

use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::{Fault, FrontmatterError};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK103",
    name: "invalid-yaml",
    severity: Severity::Error,
    blocks_loading: true,
    summary: "the frontmatter is not valid YAML",
    why: "Clients skip the skill, most of them silently; 314 of 15,780 published versions are invalid, two in three because of an unquoted `: `.",
    example: "description: Use when: a PDF is mentioned",
    how_to_fix: "quote the value: `description: \"Use when: a PDF is mentioned\"`",
    fixable: Fixable::Safe,
    check: Check::InvalidFrontmatter(check),
    ..Rule::DEFAULT
};

/// Reports every fault of a frontmatter that does not have its own rule.
fn check(_: &ParsedSkill<'_>, error: &FrontmatterError) -> Option<Finding> {
    let has_own_rule = matches!(
        error.fault,
        Fault::NotUtf8 { .. }
            | Fault::NoFrontmatter { .. }
            | Fault::Unclosed { .. }
            | Fault::DuplicateKey { .. }
            | Fault::NotAMap { .. }
    );
    (!has_own_rule).then(|| Finding::from(error).with_fix(quoting(error)))
}

/// Quotes a value that is probably a string. Two quoted strings in a row or a broken list can have
/// another meaning, and a value on the line of `metadata` is its first key.
fn quoting(error: &FrontmatterError) -> Option<Fix> {
    let is_a_text = match &error.fault {
        Fault::UnquotedColon { key } if key == "metadata" => return None,
        Fault::UnquotedColon { .. } => true,
        Fault::ReservedStart { character } => !matches!(character, '&' | '!'),
        Fault::TextAfterValue { close } => matches!(close, '"' | '\''),
        _ => false,
    };
    let quoted = error.quoted.as_ref();
    let quoted = quoted.filter(|quoted| quoted.swallowed.is_none())?;
    let title = match quoted.replacement.starts_with('[') {
        true => "move the rest of the line into the brackets",
        false => "quote the value",
    };
    let fix = Fix::safe(title, quoted.span, &quoted.replacement);
    Some(match is_a_text && quoted.is_certain {
        true => fix,
        false => fix.as_unsafe(),
    })
}
