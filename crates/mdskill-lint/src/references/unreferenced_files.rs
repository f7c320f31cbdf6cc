//! [`UnreferencedFiles`]: the files that no text mentions by their name without extension.

use std::collections::HashMap;

use crate::references::path_index;

/// Maximum length of a word that can be a name; longer words are data.
const MAX_WORD_BYTES: usize = 300;
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
        if self.is_empty() {
            return;
        }
        // Most words have the length of no stem, so they need no lookup.
        let bit = |stem: &str| 1_u64 << stem.len().min(63);
        let lengths = self.by_stem.keys().fold(0, |bits, stem| bits | bit(stem));
        let text = text.to_lowercase();
        for word in words(&text) {
            let dots = word.bytes().enumerate().filter(|(_, byte)| *byte == b'.');
            let stems = dots.take(MAX_DOTS).map(|(at, _)| &word[..at]);
            for stem in stems.chain([word]) {
                if lengths & bit(stem) != 0 {
                    self.remove(stem, own);
                }
            }
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

/// Returns the word by which a text mentions a file: the first word of its stem.
fn key(file: &str) -> String {
    let name = file[path_index::folder_of(file).len()..].trim_start_matches('/');
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let word = words(stem).next().unwrap_or(stem);
    word.to_lowercase()
}

/// Returns the words of a text; a word may contain `-`, `_` and `.`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |c: char| matches!(c, '-' | '_' | '.');
    let is_part = move |c: char| {
        if c.is_ascii() {
            c.is_ascii_alphanumeric() || is_mark(c)
        } else {
            c.is_alphanumeric()
        }
    };
    let words = text.split(move |c: char| !is_part(c));
    words
        .filter(|word| !word.is_empty())
        .map(move |word| word.trim_matches(is_mark))
        .filter(|word| !word.is_empty() && word.len() <= MAX_WORD_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

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
