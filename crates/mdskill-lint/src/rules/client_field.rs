//! SK111: a field that only some clients document.

use crate::client_fields;
use crate::diagnostic::Severity;
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
        .map_or(&[][..], |frontmatter| frontmatter.fields());
    let of_clients = fields.iter().filter_map(|field| {
        let known = client_fields::client_field(&field.key)?;
        (!known.is_known_to(skill.profile)).then(|| {
            let clients = known.clients.join(", ");
            Finding::new(
                field.key_span,
                format!(
                    "`{}` is not a field of the specification; only {clients} documents it",
                    field.key
                ),
                RULE.how_to_fix,
            )
        })
    });
    of_clients.collect()
}
