//! SK113: `allowed-tools` is separated by commas.

use crate::diagnostic::{Change, Edit, Fix, Safety, Severity};
use crate::span::Span;
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
    fixable: Fixable::Unsafe,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let field = context.field("allowed-tools");
    let field = field.filter(|field| field.value.text().is_some_and(has_separating_comma));
    let finding = field.map(|field| {
        let finding = Finding::new(
            field.value_span,
            "`allowed-tools` has commas; the specification separates tools by spaces",
            "write `allowed-tools: Read Grep`",
        );
        let written = field.value_span.of(context.skill_text());
        match written.starts_with(['*', '&', '!']) {
            true => finding,
            false => finding.fixed_by(spaces_for_commas(written, field.value_span.start)),
        }
    });
    finding.into_iter().collect()
}

/// Unsafe, because the Copilot CLI documents commas: a skill for it alone is right to have them.
fn spaces_for_commas(written: &str, offset: usize) -> Fix {
    let edit = |at: usize| {
        let follows = written[at + 1..].chars().next();
        let ends = follows.is_none_or(|c| c.is_whitespace() || matches!(c, '\'' | '"'));
        Edit {
            span: Span::new(offset + at, offset + at + 1),
            replacement: if ends { "" } else { " " }.to_owned(),
        }
    };
    Fix {
        title: "separate the tools by spaces".to_owned(),
        safety: Safety::Unsafe,
        change: Change::Edit(separating_commas(written).map(edit).collect()),
    }
}

fn has_separating_comma(tools: &str) -> bool {
    separating_commas(tools).next().is_some()
}

/// Returns where commas stand outside parentheses: `Bash(a, b)` is one tool.
fn separating_commas(tools: &str) -> impl Iterator<Item = usize> {
    let mut depth = 0_usize;
    tools.char_indices().filter_map(move |(at, c)| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (c == ',' && depth == 0).then_some(at)
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
