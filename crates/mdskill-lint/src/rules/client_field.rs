//! SK111: a field that only some clients document.

use crate::client_fields;
use crate::diagnostic::Severity;
use crate::frontmatter::Frontmatter;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK111",
    name: "client-field",
    severity: Severity::Info,
    summary: "a field that only some clients document",
    why: "Other clients ignore it, and VS Code warns about some; 89 of 2,672 public skills have one.",
    example: "model: small",
    how_to_fix: "check that the skill also works in clients that ignore the field",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let fields = skill
        .frontmatter()
        .into_iter()
        .flat_map(Frontmatter::fields);
    let of_clients = fields.filter_map(|field| {
        let known = client_fields::client_field(&field.key)?;
        let message = format!(
            "`{}` is not a field of the specification; only {} documents it",
            field.key,
            known.clients.join(", ")
        );
        (!known.is_known_to(skill.profile)).then(|| Finding::new(field.key_span, message))
    });
    of_clients.collect()
}
