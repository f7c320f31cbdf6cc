//! [`Piece`]: text with a style and a link.

use std::fmt::Write;
use std::rc::Rc;

use anstyle::Style;

use super::Look;
use crate::output::sanitize;
use crate::output::styled::Styled;

/// The longest URL of a link. Source: the limit of VTE and iTerm2 for OSC 8.
const MAX_URL: usize = 2083;

/// Sanitized text with one style and one link.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) style: Style,
    pub(super) link: Option<Rc<str>>,
}

impl Piece {
    /// Returns a piece of a text that comes from this program.
    pub(super) fn own(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
            link: None,
        }
    }

    fn is_like(&self, style: Style, link: Option<&Rc<str>>) -> bool {
        let is_same_link = match (&self.link, link) {
            (None, None) => true,
            (Some(one), Some(other)) => Rc::ptr_eq(one, other),
            _ => false,
        };
        self.style == style && is_same_link
    }
}

/// Appends a character that looks like a piece.
pub(super) fn push(line: &mut Vec<Piece>, c: char, model: &Piece) {
    match line.last_mut() {
        Some(last) if last.is_like(model.style, model.link.as_ref()) => last.text.push(c),
        _ => line.push(Piece {
            text: String::from(c),
            style: model.style,
            link: model.link.clone(),
        }),
    }
}

/// Moves pieces to the end of a line.
pub(super) fn append(line: &mut Vec<Piece>, pieces: &mut Vec<Piece>) {
    for piece in pieces.drain(..) {
        match line.last_mut() {
            Some(last) if last.is_like(piece.style, piece.link.as_ref()) => {
                last.text.push_str(&piece.text);
            }
            _ => line.push(piece),
        }
    }
}

/// Returns a line with its escape sequences. All of them end with the line, because a pager shows
/// parts of a text.
pub(super) fn print(line: &[Piece]) -> Styled {
    line.iter()
        .fold(Styled::default(), |text, piece| match &piece.link {
            Some(url) => text.push_link(piece.style, &piece.text, url),
            None => text.push_with(piece.style, &piece.text),
        })
}

/// Returns the URL of a link as OSC 8 allows it: of the web, without control characters.
pub(super) fn clickable(url: &str, look: Look) -> Option<Rc<str>> {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let is_web = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| lower.starts_with(scheme));
    if !look.has_links || !is_web || url.len() > MAX_URL {
        return None;
    }
    let mut safe = String::with_capacity(url.len());
    for byte in url.bytes() {
        if byte.is_ascii_graphic() {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    Some(safe.into())
}

/// Returns the pieces of a link that this program made.
pub(super) fn pieces_of_link(text: &str, url: &str, look: Look) -> Vec<Piece> {
    vec![Piece {
        text: sanitize::line(text),
        style: Style::new(),
        link: clickable(url, look),
    }]
}
