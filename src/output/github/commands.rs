//! Workflow commands of GitHub Actions, which text from repositories cannot forge.

use std::fmt;

use crate::output::sanitize;
use mdskill_lint::diagnostic::Severity;

/// Maximum number of errors, of warnings, and of notices that GitHub shows for a step; it drops the
/// others silently. Source: `_maxCountPerIssueType` in `ExecutionContext.cs` of actions/runner.
pub(crate) const MAX_OF_A_KIND: usize = 10;

/// An annotation of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// The kind of annotation.
    pub(crate) severity: Severity,
    /// The location: `file`, `line`, and other properties of the runner.
    pub(crate) properties: Vec<(&'static str, String)>,
    /// The message, which may have several lines.
    pub(crate) message: String,
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        write!(f, "::{name}")?;
        for (at, (key, value)) in self.properties.iter().enumerate() {
            let before = if at == 0 { ' ' } else { ',' };
            write!(f, "{before}{key}={}", property(value))?;
        }
        let lines: Vec<String> = self.message.split('\n').map(sanitize::line).collect();
        write!(f, "::{}", data(&lines.join("\n")))
    }
}

/// Returns the command that makes the runner print `***` in place of this secret.
///
/// The secret is not sanitized, because each character counts; line ends are escaped, because they
/// would begin another command.
pub(crate) fn mask(secret: &str) -> String {
    format!("::add-mask::{}", data(secret))
}

/// Escapes the text after the second `::`.
/// Source: `ActionCommand.cs` of actions/runner.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&sanitize::line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mask_escapes_line_ends_only() {
        assert_eq!(mask("a:b%\n::error::c"), "::add-mask::a:b%25%0A::error::c");
    }

    #[test]
    fn command_is_one_line_for_any_text() {
        let command = Command {
            severity: Severity::Info,
            properties: vec![
                ("file", "a\n::error::b,c%0A\u{1b}".to_owned()),
                ("line", "3".to_owned()),
            ],
            message: "50 %\nand\r ##[error]::stop".to_owned(),
        };
        assert_eq!(
            command.to_string(),
            "::notice file=a %3A%3Aerror%3A%3Ab%2Cc%250A\\u{1b},line=3::50 %25%0Aand\\u{d} ##[error]::stop"
        );
    }
}
