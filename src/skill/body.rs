//! [`references`]: what the Markdown of a skill refers to.
//!
//! This is the only file that names the Markdown library. A parser is needed:
//! of 365 links inside code fences of public skills, 322 would be false alarms.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::skill::position::{Position, Positions};

/// Characters kept on each side of a code span; a sentence seldom has more.
const CONTEXT_CHARS: usize = 200;

/// How the Markdown refers to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// `[text](target)` and the reference styles.
    Link,
    /// `![text](target)`.
    Image,
    /// A code span that is one path.
    CodeSpan,
}

/// One reference to a relative path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The path, percent-decoded, without fragment and query.
    pub target: String,
    /// Where it begins in the file.
    pub at: Position,
    /// How it is written.
    pub kind: ReferenceKind,
    /// The text before a code span in its paragraph, cell or item; at most 200 characters.
    pub before: String,
    /// The text after it, likewise.
    pub after: String,
}

/// Returns the references to paths in `markdown`, in order, which begins at line
/// `first_line` of its file. Nothing inside a code block, an HTML block or a
/// comment counts, nor a URL, nor a bare `#fragment`.
#[must_use]
pub fn references(markdown: &str, first_line: usize) -> Vec<Reference> {
    let mut collector = Collector {
        positions: Positions::new(markdown, first_line),
        found: Vec::new(),
        block: String::new(),
        spans: Vec::new(),
        links: 0,
        in_code: false,
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES;
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        collector.meet(event, range.start);
    }
    collector.end_block();
    collector.found.sort_by_key(|reference| reference.at);
    collector.found
}

struct Collector<'a> {
    positions: Positions<'a>,
    found: Vec<Reference>,
    /// The text of the block so far, without markup.
    block: String,
    /// The code spans of the block: index in `found`, place in `block`.
    spans: Vec<(usize, Range<usize>)>,
    /// How many links and images are open.
    links: usize,
    in_code: bool,
}

impl Collector<'_> {
    fn meet(&mut self, event: Event<'_>, offset: usize) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                self.link(&dest_url, offset, ReferenceKind::Link);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.link(&dest_url, offset, ReferenceKind::Image);
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.links -= 1,
            Event::Start(Tag::CodeBlock(_)) => {
                self.end_block();
                self.in_code = true;
            }
            Event::End(TagEnd::CodeBlock) => self.in_code = false,
            Event::Text(text) if !self.in_code => self.block.push_str(&text),
            Event::Code(code) => self.code_span(&code, offset),
            Event::SoftBreak | Event::HardBreak => self.block.push(' '),
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => {}
            Event::Start(_) | Event::End(_) => self.end_block(),
            _ => {}
        }
    }

    fn link(&mut self, url: &str, offset: usize, kind: ReferenceKind) {
        self.links += 1;
        if let Some(target) = relative_path(url) {
            self.push(target, offset, kind);
        }
    }

    fn code_span(&mut self, code: &str, offset: usize) {
        let start = self.block.len();
        self.block.extend(["`", code, "`"]);
        // A span inside a link names what the link names.
        if self.links == 0 && is_one_path(code) {
            let span = start..self.block.len();
            self.spans.push((self.found.len(), span));
            let target = code.split('#').next().unwrap_or_default();
            self.push(target.to_owned(), offset, ReferenceKind::CodeSpan);
        }
    }

    fn push(&mut self, target: String, offset: usize, kind: ReferenceKind) {
        self.found.push(Reference {
            target,
            at: self.positions.of(offset),
            kind,
            before: String::new(),
            after: String::new(),
        });
    }

    /// Gives the code spans of the block the text around them.
    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        for (index, span) in self.spans.drain(..) {
            let before = block[..span.start].char_indices().rev();
            let from = before.take(CONTEXT_CHARS).last().map_or(0, |(at, _)| at);
            if let Some(reference) = self.found.get_mut(index) {
                // Without text before it, `from` is the start of the block.
                block[from..span.start].clone_into(&mut reference.before);
                reference.after = block[span.end..].chars().take(CONTEXT_CHARS).collect();
            }
        }
    }
}

/// Whether a code span is one path: it has a slash and no white space, and is no URL.
fn is_one_path(code: &str) -> bool {
    code.contains('/') && !code.contains(char::is_whitespace) && !has_scheme(code)
}

/// Returns the path of a relative URL; none for another host or a bare fragment.
fn relative_path(url: &str) -> Option<String> {
    let path = url.split(['#', '?']).next().unwrap_or_default();
    let is_path = !path.is_empty() && !path.starts_with("//") && !has_scheme(path);
    is_path.then(|| percent_decoded(path))
}

/// Whether a URL begins with a scheme (RFC 3986, section 3.1), which `C:\x` also does.
fn has_scheme(url: &str) -> bool {
    let scheme = url.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// Decodes `%41`; what decodes to no UTF-8 stays as it is.
fn percent_decoded(path: &str) -> String {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = match tail {
            [high, low, ..] if *first == b'%' => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        let (byte, after) = match escaped {
            Some((high, low)) => (high << 4 | low, &tail[2..]),
            None => (*first, tail),
        };
        decoded.push(byte);
        rest = after;
    }
    String::from_utf8(decoded).unwrap_or_else(|_| path.to_owned())
}

fn hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn targets(markdown: &str) -> Vec<String> {
        references(markdown, 1)
            .into_iter()
            .map(|found| found.target)
            .collect()
    }

    #[test]
    fn links_of_every_style_count_with_their_place() {
        let found = references(
            "# T\n\nSee é [a](x.md#f) ![b](y%20z.png)\n[c][]\n\n[c]: r/c.md?q\n",
            7,
        );
        let seen: Vec<_> = found
            .iter()
            .map(|f| (f.target.as_str(), f.at.line, f.at.column, f.kind))
            .collect();
        assert_eq!(
            seen,
            [
                ("x.md", 9, 7, ReferenceKind::Link),
                ("y z.png", 9, 19, ReferenceKind::Image),
                ("r/c.md", 10, 1, ReferenceKind::Link),
            ]
        );
    }

    #[test]
    fn urls_and_fragments_do_not_count() {
        let markdown =
            "<https://a.b/c> [a](https://x/y) [b](#f) [c](mailto:a@b) [d](//h/p) `http://a/b`";
        assert_eq!(targets(markdown), Vec::<String>::new());
    }

    #[test]
    fn code_blocks_and_comments_do_not_count() {
        let markdown =
            "```markdown\n[a](x.md)\n`r/a`\n```\n\n    [b](y.md)\n\n<!-- [c](z.md) -->\n";
        assert_eq!(targets(markdown), Vec::<String>::new());
    }

    #[test]
    fn a_code_span_counts_when_it_is_one_path() {
        let markdown = "`a.md` `r/a.md#f` `python s/x.py` [`r/b`](r/b) | `c/d/` |";
        assert_eq!(targets(markdown), ["r/a.md", "r/b", "c/d/"]);
    }

    #[test]
    fn a_code_span_has_the_text_of_its_own_block_around_it() {
        let found = references("Not this.\n\n- **See** `x`'s\n  `r/a` now\n- then\n", 1);
        assert_eq!(found[0].before, "See `x`'s ");
        assert_eq!(found[0].after, " now");
    }

    #[test]
    fn percent_escapes_that_make_no_text_stay() {
        assert_eq!(percent_decoded("a%20b%7B%zz%"), "a b{%zz%");
        assert_eq!(percent_decoded("%ff"), "%ff");
    }

    proptest! {
        #[test]
        fn no_markdown_panics(markdown in "([a-c/.]|é|[`~*_!<>|#%\\[\\]()\\\\: \t\r\n-]){0,120}") {
            let lines = markdown.split('\n').count();
            for found in references(&markdown, 1) {
                prop_assert!(found.at.line <= lines);
            }
        }
    }
}
