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
pub struct UnreferencedFiles<'a> {
    by_stem: HashMap<String, Vec<&'a str>>,
    /// The lengths of the stems, one bit for each length below 63 and the last bit for longer
    /// ones. Most words have another length and need no lookup.
    lengths: u64,
}

impl<'a> UnreferencedFiles<'a> {
    /// Returns these files, none of them mentioned.
    #[must_use]
    pub fn new(files: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_stem: HashMap<String, Vec<&str>> = HashMap::new();
        for file in files {
            by_stem.entry(key(file)).or_default().push(file);
        }
        let lengths = by_stem.keys().fold(0, |bits, stem| bits | length_bit(stem));
        Self { by_stem, lengths }
    }

    /// Whether every file was mentioned.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_stem.is_empty()
    }

    /// Whether no text has mentioned the file.
    #[must_use]
    pub fn contains(&self, file: &str) -> bool {
        self.by_stem
            .get(&key(file))
            .is_some_and(|files| files.contains(&file))
    }

    /// Removes the files that `text` mentions, except `own`, the file that contains the text.
    pub fn mark_mentioned(&mut self, text: &str, own: &str) {
        let own_key = key(own);
        // A file that contains its own name is not mentioned by it.
        let own_files = self.by_stem.get(&own_key).filter(|files| **files == [own]);
        let own_files = own_files.cloned();
        for word in words(text) {
            if self.by_stem.is_empty() {
                break;
            }
            // Only non-ASCII letters change their length with their case.
            let may_match =
                !word.is_ascii() || word.contains('.') || self.lengths & length_bit(word) != 0;
            if !may_match {
                continue;
            }
            let word = word.to_lowercase();
            self.by_stem.remove(word.as_str());
            for (at, _) in word.match_indices('.').take(MAX_DOTS) {
                self.by_stem.remove(&word[..at]);
            }
        }
        if let Some(files) = own_files {
            self.by_stem.insert(own_key, files);
        }
    }

    /// Returns the files that no text mentioned, sorted.
    #[must_use]
    pub fn into_files(self) -> Vec<&'a str> {
        let mut files: Vec<&str> = self.by_stem.into_values().flatten().collect();
        files.sort_unstable();
        files
    }
}

fn length_bit(word: &str) -> u64 {
    1 << word.len().min(63)
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
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let words = text.split(move |c: char| !is_part(c));
    words
        .map(|word| word.trim_matches(['.', '-', '_']))
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
