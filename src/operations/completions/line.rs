//! Splits the command line of a shell.

/// Returns the words of the simple command that ends at the end of `line`, without quotes. The last
/// one, which may be empty or unfinished, is the word at the cursor.
pub(crate) fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_open = false;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                is_open = true;
            }
            (None | Some('"'), '\\') => {
                word.extend(characters.next());
                is_open = true;
            }
            (None, c) if c.is_whitespace() => {
                if is_open {
                    words.push(std::mem::take(&mut word));
                    is_open = false;
                }
            }
            (_, c) => {
                word.push(c);
                is_open = true;
            }
        }
    }
    words.push(word);
    words
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_are_those_of_a_shell() {
        assert_eq!(split("mdskill add a/b@v1"), ["mdskill", "add", "a/b@v1"]);
        assert_eq!(split("mdskill  add "), ["mdskill", "add", ""]);
        assert_eq!(split("m 'a b' \"c'd\"e\\ f"), ["m", "a b", "c'de f"]);
        assert_eq!(split("m 'a b"), ["m", "a b"]);
        assert_eq!(split("m '' \\"), ["m", "", ""]);
        assert_eq!(split(""), [""]);
    }
}
