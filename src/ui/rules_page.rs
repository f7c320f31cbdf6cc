//! `docs/reference/rules.md`, made from the rules.

use mdskill_lint::explain::{Explanation, Group, sentence};
use mdskill_lint::registry;

const HEAD: &str = "\
# Rules

What `mdskill validate` looks for. A code never changes its meaning, and wherever a rule is
named, its code, its name, or the beginning of several codes will do: `SK302`, `broken-path`,
`SK3`, and `all`.

An **error** is what a client refuses or what breaks for the agent, a **warning** what misleads
an agent or a reader, and **info** something to know. Severities are those of the profile
`copilot`, and where another profile takes a rule otherwise, the rule says so. Single findings
of a rule can have another severity.

Numbers without another source were counted in 2,672 public skills of 13 repositories (12,331
files), and in 15,780 versions of `SKILL.md` in their history.

To silence a rule:

- for one place in Markdown, the line or block after `<!-- mdskill-ignore SK302: reason -->`
- for the project or some of its folders, in `mdskill.toml`:

  ```toml
  [rules]
  SK302 = \"off\"

  [rules.per-path]
  \"skills/legacy\" = [\"SK302\"]
  ```

- once, with `mdskill validate --ignore SK302`

`mdskill rule` lists the rules and `mdskill rule SK302` explains one. With `--json`, both give
`rules`, and of each `code`, `name`, `group`, `severity`, `on` (whether it runs without being
asked for), `fix` (`no`, `safe`, `unsafe`), `blocks_loading` (whether clients do not load the
skill), `summary`, `why`, `example`, `mend`, and `profiles`: its severity, or `off`, by `copilot`,
`claude` and `spec`.

This page is made from the rules: `SNAPSHOTS=overwrite cargo test --test it docs` writes it.
";

/// Returns the page.
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
        page.extend(rules.iter().map(|rule| chapter(rule)));
    }
    page.concat()
}

fn line_of_contents(rule: &Explanation) -> String {
    let (code, summary) = (rule.code, escaped(rule.summary));
    let off = if rule.on { "" } else { " (off by default)" };
    format!("- [{code}](#{}) {summary}{off}\n", anchor(code))
}

/// Returns what the page says of one rule.
fn chapter(rule: &Explanation) -> String {
    let code = rule.code;
    let name = rule.name;
    let summary = sentence(&escaped(rule.summary));
    let why = escaped(rule.why);
    let example = fenced(rule.example);
    let mend = sentence(&escaped(rule.mend));
    let severity = rule.severity_sentence();
    let fix = match rule.fix {
        "no" => String::new(),
        _ => format!("- Fix: {}\n", rule.fix_sentence()),
    };
    format!(
        "
### {code}

**`{name}`**: {summary}

{why}

{example}

- To mend it: {mend}
- Severity: {severity}
{fix}"
    )
}

/// Returns a text as a block of code, whatever fences it has in it.
fn fenced(text: &str) -> String {
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    let text = text.trim_end_matches('\n');
    format!("{fence}text\n{text}\n{fence}")
}

/// Returns a text in which nothing outside of code spans is markup.
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

/// Returns the anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::{escaped, fenced};

    #[test]
    fn markup_counts_only_in_code_spans() {
        assert_eq!(escaped("`<a>` and <b> and a*"), "`<a>` and \\<b> and a\\*");
    }

    #[test]
    fn a_fence_is_longer_than_those_in_it() {
        assert_eq!(fenced("a"), "```text\na\n```");
        assert_eq!(fenced("````x\n"), "`````text\n````x\n`````");
    }
}
