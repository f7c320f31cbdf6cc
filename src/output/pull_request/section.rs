//! [`Section`]: a heading with its items, and [`page`], which cuts the text at a limit.

/// Number of bytes that are reserved for the line that counts the missing items.
const MISSING_LINE: usize = 500;

/// A heading and the items below it.
#[derive(Debug, Default)]
pub(super) struct Section {
    /// The heading.
    pub title: &'static str,
    /// Markdown between the heading and the first item.
    pub intro: &'static str,
    /// The items, each with its line end.
    pub items: Vec<String>,
}

/// Returns the text of the sections in their order, in at most `max` bytes. The first item that
/// does not fit ends the page, and its last line counts the missing items.
pub(super) fn page(headline: String, sections: &[Section], max: usize) -> String {
    let mut text = headline;
    if text.len() > max {
        return String::new();
    }
    let limit = if text.len() + sections.iter().map(length).sum::<usize>() > max {
        max.saturating_sub(MISSING_LINE)
    } else {
        max
    };
    let mut missing = Vec::new();
    for section in sections {
        let mut shown = 0;
        for item in &section.items {
            let head = if shown == 0 {
                head(section)
            } else {
                String::new()
            };
            if !missing.is_empty() || text.len() + head.len() + item.len() > limit {
                break;
            }
            text += &head;
            text += item;
            shown += 1;
        }
        if shown < section.items.len() {
            missing.push(format!(
                "{} of “{}”",
                section.items.len() - shown,
                section.title
            ));
        }
    }
    let line = format!(
        "\n**Not shown, because the page has reached its size limit:** {}. Use `mdskill diff NAME` to see what an \
         update changes.\n",
        missing.join(", ")
    );
    if !missing.is_empty() && text.len() + line.len() <= max {
        text += &line;
    }
    text
}

fn head(section: &Section) -> String {
    format!("\n### {}\n{}", section.title, section.intro)
}

fn length(section: &Section) -> usize {
    if section.items.is_empty() {
        return 0;
    }
    head(section).len() + section.items.iter().map(String::len).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(title: &'static str, number: usize) -> Section {
        Section {
            title,
            intro: "\n",
            items: vec!["- 0123456789\n".to_owned(); number],
        }
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
