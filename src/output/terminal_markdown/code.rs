//! The colors of source code.

use anstyle::{AnsiColor, Style};

use super::Look;
use super::inline::Piece;
use crate::output::sanitize;
use mdskill_site::code::{Kind, pieces};

pub(super) use mdskill_site::code::Language;

/// Returns the lines of a source code, sanitized and with colors.
pub(super) fn lines(language: Option<Language>, text: &str, look: Look) -> Vec<Vec<Piece>> {
    let text = sanitize::block(text);
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let language = language.filter(|_| look.has_color);
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
    for (kind, piece) in pieces(language, text) {
        add(piece, style_of(kind));
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
