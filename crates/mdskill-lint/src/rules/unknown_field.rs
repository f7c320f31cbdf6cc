//! SK110: an undocumented field.

use crate::client_fields;
use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK110",
    name: "unknown-field",
    severity: Severity::Warning,
    summary: "a field that neither the specification nor a common client documents",
    why: "A misspelled field such as `user_invocable` has no effect, and no client reports it; 1,105 of 2,672 public skills have unknown fields.",
    example: "user_invocable: false",
    how_to_fix: "correct the key, or move the field below `metadata`, as a string",
    fixable: Fixable::Unsafe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let fields = skill
        .frontmatter()
        .map_or(&[][..], |frontmatter| frontmatter.fields());
    let unknown = fields.iter().filter(|field| {
        !client_fields::is_specified(&field.key)
            && client_fields::client_field(&field.key).is_none()
    });
    unknown.map(|field| finding(field, fields)).collect()
}

fn finding(field: &Field, fields: &[Field]) -> Finding {
    let message = format!(
        "`{}` is not a field of the specification, Copilot, VS Code, Codex, Claude Code or Cursor",
        field.key
    );
    let finding = Finding::new(field.key_span, message);
    let meant = client_fields::closest_field(&field.key);
    match meant.filter(|meant| fields.iter().all(|field| field.key != *meant)) {
        Some(meant) => {
            let fix = Fix::safe(format!("write `{meant}`"), field.key_span, meant);
            finding
                .with_help(format!("did you mean `{meant}`?"))
                .with_fix(fix.as_unsafe())
        }
        None => finding.with_help("move it below `metadata`, as a string, or remove it"),
    }
}
