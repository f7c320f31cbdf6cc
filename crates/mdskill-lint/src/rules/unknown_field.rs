//! SK110: a field that nobody documents.

use crate::client_fields;
use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK110",
    name: "unknown-field",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "a field that neither the specification nor a common client documents",
    why: "A slip such as `user_invocable` does nothing, and no client says so; 1,105 of 2,672 public skills.",
    example: "user_invocable: false",
    mend: "correct the key, or put the field below `metadata`, as a text",
    fixable: Fixable::Unsafe,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let fields = skill
        .frontmatter()
        .map_or(&[][..], |frontmatter| frontmatter.fields());
    let unknown = fields.iter().filter(|field| {
        !client_fields::is_specified(&field.key)
            && client_fields::client_field(&field.key).is_none()
    });
    let finding = |field: &Field| {
        let message = format!(
            "`{}` is no field of the specification, Copilot, VS Code, Codex, Claude Code or Cursor",
            field.key
        );
        let is_free = |meant: &&str| fields.iter().all(|field| field.key != *meant);
        match client_fields::closest_field(&field.key).filter(is_free) {
            Some(meant) => {
                let fix = Fix::safe(format!("write `{meant}`"), field.key_span, meant);
                Finding::new(field.key_span, message, format!("is `{meant}` meant?"))
                    .fixed_by(fix.as_unsafe())
            }
            None => Finding::new(
                field.key_span,
                message,
                "put it below `metadata`, as a text, or leave it out",
            ),
        }
    };
    unknown.map(finding).collect()
}
