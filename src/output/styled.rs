//! [`Styled`]: the only text that is printed as data.

use std::fmt::{self, Write as _};

use anstream::adapter::strip_str;
use anstyle::Style;

use super::sanitize;
use super::wrap::wrap;

/// Text in which hidden characters are escaped, with colors and links of this program.
///
/// Every constructor and every method cleans the text that it takes, so that a text from a repository
/// can't bring an escape sequence, however it was put together. There is no other way to make one:
///
/// ```compile_fail
/// mdskill::output::styled::Styled(String::from("\u{1b}[2J"));
/// ```
///
/// ```
/// # use mdskill::output::styled::Styled;
/// let foreign = format!("name: {}", "\u{1b}[2J\n::error::forged");
/// assert_eq!(Styled::from(foreign).to_string(), "name: \\u{1b}[2J ::error::forged");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Styled(String);

impl Styled {
    /// Returns one line with a style.
    pub(crate) fn with(style: Style, text: &str) -> Self {
        Self::default().push_with(style, text)
    }

    /// Returns a text with its lines, without a style.
    pub(crate) fn block(text: &str) -> Self {
        Self(sanitize::block(text))
    }

    /// Returns a text of one line, wrapped at words if there is a width and an indent.
    pub(crate) fn wrapped(style: Style, text: &str, limits: Option<(usize, usize)>) -> Self {
        Self::default().push_wrapped(style, text, limits)
    }

    /// Returns lines with line breaks between them.
    pub(crate) fn join(lines: impl IntoIterator<Item = Self>, breaks: &'static str) -> Self {
        let lines: Vec<String> = lines.into_iter().map(|line| line.0).collect();
        Self(lines.join(breaks))
    }

    /// Appends text.
    pub(crate) fn push(self, text: &str) -> Self {
        self.push_with(Style::new(), text)
    }

    /// Appends text with a style.
    pub(crate) fn push_with(mut self, style: Style, text: &str) -> Self {
        let _ = write!(self.0, "{style}{}{style:#}", sanitize::line(text));
        self
    }

    /// Appends text as in [`Styled::wrapped`].
    pub(crate) fn push_wrapped(
        mut self,
        style: Style,
        text: &str,
        limits: Option<(usize, usize)>,
    ) -> Self {
        let text = sanitize::line(text);
        let text = match limits {
            Some((width, indent)) => wrap(&text, width, indent),
            None => text,
        };
        let _ = write!(self.0, "{style}{text}{style:#}");
        self
    }

    /// Appends text with a link (OSC 8) around it. A URL with other characters than the visible ones of
    /// ASCII does not become a link.
    pub(crate) fn push_link(self, style: Style, text: &str, url: &str) -> Self {
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return self.push_with(style, text);
        }
        let linked = Self(format!("{}\x1b]8;;{url}\x1b\\", self.0));
        let mut linked = linked.push_with(style, text);
        linked.0 += "\x1b]8;;\x1b\\";
        linked
    }

    /// Appends a tab, for values that programs read.
    pub(crate) fn push_tab(mut self) -> Self {
        self.0.push('\t');
        self
    }

    /// Appends a line break.
    pub(crate) fn push_break(mut self) -> Self {
        self.0.push('\n');
        self
    }

    /// Appends another styled text.
    pub(crate) fn append(mut self, other: &Self) -> Self {
        self.0 += &other.0;
        self
    }

    /// Replaces the first occurrence of a text.
    pub(crate) fn replace_first(&self, text: &str, with: &Self) -> Self {
        Self(self.0.replacen(text, &with.0, 1))
    }

    /// Removes spaces at the end.
    pub(crate) fn trim_end(mut self) -> Self {
        self.0.truncate(self.0.trim_end().len());
        self
    }

    /// Returns the text without colors and links.
    pub(crate) fn plain(&self) -> String {
        strip_str(&self.0).to_string()
    }

    /// Returns the text with its escape sequences.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Styled {
    fn from(text: &str) -> Self {
        Self::default().push(text)
    }
}

impl From<&String> for Styled {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Styled {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&Self> for Styled {
    fn from(text: &Self) -> Self {
        text.clone()
    }
}

impl fmt::Display for Styled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mdskill_lint::path::is_hidden;
    use proptest::prelude::*;

    proptest! {
        /// No text reaches the terminal as an escape sequence or as another line.
        #[test]
        fn foreign_text_is_clean(text in "(?s)[\u{1b}\u{9b}\u{7}\r\n\t\u{202e}\u{200b}:#a \\[\\]m]{0,20}", url in "(?s).{0,12}") {
            let bold = Style::new().bold();
            let all = [
                Styled::from(&text),
                Styled::with(bold, &text),
                Styled::from("a").push(&text).push_with(bold, &text),
                Styled::wrapped(bold, &text, None),
                Styled::default().push_link(bold, &text, &url),
            ];
            for styled in all {
                let plain = styled.plain();
                prop_assert!(!plain.chars().any(is_hidden), "{plain:?}");
                prop_assert!(!plain.contains('\n'));
                let escapes = styled.as_str().matches('\u{1b}').count();
                prop_assert!(escapes <= 6, "{styled}");
            }
            let block = Styled::block(&text).plain();
            prop_assert!(!block.chars().any(|c| c != '\n' && is_hidden(c)));
        }
    }
}
