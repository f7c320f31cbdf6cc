//! [`UnreferencedFiles`]: files that are looked for in texts by their names without extension.

use std::collections::HashMap;

use crate::references::path_index;

/// Longest word that can be a name; a longer one is data.
const MAX_WORD_BYTES: usize = 300;
/// Most dots of a word that are taken for the one before the extension.
const MAX_DOTS: usize = 4;

/// Files that no text has named so far.
///
/// A text names a file when its stem is a word of it: `forms`, `references/forms.md`,
/// `import forms`. One walk over a text serves all files.
#[derive(Debug, Default)]
pub struct UnreferencedFiles<'a> {
    by_stem: HashMap<String, Vec<&'a str>>,
    /// How long the stems are, a bit for each length up to 63, the last for all longer ones:
    /// most words need not be looked up.
    lengths: u64,
}

impl<'a> UnreferencedFiles<'a> {
    /// Returns these files, none of them named.
    #[must_use]
    pub fn new(files: impl IntoIterator<Item = &'a str>) -> Self {
        let mut by_stem: HashMap<String, Vec<&str>> = HashMap::new();
        for file in files {
            by_stem.entry(key(file)).or_default().push(file);
        }
        let lengths = by_stem.keys().fold(0, |bits, stem| bits | length_bit(stem));
        Self { by_stem, lengths }
    }

    /// Whether every file was named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_stem.is_empty()
    }

    /// Returns whether the file was not named.
    #[must_use]
    pub fn contains(&self, file: &str) -> bool {
        self.by_stem
            .get(&key(file))
            .is_some_and(|files| files.contains(&file))
    }

    /// Strikes out what `text` names, but for the file `own` that it is the text of.
    pub fn mark_mentioned(&mut self, text: &str, own: &str) {
        let own_key = key(own);
        // A text that has its own name in it does not name itself.
        let itself = self.by_stem.get(&own_key).filter(|files| **files == [own]);
        let itself = itself.cloned();
        for word in words(text) {
            if self.by_stem.is_empty() {
                break;
            }
            // Only letters beyond ASCII change their length with their case.
            let may_be_one =
                !word.is_ascii() || word.contains('.') || self.lengths & length_bit(word) != 0;
            if !may_be_one {
                continue;
            }
            let word = word.to_lowercase();
            self.by_stem.remove(word.as_str());
            for (at, _) in word.match_indices('.').take(MAX_DOTS) {
                self.by_stem.remove(&word[..at]);
            }
        }
        if let Some(files) = itself {
            self.by_stem.insert(own_key, files);
        }
    }

    /// Returns the files that no text named, sorted.
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

/// Returns the word that names a file: of a name with spaces the first.
fn key(file: &str) -> String {
    let name = file[path_index::folder_of(file).len()..].trim_start_matches('/');
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let word = words(stem).next().unwrap_or(stem);
    word.to_lowercase()
}

/// Returns the words of a text; `-`, `_` and `.` within one belong to it.
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
    fn a_text_names_files_by_their_stem() {
        let files = [
            "references/forms.md",
            "references/v2.1-notes.md",
            "references/Lay Out.md",
            "references/api.md",
            "references/_own.md",
        ];
        let mut stems = UnreferencedFiles::new(files);
        stems.mark_mentioned("Rapid forms.md, v2.1-notes and **lay out**", "SKILL.md");
        assert!(stems.contains("references/api.md") && !stems.contains("references/forms.md"));
        stems.mark_mentioned("api", "references/api.md");
        assert_eq!(
            stems.into_files(),
            ["references/_own.md", "references/api.md"]
        );
    }
}
