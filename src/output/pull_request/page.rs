//! [`page`]: joins the sections of the page, and cuts it at its limit.

use std::fmt::Write;

/// Number of bytes that are reserved for the line that counts the missing items.
const MISSING_LINE: usize = 500;

/// The heading of a section, Markdown between the heading and the first item, and the items, each
/// with its line end.
pub(super) type Section = (&'static str, &'static str, Vec<String>);

/// Returns the text of the sections in their order, in at most `max` bytes. The first item that
/// does not fit ends the page, and its last line counts the missing items.
pub(super) fn page(headline: String, sections: &[Section], max: usize) -> String {
    let limit = max.saturating_sub(MISSING_LINE);
    if headline.len() > limit {
        return String::new();
    }
    let mut text = headline;
    let mut missing = Vec::new();
    for (title, intro, items) in sections {
        let mut head = format!("\n### {title}\n{intro}");
        let mut shown = 0;
        for item in items {
            if !missing.is_empty() || text.len() + head.len() + item.len() > limit {
                break;
            }
            text += &std::mem::take(&mut head);
            text += item;
            shown += 1;
        }
        if shown < items.len() {
            missing.push(format!("{} of “{title}”", items.len() - shown));
        }
    }
    if !missing.is_empty() {
        let _ = write!(
            text,
            "\n**Not shown, because the page has reached its size limit:** {}. Use `mdskill diff NAME` to see what an \
             update changes.\n",
            missing.join(", ")
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(title: &'static str, number: usize) -> Section {
        (title, "\n", vec!["- 0123456789\n".to_owned(); number])
    }

    #[test]
    fn page_is_cut_at_its_end_and_counts_missing_items() {
        let sections = [
            section("A", 10),
            section("B", 0),
            section("C", 100),
            section("D", 3),
        ];
        let text = page("head\n".to_owned(), &sections, 1_000);
        assert!(text.len() <= 1_000);
        assert!(text.starts_with("head\n\n### A\n\n- 0"), "{text}");
        assert!(!text.contains("### B") && !text.contains("### D"), "{text}");
        let shown = text.matches("012").count() - 10;
        assert!(shown > 5, "{shown}");
        let missing = format!("limit:** {} of “C”, 3 of “D”. Use", 100 - shown);
        assert!(text.lines().last().unwrap().contains(&missing), "{text}");
        let whole = page("head\n".to_owned(), &sections, 10_000);
        assert!(whole.ends_with("- 0123456789\n"), "{whole}");
    }

    #[test]
    fn page_never_exceeds_its_limit() {
        let sections = [section("A", 20), section("B", 20), section("C", 1)];
        for max in (0..1_200).step_by(7) {
            let text = page("head\n".to_owned(), &sections, max);
            assert!(text.len() <= max, "{max}");
        }
    }
}
