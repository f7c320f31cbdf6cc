//! SK113: `allowed-tools` is separated by commas.

use crate::allowed_tools::words;
use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::Field;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "SK113",
    name: "allowed-tools-commas",
    severity: Severity::Warning,
    summary: "commas in `allowed-tools`",
    why: "A client that follows the specification splits at spaces and sees a tool named `Read,`; 51 of 205 skills with the field have commas.",
    example: "allowed-tools: Read, Grep",
    how_to_fix: "separate the tools by spaces, as in `Read Grep`",
    fixable: Fixable::Unsafe,
    check: Check::Field("allowed-tools", check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>, field: &Field) -> Option<Finding> {
    split_at_commas(field.value.text()?).nth(1)?;
    let message = "`allowed-tools` has commas; the specification separates tools by spaces";
    // Unsafe, because the Copilot CLI documents commas: a skill only for it may use them.
    let fix = without_commas(field.value_span.of(skill.skill_text())).map(|tools| {
        Fix::safe("separate the tools by spaces", field.value_span, tools).as_unsafe()
    });
    Some(Finding::new(field.value_span, message).with_fix(fix))
}

/// Returns a written value with spaces instead of commas; `None` for a value with several lines,
/// an anchor or a tag, and when the meaning would change: `Web Search, Read` are two tools, and a
/// space before `#` or after `:` is YAML syntax.
fn without_commas(written: &str) -> Option<String> {
    let quote = match written.chars().next()? {
        '*' | '&' | '!' | '|' | '>' => return None,
        quote @ ('"' | '\'') => quote.to_string(),
        _ => String::new(),
    };
    let inside = written.strip_prefix(&quote)?.strip_suffix(&quote)?;
    let tools: Vec<&str> = split_at_commas(inside)
        .map(str::trim)
        .filter(|tool| !tool.is_empty())
        .collect();
    let changes_meaning =
        |tool: &&str| tool.starts_with('#') || tool.ends_with(':') || words(tool).nth(1).is_some();
    (!written.contains('\n') && !tools.iter().any(changes_meaning))
        .then(|| format!("{quote}{}{quote}", tools.join(" ")))
}

/// Splits at commas outside of parentheses, because `Bash(a, b)` is one tool.
fn split_at_commas(tools: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    tools.split(move |c| {
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
    use super::{split_at_commas, without_commas};

    #[test]
    fn fix_keeps_the_meaning_or_is_not_offered() {
        for (written, expected) in [
            ("Read, Grep", "Read Grep"),
            (
                "Read,Grep , Bash(git add, git rm:*),",
                "Read Grep Bash(git add, git rm:*)",
            ),
            ("\"Read, Grep,\"", "\"Read Grep\""),
            ("', Read,, Grep'", "'Read Grep'"),
        ] {
            assert_eq!(without_commas(written).as_deref(), Some(expected));
        }
        for written in [
            "Web Search, Read",
            "Read,#x",
            "x:, y",
            "Read,\r\n  Grep",
            ">\n  Read,\n  Grep",
            "&tools Read, Grep",
        ] {
            assert_eq!(without_commas(written), None, "{written}");
        }
    }

    #[test]
    fn comma_in_parentheses_is_not_a_separator() {
        for (tools, count) in [
            ("Read, Grep", 2),
            ("Bash(a) , Read", 2),
            ("Bash(a, b) Read", 1),
        ] {
            assert_eq!(split_at_commas(tools).count(), count, "{tools}");
        }
    }
}
