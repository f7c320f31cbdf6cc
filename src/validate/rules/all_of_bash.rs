//! SK409: `allowed-tools` grants all of `Bash`.

use crate::diagnostic::Severity;
use crate::skill::frontmatter::{Field, Value};
use crate::span::Span;
use crate::validate::context::Context;
use crate::validate::rule::{Check, Finding, Fixable, Rule};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK409",
    name: "all-of-bash",
    severity: Severity::Info,
    is_on: true,
    blocks_loading: false,
    summary: "`allowed-tools` grants all of `Bash`",
    why: "Every command then runs without a question; 154 of 205 skills with the field.",
    example: "allowed-tools: Read Bash",
    mend: "grant the commands that the skill needs: `Bash(git:*)`",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let field = context.field("allowed-tools");
    let field = field.filter(|field| texts(&field.value).any(grants_all));
    let finding = field.map(|field| {
        let message = "`allowed-tools` grants all of `Bash`: every command runs without a question";
        Finding::new(place(field, context.skill_text()), message, "")
    });
    finding.into_iter().collect()
}

/// Returns the texts of the field: itself, or the items of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items = match value {
        Value::List(items) => items.as_slice(),
        value => std::slice::from_ref(value),
    };
    items.iter().filter_map(Value::text)
}

fn grants_all(tools: &str) -> bool {
    words(tools).any(|word| is_all(word.of(tools)))
}

/// `Bash`, `Bash(*)`, `Bash(*:*)`.
fn is_all(tool: &str) -> bool {
    let rest = tool.strip_prefix("Bash");
    rest.is_some_and(|rest| {
        let inside = rest
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'));
        rest.is_empty()
            || inside.is_some_and(|inside| {
                inside.contains('*') && inside.trim_matches(['*', ':', ' ']).is_empty()
            })
    })
}

/// Returns the tools of a text, which stand between spaces, commas, brackets or quotes; what is
/// in parentheses belongs to its tool.
fn words(text: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let separates = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '\'' | '"');
        let start = at + text[at..].find(|c| !separates(c))?;
        let mut depth = 0_usize;
        let ends = |c: char| {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && separates(c)
        };
        at = text[start..]
            .find(ends)
            .map_or(text.len(), |end| start + end);
        Some(Span::new(start, at))
    })
}

fn place(field: &Field, text: &str) -> Span {
    let written = field.value_span.of(text);
    let all = words(written).find(|word| is_all(word.of(written)));
    all.map_or(field.value_span, |word| {
        word.shifted(field.value_span.start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_bash_is_told_from_a_part_of_it() {
        for tools in [
            "Bash",
            "Read, Bash",
            "Read Bash(*)",
            "Bash( * ) Read",
            "Bash(*:*)",
        ] {
            assert!(grants_all(tools), "{tools}");
        }
        for tools in [
            "Bash(git:*)",
            "Bash(npm run *)",
            "BashOutput Read",
            "Bash(a, Bash)",
            "Bash()",
            "",
        ] {
            assert!(!grants_all(tools), "{tools}");
        }
    }
}
