//! [`Hint`]: the next step after an error or a report. Commands in a hint are values, so that the
//! output code decides whether to write them with `-g`.

use std::borrow::Cow;

/// Commands that do the same with and without `-g`.
const WITHOUT_SCOPE: [&str; 6] = ["agents", "cache", "completions", "rule", "man", "schema"];

/// Returns the command with these arguments in backticks, with `-g` for the user's own skills.
pub(crate) fn command_line(arguments: &str, is_personal: bool) -> String {
    let name = arguments.split(' ').next().unwrap_or_default();
    if is_personal && !WITHOUT_SCOPE.contains(&name) {
        format!("`mdskill -g {arguments}`")
    } else {
        format!("`mdskill {arguments}`")
    }
}

/// Quotes a word for a shell, because users paste commands from hints, and a path from a repository
/// could contain another command.
pub(crate) fn for_shell(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./@:+~^".contains(c);
    if !word.is_empty() && !word.starts_with(['-', '~']) && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Cow<'static, str>),
    Command(Cow<'static, str>),
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
    pub(crate) fn command(arguments: impl Into<Cow<'static, str>>) -> Self {
        Self(Vec::new()).then_command(arguments)
    }

    /// Appends text.
    pub(crate) fn then(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Part::Text(text.into()));
        self
    }

    /// Appends a command of this program.
    pub(crate) fn then_command(mut self, arguments: impl Into<Cow<'static, str>>) -> Self {
        self.0.push(Part::Command(arguments.into()));
        self
    }

    /// Returns the sentence, with its commands in this scope.
    pub(crate) fn in_scope(&self, is_personal: bool) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.to_string(),
            Part::Command(arguments) => command_line(arguments, is_personal),
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
        let hint = Hint::command("keep pdf")
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
    fn shell_reads_a_quoted_word_as_one() {
        assert_eq!(for_shell("acme/skills/one@v1.2"), "acme/skills/one@v1.2");
        assert_eq!(for_shell("acme/s/x; rm -rf ~"), "'acme/s/x; rm -rf ~'");
        assert_eq!(for_shell("a'$(b)"), r"'a'\''$(b)'");
        assert_eq!(for_shell(""), "''");
    }
}
