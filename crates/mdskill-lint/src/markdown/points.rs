//! The points of a skill: when to use it.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The beginnings of headings above a list that says when to use a skill.
const HEADINGS: [&str; 8] = [
    "when to use",
    "when to apply",
    "when to activate",
    "when to invoke",
    "when should",
    "use when",
    "use this skill when",
    "use cases",
];

/// Returns the items of the first list below a heading such as "When to use this skill", as plain text.
#[must_use]
pub fn points(body: &str, at_most: usize) -> Vec<String> {
    let mut reader = Reader::default();
    for event in Parser::new(body) {
        if reader.points.len() >= at_most || !reader.read(event) {
            break;
        }
    }
    reader.points
}

#[derive(Default)]
struct Reader {
    /// The text of the heading or of the item that is being read.
    text: Option<String>,
    is_below: bool,
    /// The number of open lists.
    lists: usize,
    points: Vec<String>,
}

impl Reader {
    /// Reads an event. Returns false after the list.
    fn read(&mut self, event: Event<'_>) -> bool {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.text = Some(String::new());
                self.is_below = false;
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = self.text.take().unwrap_or_default().to_lowercase();
                let heading = heading.trim_start_matches(|c: char| !c.is_alphanumeric());
                self.is_below = HEADINGS.iter().any(|known| {
                    let rest = heading.strip_prefix(known);
                    rest.is_some_and(|rest| !is_about_parts(rest))
                });
            }
            Event::Start(Tag::List(_)) if self.is_below => {
                self.end_item();
                self.lists += 1;
            }
            Event::End(TagEnd::List(_)) if self.is_below => {
                self.lists = self.lists.saturating_sub(1);
                return self.lists > 0;
            }
            Event::Start(Tag::Item) if self.lists == 1 => self.text = Some(String::new()),
            // The first paragraph of an item is its point.
            Event::End(TagEnd::Item | TagEnd::Paragraph) if self.lists == 1 => self.end_item(),
            Event::Text(text) | Event::Code(text) => self.add(&text),
            Event::SoftBreak | Event::HardBreak => self.add(" "),
            _ => {}
        }
        true
    }

    fn add(&mut self, more: &str) {
        if let Some(text) = &mut self.text {
            text.push_str(more);
        }
    }

    fn end_item(&mut self) {
        let text = self.text.take().unwrap_or_default();
        if !text.trim().is_empty() {
            self.points.push(text.trim().to_owned());
        }
    }
}

/// Whether a heading goes on as "When to use each method" does: its list is about parts of the skill.
fn is_about_parts(rest: &str) -> bool {
    let word = rest.split_whitespace().next();
    matches!(word, Some("each" | "which" | "what"))
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn points_are_the_items_of_the_first_list_below_the_heading() {
        let body = "# A\n\n- no\n\n## When to Use This Skill\n\nUse it for:\n\n- **One** `a.py`\n  and more\n  - inner\n- Two\n\n  Details\n- Three\n\n## Next\n\n- no\n";
        assert_eq!(points(body, 5), ["One a.py and more", "Two", "Three"]);
        assert_eq!(points(body, 2), ["One a.py and more", "Two"]);
        assert_eq!(points("## Use when\n1. A\n2. B\n", 5), ["A", "B"]);
        assert_eq!(points("## 🎯 When to use\n- A\n", 5), ["A"]);
    }

    #[test]
    fn other_texts_have_no_points() {
        for body in [
            "",
            "- a\n",
            "## Steps\n- a\n",
            "## When to use\nText.\n## B\n- a\n",
            "## When to use",
            "### When to Use Each Methodology\n- Start small\n",
        ] {
            assert!(points(body, 5).is_empty(), "{body:?}");
        }
    }
}
