//! [`Glob`]: a pattern of paths or addresses.

/// The limit of combinations of alternatives, because each one is tried. A pattern may come from the
/// repository of someone else; at the limit, the slowest match takes about 50 ms.
const MAX_COMBINATIONS: usize = 10_000;

/// A valid glob: `*` and `?` match within a part of a path, `**` matches any number of parts, `[ab]`
/// one of the characters, `{a,b}` one of the alternatives, and `\` escapes the next character.
#[derive(Debug, Clone)]
pub(crate) struct Glob(String);

impl Glob {
    /// Checks a glob.
    ///
    /// # Errors
    /// The problem, if the text is not a valid glob.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        fast_glob::validate(text).map_err(|error| error.to_string())?;
        let groups = text.matches('{').count();
        let alternatives = text.matches(',').count() / groups.max(1) + 1;
        let groups = u32::try_from(groups).unwrap_or(u32::MAX);
        if alternatives.saturating_pow(groups) > MAX_COMBINATIONS {
            return Err("too many combinations of alternatives".to_owned());
        }
        // A `!` at the start would negate the glob.
        let escape = if text.starts_with('!') { "\\" } else { "" };
        Ok(Self(format!("{escape}{text}")))
    }

    /// Returns the glob as written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the glob matches a path with forward slashes.
    #[must_use]
    pub(crate) fn is_match(&self, path: &str) -> bool {
        fast_glob::glob_match(&self.0, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glob_matches_paths() {
        let cases = [
            ("*.md", "a.md", true),
            ("*.md", ".md", true),
            ("*.md", "a/b.md", false),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("**", "a/b", true),
            ("a/**", "a/b/c", true),
            ("a/**", "a", false),
            ("a/**", "ab", false),
            ("**/a", "a", true),
            ("**/a", "x/y/a", true),
            ("**/a", "x/ba", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a**b", "a/b", false),
            ("[ab]c", "bc", true),
            ("[ab]c", "cc", false),
            ("[!ab]c", "cc", true),
            ("a[!x]b", "a/b", false),
            ("[a-c]", "b", true),
            ("{a,b/*}.md", "b/c.md", true),
            ("{a,b}.md", "c.md", false),
            ("x{,.md}", "x", true),
            (r"\*", "*", true),
            (r"\*", "a", false),
            (r"\{a,b\}", "{a,b}", true),
            ("!a", "!a", true),
            ("!a", "b", false),
            ("", "a", false),
        ];
        for (glob, path, expected) in cases {
            let found = Glob::new(glob).unwrap().is_match(path);
            assert_eq!(found, expected, "{glob} {path}");
        }
    }

    #[test]
    fn invalid_or_expensive_glob_is_an_error() {
        let expensive = "{*,a*,*a,b,aa,aaa,*a*}".repeat(10);
        for (glob, problem) in [
            ("a[", "unclosed character class"),
            ("{a,b", "unclosed brace expansion"),
            ("a\\", "trailing backslash"),
            (&expensive, "too many combinations of alternatives"),
        ] {
            let error = Glob::new(glob).unwrap_err();
            assert!(error.contains(problem), "{glob}: {error}");
        }
    }
}
