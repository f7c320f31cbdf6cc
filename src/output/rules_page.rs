//! Generator of `docs/reference/rules.md`.

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
a rule have another severity.

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
skill), `summary`, `why`, `example`, `how_to_fix`, and `profiles`: the severity or `off` for each
of `copilot`, `claude` and `spec`.

This page is generated from the rules by `SNAPSHOTS=overwrite cargo test --test it docs`.
";

/// Returns the page as Markdown.
#[must_use]
pub fn markdown() -> String {
    let rules: Vec<Explanation> = registry::RULES
        .iter()
        .map(|rule| Explanation::of(rule))
        .collect();
    let groups = Group::ALL.map(|group| {
        let of_group: Vec<&Explanation> = rules.iter().filter(|rule| rule.group == group).collect();
        (group, of_group)
    });
    let groups: Vec<_> = groups
        .iter()
        .filter(|(_, rules)| !rules.is_empty())
        .collect();
    let mut page = vec![HEAD.to_owned()];
    for (group, rules) in &groups {
        let title = group.title();
        page.push(format!("\n**[{title}](#{})**\n\n", anchor(title)));
        page.extend(rules.iter().map(|rule| line_of_contents(rule)));
    }
    for (group, rules) in &groups {
        page.push(format!("\n## {}\n", group.title()));
        page.extend(rules.iter().map(|rule| section(rule)));
    }
    page.concat()
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
    let example = fenced(rule.example);
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

/// Returns a text as a code block. The fence is longer than any fence in the text.
fn fenced(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    let text = text.trim_end_matches('\n');
    format!("{fence}text\n{text}\n{fence}")
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
    use super::{escaped, fenced};

    #[test]
    fn markup_outside_of_code_spans_is_escaped() {
        assert_eq!(escaped("`<a>` and <b> and a*"), "`<a>` and \\<b> and a\\*");
    }

    #[test]
    fn fence_is_longer_than_fences_in_the_text() {
        assert_eq!(fenced("a"), "```text\na\n```");
        assert_eq!(fenced("````x\n"), "`````text\n````x\n`````");
    }
}
