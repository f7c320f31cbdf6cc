//! Prints candidates for the script of a shell.

use mdskill_lint::path::is_hidden;

/// Candidates for a word.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The words, with their descriptions.
    pub(crate) candidates: Vec<(String, Option<String>)>,
    /// Whether the shell completes files, too.
    pub(crate) files: bool,
    /// Whether the shell completes folders, too.
    pub(crate) folders: bool,
    /// Whether the shell shows descriptions.
    pub(crate) has_help: bool,
}

impl Answer {
    /// Returns the lines that the script reads. A line that begins with a tab is not a candidate.
    pub(crate) fn lines(&self) -> String {
        let mut lines = String::new();
        for (word, help) in &self.candidates {
            // No shell prints it as it is.
            if word.chars().any(is_unprintable) {
                continue;
            }
            lines += word;
            let help = help.as_deref().and_then(|help| help.lines().next());
            if let Some(help) = help.filter(|_| self.has_help) {
                lines.push('\t');
                lines.extend(help.chars().filter(|c| !is_unprintable(*c)));
            }
            lines.push('\n');
        }
        for (is_set, line) in [(self.files, "\tfiles\n"), (self.folders, "\tfolders\n")] {
            if is_set {
                lines += line;
            }
        }
        lines
    }
}

fn is_unprintable(c: char) -> bool {
    c.is_control() || is_hidden(c)
}
