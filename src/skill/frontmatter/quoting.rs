//! How a broken line should be written: its value in quotes.

/// Longest value shown in full, in characters (the median public description
/// has 184); a longer one is shown by its two ends.
const SHOWN_CHARS: usize = 300;
const SHOWN_HEAD: usize = 100;
const SHOWN_TAIL: usize = 40;

/// Returns the line in which the value at byte `start` of `yaml` stands, with the
/// value in quotes; lines indented deeper than `indent` continue the value.
pub(super) fn quoted_line(yaml: &str, start: usize, indent: usize) -> String {
    let line_start = yaml[..start].rfind('\n').map_or(0, |at| at + 1);
    let prefix = yaml[line_start..start].trim_start();
    let mut lines = yaml[start..].lines();
    let mut value = lines.next().unwrap_or_default().trim().to_owned();
    for line in lines.take_while(|line| continues(line, indent)) {
        value.push(' ');
        value.push_str(line.trim());
    }
    format!(
        "{prefix}{}",
        quote(&shortened(without_broken_quotes(&value)))
    )
}

fn continues(line: &str, indent: usize) -> bool {
    let text = line.trim_start_matches(' ');
    !text.trim().is_empty() && line.len() - text.len() > indent
}

/// An odd number of quotes with one at each end: `'it's here'` is meant as
/// `it's here`, while `"a" + "b"` is not meant as `a" + "b`.
fn without_broken_quotes(value: &str) -> &str {
    let within = |quote: char| {
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        (value.matches(quote).count() % 2 == 1).then_some(inner)
    };
    within('\'').or_else(|| within('"')).unwrap_or(value)
}

fn shortened(value: &str) -> String {
    let count = value.chars().count();
    if count <= SHOWN_CHARS {
        return value.to_owned();
    }
    let head: String = value.chars().take(SHOWN_HEAD).collect();
    let tail: String = value.chars().skip(count - SHOWN_TAIL).collect();
    format!("{head} … {tail}")
}

/// The plainest YAML quoting that needs no escapes, if there is one.
fn quote(value: &str) -> String {
    if !value.contains(['"', '\\']) {
        format!("\"{value}\"")
    } else if !value.contains('\'') {
        format!("'{value}'")
    } else {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{escaped}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_quoted_in_its_line() {
        let yaml = "name: a\nx: say \"b\": c\n  more\n\nlast: 'it's'";
        assert_eq!(quoted_line(yaml, 11, 0), "x: 'say \"b\": c more'");
        assert_eq!(quoted_line(yaml, 36, 0), "last: \"it's\"");
        assert_eq!(quoted_line("- *.ts", 2, 0), "- \"*.ts\"");
        assert_eq!(quoted_line("a: \"it's\" x", 3, 0), "a: \"\\\"it's\\\" x\"");
    }

    #[test]
    fn a_long_value_is_shown_by_its_ends() {
        let line = quoted_line(&"é".repeat(500), 0, 0);
        assert_eq!(line.chars().count(), 2 + SHOWN_HEAD + 3 + SHOWN_TAIL);
    }
}
