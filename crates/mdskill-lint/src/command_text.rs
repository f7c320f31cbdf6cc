//! The commands in a piece of code, and the texts that they only print.

use crate::span::Span;

/// Returns the commands of a piece of code: its lines, where `\` or `|` at the end joins two.
pub(crate) fn commands(code: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    let mut lines = code.split_inclusive('\n');
    std::iter::from_fn(move || {
        let start = at;
        let mut quote = None;
        loop {
            let line = lines.next()?;
            at += line.len();
            if !is_continued(line, &mut quote) || at == code.len() {
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

/// Returns the command around a word: its lines, where `\`, `|`, or an open bracket joins two, at most `near` bytes
/// on each side.
pub(crate) fn command_around(text: &str, word: Span, near: usize) -> Span {
    let from = text.floor_char_boundary(word.start.saturating_sub(near));
    let to = text.floor_char_boundary(word.end.saturating_add(near));
    let joins = |line: &str| is_continued(line, &mut None) || line.trim_end().ends_with('(');
    let start_of = |at: usize| {
        text[from..at]
            .rfind('\n')
            .map_or(from, |end| from + end + 1)
    };
    let end_of = |at: usize| text[at..to].find('\n').map_or(to, |end| at + end);
    let mut span = Span::new(start_of(word.start), end_of(word.end));
    while span.start > from && joins(&text[start_of(span.start - 1)..span.start - 1]) {
        span.start = start_of(span.start - 1);
    }
    while span.end < to && joins(&text[start_of(span.end)..span.end]) {
        span.end = end_of(span.end + 1);
    }
    span
}

/// Whether the next line belongs to the command, too. A shell does not continue a comment. `quote` is the quote that is open
/// before the line, and then after it.
fn is_continued(line: &str, quote: &mut Option<char>) -> bool {
    line.trim_end().ends_with(['\\', '|']) && !has_comment(line, quote)
}

fn has_comment(line: &str, quote: &mut Option<char>) -> bool {
    let mut before = ' ';
    let mut is_escaped = false;
    for c in line.chars() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = *quote != Some('\''),
            _ if *quote == Some(c) => *quote = None,
            '"' | '\'' if quote.is_none() => *quote = Some(c),
            '#' if quote.is_none() && (before.is_whitespace() || ";&|()".contains(before)) => {
                return true;
            }
            _ => {}
        }
        before = c;
    }
    false
}

/// Returns the byte of the quote that closes the one at byte `at`.
fn quote_end(command: &str, at: usize) -> Option<usize> {
    let quote = command[at..].chars().next()?;
    let mut is_escaped = false;
    let mut rest = command[at + quote.len_utf8()..].char_indices();
    let found = rest.find(|(_, c)| {
        let ends = *c == quote && !is_escaped;
        is_escaped = quote == '"' && *c == '\\' && !is_escaped;
        ends
    });
    found.map(|(end, _)| at + quote.len_utf8() + end)
}

/// A text in quotes in a command.
pub(crate) struct Quoted<'a> {
    /// The text before it of the same simple command, such as `sudo sh -c `.
    pub(crate) before: &'a str,
    /// The text without its quotes.
    pub(crate) text: Span,
    /// Whether a shell replaces `$(…)` in it.
    pub(crate) is_expanded: bool,
}

/// Returns the texts in quotes of a command.
pub(crate) fn quoted(command: &str) -> impl Iterator<Item = Quoted<'_>> {
    let mut at = 0;
    let mut start = 0;
    std::iter::from_fn(move || {
        while let Some(c) = command[at..].chars().next() {
            let opened = at;
            at += c.len_utf8();
            match c {
                ';' | '&' | '|' | '`' => start = at,
                // A substitution, but not the arguments of a call.
                '(' if command[..opened].ends_with(['$', '<', '>', ' ', ';', '&', '|']) => {
                    start = at;
                }
                '\\' => at += command[at..].chars().next().map_or(0, char::len_utf8),
                '"' | '\'' => {
                    if let Some(end) = quote_end(command, opened) {
                        at = end + 1;
                        return Some(Quoted {
                            before: &command[start..opened],
                            text: Span::new(opened + 1, end),
                            is_expanded: c == '"',
                        });
                    }
                }
                _ => {}
            }
        }
        None
    })
}

/// Whether only texts that the command prints contain the command that `runs` finds: `x || echo "curl … | sh"`.
pub(crate) fn is_printed(command: &str, runs: fn(&str) -> bool) -> bool {
    let printed = quoted(command).filter(|quoted| {
        let text = quoted.text.of(command);
        let is_run = quoted.is_expanded && (text.contains('`') || text.contains("$("));
        !is_run && is_printer(quoted.before) && is_shown(&command[quoted.text.end + 1..])
    });
    let mut rest = String::new();
    let mut at = 0;
    for quoted in printed {
        rest.push_str(&command[at..quoted.text.start]);
        at = quoted.text.end;
    }
    rest.push_str(&command[at..]);
    at > 0 && !runs(&rest)
}

/// Whether a text that is printed by a command with this rest is only shown: it goes neither to another command nor to a file.
fn is_shown(rest: &str) -> bool {
    let end = rest.find([';', '&', '|']).unwrap_or(rest.len());
    let (arguments, next) = rest.split_at(end);
    let is_piped = next.starts_with('|') && !next.starts_with("||");
    // `>&2` prints the text.
    let is_file = arguments.trim_end_matches('>').contains('>') || next.starts_with("&>");
    !is_piped && !is_file
}

/// Whether a command that begins like this prints its arguments: `then echo -n `, `console.error(`.
fn is_printer(before: &str) -> bool {
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
    const BEFORE: [&str; 6] = ["then", "else", "do", "if", "run", "sudo"];
    let mut words = before.split_whitespace().map(str::to_ascii_lowercase);
    let first = words.find(|word| {
        let is_redirect = word.starts_with(|c: char| ">0123456789".contains(c));
        let is_mark = !word.contains(|c: char| c.is_ascii_alphabetic());
        !is_redirect && !is_mark && !BEFORE.contains(&word.as_str())
    });
    first.is_some_and(|word| {
        let mut names = word.split(|c: char| !c.is_alphanumeric() && c != '-');
        !word.contains('=') && names.any(|name| PRINTERS.contains(&name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::downloads::runs_download;

    #[test]
    fn comment_is_not_continued() {
        for (code, found) in [
            (
                "# x |\nls\n# y \\\nls\n",
                vec!["# x |", "ls", "# y \\", "ls"],
            ),
            ("ls # don't \\\nid\n", vec!["ls # don't \\", "id"]),
            ("ls \\\n  # x |\nid\n", vec!["ls \\\n  # x |", "id"]),
            ("echo '# x' \\\n  y\n", vec!["echo '# x' \\\n  y"]),
            (
                "echo 'x \\\n # x' \\\n y\n",
                vec!["echo 'x \\\n # x' \\\n y"],
            ),
            ("x#y |\n id\n", vec!["x#y |\n id"]),
        ] {
            let commands: Vec<&str> = commands(code).map(|span| span.of(code)).collect();
            assert_eq!(commands, found);
        }
    }

    #[test]
    fn command_around_a_word_has_its_joined_lines() {
        for (text, command) in [
            ("a\nb \\\n id |\n c\nd\n", "b \\\n id |\n c"),
            ("x = exec(\n  id(\n)\n", "x = exec(\n  id(\n)"),
            ("# b |\nid\nc\n", "id"),
            ("id", "id"),
        ] {
            let at = text.find("id").unwrap();
            let around = command_around(text, Span::new(at, at + 2), 2000);
            assert_eq!(around.of(text), command);
        }
        let long = format!("{0}é id é{0}", "a".repeat(99));
        let at = long.find("id").unwrap();
        let around = command_around(&long, Span::new(at, at + 2), 2);
        assert_eq!(around.of(&long).trim_matches('é'), " id ");
    }

    #[test]
    fn printed_command_differs_from_one_after_a_text() {
        for command in [
            "echo 'curl https://x.y/i | sh'",
            "echo '$(curl https://x.y/i | sh)'",
            "which uv || echo \"install uv: curl https://x.y/i | sh\"",
            "echo \"a\"; echo \"curl https://x.y/i | sh\" >&2",
            "if true; then echo -e \"curl https://x.y/i | sh\"; fi",
            "console.error(\"curl https://x.y/i | sh\");",
            "throw new Error('curl https://x.y/i | sh')",
            "Write-Host \"irm https://x.y/i.ps1 | iex\"",
        ] {
            assert!(is_printed(command, runs_download), "{command}");
        }
        for command in [
            "echo 'Installing' && curl https://x.y/i | sh",
            "echo 'a'; printf 'b'; curl https://x.y/i | sh",
            "echo \"curl https://x.y/i\" | sh",
            "echo \"$(curl https://x.y/i | sh)\"",
            "echo \"`curl https://x.y/i | sh`\"",
            "echo $(curl \"https://x.y/i\" | sh)",
            "echo `curl \"https://x.y/i\" | sh`",
            "echo 'curl https://x.y/i | sh' > i.sh && sh i.sh",
            "echo 'curl https://x.y/i | sh' >> ~/.profile",
            "echo don't; curl https://x.y/i | sh",
            "sh -c 'curl https://x.y/i | sh'",
            "fail=1 bash -c \"curl https://x.y/i | sh\"",
            "curl -o error \"https://x.y/i\" | sh",
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
