//! [`Hint`]: the next step after an error or a report. Commands in a hint are values, so that the
//! output code decides whether to write them with `-g`.

use std::borrow::Cow;

/// The package of mdskill in the npm registry, where another company has the name `mdskill`.
pub(crate) const NPM_PACKAGE: &str = "@mdskill/cli";

/// Commands that do the same with and without `-g`.
const WITHOUT_SCOPE: [&str; 6] = ["agents", "cache", "completions", "rule", "man", "schema"];

/// A command line that users may paste.
///
/// Only texts of the program itself (`&'static str`) are written as they are. Everything else is one
/// quoted word, because a name from a repository could contain another command:
///
/// ```compile_fail
/// # use mdskill::hint::CommandLine;
/// let name = String::from("x; touch owned");
/// CommandLine::mdskill(&name);
/// ```
///
/// ```
/// # use mdskill::hint::CommandLine;
/// let name = String::from("x; touch owned");
/// let line = CommandLine::mdskill("keep").word(name);
/// # #[cfg(unix)]
/// assert_eq!(line.in_scope(false), "`mdskill keep 'x; touch owned'`");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    program: &'static str,
    fixed: &'static str,
    /// The quoted words.
    words: Vec<String>,
}

impl CommandLine {
    /// Creates a command of this program, such as `lock --resolve`.
    #[must_use]
    pub fn mdskill(fixed: &'static str) -> Self {
        Self::of("mdskill", fixed)
    }

    /// Creates a command of git, such as `add`.
    #[must_use]
    pub fn git(fixed: &'static str) -> Self {
        Self::of("git", fixed)
    }

    fn of(program: &'static str, fixed: &'static str) -> Self {
        Self {
            program,
            fixed,
            words: Vec::new(),
        }
    }

    /// Appends a text as one word.
    #[must_use]
    pub fn word(mut self, word: impl AsRef<str>) -> Self {
        self.words.push(for_shell(word.as_ref()).into_owned());
        self
    }

    /// Appends texts as one word each.
    #[must_use]
    pub fn words(self, words: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        words.into_iter().fold(self, Self::word)
    }

    /// Appends fixed words, such as `--force`.
    #[must_use]
    pub fn then(mut self, fixed: &'static str) -> Self {
        self.words.push(fixed.to_owned());
        self
    }

    /// Returns the command in backticks, with `-g` for the user's own skills.
    #[must_use]
    pub fn in_scope(&self, is_personal: bool) -> String {
        format!("`{}`", self.bare(is_personal))
    }

    /// Returns the command without backticks.
    pub(crate) fn bare(&self, is_personal: bool) -> String {
        let name = self.fixed.split(' ').next().unwrap_or_default();
        let has_scope = self.program == "mdskill" && !WITHOUT_SCOPE.contains(&name);
        let scope = (is_personal && has_scope).then_some("-g");
        let words = self.words.iter().map(String::as_str);
        let all = std::iter::once(self.program).chain(scope);
        let all = all.chain(Some(self.fixed).filter(|fixed| !fixed.is_empty()));
        all.chain(words).collect::<Vec<_>>().join(" ")
    }
}

impl From<&'static str> for CommandLine {
    fn from(fixed: &'static str) -> Self {
        Self::mdskill(fixed)
    }
}

/// Shorthand for [`CommandLine::mdskill`].
pub(crate) fn mdskill(fixed: &'static str) -> CommandLine {
    CommandLine::mdskill(fixed)
}

/// Quotes a word for a shell.
pub(crate) fn for_shell(word: &str) -> Cow<'_, str> {
    if cfg!(windows) {
        for_windows(word)
    } else {
        for_posix(word)
    }
}

fn for_posix(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./@:+~^,=".contains(c);
    if !word.is_empty() && !word.starts_with(['-', '~', '=']) && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        // An option would need `--` before it, and `-` is not part of any name, so it is only quoted.
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

/// Quotes a word for `PowerShell` and `cmd`, which read quotes in different ways. A word that one of them
/// would expand even in quotes is not offered.
fn for_windows(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:+~".contains(c);
    let is_expanded = |c: char| "\"$`%!^\\\u{201c}\u{201d}\u{201e}".contains(c) || c.is_control();
    if !word.is_empty() && !word.starts_with(['-', '~']) && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else if word.chars().any(is_expanded) {
        Cow::Borrowed("NAME")
    } else {
        Cow::Owned(format!("\"{word}\""))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Cow<'static, str>),
    Command(CommandLine),
}

/// A sentence that names a next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint(Vec<Part>);

impl Hint {
    /// Creates a hint that begins with text.
    pub(crate) fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self(Vec::new()).then(text)
    }

    /// Creates a hint that begins with a command of this program, such as `keep pdf`.
    pub(crate) fn command(command: impl Into<CommandLine>) -> Self {
        Self(Vec::new()).then_command(command)
    }

    /// Appends text.
    pub(crate) fn then(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Part::Text(text.into()));
        self
    }

    /// Appends a command.
    pub(crate) fn then_command(mut self, command: impl Into<CommandLine>) -> Self {
        self.0.push(Part::Command(command.into()));
        self
    }

    /// Returns the sentence, with its commands in this scope.
    pub(crate) fn in_scope(&self, is_personal: bool) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.to_string(),
            Part::Command(command) => command.in_scope(is_personal),
        });
        parts.collect()
    }
}

/// An error that may have a hint.
pub(crate) trait HasHint {
    /// Returns the next step, if there is one that the message does not contain.
    fn hint(&self) -> Option<Hint>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_has_the_scope_if_it_depends_on_it() {
        let hint = Hint::command(mdskill("keep").word("pdf"))
            .then(" or ")
            .then_command("cache clear");
        assert_eq!(
            hint.in_scope(false),
            "`mdskill keep pdf` or `mdskill cache clear`"
        );
        assert_eq!(
            hint.in_scope(true),
            "`mdskill -g keep pdf` or `mdskill cache clear`"
        );
    }

    #[test]
    fn word_is_quoted_if_necessary() {
        assert_eq!(for_posix("acme/skills/one@v1.2"), "acme/skills/one@v1.2");
        assert_eq!(for_posix("acme/s/x; rm -rf ~"), "'acme/s/x; rm -rf ~'");
        assert_eq!(for_posix("a'$(b)"), r"'a'\''$(b)'");
        assert_eq!(for_posix(""), "''");
        assert_eq!(for_windows("acme/skills/one"), "acme/skills/one");
        assert_eq!(for_windows("a/b&calc"), "\"a/b&calc\"");
        assert_eq!(for_windows("a/b@v1"), "\"a/b@v1\"");
        for expanded in ["a/$(calc)", "a/%PATH%", "a\"&calc&\"", "`calc`", "a\nb"] {
            assert_eq!(for_windows(expanded), "NAME", "{expanded}");
        }
    }

    #[cfg(unix)]
    mod shell {
        use super::*;
        use proptest::prelude::*;
        use std::process::Command;

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(64))]

            /// A shell passes every word as it is, whatever it contains.
            #[test]
            fn reads_each_word_as_one(words in prop::collection::vec(
                prop_oneof![
                    "[^\u{0}]{0,12}",
                    "[-~a;|&<>$`'\"\\\\(){}*?\\[\\]!#= \n\t]{0,12}",
                ],
                0..5,
            )) {
                let line = mdskill("keep").words(&words).then("--force").bare(false);
                let line = line.replacen("mdskill", "printf '%s\\0'", 1);
                let output = Command::new("sh").args(["-c", &line]).output().unwrap();
                let printed = String::from_utf8(output.stdout).unwrap();
                let mut read: Vec<&str> = printed.split('\0').collect();
                prop_assert_eq!(read.pop(), Some(""));
                let mut expected = vec!["keep"];
                expected.extend(words.iter().map(String::as_str));
                expected.push("--force");
                prop_assert_eq!(read, expected);
            }
        }
    }
}
