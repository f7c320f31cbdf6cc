//! [`UnreferencedFiles`]: the files that no text mentions by their name without extension.

use std::collections::HashMap;

use crate::references::path_index;

/// Maximum length of a word that can be a name; longer words are data.
const MAX_WORD_BYTES: usize = 300;
/// Maximum number of stems that are searched in a text before its words are read.
const MAX_SEARCHED: usize = 16;
/// Maximum number of places of a stem in a text that are compared then.
const MAX_PLACES: usize = 64;
/// Maximum number of dots in a word that may separate the extension.
const MAX_DOTS: usize = 4;

/// The files that no text has mentioned so far.
///
/// A text mentions a file if the file's stem is a word in it: `forms`, `references/forms.md`,
/// `import forms`. Each text is scanned once for all files.
#[derive(Debug, Default)]
pub(crate) struct UnreferencedFiles<'a> {
    by_stem: HashMap<String, Vec<&'a str>>,
}

impl<'a> UnreferencedFiles<'a> {
    /// Returns these files, none of them mentioned.
    pub(crate) fn new(files: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_stem: HashMap<String, Vec<&str>> = HashMap::new();
        for file in files {
            by_stem.entry(key(file)).or_default().push(file);
        }
        Self { by_stem }
    }

    /// Whether every file was mentioned.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_stem.is_empty()
    }

    /// Whether no text has mentioned the file.
    pub(crate) fn contains(&self, file: &str) -> bool {
        self.by_stem
            .get(&key(file))
            .is_some_and(|files| files.contains(&file))
    }

    /// Removes the files that `text` mentions, except `own`, the file that contains the text.
    pub(crate) fn mark_mentioned(&mut self, text: &str, own: &str) {
        self.mark_plainly_named(text, own);
        if self.is_empty() {
            return;
        }
        // Most words have the length of no stem, so they need no lookup.
        let bit = |stem: &str| 1_u64 << stem.len().min(63);
        let lengths = self.by_stem.keys().fold(0, |bits, stem| bits | bit(stem));
        // A letter takes at most half as many bytes again in lower case.
        let shortest = self.by_stem.keys().map(|stem| stem.len() * 2 / 3).min();
        let shortest = shortest.unwrap_or_default();
        let long = pieces(text).filter(|piece| piece.len() >= shortest);
        for word in long.flat_map(words) {
            let lower;
            let word = if word.is_ascii() {
                word
            } else {
                lower = word.to_lowercase();
                &lower
            };
            let dots = memchr::memchr_iter(b'.', word.as_bytes());
            let stems = dots.take(MAX_DOTS).map(|at| &word[..at]);
            for stem in stems.chain([word]) {
                if lengths & bit(stem) != 0 {
                    self.remove(&stem.to_ascii_lowercase(), own);
                }
            }
            if self.is_empty() {
                return;
            }
        }
    }

    /// Removes the files whose stem is a word of a text in the same letter case, which is found in a fifth of the time of reading all of
    /// its words.
    fn mark_plainly_named(&mut self, text: &str, own: &str) {
        if self.by_stem.len() > MAX_SEARCHED {
            return;
        }
        let stems = self.by_stem.keys();
        let named: Vec<String> = stems.filter(|stem| names(text, stem)).cloned().collect();
        for stem in named {
            self.remove(&stem, own);
        }
    }

    fn remove(&mut self, stem: &str, own: &str) {
        let files = self.by_stem.get(stem);
        // A file that contains its own name is not mentioned by it.
        if files.is_some_and(|files| **files != [own]) {
            self.by_stem.remove(stem);
        }
    }

    /// Returns the files that no text mentioned, sorted.
    pub(crate) fn into_files(self) -> Vec<&'a str> {
        let mut files: Vec<&str> = self.by_stem.into_values().flatten().collect();
        files.sort_unstable();
        files
    }
}

/// Whether a text has a stem in the same letter case, between characters that end a word, or before a dot.
fn names(text: &str, stem: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = |at: Option<&u8>| at.is_none_or(|byte| IS_END[usize::from(*byte)]);
    let is_word = stem.starts_with(char::is_alphanumeric)
        && stem.matches('.').count() < MAX_DOTS
        && stem.len() <= MAX_WORD_BYTES;
    let mut places = memchr::memmem::find_iter(bytes, stem).take(MAX_PLACES);
    is_word
        && places.any(|at| {
            let after = at + stem.len();
            let is_start = at == 0 || ends(bytes.get(at - 1));
            let rest = &bytes[at..bytes.len().min(at + MAX_WORD_BYTES + 1)];
            let is_short = rest.len() <= MAX_WORD_BYTES || rest.iter().any(|byte| ends(Some(byte)));
            is_start && (ends(bytes.get(after)) || bytes[after] == b'.' && is_short)
        })
}

/// Returns the word by which a text mentions a file: the first word of its stem.
fn key(file: &str) -> String {
    let name = file[path_index::folder_of(file).len()..].trim_start_matches('/');
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let word = pieces(stem).flat_map(words).next().unwrap_or(stem);
    word.to_lowercase()
}

/// Whether a byte ends a piece of a text: ASCII that is neither a letter, a digit, nor a mark in a word.
const IS_END: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'.');
        byte += 1;
    }
    table
};

/// Returns the pieces of a text. Nearly all words end at ASCII, which is compared without decoding.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.bytes().position(|byte| IS_END[usize::from(byte)]);
        rest = end.map(|end| &text[end + 1..]);
        Some(&text[..end.unwrap_or(text.len())])
    })
}

/// Returns the words of a piece; a word may contain `-`, `_` and `.`.
fn words(piece: &str) -> impl Iterator<Item = &str> {
    let is_mark = |c: char| matches!(c, '-' | '_' | '.');
    let (plain, other) = if piece.is_ascii() {
        (Some(piece), None)
    } else {
        let is_end = move |c: char| !c.is_alphanumeric() && !is_mark(c);
        (None, Some(piece.split(is_end)))
    };
    plain
        .into_iter()
        .chain(other.into_iter().flatten())
        .map(move |word| word.trim_matches(is_mark))
        .filter(|word| !word.is_empty() && word.len() <= MAX_WORD_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_finds_stems_as_they_are() {
        for text in [
            "see forms",
            "`forms.md`",
            "(references/forms)",
            "x forms.",
            "forms",
        ] {
            assert!(names(text, "forms"), "{text}");
        }
        let long = format!("forms.{}", "x".repeat(MAX_WORD_BYTES));
        for text in [
            "Forms",
            "platforms",
            "forms-2",
            "forms_",
            "éforms",
            &long,
            "",
        ] {
            assert!(!names(text, "forms"), "{text}");
        }
        assert!(!names("a ___ b", "___"));
        assert!(!names("a.b.c.d.e", "a.b.c.d.e"));
    }

    #[test]
    fn mark_mentioned_finds_files_by_stem() {
        let files = [
            "references/forms.md",
            "references/v2.1-notes.md",
            "references/Lay Out.md",
            "references/api.md",
            "references/_own.md",
        ];
        let mut unreferenced = UnreferencedFiles::new(files);
        unreferenced.mark_mentioned("Rapid forms.md, v2.1-notes and **lay out**", "SKILL.md");
        assert!(
            unreferenced.contains("references/api.md")
                && !unreferenced.contains("references/forms.md")
        );
        unreferenced.mark_mentioned("api", "references/api.md");
        assert_eq!(
            unreferenced.into_files(),
            ["references/_own.md", "references/api.md"]
        );
    }
}
