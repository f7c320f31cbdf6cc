//! SK405: a TODO or a placeholder.

use crate::diagnostic::Severity;
use crate::parsed_skill::{Page, ParsedSkill};
use crate::rule::{Check, Finding, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK405",
    name: "placeholder",
    severity: Severity::Info,
    summary: "a TODO or a placeholder",
    why: "An agent may treat it as an instruction or copy it into its output; 7 of 2,672 public skills have one.",
    example: "TODO: describe the steps",
    how_to_fix: "write the missing text, or remove the line",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Every line with a placeholder contains one of these. Most pages have none, and without this
/// search, scanning each line took a fifth of the validation time.
const MARKS: [&str; 5] = ["TODO", "FIXME:", "<your ", "<YOUR ", "Lorem ipsum dolor"];

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = in_description(skill).into_iter().collect();
    let has_mark = |page: &&Page<'_>| MARKS.iter().any(|mark| page.text.contains(mark));
    for page in skill.read_by_agents().filter(has_mark) {
        // Placeholders in a template are intended.
        if page.path.to_ascii_lowercase().contains("template") {
            continue;
        }
        let mut blocks = page.markdown.code_blocks.iter().peekable();
        let mut start = page.body_offset;
        for line in page.text[page.body_offset..].split_inclusive('\n') {
            let end = start + line.len();
            while blocks.next_if(|block| block.end <= start).is_some() {}
            let is_code = blocks.peek().is_some_and(|block| block.start < end);
            if let Some(found) = placeholder(line).filter(|_| !is_code) {
                let span = found.shifted(start);
                if !is_inside(&page.markdown.code_spans, span.start) {
                    let message = format!("placeholder `{}` is not filled in", span.of(&page.text));
                    findings.push(Finding::in_file(page.path, span, message));
                }
            }
            start = end;
        }
    }
    findings
}

fn in_description(skill: &ParsedSkill<'_>) -> Option<Finding> {
    let field = skill.frontmatter()?.field("description")?;
    let text = field.value.text()?;
    let found = placeholder(text)?.of(text);
    let message = format!("placeholder `{found}` in the description is not filled in");
    Some(Finding::new(field.value_span, message))
}

fn is_inside(spans: &[Span], at: usize) -> bool {
    let before = spans.partition_point(|span| span.start <= at);
    spans[..before].last().is_some_and(|span| at < span.end)
}

/// Returns the first placeholder of a line. Only a `TODO:` at the beginning of a line counts,
/// because a sentence may be about such comments.
fn placeholder(line: &str) -> Option<Span> {
    todo(line)
        .or_else(|| bracketed(line))
        .or_else(|| your_value(line))
        .or_else(|| filler(line))
}

fn todo(line: &str) -> Option<Span> {
    let marks = |c: char| c.is_whitespace() || "-*+>#_.()".contains(c) || c.is_ascii_digit();
    let rest = line.trim_start_matches(marks);
    let start = line.len() - rest.len();
    let mark = ["TODO:", "FIXME:"]
        .into_iter()
        .find(|mark| rest.starts_with(mark))?;
    let after = rest[mark.len()..].trim_start_matches(['*', '_', ' ']);
    // `TODO:` and `FIXME:` comments, `TODO: or HACK`: the text is about the word itself.
    let is_about = after.starts_with(['`', '/', '|', ',']) || after.starts_with("or ");
    (!is_about && !after.trim().is_empty()).then(|| Span::new(start, start + mark.len()))
}

/// `[TODO]`, `[TODO: the steps]`, but not the link `[TODO](todo.md)`.
fn bracketed(line: &str) -> Option<Span> {
    let start = line.find("[TODO")?;
    let rest = &line[start..];
    let end = rest.find(']')? + 1;
    let is_word = rest["[TODO".len()..].starts_with([']', ':', ' ']);
    let is_link = rest[end..].starts_with(['(', '[', ':']);
    (is_word && !is_link).then(|| Span::new(start, start + end))
}

/// `<your key here>`.
fn your_value(line: &str) -> Option<Span> {
    let start = line.find("<your ").or_else(|| line.find("<YOUR "))?;
    let end = line[start..].find('>')?;
    let inside = line[start..start + end].to_ascii_lowercase();
    inside
        .ends_with(" here")
        .then(|| Span::new(start, start + end + 1))
}

fn filler(line: &str) -> Option<Span> {
    let start = line.find("Lorem ipsum dolor")?;
    Some(Span::new(start, start + "Lorem ipsum".len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_distinguished_from_text_about_them() {
        for (line, left) in [
            ("TODO: write this", "TODO:"),
            ("- **TODO:** the steps", "TODO:"),
            ("## 2. FIXME: broken", "FIXME:"),
            ("See [TODO: link].", "[TODO: link]"),
            ("key = <your API key here>", "<your API key here>"),
            ("Lorem ipsum dolor sit", "Lorem ipsum"),
        ] {
            let found = placeholder(line).map(|span| span.of(line));
            assert_eq!(found, Some(left), "{line}");
        }
        for line in [
            "Look for TODO: comments",
            "- TODO: / FIXME: comments are counted",
            "TODO:",
            "[TODO](todo.md)",
            "[TODOS]",
            "<your-key>",
            "no Lorem ipsum in mockups",
            "Todo: nothing",
        ] {
            assert_eq!(placeholder(line), None, "{line}");
        }
    }
}
