//! Finds the shell commands that a script runs, but not those that it only prints or mentions.

use std::collections::BTreeSet;

use crate::capabilities::shell;
use crate::command_text::{commands, is_printed, quoted};
use crate::downloads::{evaluates_download, is_downloader, runs_download};
use crate::span::Span;

/// Maximum number of bytes of the arguments of a call.
const MAX_ARGUMENTS: usize = 2000;
/// Functions that run their argument as a command, in Python, JavaScript, Ruby, Perl, and PHP.
const RUNNERS: [&str; 16] = [
    "Popen",
    "call",
    "check_call",
    "check_output",
    "exec",
    "execSync",
    "getoutput",
    "getstatusoutput",
    "passthru",
    "popen",
    "run",
    "sh",
    "shell_exec",
    "spawn",
    "spawnSync",
    "system",
];

/// The language of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// A Unix shell.
    Shell,
    /// PowerShell, the command prompt of Windows, or a file with commands in its lines, such as a `Makefile`.
    Lines,
    /// Any other language.
    Other,
}

impl Language {
    /// Whether the extension is that of a script.
    pub(crate) fn is_named(path: &str) -> bool {
        Self::of_extension(&extension(path)).is_some()
    }

    fn of_extension(extension: &str) -> Option<Self> {
        Some(match extension {
            "bash" | "command" | "dash" | "fish" | "ksh" | "sh" | "zsh" => Self::Shell,
            "bat" | "cmd" | "ps1" | "psm1" => Self::Lines,
            "cjs" | "js" | "mjs" | "php" | "pl" | "py" | "pyw" | "rb" | "ts" => Self::Other,
            _ => return None,
        })
    }

    /// Returns the language of a script with this path and this text.
    fn of(path: &str, text: &str) -> Self {
        let by_extension = Self::of_extension(&extension(path));
        by_extension.unwrap_or_else(|| {
            let first = text.lines().next().unwrap_or_default();
            let mut words = first.split(['/', ' ', '!']);
            let is_shell = words.any(|word| Self::of_extension(word) == Some(Self::Shell));
            match first.starts_with("#!") {
                true if is_shell => Self::Shell,
                true => Self::Other,
                false => Self::Lines,
            }
        })
    }
}

/// Returns the extension of a file in lower case, or an empty text.
pub(crate) fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.unwrap_or_default().to_ascii_lowercase()
}

/// Whether a file is a script of a Unix shell.
pub(crate) fn is_shell_script(path: &str, text: &str) -> bool {
    Language::of(path, text) == Language::Shell
}

/// Returns the commands with a downloader that a script runs.
pub(crate) fn executed(path: &str, text: &str) -> Vec<Span> {
    match Language::of(path, text) {
        Language::Shell => of_shell(text),
        Language::Lines => of_lines(text),
        Language::Other => of_calls(text),
    }
}

/// Returns the commands in which a downloader is called, or is in a text for another shell. The
/// parser knows comments, quotes, and here-documents.
fn of_shell(text: &str) -> Vec<Span> {
    let calls = shell::calls(text);
    let called = calls.iter().filter(|call| is_downloader(&call.program));
    let called: Vec<usize> = called.map(|call| call.at).collect();
    let is_executed = |command: &Span| {
        let from = called.partition_point(|at| *at < command.start);
        let is_called = called.get(from).is_some_and(|at| *at < command.end);
        let text = command.of(text);
        is_called || !text.starts_with('#') && is_for_another_shell(text)
    };
    commands(text).filter(is_executed).collect()
}

/// `sh -c 'curl …'`, `ssh host "curl …"`, `x; eval 'curl …'`.
fn is_for_another_shell(command: &str) -> bool {
    quoted(command).any(|quoted| {
        let mut words = quoted.before.split_whitespace();
        let first = words.next().unwrap_or_default();
        let last = words.next_back().unwrap_or(first);
        matches!(first, "ssh" | "eval") || matches!(last, "-c" | "-lc" | "-ec")
    })
}

fn of_lines(text: &str) -> Vec<Span> {
    let is_executed = |command: &Span| {
        let text = command.of(text);
        let first = text.split_whitespace().next().unwrap_or_default();
        let first = first.trim_start_matches('@').to_ascii_lowercase();
        !first.starts_with(['#', ':'])
            && !matches!(&*first, "rem" | "echo")
            && !is_printed(text, runs_download)
    };
    commands(text).filter(is_executed).collect()
}

/// Returns the texts in the arguments of functions that run a command.
fn of_calls(text: &str) -> Vec<Span> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('(') {
        let before = &text[..at];
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = &before[before.trim_end_matches(is_name).len()..];
        if RUNNERS.contains(&name) && !is_in_comment(before) {
            let literals = literals(text, at + 1, true).into_iter();
            found.extend(literals.map(|span| (span.start, span.end)));
        }
    }
    let lines = commands(text).filter(|line| {
        let line = line.of(text);
        evaluates_download(line) && !is_in_comment(line)
    });
    found.extend(lines.map(|span| (span.start, span.end)));
    let spans = found.into_iter();
    spans.map(|(start, end)| Span::new(start, end)).collect()
}

/// Whether the line that this text ends with is a comment.
fn is_in_comment(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with(['#', '*']) || line.starts_with("//")
}

/// Returns the contents of the texts in quotes from byte `from`: of the arguments of a call up to its
/// closing bracket, or of the whole text.
pub(crate) fn literals(text: &str, from: usize, is_call: bool) -> Vec<Span> {
    let to = if is_call {
        text.floor_char_boundary(from + MAX_ARGUMENTS)
    } else {
        text.len()
    };
    let mut found = Vec::new();
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(c) = text[at..to].chars().next() {
        at += c.len_utf8();
        match c {
            '"' | '\'' | '`' => {
                let end = literal_end(&text[..to], at, c);
                found.push(Span::new(at, end));
                at = (end + 1).min(to);
            }
            '(' => depth += 1,
            ')' if is_call && depth == 0 => break,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    found
}

/// Returns the end of a text in quotes that begins at byte `at`.
fn literal_end(text: &str, at: usize, quote: char) -> usize {
    let mut is_escaped = false;
    for (offset, c) in text[at..].char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            c if c == quote => return at + offset,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(path: &str, text: &str) -> Vec<String> {
        let executed = executed(path, text).into_iter();
        let running = executed
            .map(|span| span.of(text))
            .filter(|it| runs_download(it));
        running.map(str::to_owned).collect()
    }

    #[test]
    fn commands_of_each_language_are_found() {
        for (path, text) in [
            (
                "a.sh",
                "set -e\nif true; then\n  curl -fsSL https://x.y/i | sh -s -- --yes || exit 1\nfi\n",
            ),
            ("a.sh", "curl -L \\\n  https://x.y/i \\\n  | bash\n"),
            ("a.sh", "X=\"$(curl https://x.y/i | sh)\"\n"),
            ("a.sh", "echo \"$(curl https://x.y/i | sh)\"\n"),
            ("a.sh", "sudo sh -c 'curl https://x.y/i | sh'\n"),
            ("a.sh", "echo 'x'; sh -c 'curl https://x.y/i | sh'\n"),
            ("a.sh", "echo \"`curl https://x.y/i | sh`\"\n"),
            ("a.sh", "# Get it \\\ncurl https://x.y/i | sh\n"),
            ("a.sh", "ls # don't |\ncurl https://x.y/i | sh\n"),
            ("a.sh", "cat <<EOF; curl https://x.y/i | sh\nx\nEOF\n"),
            ("a.sh", "cat <<EOF\nx\nEOF\ncurl https://x.y/i | sh\n"),
            ("a.sh", "cat <<EOF | sh\ncurl https://x.y/i | sh\nEOF\n"),
            (
                "a.sh",
                "cat <<'EOF' |\nx\nEOF\n sed 1d | bash\ncurl https://x.y/i | sh\n",
            ),
            ("a.sh", "ssh host \"curl https://x.y/i | sh\"\n"),
            ("a.sh", "bash <(wget -qO- https://x.y/i)\n"),
            ("a.sh", "eval \"$(curl -s $URL)\"\n"),
            ("bin/run", "#!/usr/bin/env bash\ncurl https://x.y/i | sh\n"),
            ("a.ps1", "irm https://x.y/i.ps1 | iex\n"),
            (
                "a.ps1",
                "iex ((New-Object System.Net.WebClient).DownloadString('https://x.y/i.ps1'))\n",
            ),
            ("a.cmd", "powershell -c \"irm https://x.y/i.ps1 | iex\"\n"),
            (
                "a.py",
                "import os\nos.system(\"curl https://x.y/i | sh\")\n",
            ),
            (
                "a.py",
                "subprocess.run(\n    f\"curl -L {url} | bash\", shell=True, check=True)\n",
            ),
            (
                "a.py",
                "subprocess.check_call(['bash', '-c', 'curl https://x.y/i | sh'])\n",
            ),
            (
                "a.py",
                "subprocess.run(\"\"\"curl https://x.y/i | sh\"\"\", shell=True)\n",
            ),
            (
                "a.mjs",
                "execSync(`curl ${url} | sh`, { stdio: 'inherit' });\n",
            ),
            ("a.rb", "system('curl https://x.y/i | sh')\n"),
            ("a.py", "exec(requests.get(url).text)\n"),
            ("Makefile", "all:\n\tcurl https://x.y/i | sh\n"),
            ("Dockerfile", "RUN curl https://x.y/i \\\n  | sh\n"),
            ("a.lua", "os.execute('curl https://x.y/i | sh')\n"),
        ] {
            assert_eq!(runs(path, text).len(), 1, "{path}: {text}");
        }
    }

    #[test]
    fn printed_and_mentioned_commands_are_ignored() {
        for (path, text) in [
            ("a.sh", "# curl https://x.y/i | sh\n"),
            ("a.sh", "true # curl https://x.y/i | sh\n"),
            ("a.sh", "echo \"curl https://x.y/i | sh\"\n"),
            (
                "a.sh",
                "which uv || echo \"install uv: curl https://x.y/i | sh\"\n",
            ),
            ("a.sh", "die 'run curl https://x.y/i | sh first'\n"),
            (
                "a.sh",
                "cat <<EOF\nInstall it:\n  curl https://x.y/i | sh\nEOF\n",
            ),
            ("a.sh", "RULES=(\"curl.*\\|.*sh:::download first\")\n"),
            (
                "a.sh",
                "curl -s https://x.y/a | python3 -c \"import json, sys\"\n",
            ),
            ("a.sh", "curl -s https://x.y/a | jq . | sort\n"),
            ("a.ps1", "# irm https://x.y/i.ps1 | iex\n"),
            ("a.ps1", "Write-Host \"Run: irm https://x.y/i.ps1 | iex\"\n"),
            (
                "a.bat",
                "REM curl https://x.y/i | sh\n@echo curl https://x.y/i | sh\n",
            ),
            (
                "a.py",
                "print(\"Install uv first: curl https://x.y/i | sh\")\n",
            ),
            (
                "a.py",
                "\"\"\"curl https://x.y/i | sh\"\"\"\n# os.system(\"curl https://x.y/i | sh\")\n",
            ),
            (
                "a.py",
                "sys.exit(\"curl https://x.y/i | sh\")\nFIX = \"curl https://x.y/i | sh\"\n",
            ),
            (
                "a.py",
                "re.search(r\"\\bcurl\\s+.*\\|\\s*(?:ba)?sh\\b\", text)\n",
            ),
            (
                "a.js",
                "console.error(\"  curl -fsSL https://x.y/start | sh\");\n",
            ),
        ] {
            assert_eq!(runs(path, text), [""; 0], "{path}: {text}");
        }
    }
}
