//! [`FrontmatterError`]: why a frontmatter can't be read, where, and what to do.

use super::quoting::Quoted;
use crate::span::Span;

/// Why a frontmatter can't be read, and the place in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct FrontmatterError {
    /// Where, in bytes of the whole file.
    pub span: Span,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a frontmatter. `quoted` is the value as it should be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A byte that no UTF-8 text has.
    #[error("SKILL.md is not UTF-8: byte 0x{byte:02x} begins no character")]
    NotUtf8 {
        /// The byte.
        byte: u8,
    },
    /// Over [`super::MAX_SKILL_MD_BYTES`].
    #[error(
        "SKILL.md has {bytes} bytes, more than {} are not read",
        super::MAX_SKILL_MD_BYTES
    )]
    FileTooLarge {
        /// Size of the file.
        bytes: usize,
    },
    /// Over [`super::MAX_FRONTMATTER_BYTES`].
    #[error(
        "the frontmatter has {bytes} bytes, more than {} are not read",
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
        /// What stands before a frontmatter that follows further down, or in its place.
        before: Option<Before>,
    },
    /// There is no second `---`.
    #[error("{}", unclosed(.heading.as_deref()))]
    Unclosed {
        /// The field that became a heading: a formatter takes `name: a` and the `---` below it
        /// for one, underlined.
        heading: Option<String>,
        /// Where a line `---` would close it, when that is the one place.
        closes_at: Option<usize>,
    },
    /// `description: text: more`.
    #[error("the value of `{key}` has an unquoted `: `, which YAML reads as another key")]
    UnquotedColon {
        /// The key of the value.
        key: String,
        /// The value in quotes.
        quoted: Quoted,
    },
    /// A value that starts with a character that means something else in YAML.
    #[error("a value can't start with {} in YAML: {}", named(*.character), meaning(*.character))]
    ReservedStart {
        /// The first character.
        character: char,
        /// The value in quotes.
        quoted: Quoted,
    },
    /// `'it's'`, `"a" + "b"`, `[a] [b]`.
    #[error("text follows the closing `{close}` of a value")]
    TextAfterValue {
        /// The quote or bracket that closed the value.
        close: char,
        /// The value in quotes.
        quoted: Quoted,
    },
    /// `[cite_start]description: …`.
    #[error("`{text}` stands before a key")]
    TextBeforeKey {
        /// What stands there, or its beginning.
        text: String,
    },
    /// A value starts with `[` or `{` and is no list or map.
    #[error("a value that starts with `{open}` is a {} in YAML, and this one is broken", collection(*.open))]
    BrokenCollection {
        /// The bracket.
        open: char,
        /// The value in quotes.
        quoted: Quoted,
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
    #[error("the frontmatter has the control character U+{code:04X}")]
    Control {
        /// Its code point.
        code: u32,
    },
    /// A line that is neither a key nor indented.
    #[error("`{line}` is no `key: value` line and continues no value")]
    NotAKey {
        /// The line, or its beginning.
        line: String,
    },
    /// A list or map used as a key.
    #[error("a key is a list or a map")]
    CollectionKey,
    /// What the YAML parser says, when nothing above explains it.
    #[error("the frontmatter is not valid YAML: {message}")]
    Yaml {
        /// The parser's words.
        message: String,
    },
    /// A list, a text or nothing instead of keys and values.
    #[error("the frontmatter is {found}, not a map of keys to values")]
    NotAMap {
        /// What it is, with an article.
        found: &'static str,
    },
    /// The same key twice in one map.
    #[error("the key `{key}` is there twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
}

/// What stands before the `---` that should be the first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Before {
    /// What it is.
    pub what: Preamble,
    /// All of it.
    pub span: Span,
    /// The line that closes a fence around the whole file.
    pub closing: Option<Span>,
}

/// What stands before a frontmatter: the shapes of public history.
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
    /// The frontmatter itself: a Markdown formatter made a rule of its first line and a heading
    /// of the others (40 of the 294 in public history).
    Heading,
    /// Anything else.
    Text,
}

impl FrontmatterError {
    pub(super) fn new(span: Span, fault: Fault) -> Self {
        Self { span, fault }
    }

    /// Returns what to do about it, as a sentence.
    #[must_use]
    pub fn help(&self) -> String {
        let quoted = self.fault.quoted();
        if let Some(key) = quoted.and_then(|quoted| quoted.swallowed.as_deref()) {
            return format!(
                "begin the line of `{key}:` where the other fields begin: indented, it continues the value above"
            );
        }
        let sentence = match &self.fault {
            Fault::NotUtf8 { .. } => "save the file as UTF-8",
            Fault::FileTooLarge { .. } => "move the detail into files under `references/`",
            Fault::TooLarge { .. } | Fault::TooManyNodes => "move the detail into the body",
            Fault::TooDeep => "flatten the values; `metadata` maps names to texts",
            Fault::NoFrontmatter { before } => match before.as_ref().map(|before| before.what) {
                Some(Preamble::Heading) => {
                    "write `---`, each field on a line of its own without `#`, and `---`; keep the formatter from this file"
                }
                Some(Preamble::Fence) => "remove the fence, at the end of the file too",
                Some(Preamble::Comment) => "move the comment below the frontmatter",
                Some(_) => "remove everything before the first `---`, blank lines too",
                None => {
                    "begin the file with `---`, `name: …`, `description: …` and `---`, a line each"
                }
            },
            Fault::Unclosed {
                heading: Some(_), ..
            } => "write each field on a line of its own, without `#`, and a line `---` after them",
            Fault::Unclosed { .. } => "put a line `---` between the last field and the Markdown",
            Fault::TextAfterValue { quoted, .. } if quoted.replacement.starts_with('[') => {
                return format!("move what follows into the brackets: `{}`", quoted.line);
            }
            Fault::TextAfterValue {
                close: ']' | '}',
                quoted,
            } => {
                return format!(
                    "move what follows into the brackets or remove it, or quote the whole value: `{}`",
                    quoted.line
                );
            }
            Fault::UnquotedColon { quoted, .. }
            | Fault::ReservedStart { quoted, .. }
            | Fault::TextAfterValue { quoted, .. }
            | Fault::BrokenCollection { quoted, .. } => {
                return format!("quote the whole value: `{}`", quoted.line);
            }
            Fault::TextBeforeKey { .. } => "begin the line with the key",
            Fault::UnclosedQuote { .. } => "close the quote on the same line, or remove it",
            Fault::Tab => "indent with spaces",
            Fault::Control { .. } => "remove the character",
            Fault::NotAKey { line } if line.contains(':') => "put a space after the colon",
            Fault::NotAKey { .. } => {
                "write `key: value`, or indent the line so that it continues the value above"
            }
            Fault::CollectionKey => {
                "use a text as the key; a value that starts with a bracket needs quotes"
            }
            Fault::Yaml { .. } => "write one `key: value` a line, with texts in double quotes",
            Fault::NotAMap { .. } => "write at least `name: …` and `description: …`, a line each",
            Fault::DuplicateKey { .. } => "keep one of the two; parsers disagree on which counts",
        };
        sentence.to_owned()
    }
}

impl Fault {
    /// Returns the value in quotes, when that is what mends it.
    #[must_use]
    pub const fn quoted(&self) -> Option<&Quoted> {
        match self {
            Self::UnquotedColon { quoted, .. }
            | Self::ReservedStart { quoted, .. }
            | Self::TextAfterValue { quoted, .. }
            | Self::BrokenCollection { quoted, .. } => Some(quoted),
            _ => None,
        }
    }

    /// Returns the same fault with its places moved on by `by` bytes.
    pub(super) fn shifted(mut self, by: usize) -> Self {
        match &mut self {
            Self::UnquotedColon { quoted, .. }
            | Self::ReservedStart { quoted, .. }
            | Self::TextAfterValue { quoted, .. }
            | Self::BrokenCollection { quoted, .. } => quoted.span = quoted.span.shifted(by),
            _ => {}
        }
        self
    }
}

fn no_frontmatter(before: Option<&Before>) -> &'static str {
    match before.map(|before| before.what) {
        None => "SKILL.md does not begin with a line `---`",
        Some(Preamble::Blank) => "a blank line stands before the first `---`",
        Some(Preamble::Comment) => "a comment stands before the first `---`",
        Some(Preamble::Rule) => "a line of `_` stands before the first `---`",
        Some(Preamble::Fence) => "a code fence stands around the whole file",
        Some(Preamble::Heading) => "the frontmatter has become a Markdown heading",
        Some(Preamble::Text) => "text stands before the first `---`",
    }
}

fn unclosed(heading: Option<&str>) -> String {
    match heading {
        Some(heading) => format!(
            "the frontmatter is never closed: the field `{heading}` has become a Markdown heading"
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

/// What a reserved first character stands for. Source: YAML 1.2.2, section 5.3.
fn meaning(character: char) -> &'static str {
    match character {
        '*' => "it is an alias, and no anchor has that name",
        '&' => "it is an anchor, and this one is broken",
        '!' => "it is a tag, and this one is broken",
        '%' => "it is a directive",
        ',' | ']' | '}' => "it belongs to a list or a map",
        _ => "it is reserved",
    }
}
