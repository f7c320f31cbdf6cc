//! The colors of source code.

use anstyle::{AnsiColor, Style};
use hl_lite::{Kind, Lang, highlight};

use super::Look;
use super::inline::Piece;
use crate::output::sanitize;

/// The limit of the code in one block that gets colors.
const MAX_BYTES: usize = 1 << 20;

/// A programming language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Language(Lang);

impl Language {
    /// Returns the language of a code block: the first word after its fence, such as `python` in
    /// `python title="x"`.
    pub(super) fn of_fence(info: &str) -> Option<Self> {
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '{' | ':');
        let word = info.trim_start_matches(['{', '.']);
        let word = word.split(is_end).next().unwrap_or_default();
        Lang::from_slug(word).map(Self)
    }

    /// Returns the language of a file.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        Lang::from_path(path).map(Self)
    }
}

/// Returns the lines of a source code, sanitized and with colors.
pub(super) fn lines(language: Option<Language>, text: &str, look: Look) -> Vec<Vec<Piece>> {
    let text = sanitize::block(text);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let language = language.filter(|_| look.has_color && text.len() <= MAX_BYTES);
    let mut lines = vec![Vec::new()];
    let mut add = |text: &str, style: Style| {
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !part.is_empty()) {
                line.push(Piece::own(part, style));
            }
        }
    };
    match language {
        Some(Language(language)) => {
            for span in highlight(language, text) {
                add(span.text, style_of(span.kind));
            }
        }
        None => add(text, Style::new()),
    }
    lines
}

/// Returns the style of a kind of word. These are colors of the terminal's own palette, which can be
/// read on its background.
fn style_of(kind: Kind) -> Style {
    match kind {
        Kind::Keyword => AnsiColor::Magenta.on_default(),
        Kind::String => AnsiColor::Green.on_default(),
        Kind::Comment => Style::new().dimmed(),
        Kind::Number | Kind::Constant | Kind::Attribute => AnsiColor::Yellow.on_default(),
        Kind::Type | Kind::Function | Kind::Property | Kind::Tag => AnsiColor::Cyan.on_default(),
        Kind::Variable => AnsiColor::Blue.on_default(),
        Kind::Plain | Kind::Operator | Kind::Punctuation => Style::new(),
    }
}
