//! [`Query`]: the words to search for, and how well a name matches them.

/// The longest query, which is less than the 256 characters that GitHub accepts.
pub(crate) const MAX_CHARS: usize = 200;
/// Longer words are cut, so that one of a megabyte costs nothing.
const MAX_WORD_BYTES: usize = 40;

/// The words to search for.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    /// The text, as typed.
    pub(crate) text: String,
    /// Its different words, in the form in which texts are indexed.
    pub(crate) words: Vec<String>,
}

/// How well a name matches a query; the best is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum NameMatch {
    /// A word is not in the name.
    No,
    /// All words are beginnings of words of the name.
    Beginnings,
    /// All words are words of the name.
    Words,
    /// The name has exactly these words.
    Exact,
}

impl Query {
    /// Creates a query.
    pub(crate) fn new(text: &str) -> Self {
        let mut words = Vec::new();
        for word in words_of(text) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        Self {
            text: text.trim().to_owned(),
            words,
        }
    }

    /// Returns how well a name matches.
    pub(crate) fn match_name(&self, name: &str) -> NameMatch {
        let name: Vec<String> = words_of(name).collect();
        let all = |is_match: &dyn Fn(&str, &str) -> bool| {
            let mut words = self.words.iter();
            words.all(|word| name.iter().any(|found| is_match(found, word)))
        };
        if self.words.is_empty() || !all(&|found, word| found.starts_with(word)) {
            NameMatch::No
        } else if !all(&|found, word| found == word) {
            NameMatch::Beginnings
        } else if name.len() == self.words.len() {
            NameMatch::Exact
        } else {
            NameMatch::Words
        }
    }
}

/// Returns the words of a text in lower case, without the `s` of a plural. Scripts without spaces have
/// one word for each character.
pub(crate) fn words_of(text: &str) -> impl Iterator<Item = String> {
    let separates = |c: char| !c.is_alphanumeric();
    let runs = text.split(separates).filter(|run| !run.is_empty());
    runs.flat_map(|run| {
        if run.is_ascii() {
            return vec![normal(run)];
        }
        let mut words = Vec::new();
        let mut begin = 0;
        for (at, c) in run.char_indices().filter(|(_, c)| is_spaceless(*c)) {
            words.extend((begin < at).then(|| normal(&run[begin..at])));
            begin = at + c.len_utf8();
            words.push(c.to_string());
        }
        words.extend((begin < run.len()).then(|| normal(&run[begin..])));
        words
    })
}

fn normal(word: &str) -> String {
    let end = word.floor_char_boundary(MAX_WORD_BYTES);
    let mut word = word[..end].to_lowercase();
    if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
        word.pop();
    }
    word
}

/// Whether a character is of a script that is written without spaces: Chinese or Japanese.
fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        words_of(text).collect()
    }

    #[test]
    fn words_are_lower_case_and_singular() {
        assert_eq!(words("PDF-Forms, class"), ["pdf", "form", "class"]);
        assert_eq!(words("  --  "), [""; 0]);
        assert_eq!(words("C++ & css3"), ["c", "css3"]);
        assert_eq!(words("PDF翻译skills"), ["pdf", "翻", "译", "skill"]);
        assert_eq!(words(&"é".repeat(500_000))[0].len(), MAX_WORD_BYTES);
    }

    #[test]
    fn names_are_compared_word_by_word() {
        let query = Query::new("async python");
        for (name, expected) in [
            ("python-async", NameMatch::Exact),
            ("async-python-patterns", NameMatch::Words),
            ("asyncio-python", NameMatch::Beginnings),
            ("python-patterns", NameMatch::No),
            ("", NameMatch::No),
        ] {
            assert_eq!(query.match_name(name), expected, "{name}");
        }
        assert_eq!(Query::new("").match_name(""), NameMatch::No);
        assert!(NameMatch::Exact > NameMatch::Words);
    }
}
