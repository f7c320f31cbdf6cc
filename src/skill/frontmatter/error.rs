//! [`FrontmatterError`]: why a frontmatter can't be read, where, and what to do.

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

/// What is wrong with a frontmatter. `quoted` is the line as it should be written.
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
    #[error("SKILL.md does not begin with a line `---`")]
    NoFrontmatter {
        /// Whether a frontmatter follows further down.
        something_before: bool,
    },
    /// There is no second `---`.
    #[error("the frontmatter is opened with `---` but never closed")]
    Unclosed,
    /// `description: text: more`.
    #[error("the value of `{key}` has an unquoted `: `, which YAML reads as another key")]
    UnquotedColon {
        /// The key of the value.
        key: String,
        /// The line with its value quoted.
        quoted: String,
    },
    /// A value that starts with a character that means something else in YAML.
    #[error("a value can't start with `{character}` in YAML: {}", meaning(*.character))]
    ReservedStart {
        /// The first character.
        character: char,
        /// The line with its value quoted.
        quoted: String,
    },
    /// `'it's'`, `"a" + "b"`, `[a] [b]`.
    #[error("text follows the closing `{close}` of a value")]
    TextAfterValue {
        /// The quote or bracket that closed the value.
        close: char,
        /// The line with its value quoted.
        quoted: String,
    },
    /// A value starts with `[` or `{` and is no list or map.
    #[error("a value that starts with `{open}` is a {} in YAML, and this one is broken", collection(*.open))]
    BrokenCollection {
        /// The bracket.
        open: char,
        /// The line with its value quoted.
        quoted: String,
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
    /// `<<: …`.
    #[error("the merge key `<<` is not allowed in a frontmatter")]
    MergeKey,
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

impl FrontmatterError {
    pub(super) fn new(span: Span, fault: Fault) -> Self {
        Self { span, fault }
    }

    /// Returns what to do about it, as a sentence.
    #[must_use]
    pub fn help(&self) -> String {
        let sentence = match &self.fault {
            Fault::NotUtf8 { .. } => "save the file as UTF-8",
            Fault::FileTooLarge { .. } => "move the detail into files under `references/`",
            Fault::TooLarge { .. } | Fault::TooManyNodes => "move the detail into the body",
            Fault::TooDeep => "flatten the values; `metadata` maps names to texts",
            Fault::NoFrontmatter {
                something_before: true,
            } => "remove everything before the first `---`, blank lines and comments too",
            Fault::NoFrontmatter { .. } => {
                "begin the file with `---`, `name: …`, `description: …` and `---`, a line each"
            }
            Fault::Unclosed => "put a line `---` between the last field and the Markdown",
            Fault::TextAfterValue {
                close: ']' | '}',
                quoted,
            } => {
                return format!(
                    "move what follows into the brackets or remove it, or quote the whole value: `{quoted}`"
                );
            }
            Fault::UnquotedColon { quoted, .. }
            | Fault::ReservedStart { quoted, .. }
            | Fault::TextAfterValue { quoted, .. }
            | Fault::BrokenCollection { quoted, .. } => {
                return format!("quote the whole value: `{quoted}`");
            }
            Fault::UnclosedQuote { .. } => "close the quote on the same line, or remove it",
            Fault::Tab => "indent with spaces",
            Fault::Control { .. } => "remove the character",
            Fault::NotAKey { line } if line.contains(':') => "put a space after the colon",
            Fault::NotAKey { .. } => {
                "write `key: value`, or indent the line so that it continues the value above"
            }
            Fault::MergeKey => "write the merged keys out",
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

fn collection(open: char) -> &'static str {
    if open == '[' { "list" } else { "map" }
}

/// What a reserved first character stands for. Source: YAML 1.2.2, section 5.3.
fn meaning(character: char) -> &'static str {
    match character {
        '*' => "it is an alias, which a frontmatter may not have",
        '&' => "it is an anchor, which a frontmatter may not have",
        '!' => "it is a tag, which a frontmatter may not have",
        '%' => "it is a directive",
        ',' | ']' | '}' => "it belongs to a list or a map",
        _ => "it is reserved",
    }
}
