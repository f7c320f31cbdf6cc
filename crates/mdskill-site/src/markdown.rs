//! [`render`]: from Markdown to HTML that runs nothing.
//!
//! HTML in a text is written as text, and not cleaned: an agent reads it, so a person who judges the
//! skill sees it, too, and there is no cleaner to get around. The only elements are those that this
//! file and the Markdown library write.

mod table;

use std::collections::{HashMap, HashSet};

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use crate::code::{self, Language};
use crate::escape::{escape, push};
use mdskill_lint::markdown::Slugs;

/// The most levels of headings in an outline.
const OUTLINE_LEVELS: usize = 2;

/// A text, and where its references lead.
pub struct Source<'a> {
    /// The text, without the frontmatter.
    pub text: &'a str,
    /// Returns where a link, an image, or a code span leads. It gets the byte of `text` at which the
    /// reference begins, and its target, which is empty for a code span.
    pub resolve: &'a dyn Fn(usize, &str) -> Destination,
    /// The level of the outermost headings.
    pub level: usize,
}

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To nothing that is safe or exists: only its text is shown.
    Nowhere,
    /// To a URL within the site.
    Site(String),
    /// To an image within the site.
    Image(String),
    /// To a URL on the web.
    Web(String),
}

/// HTML, and its headings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The HTML.
    pub html: String,
    /// The headings of the outermost levels.
    pub outline: Vec<Heading>,
}

/// A heading.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Heading {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// Its depth, from 1.
    pub depth: usize,
}

/// Renders a text.
#[must_use]
pub fn render(source: &Source<'_>) -> Rendered {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES;
    let mut writer = Writer {
        source,
        events: Vec::new(),
        slugs: Slugs::default(),
        levels: Vec::new(),
        heading: None,
        links: Vec::new(),
        image: None,
        code: None,
        table: None,
        notes: HashMap::new(),
        written_notes: HashSet::new(),
        outline: Vec::new(),
    };
    for (event, range) in Parser::new_ext(source.text, options).into_offset_iter() {
        writer.event(event, range.start);
    }
    let mut html = String::with_capacity(source.text.len() * 2);
    html::push_html(&mut html, writer.events.into_iter());
    Rendered {
        html,
        outline: writer.outline,
    }
}

/// A heading that is open: its element among the events, its depth, and its text.
struct OpenHeading {
    at: usize,
    depth: usize,
    text: String,
}

/// An image that is open: where it leads, and its text.
struct OpenImage {
    destination: Destination,
    text: String,
}

struct Writer<'a> {
    source: &'a Source<'a>,
    events: Vec<Event<'a>>,
    slugs: Slugs,
    /// The levels of the headings around the current text.
    levels: Vec<usize>,
    heading: Option<OpenHeading>,
    /// For each open link, whether it has an element.
    links: Vec<bool>,
    image: Option<OpenImage>,
    code: Option<(Option<Language>, String)>,
    table: Option<table::Table>,
    /// The numbers of the footnotes, by label.
    notes: HashMap<String, usize>,
    written_notes: HashSet<usize>,
    outline: Vec<Heading>,
}

impl<'a> Writer<'a> {
    fn event(&mut self, event: Event<'a>, at: usize) {
        if let Some((_, code)) = &mut self.code {
            match event {
                Event::Text(text) => code.push_str(&text),
                Event::End(TagEnd::CodeBlock) => self.end_code(),
                _ => {}
            }
            return;
        }
        if let Some(image) = &mut self.image {
            match event {
                Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) => {
                    image.text.push_str(&text);
                }
                Event::SoftBreak | Event::HardBreak => image.text.push(' '),
                Event::End(TagEnd::Image) => self.end_image(),
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, at),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                self.add_to_heading(&text);
                self.raw(escape(&text));
            }
            Event::Code(text) => self.code_span(&text, at),
            Event::Html(text) => self.raw(escape(&text)),
            Event::InlineHtml(text) if is_line_break(&text) => self.events.push(Event::HardBreak),
            Event::InlineHtml(text) => {
                self.raw(format!("<code class=raw>{}</code>", escape(&text)));
            }
            Event::FootnoteReference(label) => {
                let (number, label) = (self.note(&label), escape(&label));
                self.raw(format!(
                    "<sup><a href=\"#note:{number}\">[{label}]</a></sup>"
                ));
            }
            Event::TaskListMarker(is_done) => {
                self.raw(if is_done { "\u{2611} " } else { "\u{2610} " }.to_owned());
            }
            other => self.events.push(other),
        }
    }

    /// Adds HTML.
    fn raw(&mut self, html: impl Into<CowStr<'a>>) {
        self.events.push(Event::InlineHtml(html.into()));
    }

    fn start(&mut self, tag: Tag<'a>, at: usize) {
        match tag {
            Tag::Heading { level, .. } => {
                let level = level as usize;
                while self.levels.last().is_some_and(|above| *above >= level) {
                    self.levels.pop();
                }
                self.levels.push(level);
                self.heading = Some(OpenHeading {
                    at: self.events.len(),
                    depth: self.levels.len(),
                    text: String::new(),
                });
                self.raw("");
            }
            Tag::Link { dest_url, .. } => self.start_link(&dest_url, at),
            Tag::Image { dest_url, .. } => {
                self.image = Some(OpenImage {
                    destination: (self.source.resolve)(at, &dest_url),
                    text: String::new(),
                });
            }
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => Language::of_fence(&info),
                    CodeBlockKind::Indented => None,
                };
                self.code = Some((language, String::new()));
            }
            Tag::HtmlBlock => self.raw("<pre class=raw tabindex=0><code>"),
            Tag::FootnoteDefinition(label) => {
                let (number, label) = (self.note(&label), escape(&label));
                // Of two with one label, the link goes to the first.
                let is_first = self.written_notes.insert(number);
                let id = is_first.then(|| format!(" id=\"note:{number}\""));
                let id = id.unwrap_or_default();
                self.raw(format!("<div class=footnote{id}><sup>{label}</sup><div>"));
            }
            Tag::Table(alignments) => {
                self.table = Some(table::Table::new(&alignments));
                self.raw(table::START);
            }
            Tag::TableHead | Tag::TableRow | Tag::TableCell => {
                let html = self.table.as_mut().map(|table| table.start(&tag));
                self.raw(html.unwrap_or_default());
            }
            other => self.events.push(Event::Start(other)),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::Link => {
                if self.links.pop() == Some(true) {
                    self.raw("</a>");
                }
            }
            TagEnd::HtmlBlock => self.raw("</code></pre>\n"),
            TagEnd::FootnoteDefinition => self.raw("</div></div>\n"),
            TagEnd::Table => {
                self.table = None;
                self.raw(table::END);
            }
            TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell => {
                let html = self.table.as_mut().map(|table| table.end(tag));
                self.raw(html.unwrap_or_default());
            }
            other => self.events.push(Event::End(other)),
        }
    }

    /// Returns the number of a footnote: a label may have characters that an id can't have.
    fn note(&mut self, label: &str) -> usize {
        let next = self.notes.len() + 1;
        *self.notes.entry(label.to_owned()).or_insert(next)
    }

    fn add_to_heading(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
        }
    }

    fn end_heading(&mut self) {
        let Some(heading) = self.heading.take() else {
            return;
        };
        let id = self.slugs.add_heading(&heading.text);
        let level = (self.source.level + heading.depth - 1).min(6);
        let mut html = format!("<h{level} id=\"");
        push(&mut html, &id);
        html.push_str("\">");
        self.events[heading.at] = Event::InlineHtml(html.into());
        let mut link = String::from(" <a class=anchor href=\"#");
        push(&mut link, &id);
        link.push_str("\" aria-label=\"Link to this section\">#</a>");
        self.raw(format!("{link}</h{level}>\n"));
        if heading.depth <= OUTLINE_LEVELS && !heading.text.trim().is_empty() {
            self.outline.push(Heading {
                id,
                text: heading.text.trim().to_owned(),
                depth: heading.depth,
            });
        }
    }

    fn start_link(&mut self, target: &str, at: usize) {
        let destination = (self.source.resolve)(at, target);
        let open = open_link(&destination);
        self.links.push(open.is_some());
        if let Some(open) = open {
            self.raw(open);
        }
    }

    fn code_span(&mut self, text: &str, at: usize) {
        self.add_to_heading(text);
        let destination = if self.links.is_empty() {
            (self.source.resolve)(at, "")
        } else {
            Destination::Nowhere
        };
        let code = format!("<code>{}</code>", escape(text));
        self.raw(match open_link(&destination) {
            Some(open) => format!("{open}{code}</a>"),
            None => code,
        });
    }

    fn end_code(&mut self) {
        let Some((language, text)) = self.code.take() else {
            return;
        };
        let html = code::block(language, &text);
        self.raw(format!("<pre tabindex=0><code>{html}</code></pre>\n"));
    }

    fn end_image(&mut self) {
        let Some(image) = self.image.take() else {
            return;
        };
        let text = escape(image.text.trim());
        let open = open_link(&image.destination).filter(|_| self.links.is_empty());
        self.raw(match (&image.destination, open) {
            (Destination::Image(url), _) => {
                let url = escape(url);
                format!("<img src=\"{url}\" alt=\"{text}\" loading=lazy>")
            }
            (_, Some(open)) => format!("{open}[image: {text}]</a>"),
            (_, None) => format!("[image: {text}]"),
        });
    }
}

/// Returns the start of a link; `None` if it leads nowhere.
fn open_link(destination: &Destination) -> Option<String> {
    match destination {
        Destination::Nowhere => None,
        Destination::Site(url) | Destination::Image(url) => {
            Some(format!("<a href=\"{}\">", escape(url)))
        }
        Destination::Web(url) => Some(format!(
            "<a href=\"{}\" rel=\"nofollow noopener noreferrer\">",
            escape(url)
        )),
    }
}

/// Returns the destination of a target on the web: only of schemes that run nothing.
#[must_use]
pub fn web(target: &str) -> Destination {
    let scheme = target.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_web = ["http", "https", "mailto"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    let is_plain = !target.chars().any(|c| c.is_control() || c.is_whitespace());
    if is_web && is_plain {
        Destination::Web(target.to_owned())
    } else {
        Destination::Nowhere
    }
}

fn is_line_break(html: &str) -> bool {
    let name = html
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'));
    let name = name.map(|name| name.trim_end_matches('/').trim_end());
    name.is_some_and(|name| name.eq_ignore_ascii_case("br"))
}

#[cfg(test)]
mod tests;
