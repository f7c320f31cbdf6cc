//! Output of `mdskill rule` for a terminal.

use anstyle::Style;

use super::printer::Printer;
use super::table::Table;
use crate::operations::rule::Report;
use mdskill_lint::explain::{Explanation, sentence};

/// Maximum width of running text, for readability.
const MAX_TEXT_WIDTH: usize = 80;

/// Prints one rule in full, several as a table.
pub(crate) fn rules(printer: &Printer, report: &Report) {
    match &report.rules[..] {
        [rule] => page(printer, rule),
        rules => table(printer, rules),
    }
}

fn table(printer: &Printer, rules: &[Explanation]) {
    let mut table = Table::new(&["CODE", "NAME", "SEVERITY", "ON", "FIX", "SUMMARY"]);
    for rule in rules {
        let on = if rule.on { "yes" } else { "no" };
        table.row(&[
            rule.code,
            rule.name,
            rule.severity,
            on,
            rule.fix,
            rule.summary,
        ]);
    }
    printer.table(&table.lines(printer.width()));
    printer.note(
        "Found",
        &format!("{} rules; `mdskill rule CODE` explains one", rules.len()),
    );
}

fn page(printer: &Printer, rule: &Explanation) {
    let bold = Style::new().bold();
    let title = format!("{} {}", rule.code, rule.name);
    printer.data(&format!("{bold}{title}{bold:#}: {}", rule.summary));
    let section = |heading: &str, lines: &[String]| {
        printer.data("");
        printer.data(&format!("{bold}{heading}{bold:#}"));
        for line in lines {
            printer.data(format!("  {line}").trim_end());
        }
    };
    let text = |text: &str| {
        let width = printer.width();
        width.map_or_else(
            || vec![text.to_owned()],
            |width| wrapped(text, width.min(MAX_TEXT_WIDTH).saturating_sub(2)),
        )
    };
    let example: Vec<String> = rule.example.lines().map(str::to_owned).collect();
    section("Why", &text(rule.why));
    section("Example", &example);
    section("How to fix it", &text(&sentence(rule.how_to_fix)));
    section("Severity", &text(&rule.severity_sentence()));
    section("Automatic fix", &text(&rule.fix_sentence()));
    let ways = rule.ways_to_ignore();
    let ways = ways
        .iter()
        .map(|(place, what)| format!("{:<32}{what}", format!("{place}:")));
    section("How to ignore it", &ways.collect::<Vec<_>>());
}

/// Breaks a text at spaces into lines of at most `width` characters. The texts of the rules have
/// only characters that are one column wide.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_break_at_spaces_and_long_words_are_kept_whole() {
        assert_eq!(wrapped("a bc def", 4), ["a bc", "def"]);
        assert_eq!(wrapped("abcdef g", 4), ["abcdef", "g"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
