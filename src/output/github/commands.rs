//! Workflow commands of GitHub Actions, which text from repositories cannot forge.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

use crate::output::sanitize;
use mdskill_lint::diagnostic::Severity;

/// An annotation of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The kind of annotation.
    pub severity: Severity,
    /// The location: `file`, `line`, and other properties of the runner.
    pub properties: Vec<(&'static str, String)>,
    /// The message, which may have several lines.
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
        let lines: Vec<String> = self.message.split('\n').map(sanitize::line).collect();
        write!(f, "::{}", data(&lines.join("\n")))
    }
}

/// Makes the runner print `***` in place of this secret.
pub struct Mask<'a>(pub &'a str);

impl fmt::Display for Mask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The secret is not sanitized, because each character counts; line ends are escaped, because
        // they would begin another command.
        write!(f, "::add-mask::{}", data(self.0))
    }
}

/// An output of a step, in the format of the `GITHUB_OUTPUT` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The name, which is a constant of this program.
    pub name: &'static str,
    /// The value.
    pub value: String,
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value } = self;
        if !value.contains(['\r', '\n']) {
            return writeln!(f, "{name}={value}");
        }
        // The random delimiter cannot be forged by the value.
        let word = format!("end_{:016x}{:016x}", random(), random());
        writeln!(f, "{name}<<{word}\n{value}\n{word}")
    }
}

/// Returns a random number, from the source that seeds the maps of the standard library.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
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
        assert_eq!(
            Mask("a:b%\n::error::c").to_string(),
            "::add-mask::a:b%25%0A::error::c"
        );
    }

    #[test]
    fn output_value_cannot_forge_another_output() {
        let output = |value: &str| Output {
            name: "skills",
            value: value.to_owned(),
        };
        assert_eq!(output("a,b<<c=d").to_string(), "skills=a,b<<c=d\n");
        let text = output("a\nend_0\nchanged=true").to_string();
        let lines: Vec<_> = text.lines().collect();
        let (first, last) = (lines[0], lines[lines.len() - 1]);
        assert_eq!(first.strip_prefix("skills<<"), Some(last));
        assert!(last.len() == 36 && last.starts_with("end_"), "{last}");
        assert_eq!(lines[1..lines.len() - 1], ["a", "end_0", "changed=true"]);
        assert_ne!(text, output("a\nend_0\nchanged=true").to_string());
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
