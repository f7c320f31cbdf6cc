//! Finds comments, links and ids in the HTML of Markdown.

use crate::span::Span;

/// A part of HTML that matters for references.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A comment.
    Comment(Span),
    /// The target of a fragment.
    Id(&'a str),
    /// An `href` or `src`, and the span of its tag.
    Link(&'a str, Span),
}

/// Returns the parts of `html`, up to the first unclosed tag.
pub(super) fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<').map(|found| at + found) {
        let rest = &html[open..];
        if rest.starts_with("<!--") {
            let end = rest.find("-->").map_or(html.len(), |end| open + end + 3);
            found.push(Piece::Comment(Span::new(open, end)));
            at = end;
        } else if let Some(end) = rest.find('>').map(|end| open + end + 1) {
            let tag = Span::new(open, end);
            found.extend(attributes(tag.of(html)).filter_map(|(name, value)| {
                match name.to_ascii_lowercase().as_str() {
                    "id" | "name" => Some(Piece::Id(value)),
                    "href" | "src" => Some(Piece::Link(value, tag)),
                    _ => None,
                }
            }));
            at = end;
        } else {
            break;
        }
    }
    found
}

/// Returns the attributes of a tag: `name="value"`, `name='value'` or `name=value`.
fn attributes(tag: &str) -> impl Iterator<Item = (&str, &str)> {
    let inside = tag.trim_start_matches('<').trim_end_matches(['>', '/']);
    let mut rest = inside
        .split_once(char::is_whitespace)
        .map_or("", |(_, rest)| rest);
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('=')?;
        let name = name.split_whitespace().last().unwrap_or_default();
        let after = after.trim_start();
        let (value, tail) = match after.chars().next()? {
            quote @ ('"' | '\'') => after[1..].split_once(quote)?,
            _ => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        rest = tail;
        Some((name, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_ids_and_links_are_found() {
        let html = "<a id='x' href=\"a.md\"><!-- <img src='b'> --><IMG class=c src=d.png /><br>";
        assert_eq!(
            pieces(html),
            [
                Piece::Id("x"),
                Piece::Link("a.md", Span::new(0, 22)),
                Piece::Comment(Span::new(22, 44)),
                Piece::Link("d.png", Span::new(44, 69)),
            ]
        );
        assert_eq!(pieces("<a href='x"), []);
        assert_eq!(pieces("<!-- é"), [Piece::Comment(Span::new(0, 7))]);
    }
}
