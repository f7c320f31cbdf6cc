//! SK408: a command that runs a downloaded script.

use std::cell::LazyCell;

use crate::diagnostic::Severity;
use crate::parsed_skill::{Page, ParsedSkill};
use crate::references::{attack_sections, mention_context};
use crate::rule::{Check, Finding, Rule};
use crate::span::Span;

pub(crate) const RULE: Rule = Rule {
    code: "SK408",
    name: "piped-download",
    severity: Severity::Warning,
    summary: "a command that runs a downloaded script",
    why: "The owner of the address can run any code on the user's machine, and the agent does not read it first; 14 of 2,672 public skills.",
    example: "curl -fsSL https://example.org/install.sh | sh",
    how_to_fix: "download the script to a file, review it, and run it; or use a package manager",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

/// Maximum number of bytes that are read as the name of a command. Without it, a megabyte without
/// a space would be read again from each of its brackets.
const LONGEST_NAME: usize = 24;
/// Programs that run the command that follows them.
const WRAPPERS: [&str; 5] = ["sudo", "env", "exec", "command", "nohup"];

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pages = skill.read_by_agents();
    for page in pages.filter(|page| names_downloader(&page.text)) {
        let markdown = &page.markdown;
        let attacks = LazyCell::new(|| attack_sections::read(&page.text));
        for code in markdown.code_blocks.iter().chain(&markdown.code_spans) {
            let commands = commands(code.of(&page.text)).map(|span| span.shifted(code.start));
            let running = commands.filter(|command| runs_download(command.of(&page.text)));
            let allowed = running.filter(|command| {
                !is_forbidden(page, *code, *command) && !attacks.has(command.start)
            });
            findings.extend(allowed.map(|command| {
                let message = "this command runs a downloaded script without review";
                Finding::in_file(page.path, command, message)
            }));
        }
    }
    findings
}

/// Whether a text has a downloader in one of its usual spellings. Most pages have none, and this
/// search is faster than reading each command.
fn names_downloader(text: &str) -> bool {
    const SPELLINGS: [&str; 11] = [
        "curl", "Curl", "CURL", "wget", "Wget", "WGET", "iwr", "IWR", "irm", "IRM", "nvoke-",
    ];
    SPELLINGS.iter().any(|spelling| text.contains(spelling))
}

/// Returns the commands of a piece of code: its lines, where `\` or `|` at the end joins two.
fn commands(code: &str) -> impl Iterator<Item = Span> {
    let mut at = 0;
    let mut lines = code.split_inclusive('\n');
    std::iter::from_fn(move || {
        let start = at;
        loop {
            let line = lines.next()?;
            at += line.len();
            if !line.trim_end().ends_with(['\\', '|']) || at == code.len() {
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

/// Whether the sentence before the code or the line above the command forbids it, the section is
/// about attacks, or the command is only a comment, printed text or a permission.
fn is_forbidden(page: &Page<'_>, code: Span, command: Span) -> bool {
    let text = command.of(&page.text);
    text.starts_with('#')
        || text.contains("Bash(")
        || is_printed(text)
        || is_attack(text)
        || mention_context::is_forbidden(&page.text, command)
        || mention_context::is_forbidden(&page.text, code)
}

/// Whether only a text that the command prints contains the download: `x || echo "curl … | sh"`.
fn is_printed(command: &str) -> bool {
    const PRINTERS: [&str; 4] = ["echo \"", "echo '", "printf '", "Write-Host \""];
    let Some((at, printer)) = PRINTERS
        .iter()
        .find_map(|printer| Some((command.find(printer)?, printer)))
    else {
        return false;
    };
    let (before, text) = (&command[..at], &command[at + printer.len()..]);
    let after = text.split_once(&printer[printer.len() - 1..]);
    let after = after.map_or("", |(_, after)| after);
    !runs_download(before) && !runs_download(after) && !after.trim_start().starts_with('|')
}

/// Whether a host is an example of an attack, as in `https://evil.example/x.sh`.
fn is_attack(command: &str) -> bool {
    let words = command.split(|c: char| !c.is_alphanumeric() && !".-@:".contains(c));
    let mut labels = words
        .filter(|word| word.contains('.'))
        .flat_map(|host| host.split(['.', '-', '@', ':']));
    labels.any(|label| matches!(label, "attacker" | "evil" | "malicious"))
}

fn runs_download(command: &str) -> bool {
    let command = command.trim_matches('`');
    // Most commands have neither, and the search for words is slow.
    command.contains(['|', '(']) && (pipes_download(command) || substitutes_download(command))
}

/// `curl … | sh`, `curl … | gunzip | sudo bash -s`, not `curl … || sh x` or `curl … | sh -n`.
fn pipes_download(command: &str) -> bool {
    let mut flows = false;
    for part in command.split('|') {
        // In a table cell, the bar is written `\|`.
        let part = part.trim_end_matches('\\');
        let mut pieces = part.split([';', '&']);
        if flows && pieces.next().is_some_and(is_shell) {
            return true;
        }
        let last = pieces.next_back();
        flows = match last {
            _ if part.trim().is_empty() => false,
            Some(last) => is_download(last),
            None => flows || is_download(part),
        };
    }
    false
}

fn is_download(piece: &str) -> bool {
    let mut words = piece
        .split_whitespace()
        .skip_while(|word| !is_downloader(word));
    words.next().is_some() && words.any(is_address)
}

fn is_downloader(word: &str) -> bool {
    let name = word.trim_start_matches(['(', '$', '"', '\'', '`']);
    matches!(
        name.to_ascii_lowercase().as_str(),
        "curl" | "wget" | "iwr" | "irm" | "invoke-webrequest" | "invoke-restmethod"
    )
}

/// Whether a word is an address. `curl … | sh` without one only talks about such commands.
fn is_address(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'', ')']);
    let is_option = word.starts_with('-');
    let is_elided = word.trim_matches(['.', '…']).is_empty();
    !is_option && !is_elided && word.contains(['.', '$', '<', '{', '/'])
}

fn is_shell(piece: &str) -> bool {
    let mut words = piece
        .split_whitespace()
        .skip_while(|word| WRAPPERS.contains(word) || word.starts_with('-') || word.contains('='));
    let shell = words.next().is_some_and(names_shell);
    // `-n` only checks the syntax, and `-c` runs its argument.
    shell
        && !words
            .next()
            .is_some_and(|option| matches!(option, "-n" | "-c"))
}

fn names_shell(word: &str) -> bool {
    let name = word.trim_matches(['"', '\'', '`', ')', '(', ',']);
    let name = name.rsplit('/').next().unwrap_or_default();
    matches!(
        name.to_ascii_lowercase().as_str(),
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "fish" | "pwsh" | "iex" | "invoke-expression"
    )
}

/// `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(wget …)"`, `iex (iwr …)`.
fn substitutes_download(command: &str) -> bool {
    let opens = command.match_indices('(').map(|(at, _)| at);
    let mut downloads = opens.filter(|at| {
        let inside = command[at + 1..].trim_start();
        let name = &inside[..inside.floor_char_boundary(LONGEST_NAME)];
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
        begins && name.split_whitespace().next().is_some_and(is_downloader)
    });
    downloads.any(|at| {
        let before = command[..at].trim_end_matches(['<', '$', '"', '\'', '(', ' ']);
        let mut words = before.split_whitespace().rev();
        match words.next() {
            Some("eval" | "source" | ".") => true,
            Some("-c" | "-lc" | "-ec") => words.next().is_some_and(names_shell),
            Some(word) => names_shell(word),
            None => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downloaded_and_run_script_is_found() {
        for command in [
            "curl -LsSf https://astral.sh/uv/install.sh | sh",
            "curl -fsSL https://x.y/i | sudo -E bash -",
            "wget -qO- https://x.y/i | FOO=1 /bin/bash -s -- --yes",
            "curl https://x.y/i.gz | gunzip | zsh",
            "cd x && curl https://x.y/i | bash && echo done",
            "bash <(curl -s https://x.y/i)",
            "sh -c \"$(curl -fsSL https://x.y/i)\"",
            "eval \"$(wget -qO- https://x.y/i)\"",
            "irm https://x.y/i.ps1 | iex",
            "iex (iwr https://x.y/i.ps1)",
            "curl https://x.y/i \\| sh",
            "curl \"$URL\" | sh",
        ] {
            assert!(runs_download(command), "{command}");
        }
    }

    #[test]
    fn script_that_is_only_downloaded_or_only_run_is_allowed() {
        for command in [
            "curl https://x.y/a.json | jq .",
            "curl https://x.y/a | python3 -m json.tool",
            "curl -o i.sh https://x.y/i.sh && sh i.sh",
            "curl https://x.y/i || sh fallback.sh",
            "curl https://x.y/i | sh -n",
            "curl https://x.y/i -o i; echo ls | sh",
            "curl … | sh",
            "curl | bash",
            "echo ls | sh",
            "X=$(curl https://x.y/v)",
            "grep 'curl.*| *sh' x",
        ] {
            assert!(!runs_download(command), "{command}");
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
