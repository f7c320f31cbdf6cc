//! [`NamePatterns`]: the patterns and prefixes by which pages mention several files at once.

use std::collections::HashSet;

use crate::markdown::Markdown;
use crate::references::path_index;
use crate::span::Span;

/// Maximum number of patterns, because each is compared with each file. Known skills have fewer than 100.
const MAX_PATTERNS: usize = 500;
/// Maximum length of a word that can be a pattern; longer words are data.
const MAX_WORD_BYTES: usize = 200;
/// Characters for an unknown part of a name, or begin a placeholder.
const PLACEHOLDERS: [char; 5] = ['*', '…', '<', '{', '['];

/// Patterns such as `references/*.md` or `<language>-<framework>.md`, and prefixes such as `db-`.
#[derive(Debug, Default)]
pub(crate) struct NamePatterns(HashSet<Pattern>);

/// The fixed parts of a pattern, in lower case, with something unknown between each two of them.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Pattern(Vec<String>);

impl NamePatterns {
    /// Reads the patterns of a page with this text.
    pub(crate) fn read(&mut self, page: &str, markdown: &Markdown) {
        // In other text, only a path can be a pattern: `*one*` is emphasis.
        let paths = words(page).filter(|word| word.contains('/'));
        self.add(paths.filter_map(Pattern::parse));
        let text = |code: &Span| code.of(page);
        for code in markdown.code_blocks.iter().chain(&markdown.code_spans) {
            self.add(words(text(code)).filter_map(Pattern::parse));
        }
        let spans = markdown.code_spans.iter().map(text);
        self.add(spans.filter_map(|span| Pattern::prefix(span.trim_matches('`').trim())));
    }

    fn add(&mut self, patterns: impl Iterator<Item = Pattern>) {
        let left = MAX_PATTERNS.saturating_sub(self.0.len());
        self.0.extend(patterns.take(left));
    }

    /// Whether a pattern mentions the file with this path.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.to_lowercase();
        let name = &path[path_index::folder_of(&path).len()..];
        let name = name.trim_start_matches('/');
        self.0
            .iter()
            .any(|pattern| pattern.matches(name) || pattern.matches(&path))
    }
}

impl Pattern {
    /// Returns the pattern of a word with a placeholder: `*`, `<topic>`, `{topic}`, `[topic]`, `…` or `N`.
    fn parse(word: &str) -> Option<Self> {
        let word = word.trim_end_matches([',', '.', ':', ';']);
        // `**bold**`, but not `**/*.md`.
        let word = word
            .strip_prefix("**")
            .filter(|rest| !rest.starts_with('/'))
            .unwrap_or(word);
        let word = word.strip_suffix("**").unwrap_or(word);
        let word = word.trim_start_matches("./").to_lowercase();
        let word = word.replace("...", "…").replace("-n-", "-*-");
        let mut parts = vec![String::new()];
        let mut closing = None;
        for c in word.chars() {
            match (closing, c) {
                (Some(end), c) => {
                    if c == end {
                        closing = None;
                    }
                }
                (None, '*' | '…' | '<' | '{' | '[') => {
                    closing = match c {
                        '<' => Some('>'),
                        '{' => Some('}'),
                        '[' => Some(']'),
                        _ => None,
                    };
                    if parts.last().is_some_and(|part| !part.is_empty()) || parts.len() == 1 {
                        parts.push(String::new());
                    }
                }
                (None, c) => parts.last_mut()?.push(c),
            }
        }
        // `references/<topic>/` means the files in the folder, and `db-*` has no extension.
        let last = parts.last_mut()?;
        if !last.contains('.') && !last.is_empty() {
            parts.push(String::new());
        }
        let pattern = Self(parts);
        (closing.is_none()
            && pattern.0.len() > 1
            && has_placeholder(&word)
            && pattern.is_specific())
        .then_some(pattern)
    }

    /// Returns the pattern of a prefix: `db-`.
    fn prefix(code: &str) -> Option<Self> {
        let stem = code.strip_suffix(['-', '_'])?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
        let is_stem = stem.len() > 1 && stem.chars().all(is_name) && !stem.starts_with(['-', '/']);
        is_stem.then(|| Self(vec![code.to_lowercase(), String::new()]))
    }

    /// Whether this is a pattern of file names, and few names match: a folder or two letters are
    /// fixed, or it has several words. `*.md` is not specific, and `x[index]` is code.
    fn is_specific(&self) -> bool {
        let whole = self.0.join("*");
        let is_of_name = |c: char| c.is_alphanumeric() || "-_./*".contains(c);
        if !whole.chars().all(is_of_name) || !whole.contains(['-', '_', '.', '/']) {
            return false;
        }
        let folder = path_index::folder_of(&whole).len();
        let extension = whole[folder..]
            .find('.')
            .map_or(whole.len(), |at| folder + at);
        let stem = &whole[..extension];
        let letters = stem.chars().filter(|c| c.is_alphanumeric()).count();
        let separators = stem.matches("*-*").count() + stem.matches("*_*").count();
        letters > 1 || separators > 0 && whole.contains('.')
    }

    fn matches(&self, path: &str) -> bool {
        let [first, between @ .., last] = self.0.as_slice() else {
            return false;
        };
        let Some(mut rest) = path.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in between {
            let Some(at) = rest.find(part.as_str()) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }
}

fn has_placeholder(word: &str) -> bool {
    word.contains(PLACEHOLDERS)
}

/// Returns the words with a placeholder.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let separates = |c: char| {
        if c.is_ascii() {
            c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '(' | ')' | '|')
        } else {
            c.is_whitespace() || "，。、；：（）「」".contains(c)
        }
    };
    let mut rest = text;
    let words = std::iter::from_fn(move || {
        // Go from placeholder to placeholder, because most words have none.
        let at = rest.find(PLACEHOLDERS)?;
        let before = rest[..at].rsplit(separates).next().unwrap_or_default();
        let end = rest[at..]
            .find(separates)
            .map_or(rest.len(), |end| at + end);
        let word = &rest[at - before.len()..end];
        rest = &rest[end..];
        Some(word)
    });
    words.filter(|word| word.len() <= MAX_WORD_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mentions(word: &str, path: &str) -> bool {
        let pattern = Pattern::parse(word).or_else(|| Pattern::prefix(word));
        let patterns = NamePatterns(pattern.into_iter().collect());
        patterns.has(path)
    }

    #[test]
    fn pattern_or_prefix_mentions_files() {
        for (word, path) in [
            ("references/*.md", "references/a.md"),
            ("./references/<topic>.md", "references/a.md"),
            ("references/module-N-*.md", "references/module-3-x.md"),
            ("references/{topic}/", "references/a/b.md"),
            ("references/…", "references/a.md"),
            (
                "<language>-<framework>-web-security.md",
                "references/go-gin-web-security.md",
            ),
            ("<language>-<framework>.md", "references/Go-Gin.md"),
            ("db-*", "references/db-index.md"),
            ("[kind]-guide.md", "references/api-guide.md"),
            ("db-", "references/db-index.md"),
            ("references/db_", "references/db_index.md"),
            ("**references/{a,b}.md**", "references/a.md"),
        ] {
            assert!(mentions(word, path), "{word}");
        }
        for word in [
            "*.md",
            "**/*.md",
            "*",
            "<br>",
            "**Read",
            "[x]",
            "db*.txt",
            "rules/*.md",
            "-",
            "b-",
            "index-",
            "references/db.md",
            "<a",
            "--flag-",
            "<user>-<repo>",
            "db[index]",
            "db-index(…",
        ] {
            assert!(!mentions(word, "references/db-index.md"), "{word}");
        }
    }
}
