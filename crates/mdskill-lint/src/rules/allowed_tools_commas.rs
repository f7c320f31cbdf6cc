//! SK113: `allowed-tools` is separated by commas.

use crate::diagnostic::{Change, Edit, Fix, Safety, Severity};
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK113",
    name: "allowed-tools-commas",
    severity: Severity::Warning,
    summary: "commas in `allowed-tools`",
    why: "A client that follows the specification splits at spaces and sees a tool named `Read,`; 51 of 205 skills with the field have commas.",
    example: "allowed-tools: Read, Grep",
    how_to_fix: "separate the tools by spaces, as in `Read Grep`",
    fixable: Fixable::Unsafe,
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let field = skill.field("allowed-tools");
    let field = field.filter(|field| field.value.text().is_some_and(has_separating_comma));
    let finding = field.map(|field| {
        let finding = Finding::new(
            field.value_span,
            "`allowed-tools` has commas; the specification separates tools by spaces",
        );
        let written = skill
            .skill_text()
            .get(field.value_span.start..field.value_span.end);
        // The value of an alias, an anchor, or a tag is written elsewhere.
        let written = written.filter(|written| !written.starts_with(['*', '&', '!']));
        match written.and_then(without_commas) {
            Some(edits) => finding.with_fix(Fix {
                // Unsafe, because the Copilot CLI documents commas: a skill only for it may use them.
                title: "separate the tools by spaces".to_owned(),
                safety: Safety::Unsafe,
                change: Change::Edit(shifted(edits, field.value_span.start)),
            }),
            None => finding,
        }
    });
    finding.into_iter().collect()
}

fn shifted(mut edits: Vec<Edit>, by: usize) -> Vec<Edit> {
    for edit in &mut edits {
        edit.span = edit.span.shifted(by);
    }
    edits
}

/// Returns the edits that replace the commas of a written value by spaces, or `None` when that
/// would change the meaning: `Web Search, Read` are two tools, and a space before `#` or after
/// `:` is YAML syntax.
fn without_commas(written: &str) -> Option<Vec<Edit>> {
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    // A block scalar begins on the line after its mark.
    let text = match written.starts_with(['|', '>']) {
        true => written.find('\n')?,
        false => 0,
    };
    let mut edits: Vec<Edit> = Vec::new();
    let mut depth = 0_usize;
    let mut rest = written.char_indices().peekable();
    while rest.next_if(|(at, _)| *at < text).is_some() {}
    let mut before = None;
    while let Some((at, c)) = rest.next() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | ' ' | '\t' | '\r' | '\n' if depth == 0 => {
                let mut end = at + 1;
                while let Some((at, _)) = rest.next_if(|(_, c)| ", \t\r\n".contains(*c)) {
                    end = at + 1;
                }
                let between = &written[at..end];
                let after = rest.peek().map(|(_, c)| *c);
                let is_edge =
                    before.is_none() || before == quote || after.is_none() || after == quote;
                if after == Some('#') || before == Some(':') || !between.contains(',') && !is_edge {
                    return None;
                }
                if between.contains(',') {
                    edits.push(separated(between, at, is_edge));
                }
            }
            _ => {}
        }
        before = Some(c);
    }
    Some(edits)
}

/// Returns the edit that removes the commas from the text between two tools. It keeps a line
/// break there.
fn separated(between: &str, at: usize, is_edge: bool) -> Edit {
    let line_end = between.find(['\r', '\n']).unwrap_or(between.len());
    let has_line_end = line_end < between.len();
    let (span, replacement) = match between[line_end..].contains(',') {
        // A comma that begins a line: YAML folds the line into a space.
        true => (Span::new(at, at + between.len()), " "),
        false if has_line_end || is_edge => (Span::new(at, at + line_end), ""),
        false => (Span::new(at, at + line_end), " "),
    };
    Edit {
        span,
        replacement: replacement.to_owned(),
    }
}

/// Whether there is a comma outside parentheses: `Bash(a, b)` is one tool.
fn has_separating_comma(tools: &str) -> bool {
    separating_commas(tools).next().is_some()
}

/// Returns the positions of commas outside parentheses: `Bash(a, b)` is one tool.
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
    use super::{has_separating_comma, without_commas};
    use crate::fix::text_edit::edit;

    #[test]
    fn fix_keeps_the_meaning_or_is_not_offered() {
        let fixed = |written: &str| {
            let edits = without_commas(written)?;
            Some(edit(written, &[&edits]).text)
        };
        for (written, expected) in [
            ("Read, Grep", "Read Grep"),
            (
                "Read,Grep , Bash(git add, git rm:*),",
                "Read Grep Bash(git add, git rm:*)",
            ),
            ("\"Read, Grep,\"", "\"Read Grep\""),
            ("', Read,, Grep'", "'Read Grep'"),
            ("Read,\r\n  Grep", "Read\r\n  Grep"),
            ("Read\n  , Grep", "Read Grep"),
            (">\n  Read,\n  Grep", ">\n  Read\n  Grep"),
        ] {
            assert_eq!(fixed(written).as_deref(), Some(expected), "{written}");
        }
        for written in ["Web Search, Read", "Read,#x", "x:, y"] {
            assert_eq!(fixed(written), None, "{written}");
        }
    }

    #[test]
    fn comma_in_parentheses_is_not_a_separator() {
        assert!(has_separating_comma("Read, Grep"));
        assert!(has_separating_comma("Bash(a) , Read"));
        assert!(!has_separating_comma("Bash(a, b) Read"));
    }
}
