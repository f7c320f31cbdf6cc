//! SK202: `name` breaks the specification.

use crate::diagnostic::Severity;
use crate::name;
use crate::validate::context::Context;
use crate::validate::profile::Profile;
use crate::validate::reference;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK202",
    name: "name-invalid",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "`name` is not 1-64 of `a-z`, `0-9` and single inner `-`",
    why: "VS Code: invalid characters cause the skill to silently fail to load; 121 of 2,672 public skills.",
    example: "name: Ahrefs Automation",
    mend: "write it in `a-z`, `0-9` and single hyphens, and rename the folder alike",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.profile == Profile::Reference {
        return reference::name_invalid(context, RULE.mend);
    }
    let finding = context.field("name").and_then(|field| {
        let name = field.value.text().filter(|name| !name.is_empty())?;
        let reasons = name::specification_faults(name);
        (!reasons.is_empty()).then(|| {
            Finding::new(
                field.value_span,
                format!("`{name}` is not a valid skill name: {}", reasons.join("; ")),
                "write it in `a-z`, `0-9` and single hyphens, and rename the folder alike",
            )
        })
    });
    finding.into_iter().collect()
}
