//! [`Directive`]: a comment in a page that silences findings about that page.
//!
//! `<!-- mdskill-ignore SK302, broken-link: reason -->` in Markdown, and
//! `# mdskill-ignore SK110: reason` in a frontmatter; with `-file` for the whole file.

const WORD: &str = "mdskill-ignore";
/// Maximum number of rules in one comment; further ones are ignored.
const MAX_RULES: usize = 50;

/// The content of a suppression comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Directive<'a> {
    /// Whether it applies to the whole file.
    pub is_for_file: bool,
    /// The codes or names of its rules, as written.
    pub rules: Vec<&'a str>,
    /// Whether it gives a reason.
    pub has_reason: bool,
}

/// Parses an HTML comment from `<!--` to `-->`; `None` if it is not a suppression.
#[must_use]
pub(crate) fn parse_comment(comment: &str) -> Option<Directive<'_>> {
    let inside = comment.strip_prefix("<!--")?;
    parse(inside.strip_suffix("-->").unwrap_or(inside))
}

/// Parses a line of YAML; `None` if it is not a suppression.
///
/// Only a `#` at the start of the line is surely a comment: an indented one may be part of a
/// multi-line string.
#[must_use]
pub(crate) fn parse_yaml_line(line: &str) -> Option<Directive<'_>> {
    parse(line.strip_prefix('#')?)
}

fn parse(inside: &str) -> Option<Directive<'_>> {
    let rest = inside.trim().strip_prefix(WORD)?;
    let (is_for_file, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if !rest.is_empty() && !rest.starts_with([':', ' ', '\t', '\r', '\n']) {
        return None;
    }
    let (rules, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let separates = |c: char| c.is_whitespace() || c == ',';
    let words = rules.split(separates).filter(|word| !word.is_empty());
    Some(Directive {
        is_for_file,
        rules: words.take(MAX_RULES).collect(),
        has_reason: !reason.trim().is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_reads_rules_scope_and_reason() {
        let read = |comment| {
            let read = parse_comment(comment);
            read.map(|read| (read.is_for_file, read.rules, read.has_reason))
        };
        let one = "<!-- mdskill-ignore SK302: made by `make` -->";
        assert_eq!(read(one), Some((false, vec!["SK302"], true)));
        let several = "<!--mdskill-ignore-file SK302, broken-link\n-->";
        assert_eq!(
            read(several),
            Some((true, vec!["SK302", "broken-link"], false))
        );
        assert_eq!(
            read("<!-- mdskill-ignore -->"),
            Some((false, vec![], false))
        );
        assert_eq!(read("<!-- mdskill-ignored SK302 -->"), None);
        assert_eq!(read("<!-- prettier-ignore -->"), None);
        assert!(
            parse_yaml_line("# mdskill-ignore SK110: ours\r\n").is_some_and(|read| read.has_reason)
        );
        assert_eq!(parse_yaml_line("  # mdskill-ignore SK110: ours"), None);
    }
}
