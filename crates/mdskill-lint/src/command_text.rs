//! The commands in a piece of code, and the texts that they only print.

use crate::span::Span;

/// Returns the commands of a piece of code: its lines, where `\` or `|` at the end joins two.
pub(crate) fn commands(code: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    let mut lines = code.split_inclusive('\n');
    std::iter::from_fn(move || {
        let start = at;
        loop {
            let line = lines.next()?;
            // A shell does not continue a comment on the next line.
            let is_comment = at == start && line.trim_start().starts_with('#');
            at += line.len();
            if is_comment || !line.trim_end().ends_with(['\\', '|']) || at == code.len() {
                break;
            }
        }
        let command = &code[start..at];
        let indent = command.len() - command.trim_start().len();
        Some(Span::new(
            start + indent,
            start + indent + command.trim().len(),
        ))
    })
}

/// Whether only a text that the command prints contains the command that `runs` finds: `x || echo "curl … | sh"`.
pub(crate) fn is_printed(command: &str, runs: fn(&str) -> bool) -> bool {
    const PRINTERS: [&str; 12] = [
        "echo",
        "print",
        "printf",
        "log",
        "info",
        "warn",
        "error",
        "die",
        "fail",
        "throw",
        "write-host",
        "write-output",
    ];
    let Some(quote) = command.find(['"', '\'']) else {
        return false;
    };
    let (before, quoted) = command.split_at(quote);
    let mut words = before.split(|c: char| !c.is_alphanumeric() && c != '-');
    let is_printer = words.any(|word| PRINTERS.contains(&word.to_ascii_lowercase().as_str()));
    let (mark, text) = quoted.split_at(1);
    let (text, after) = text.split_once(mark).unwrap_or((text, ""));
    is_printer
        && !text.contains("$(")
        && !runs(before)
        && !runs(after)
        && !after.trim_start().starts_with('|')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::downloads::runs_download;

    #[test]
    fn comment_is_not_continued() {
        let code = "# x |\ncurl https://x.y/i | sh\n# y \\\nls\n";
        let found: Vec<&str> = commands(code).map(|span| span.of(code)).collect();
        assert_eq!(found, ["# x |", "curl https://x.y/i | sh", "# y \\", "ls"]);
    }

    #[test]
    fn printed_command_differs_from_one_after_a_text() {
        for command in [
            "echo 'curl https://x.y/i | sh'",
            "which uv || echo \"install uv: curl https://x.y/i | sh\"",
            "Write-Host \"irm https://x.y/i.ps1 | iex\"",
        ] {
            assert!(is_printed(command, runs_download), "{command}");
        }
        for command in [
            "echo 'Installing' && curl https://x.y/i | sh",
            "echo \"curl https://x.y/i\" | sh",
            "echo \"$(curl https://x.y/i | sh)\"",
            "sh -c 'curl https://x.y/i | sh'",
        ] {
            assert!(!is_printed(command, runs_download), "{command}");
        }
    }

    #[test]
    fn joined_lines_are_one_command() {
        let code = "```sh\ncurl -L \\\n  https://x.y/i |\n  sh\nls\n```\n";
        let found: Vec<&str> = commands(code).map(|span| span.of(code)).collect();
        assert_eq!(
            found,
            ["```sh", "curl -L \\\n  https://x.y/i |\n  sh", "ls", "```"]
        );
    }
}
