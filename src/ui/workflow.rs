//! [`Command`]: a line that a GitHub Actions runner obeys, and that no stranger's text can forge.

use std::fmt;

use super::clean;
use crate::diagnostic::Severity;

/// An annotation of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// What kind of annotation.
    pub severity: Severity,
    /// Where it stands: `file`, `line`, and what else the runner knows.
    pub properties: Vec<(&'static str, String)>,
    /// What it says; it may have several lines.
    pub message: String,
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
        let lines: Vec<String> = self.message.split('\n').map(clean::line).collect();
        write!(f, "::{}", data(&lines.join("\n")))
    }
}

/// Escapes as the runner unescapes what stands behind the second `::`.
/// Source: `ActionCommand.cs` of actions/runner.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&clean::line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_line_whatever_it_is_made_of() {
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
