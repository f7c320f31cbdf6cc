//! SK113: `allowed-tools` is separated by commas.

use crate::diagnostic::Severity;
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK113",
    name: "allowed-tools-commas",
    severity: Severity::Warning,
    is_on: true,
    blocks_loading: false,
    summary: "commas in `allowed-tools`",
    why: "A client that follows the specification splits at spaces and sees a tool named `Read,`; 51 of 205 skills with the field.",
    example: "allowed-tools: Read, Grep",
    mend: "separate the tools by spaces: `allowed-tools: Read Grep`",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let field = context.field("allowed-tools");
    let field = field.filter(|field| field.value.text().is_some_and(has_separating_comma));
    let finding = field.map(|field| {
        Finding::new(
            field.value_span,
            "`allowed-tools` has commas; the specification separates tools by spaces",
            "write `allowed-tools: Read Grep`",
        )
    });
    finding.into_iter().collect()
}

/// Whether there is a comma outside parentheses: `Bash(a, b)` is one tool.
fn has_separating_comma(tools: &str) -> bool {
    let mut depth = 0_usize;
    tools.chars().any(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

#[cfg(test)]
mod tests {
    use super::has_separating_comma;

    #[test]
    fn a_comma_in_parentheses_separates_nothing() {
        assert!(has_separating_comma("Read, Grep"));
        assert!(has_separating_comma("Bash(a) , Read"));
        assert!(!has_separating_comma("Bash(a, b) Read"));
    }
}
