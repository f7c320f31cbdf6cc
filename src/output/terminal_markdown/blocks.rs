//! [`Writer`]: turns the events of a Markdown text into lines.

use std::rc::Rc;

use anstyle::{AnsiColor, Effects, Style};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::code::{self, Language};
use super::inline::{Piece, clickable, print};
use super::prefix::Prefixes;
use super::table::Table;
use super::wrap::{chop, wrap};
use super::{Look, MAX_PROSE};
use crate::output::sanitize;
use crate::output::styled::Styled;

/// The spaces before code.
const CODE_INDENT: usize = 4;
/// The narrowest terminal on which code is indented.
const MIN_INDENTED: usize = 40;
/// The widest shown target of a link.
const MAX_TARGET: usize = 300;
/// The most bytes of the text of a link that are compared with its target.
const MAX_LINK_TEXT: usize = 2000;

/// A list that is open.
struct List {
    /// The number of the next item; `None` for bullets.
    number: Option<u64>,
}

/// A link or image that is open.
struct Link {
    target: String,
    url: Option<Rc<str>>,
    text: String,
    is_image: bool,
}

/// A block whose text is kept as it is written.
enum Verbatim {
    Code(Option<Language>),
    Html,
}

/// Writes lines.
pub(super) struct Writer {
    look: Look,
    lines: Vec<Styled>,
    prefixes: Prefixes,
    /// Whether an empty line separates the next block.
    needs_empty_line: bool,
    inline: Vec<Piece>,
    styles: Vec<Style>,
    links: Vec<Link>,
    lists: Vec<List>,
    verbatim: Option<(Verbatim, String)>,
    table: Option<Table>,
}

impl Writer {
    pub(super) fn new(look: Look) -> Self {
        Self {
            look,
            lines: Vec::new(),
            prefixes: Prefixes::default(),
            needs_empty_line: false,
            inline: Vec::new(),
            styles: Vec::new(),
            links: Vec::new(),
            lists: Vec::new(),
            verbatim: None,
            table: None,
        }
    }

    pub(super) fn write(mut self, markdown: &str) -> Vec<Styled> {
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_FOOTNOTES;
        for event in Parser::new_ext(markdown, options) {
            self.event(event);
        }
        self.end_text();
        self.lines
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) => match &mut self.verbatim {
                Some((_, verbatim)) => verbatim.push_str(&text),
                None => self.text(&text, Style::new()),
            },
            Event::Code(code) => {
                if self.look.has_color {
                    self.text(&code, AnsiColor::Cyan.on_default());
                } else {
                    self.text(&format!("`{code}`"), Style::new());
                }
            }
            Event::InlineHtml(html) => self.text(&html, Style::new().dimmed()),
            Event::InlineMath(math) | Event::DisplayMath(math) => self.text(&math, Style::new()),
            Event::FootnoteReference(label) => {
                self.text(&format!("[{label}]"), Style::new().dimmed());
            }
            Event::SoftBreak => self.text(" ", Style::new()),
            Event::HardBreak => self.inline.push(Piece::own("\n", Style::new())),
            Event::Rule => {
                let columns = self.room().min(MAX_PROSE);
                let style = self.styled(Style::new().dimmed());
                self.block(vec![vec![Piece::own("─".repeat(columns), style)]]);
            }
            Event::TaskListMarker(is_done) => {
                self.text(if is_done { "[x] " } else { "[ ] " }, Style::new());
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Emphasis => self.styles.push(Style::new().italic()),
            Tag::Strong => self.styles.push(Style::new().bold()),
            Tag::Strikethrough => self.styles.push(Style::new().strikethrough()),
            Tag::Link { dest_url, .. } => self.start_link(&dest_url, false),
            Tag::Image { dest_url, .. } => self.start_link(&dest_url, true),
            Tag::TableHead | Tag::TableRow => {
                if let Some(table) = &mut self.table {
                    table.start_row();
                }
            }
            Tag::TableCell => self.inline.clear(),
            // The mark of an item may be part of the text.
            Tag::Paragraph => {}
            tag => {
                self.end_text();
                self.start_block(tag);
            }
        }
    }

    fn start_block(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.start_heading(level),
            Tag::BlockQuote(_) => {
                let style = self.styled(Style::new().dimmed());
                self.open("│ ".to_owned(), "│ ".to_owned(), style);
            }
            Tag::List(number) => self.lists.push(List { number }),
            Tag::Item => self.start_item(),
            Tag::FootnoteDefinition(label) => {
                let label = sanitize::cut(&sanitize::line(&label), MAX_PROSE / 10);
                self.open(format!("[{label}] "), "    ".to_owned(), Style::new());
            }
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => Language::of_fence(&info),
                    CodeBlockKind::Indented => None,
                };
                self.verbatim = Some((Verbatim::Code(language), String::new()));
            }
            Tag::HtmlBlock => self.verbatim = Some((Verbatim::Html, String::new())),
            Tag::Table(alignments) => self.table = Some(Table::new(alignments)),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {
                self.styles.pop();
            }
            TagEnd::Link | TagEnd::Image => self.end_link(),
            TagEnd::Heading(_) => {
                self.styles.pop();
                self.end_paragraph();
            }
            TagEnd::Paragraph => self.end_paragraph(),
            TagEnd::CodeBlock | TagEnd::HtmlBlock => self.end_verbatim(),
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.end_text();
                self.prefixes.close();
                self.needs_empty_line = true;
            }
            TagEnd::Item => {
                self.end_text();
                if self.prefixes.is_fresh() {
                    self.line(Vec::new());
                }
                self.prefixes.close();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.needs_empty_line |= self.lists.is_empty();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.inline);
                if let Some(table) = &mut self.table {
                    table.add_cell(cell);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    let lines = table.lines(self.room(), self.look);
                    self.block(lines);
                }
            }
            _ => {}
        }
    }

    fn start_heading(&mut self, level: HeadingLevel) {
        if !self.look.has_color {
            self.text(&format!("{} ", "#".repeat(level as usize)), Style::new());
        }
        let style = Style::new().bold();
        self.styles.push(match level {
            HeadingLevel::H1 => style.underline(),
            HeadingLevel::H2 => style,
            _ => style.italic(),
        });
    }

    fn start_item(&mut self) {
        let mark = match self.lists.last_mut() {
            Some(List {
                number: Some(number),
            }) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ if self.look.has_color => "• ".to_owned(),
            _ => "- ".to_owned(),
        };
        let rest = " ".repeat(mark.chars().count());
        self.open(mark, rest, Style::new());
    }

    /// Opens a quote, an item, or a footnote. Without room for its mark in the margin, the mark is part
    /// of the text.
    fn open(&mut self, first: String, rest: String, style: Style) {
        let limit = self.look.columns() / 2;
        if !self.prefixes.open(first.clone(), rest, style, limit) && first.trim() != "│" {
            self.inline.push(Piece::own(first, style));
        }
    }

    fn start_link(&mut self, target: &str, is_image: bool) {
        self.links.push(Link {
            target: target.to_owned(),
            url: clickable(target, self.look),
            text: String::new(),
            is_image,
        });
        if is_image {
            self.text("[image: ", Style::new());
        }
    }

    fn end_link(&mut self) {
        let is_image = self.links.last().is_some_and(|link| link.is_image);
        if is_image {
            self.text("]", Style::new());
        }
        let Some(link) = self.links.pop() else {
            return;
        };
        let text = link.text.trim();
        let is_shown = text == link.target
            || link.target.strip_prefix("mailto:") == Some(text)
            || link.target.starts_with('#');
        // The text of a link may claim to be another URL.
        let is_url = text.contains("://") || text.contains("www.");
        if !is_shown && (link.url.is_none() || is_url) {
            let target = sanitize::cut(&sanitize::line(&link.target), MAX_TARGET);
            self.text(&format!(" ({target})"), Style::new().dimmed());
        }
    }

    /// Adds text of a paragraph, with the open styles and links.
    fn text(&mut self, text: &str, style: Style) {
        // An image may be in a link.
        for link in self.links.iter_mut().rev().take(2) {
            if link.text.len() + text.len() <= MAX_LINK_TEXT {
                link.text.push_str(text);
            }
        }
        let link = self.links.last();
        let mut effects: Effects = self
            .styles
            .iter()
            .rev()
            .take(4)
            .map(|style| style.get_effects())
            .fold(style.get_effects(), |all, one| all | one);
        if link.is_some() {
            effects |= Effects::UNDERLINE;
        }
        let style = self.styled(style.effects(effects));
        self.inline.push(Piece {
            text: sanitize::line(text),
            style,
            link: link.and_then(|link| link.url.clone()),
        });
    }

    fn styled(&self, style: Style) -> Style {
        if self.look.has_color {
            style
        } else {
            Style::new()
        }
    }

    /// Returns the columns beside the marks of quotes and items.
    fn room(&self) -> usize {
        self.look.columns() - self.prefixes.columns()
    }

    /// Ends the text of a tight item, which has no paragraph.
    fn end_text(&mut self) {
        if !self.inline.is_empty() {
            self.end_paragraph();
            self.needs_empty_line = self.lists.is_empty();
        }
    }

    fn end_paragraph(&mut self) {
        let text = std::mem::take(&mut self.inline);
        let lines = wrap(&text, self.room().min(MAX_PROSE));
        self.block(lines);
    }

    fn end_verbatim(&mut self) {
        let Some((kind, text)) = self.verbatim.take() else {
            return;
        };
        let (mut lines, indent) = match kind {
            Verbatim::Code(language) => {
                let is_wide = self.room() >= MIN_INDENTED;
                let indent = if is_wide { CODE_INDENT } else { 0 };
                (code::lines(language, &text, self.look), indent)
            }
            Verbatim::Html => (code::lines(None, &text, self.look), 0),
        };
        if matches!(kind, Verbatim::Html) {
            let style = self.styled(Style::new().dimmed());
            let pieces = lines.iter_mut().flatten();
            pieces.for_each(|piece| piece.style = style);
        }
        let room = self.room() - indent;
        let chopped = lines.iter().flat_map(|line| chop(line, room));
        let indented = chopped.map(|mut line| {
            if !line.is_empty() {
                line.insert(0, Piece::own(" ".repeat(indent), Style::new()));
            }
            line
        });
        let indented: Vec<Vec<Piece>> = indented.collect();
        self.block(indented);
    }

    /// Writes the lines of a block, after an empty line if one is needed.
    fn block(&mut self, lines: Vec<Vec<Piece>>) {
        if self.needs_empty_line && !self.lines.is_empty() {
            self.lines.push(print(&self.prefixes.empty_line()));
        }
        for line in lines {
            self.line(line);
        }
        self.needs_empty_line = true;
    }

    fn line(&mut self, line: Vec<Piece>) {
        let mut pieces = self.prefixes.next_line();
        pieces.extend(line);
        // Nothing follows the marks of an empty line.
        while let Some(last) = pieces.last_mut() {
            let end = last.text.trim_end_matches(' ').len();
            last.text.truncate(end);
            if end > 0 {
                break;
            }
            pieces.pop();
        }
        self.lines.push(print(&pieces));
    }
}
