//! SK111: a field that only some clients document.

use crate::client_fields;
use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK111",
    name: "client-field",
    severity: Severity::Info,
    is_on: true,
    blocks_loading: false,
    summary: "a field that only some clients know",
    why: "Other clients ignore it, and VS Code warns of some; 89 of 2,672 public skills.",
    example: "model: small",
    mend: "see that the skill works where the field does nothing",
    fixable: Fixable::No,
    check: Check::Skill(check),
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
                    "`{}` is no field of the specification; known to {clients}",
                    field.key
                ),
                RULE.mend,
            )
        })
    });
    of_clients.collect()
}
