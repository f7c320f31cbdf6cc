//! [`Markdown`]: the references of a Markdown text, and the targets in it.
//!
//! This file and `points` are the only ones that use the Markdown library. A parser is needed, because of 365 links
//! in code fences of public skills, 322 would be false alarms.

mod anchors;
mod html;
mod paths;
mod points;
mod samples;

use std::borrow::Cow;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use crate::span::Span;
pub use anchors::{Anchors, Slugs};
pub use points::points;

/// A parsed Markdown text. Every span is in bytes of the whole file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markdown {
    /// Its references to files, in the order of the file.
    pub links: Vec<Link>,
    /// The possible targets of a `#fragment`.
    pub anchors: Anchors,
    /// Its blocks at the outermost level: paragraphs, lists, tables, comments.
    pub blocks: Vec<Span>,
    /// Its HTML comments, from `<!--` to `-->`.
    pub comments: Vec<Span>,
    /// Its code blocks, including their fences.
    pub code_blocks: Vec<Span>,
    /// Its code spans, including their backticks.
    pub code_spans: Vec<Span>,
    /// The opening lines of unclosed fences.
    pub unclosed_fences: Vec<Span>,
}

/// The form of a reference to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkKind {
    /// `[text](target)` or `[text][reference]`.
    Link,
    /// `![text](target)`.
    Image,
    /// `href` or `src` of an HTML tag.
    Html,
    /// A code span that is one path.
    CodeSpan,
    /// A path among other words in a code span.
    Command,
    /// A path in a sentence.
    Prose,
    /// A path in a block of code.
    CodeBlock,
}

impl LinkKind {
    /// Whether a reader can click it.
    #[must_use]
    pub const fn is_clickable(self) -> bool {
        matches!(self, Self::Link | Self::Image | Self::Html)
    }
}

/// A reference to a file or a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its form.
    pub kind: LinkKind,
    /// The path, percent-decoded, without fragment and query; empty for a bare `#fragment`.
    pub target: String,
    /// The text after `#`, percent-decoded.
    pub fragment: Option<String>,
    /// Its span: a link with its brackets, a code span with its backticks, or a path by itself.
    pub span: Span,
    /// The paragraph, item, cell or code block around it.
    pub block: Span,
}

/// Parses the Markdown that begins at byte `from` of a file.
///
/// URLs of other hosts and comments are ignored. In code blocks, paths are found, but not links.
/// In a sample of Markdown whose fence a nested fence closes too early, nothing is found.
#[must_use]
pub fn read(text: &str, from: usize) -> Markdown {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES;
    let mut reader = Reader {
        text,
        found: Markdown::default(),
        slugs: Slugs::default(),
        heading: None,
        links: 0,
        depth: 0,
        code_block: None,
        block_start: from,
        unplaced: 0,
    };
    for (event, range) in Parser::new_ext(&text[from..], options).into_offset_iter() {
        reader.read_event(event, Span::from(range).shifted(from));
    }
    reader.end_block(text.len());
    let Reader {
        mut found, slugs, ..
    } = reader;
    found.anchors = slugs.into_anchors();
    found.links.sort_by_key(|link| link.span.start);
    let samples = samples::split_samples(text, from, &found.code_blocks);
    found.links.retain(|link| !is_inside(&samples, link.span));
    found
}

/// Whether a span begins in one of the sorted spans.
fn is_inside(spans: &[Span], span: Span) -> bool {
    let before = spans.partition_point(|other| other.start <= span.start);
    spans[..before]
        .last()
        .is_some_and(|other| span.start < other.end)
}

struct Reader<'a> {
    text: &'a str,
    found: Markdown,
    slugs: Slugs,
    /// The text so far of the heading that is being read.
    heading: Option<String>,
    /// The number of open links and images.
    links: usize,
    /// The number of open blocks.
    depth: usize,
    /// The code block that is being read.
    code_block: Option<Span>,
    block_start: usize,
    /// The first reference whose block has not ended.
    unplaced: usize,
}

impl Reader<'_> {
    fn read_event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Start(tag) => self.start(&tag, span),
            Event::End(tag) => self.end(tag, span),
            Event::Text(text) => self.text(&text, span),
            Event::Code(code) => self.code_span(&code, span),
            Event::InlineHtml(_) => self.html(span),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, span: Span) {
        match tag {
            Tag::Link {
                link_type: LinkType::Email,
                ..
            } => self.links += 1,
            Tag::Link { dest_url, .. } => self.link(dest_url, span, LinkKind::Link),
            Tag::Image { dest_url, .. } => self.link(dest_url, span, LinkKind::Image),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {}
            block => {
                self.end_block(span.start);
                if self.depth == 0 {
                    self.found.blocks.push(span);
                }
                self.depth += 1;
                match block {
                    Tag::CodeBlock(kind) => self.start_code(kind, span),
                    Tag::Heading { .. } => self.heading = Some(String::new()),
                    Tag::HtmlBlock => self.html(span),
                    _ => {}
                }
            }
        }
    }

    fn end(&mut self, tag: TagEnd, span: Span) {
        match tag {
            TagEnd::Link | TagEnd::Image => self.links -= 1,
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {}
            block => {
                self.end_block(span.end);
                self.depth -= 1;
                match block {
                    TagEnd::CodeBlock => self.code_block = None,
                    TagEnd::Heading(_) => {
                        let heading = self.heading.take().unwrap_or_default();
                        self.slugs.add_heading(&heading);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Sets the block of the references in the block that ends at byte `end`.
    fn end_block(&mut self, end: usize) {
        let block = Span::new(self.block_start.min(end), end);
        for link in &mut self.found.links[self.unplaced..] {
            link.block = block;
        }
        self.unplaced = self.found.links.len();
        self.block_start = end;
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>, span: Span) {
        self.code_block = Some(span);
        self.found.code_blocks.push(span);
        if matches!(kind, CodeBlockKind::Fenced(_)) && !is_closed(span.of(self.text)) {
            let first = span.of(self.text).lines().next().unwrap_or_default();
            let opening = Span::new(span.start, span.start + first.len());
            self.found.unclosed_fences.push(opening);
        }
    }

    fn text(&mut self, text: &str, span: Span) {
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
        }
        // The text of a link often repeats its target.
        if self.links == 0 {
            let kind = match self.code_block {
                Some(_) => LinkKind::CodeBlock,
                None => LinkKind::Prose,
            };
            self.paths(kind, span);
        }
    }

    fn code_span(&mut self, code: &str, span: Span) {
        self.found.code_spans.push(span);
        // The parser reads CRLF as two spaces, and then strips only one at each end.
        let code = if span.of(self.text).contains('\r') {
            Cow::Owned(code.replace("  ", " "))
        } else {
            Cow::Borrowed(code)
        };
        let code = code.trim();
        if let Some(heading) = &mut self.heading {
            heading.push_str(code);
        }
        if self.links > 0 {
            return;
        }
        if paths::is_one_path(code) {
            let (target, fragment) = match code.split_once('#') {
                Some((path, fragment)) => (path, Some(fragment.to_owned())),
                None => (code, None),
            };
            let target = target.to_owned();
            self.push(LinkKind::CodeSpan, target, fragment, span);
        } else {
            self.paths(LinkKind::Command, span);
        }
    }

    /// Adds every word of a span that looks like a path to a file.
    fn paths(&mut self, kind: LinkKind, span: Span) {
        for path in paths::words(span.of(self.text)) {
            let word = path.shifted(span.start);
            let target = word.of(self.text).to_owned();
            self.push(kind, target, None, word);
        }
    }

    fn link(&mut self, url: &str, span: Span, kind: LinkKind) {
        self.links += 1;
        self.url(url, span, kind);
    }

    fn url(&mut self, url: &str, span: Span, kind: LinkKind) {
        if let Some((target, fragment)) = paths::relative(url) {
            self.push(kind, target, fragment, span);
        }
    }

    fn html(&mut self, span: Span) {
        for piece in html::pieces(span.of(self.text)) {
            match piece {
                html::Piece::Comment(at) => self.found.comments.push(at.shifted(span.start)),
                html::Piece::Id(id) => self.slugs.add_id(id),
                html::Piece::Link(url, at) => {
                    self.url(url, at.shifted(span.start), LinkKind::Html);
                }
            }
        }
    }

    fn push(&mut self, kind: LinkKind, target: String, fragment: Option<String>, span: Span) {
        self.found.links.push(Link {
            kind,
            target,
            fragment,
            span,
            block: span,
        });
    }
}

/// Whether the last line of a fenced block closes it. Source: `CommonMark` 0.31, section 4.5.
fn is_closed(block: &str) -> bool {
    let opening = block.trim_start();
    let fence = opening.chars().next().unwrap_or('`');
    let length = opening.chars().take_while(|c| *c == fence).count();
    let mut lines = block.trim_end().lines();
    let Some(last) = lines.next_back().filter(|_| lines.next().is_some()) else {
        return false;
    };
    // In a quote or a list, the line begins with a mark or spaces.
    let last = last.trim_matches([' ', '\t', '>']);
    last.len() >= length && last.chars().all(|c| c == fence)
}

#[cfg(test)]
mod tests;
