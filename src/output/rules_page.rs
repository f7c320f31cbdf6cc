//! Generator of `docs/reference/rules.md`.

use super::markdown::fenced;
use mdskill_lint::explain::{Explanation, Group, sentence};
use mdskill_lint::registry;

const HEAD: &str = "\
# Rules

The rules of `mdskill validate`. The meaning of a code never changes. Wherever a command or a
file takes a rule, you can write its code (`SK302`), its name (`broken-path`), a prefix of codes
(`SK3`), or `all`.

An **error** makes a client refuse the skill or breaks it for the agent. A **warning** misleads
an agent or a reader. An **info** finding is a note. The severities below are those of the
profile `copilot`; the differences of other profiles are listed with each rule. Some findings of
a rule have another severity. The rules of the audit, whose codes begin with `A`, find what is
dangerous to install; some of their findings refuse the skill unless it is allowed by name.

Numbers without another source were counted in 2,672 public skills of 13 repositories (12,331
files), and in 15,780 versions of `SKILL.md` in their history.

To ignore a rule:

- for one line or block of Markdown, write `<!-- mdskill-ignore SK302: reason -->` before it
- for the project or some of its folders, use `mdskill.toml`:

  ```toml
  [rules]
  SK302 = \"off\"

  [rules.per-path]
  \"skills/legacy\" = [\"SK302\"]
  ```

- for one run, use `mdskill validate --ignore SK302`

`mdskill rule` lists the rules, and `mdskill rule SK302` explains one. With `--json`, both print
an object with `rules`. Each rule has `code`, `name`, `group`, `severity`, `on` (whether it is on
by default), `fix` (`no`, `safe`, `unsafe`), `blocks_loading` (whether clients refuse to load the
skill), `refuses` (whether findings refuse the skill), `summary`, `why`, `example`, `how_to_fix`,
and `profiles`: the severity or `off` for each of `copilot`, `claude` and `spec`.

This page is generated from the rules by `SNAPSHOTS=overwrite cargo test --test it docs`.
";

/// Returns the page as Markdown.
#[must_use]
pub fn markdown() -> String {
    let rules: Vec<Explanation> = registry::RULES
        .iter()
        .map(|rule| Explanation::of(rule))
        .collect();
    let mut contents = Vec::new();
    let mut sections = Vec::new();
    for group in Group::ALL {
        let of_group: Vec<_> = rules.iter().filter(|rule| rule.group == group).collect();
        if of_group.is_empty() {
            continue;
        }
        let title = group.title();
        contents.push(format!("\n**[{title}](#{})**\n\n", anchor(title)));
        contents.extend(of_group.iter().map(|rule| line_of_contents(rule)));
        sections.push(format!("\n## {title}\n"));
        sections.extend(of_group.iter().map(|rule| section(rule)));
    }
    format!("{HEAD}{}{}", contents.concat(), sections.concat())
}

fn line_of_contents(rule: &Explanation) -> String {
    let (code, summary) = (rule.code, escaped(rule.summary));
    let off = if rule.on { "" } else { " (off by default)" };
    format!("- [{code}](#{}) {summary}{off}\n", anchor(code))
}

/// Returns the section of one rule.
fn section(rule: &Explanation) -> String {
    let code = rule.code;
    let name = rule.name;
    let summary = sentence(&escaped(rule.summary));
    let why = escaped(rule.why);
    let example = fenced("text", rule.example);
    let how_to_fix = sentence(&escaped(rule.how_to_fix));
    let severity = rule.severity_sentence();
    let fix = match rule.fix {
        "no" => String::new(),
        _ => format!("- Automatic fix: {}\n", rule.fix_sentence()),
    };
    format!(
        "
### {code}

**`{name}`**: {summary}

{why}

{example}
- Fix: {how_to_fix}
- Severity: {severity}
{fix}"
    )
}

/// Escapes all markup outside of code spans.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut is_code = false;
    for c in text.chars() {
        match c {
            '`' => is_code = !is_code,
            '<' | '*' | '_' | '[' | ']' | '\\' if !is_code => escaped.push('\\'),
            _ => {}
        }
        escaped.push(c);
    }
    escaped
}

/// Returns the anchor of a heading on GitHub.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markup_outside_of_code_spans_is_escaped() {
        assert_eq!(escaped("`<a>` and <b> and a*"), "`<a>` and \\<b> and a\\*");
    }
}
