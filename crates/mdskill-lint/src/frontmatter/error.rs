//! [`FrontmatterError`]: why a frontmatter can't be read, where, and how to fix it.

use super::quoting::Quoted;
use crate::span::Span;

/// A frontmatter that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct FrontmatterError {
    /// The place, in bytes of the whole file.
    pub span: Span,
    /// The problem.
    pub fault: Fault,
    /// The value in quotes, if quoting fixes the problem.
    pub quoted: Option<Box<Quoted>>,
}

/// A problem in a frontmatter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Invalid UTF-8.
    #[error("SKILL.md is not UTF-8: invalid byte 0x{byte:02x}")]
    NotUtf8 {
        /// The byte.
        byte: u8,
    },
    /// Over [`super::MAX_SKILL_MD_BYTES`].
    #[error(
        "SKILL.md has {bytes} bytes; the limit is {}",
        super::MAX_SKILL_MD_BYTES
    )]
    FileTooLarge {
        /// Size of the file.
        bytes: usize,
    },
    /// Over [`super::MAX_FRONTMATTER_BYTES`].
    #[error(
        "the frontmatter has {bytes} bytes; the limit is {}",
        super::MAX_FRONTMATTER_BYTES
    )]
    TooLarge {
        /// Size of the frontmatter.
        bytes: usize,
    },
    /// Over [`super::MAX_DEPTH`].
    #[error("the frontmatter is nested deeper than {} levels", super::MAX_DEPTH)]
    TooDeep,
    /// Over [`super::MAX_NODES`].
    #[error("the frontmatter has more than {} values", super::MAX_NODES)]
    TooManyNodes,
    /// The first line is not `---`.
    #[error("{}", no_frontmatter(.before.as_ref()))]
    NoFrontmatter {
        /// The text before a frontmatter further down, or in place of one.
        before: Option<Before>,
    },
    /// The second `---` is missing.
    #[error("{}", unclosed(.heading.as_deref()))]
    Unclosed {
        /// The field that became a heading. Formatters treat `name: a` with `---` below it as an
        /// underlined heading.
        heading: Option<String>,
        /// The only place where a line `---` could close it, if there is exactly one.
        closes_at: Option<usize>,
    },
    /// `description: text: more`.
    #[error("the value of `{key}` has an unquoted `: `, which YAML reads as another key")]
    UnquotedColon {
        /// The key of the value.
        key: String,
    },
    /// A value that starts with a character that means something else in YAML.
    #[error("a value can't start with {} in YAML: {}", named(*.character), meaning(*.character))]
    ReservedStart {
        /// The first character.
        character: char,
    },
    /// `'it's'`, `"a" + "b"`, `[a] [b]`.
    #[error("unexpected text after the closing `{close}` of a value")]
    TextAfterValue {
        /// The quote or bracket that closed the value.
        close: char,
    },
    /// `[cite_start]description: …`.
    #[error("unexpected `{text}` before a key")]
    TextBeforeKey {
        /// The text, or its beginning.
        text: String,
    },
    /// A value that starts with `[` or `{` and is not a valid list or map.
    #[error("a value that starts with `{open}` is a {0} in YAML, but this is not a valid {0}", collection(*.open))]
    BrokenCollection {
        /// The bracket.
        open: char,
    },
    /// A quote that is never closed.
    #[error("the quote `{quote}` is never closed")]
    UnclosedQuote {
        /// The quote.
        quote: char,
    },
    /// A tab before a key.
    #[error("a tab is used for indentation, which YAML forbids")]
    Tab,
    /// NUL, ESC and the like.
    #[error("the frontmatter contains the control character U+{code:04X}")]
    Control {
        /// The code point.
        code: u32,
    },
    /// A line that is neither a key nor indented.
    #[error("expected `key: value`, found `{line}`")]
    NotAKey {
        /// The line, or its beginning.
        line: String,
    },
    /// A list or map used as a key.
    #[error("a key can't be a list or a map")]
    CollectionKey,
    /// An error of the YAML parser that none of the variants above explains.
    #[error("the frontmatter is not valid YAML: {message}")]
    Yaml {
        /// The parser's message.
        message: String,
    },
    /// A list, a text, or nothing instead of keys and values.
    #[error("the frontmatter is {found}, not a map of keys to values")]
    NotAMap {
        /// The kind of value, with an article.
        found: &'static str,
    },
    /// The same key twice in one map.
    #[error("duplicate key `{key}`")]
    DuplicateKey {
        /// The key.
        key: String,
    },
}

/// The text before the `---` that should be the first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// The kind of text.
    pub what: Preamble,
    /// The whole text.
    pub span: Span,
    /// The line that closes a code fence around the whole file.
    pub closing: Option<Span>,
}

/// The kinds of text found before a frontmatter in published skills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preamble {
    /// Only white space.
    Blank,
    /// `<!-- … -->`.
    Comment,
    /// A line of `____`.
    Rule,
    /// A code fence around the whole file.
    Fence,
    /// The frontmatter itself: a Markdown formatter turned its first line into a rule and the
    /// other lines into a heading (40 of the 294 in public history).
    Heading,
    /// Anything else.
    Text,
}

impl FrontmatterError {
    pub(super) fn new(span: Span, fault: Fault) -> Self {
        Self {
            span,
            fault,
            quoted: None,
        }
    }

    /// Returns the error of a SKILL.md that is too large to be read.
    pub(crate) fn of_large_file(bytes: u64) -> Self {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        Self::new(Span::at(0), Fault::FileTooLarge { bytes })
    }

    pub(super) fn with_quoted(self, quoted: Quoted) -> Self {
        let quoted = Some(Box::new(quoted));
        Self { quoted, ..self }
    }

    /// Returns the same error with its spans shifted by `by` bytes.
    pub(super) fn shifted(mut self, by: usize) -> Self {
        self.span = self.span.shifted(by);
        if let Some(quoted) = &mut self.quoted {
            quoted.span = quoted.span.shifted(by);
        }
        self
    }

    /// Returns how to fix it, as a sentence.
    #[must_use]
    pub fn help(&self) -> String {
        match &self.quoted {
            Some(quoted) => self.quoting_help(quoted),
            None => self.general_help().to_owned(),
        }
    }

    fn quoting_help(&self, quoted: &Quoted) -> String {
        let line = &quoted.line;
        if let Some(key) = &quoted.swallowed {
            return format!(
                "start the line of `{key}:` in the same column as the other fields: indented, it continues the value above"
            );
        }
        if quoted.replacement.starts_with('[') {
            return format!("move the rest into the brackets: `{line}`");
        }
        if let Fault::TextAfterValue { close: ']' | '}' } = self.fault {
            return format!(
                "move the rest into the brackets, remove it, or quote the whole value: `{line}`"
            );
        }
        format!("quote the whole value: `{line}`")
    }

    fn general_help(&self) -> &'static str {
        match &self.fault {
            Fault::NotUtf8 { .. } => "save the file as UTF-8",
            Fault::FileTooLarge { .. } => "move details into files under `references/`",
            Fault::TooLarge { .. } | Fault::TooManyNodes => "move details into the body",
            Fault::TooDeep => "flatten the values: `metadata` maps names to texts",
            Fault::NoFrontmatter { before } => match before.as_ref().map(|before| before.what) {
                Some(Preamble::Heading) => {
                    "write `---`, one field per line without `#`, and `---`; exclude this file from the formatter"
                }
                Some(Preamble::Fence) => {
                    "remove the code fence at the start and the end of the file"
                }
                Some(Preamble::Comment) => "move the comment below the frontmatter",
                Some(_) => "remove everything before the first `---`, including blank lines",
                None => {
                    "start the file with `---`, `name: …`, `description: …`, and `---`, one per line"
                }
            },
            Fault::Unclosed {
                heading: Some(_), ..
            } => "write one field per line without `#`, followed by a line `---`",
            Fault::Unclosed { .. } => "add a line `---` between the last field and the Markdown",
            Fault::UnquotedColon { .. }
            | Fault::ReservedStart { .. }
            | Fault::TextAfterValue { .. }
            | Fault::BrokenCollection { .. } => "quote the whole value",
            Fault::TextBeforeKey { .. } => "start the line with the key",
            Fault::UnclosedQuote { .. } => "close the quote on the same line, or remove it",
            Fault::Tab => "indent with spaces",
            Fault::Control { .. } => "remove the character",
            Fault::NotAKey { line } if line.contains(':') => "add a space after the colon",
            Fault::NotAKey { .. } => {
                "write `key: value`, or indent the line to continue the value above"
            }
            Fault::CollectionKey => {
                "use a text as the key; quote a value that starts with a bracket"
            }
            Fault::Yaml { .. } => "write one `key: value` per line, with texts in double quotes",
            Fault::NotAMap { .. } => "write at least `name: …` and `description: …`, one per line",
            Fault::DuplicateKey { .. } => {
                "keep one of the two: parsers disagree about which one counts"
            }
        }
    }
}

fn no_frontmatter(before: Option<&Before>) -> &'static str {
    match before.map(|before| before.what) {
        None => "SKILL.md does not start with a line `---`",
        Some(Preamble::Blank) => "blank line before the first `---`",
        Some(Preamble::Comment) => "comment before the first `---`",
        Some(Preamble::Rule) => "line of `_` before the first `---`",
        Some(Preamble::Fence) => "a code fence encloses the whole file",
        Some(Preamble::Heading) => "the frontmatter was turned into a Markdown heading",
        Some(Preamble::Text) => "text before the first `---`",
    }
}

fn unclosed(heading: Option<&str>) -> String {
    match heading {
        Some(heading) => format!(
            "the frontmatter is never closed: the field `{heading}` was turned into a Markdown heading"
        ),
        None => "the frontmatter is opened with `---` but never closed".to_owned(),
    }
}

fn collection(open: char) -> &'static str {
    if open == '[' { "list" } else { "map" }
}

fn named(character: char) -> String {
    match character {
        '`' => "a backtick".to_owned(),
        other => format!("`{other}`"),
    }
}

/// The meaning of a reserved first character. Source: YAML 1.2.2, section 5.3.
fn meaning(character: char) -> &'static str {
    match character {
        '*' => "it starts an alias, and there is no anchor of that name",
        '&' => "it starts an anchor, and this one is not valid",
        '!' => "it starts a tag, and this one is not valid",
        '%' => "it starts a directive",
        ',' | ']' | '}' => "it belongs to a list or a map",
        _ => "it is reserved",
    }
}
