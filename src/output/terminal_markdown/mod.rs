//! Renders Markdown for a terminal: a pure function from a text, a width, and a style to lines.
//!
//! The text is data of a stranger. Every character of it is sanitized, so that the only escape
//! sequences in the lines are those for colors and links that this module writes. No line is wider
//! than the terminal, and the time is linear in the length of the text.

mod blocks;
mod code;
mod inline;
mod prefix;
mod table;
#[cfg(test)]
mod tests;
mod wrap;

use self::blocks::Writer;
use self::inline::print;
use super::styled::Styled;

/// The widest line of prose, because longer lines are hard to read.
const MAX_PROSE: usize = 100;
/// The narrowest width that lines are made for.
const MIN_WIDTH: usize = 10;

/// The abilities of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// The width in columns.
    pub(crate) width: usize,
    /// Whether it shows colors and styles. Without them, marks such as `#` and backticks are kept.
    pub(crate) has_color: bool,
    /// Whether it shows links (OSC 8). Without them, URLs are printed after the text of a link.
    pub(crate) has_links: bool,
}

impl Look {
    /// Returns the width, or the narrowest one that is possible.
    fn columns(self) -> usize {
        self.width.max(MIN_WIDTH)
    }
}

/// Renders a Markdown text.
pub(crate) fn render(markdown: &str, look: Look) -> Vec<Styled> {
    Writer::new(look).write(markdown)
}

/// Renders the text of a file that is not Markdown, with the colors of the language that its name
/// shows.
pub(crate) fn render_file(path: &str, text: &str, look: Look) -> Vec<Styled> {
    let lines = code::lines(code::Language::of_path(path), text, look);
    let lines = lines
        .iter()
        .flat_map(|line| wrap::chop(line, look.columns()));
    lines.map(|line| print(&line)).collect()
}

/// Returns a link to a URL, for a terminal that shows links; otherwise the text.
pub(crate) fn link(text: &str, url: &str, look: Look) -> Styled {
    print(&inline::pieces_of_link(text, url, look))
}
