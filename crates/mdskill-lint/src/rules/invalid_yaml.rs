//! SK103: the YAML can't be read, or is over a budget.

use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::Fault;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK103",
    name: "invalid-yaml",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: true,
    summary: "the frontmatter is not valid YAML",
    why: "Clients skip the skill, most without a word; 314 of 15,780 published versions, two in three for an unquoted `: `.",
    example: "description: Use when: a PDF is mentioned",
    mend: "quote the value: `description: \"Use when: a PDF is mentioned\"`",
    fixable: Fixable::Safe,
    check: Check::Skill(check),
};

/// Every fault of a frontmatter that has no rule of its own.
fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let has_own_rule = |fault: &Fault| {
        matches!(
            fault,
            Fault::NotUtf8 { .. }
                | Fault::NoFrontmatter { .. }
                | Fault::Unclosed { .. }
                | Fault::DuplicateKey { .. }
                | Fault::NotAMap { .. }
        )
    };
    let error = skill.frontmatter_error();
    let error = error.filter(|error| !has_own_rule(&error.fault));
    let finding = error.map(|error| {
        let finding = Finding::from(error);
        match quoting(&error.fault) {
            Some(fix) => finding.fixed_by(fix),
            None => finding,
        }
    });
    finding.into_iter().collect()
}

/// Quotes what can be meant as a text. Two quoted texts in a row or a broken list may be meant
/// otherwise, and what stands on `metadata`'s line is its first key.
fn quoting(fault: &Fault) -> Option<Fix> {
    let is_a_text = match fault {
        Fault::UnquotedColon { key, .. } if key == "metadata" => return None,
        Fault::UnquotedColon { .. } => true,
        Fault::ReservedStart { character, .. } => !matches!(character, '&' | '!'),
        Fault::TextAfterValue { close, .. } => matches!(close, '"' | '\''),
        _ => false,
    };
    let quoted = fault.quoted().filter(|quoted| quoted.swallowed.is_none())?;
    let title = match quoted.replacement.starts_with('[') {
        true => "move what follows into the brackets",
        false => "quote the value",
    };
    let fix = Fix::safe(title, quoted.span, &quoted.replacement);
    Some(match is_a_text && quoted.is_certain {
        true => fix,
        false => fix.as_unsafe(),
    })
}
