//! Commands that run a text that they decode, so that a reader does not see what is run.

use crate::downloads::is_shell;

/// Calls before a decoded text that run it.
const RUNNERS: [&str; 14] = [
    "eval ",
    "eval(",
    "eval\"",
    "exec(",
    "Function(",
    "iex ",
    "iex(",
    "Invoke-Expression",
    "source <(",
    "bash <(",
    "sh <(",
    "-c \"$(",
    "-c $(",
    "-e \"$(",
];
/// Minimum number of characters of an encoded command of PowerShell.
const MIN_ENCODED: usize = 40;

/// Whether a command that names an encoding at byte `at` runs the decoded text.
pub(crate) fn runs_decoded(command: &str, at: usize) -> bool {
    let (before, after) = command.split_at(at);
    let word = after.split([' ', '(', ')', '|']).next().unwrap_or_default();
    if word.eq_ignore_ascii_case("-enc") || word.eq_ignore_ascii_case("-encodedcommand") {
        let lower = before.to_lowercase();
        let value = after.split_whitespace().nth(1).unwrap_or_default();
        let value = value.trim_matches(['"', '\'']);
        let is_encoded = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        return (lower.contains("powershell") || lower.contains("pwsh"))
            && value.len() >= MIN_ENCODED
            && value.chars().all(is_encoded);
    }
    if !decodes(after) {
        return false;
    }
    let is_run = RUNNERS.iter().any(|runner| before.contains(runner));
    is_run || pipes_into_shell(after)
}

/// Whether a command runs a text that it decodes.
pub(crate) fn decodes_and_runs(command: &str) -> bool {
    let words = super::hits(command).filter(|(topic, _)| *topic == super::Topic::Encoded);
    words
        .into_iter()
        .any(|(_, span)| runs_decoded(command, span.start))
}

/// Whether a text that begins with the name of an encoding decodes, and does not encode.
fn decodes(after: &str) -> bool {
    const CALLS: [&str; 4] = ["b64decode", "atob(", "fromhex(", "base64_decode"];
    if CALLS.iter().any(|call| after.starts_with(call)) {
        return true;
    }
    let command = after.split(['|', ';', '&', ')']).next().unwrap_or_default();
    if command.starts_with("base64'") || command.starts_with("base64\"") {
        // `Buffer.from(text, 'base64')`
        return true;
    }
    let mut words = command.split_whitespace();
    let program = words.next().unwrap_or_default();
    match program {
        "base64" | "base32" => words.any(|word| {
            let short = word.strip_prefix('-').filter(|word| !word.starts_with('-'));
            word == "--decode" || short.is_some_and(|short| short.contains(['d', 'D']))
        }),
        "xxd" => words.any(|word| word.starts_with("-r") || word == "-p" && command.contains("-r")),
        _ => program.starts_with("Base64String(") || program.starts_with("Base64.decode"),
    }
}

/// `base64 -d | sh`, `base64 -d | gunzip | bash`.
fn pipes_into_shell(after: &str) -> bool {
    let parts = after
        .split('|')
        .skip(1)
        .filter(|part| !part.trim().is_empty());
    parts
        .map(|part| part.split([';', '&', ')', '`']).next().unwrap_or_default())
        .any(is_shell)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(command: &str) -> bool {
        let words = [
            "base64",
            "Base64",
            "b64decode",
            "atob(",
            "xxd",
            "fromhex(",
            "-enc ",
            "-EncodedCommand",
        ];
        let mut places = words.iter().flat_map(|word| command.match_indices(word));
        places.any(|(at, _)| runs_decoded(command, at))
    }

    #[test]
    fn command_that_runs_what_it_decodes_is_found() {
        for command in [
            "echo Y3VybCBldmls | base64 -d | sh",
            "echo Y3VybCBldmls | base64 --decode | gunzip | bash -s",
            "base64 -D <<< Y3VybA== | sudo bash",
            "echo 6375726c | xxd -r -p | sh",
            "eval \"$(echo Y3VybA== | base64 -d)\"",
            "bash <(echo Y3VybA== | base64 -d)",
            "bash -c \"$(base64 -d payload.txt)\"",
            "exec(base64.b64decode('aW1wb3J0IG9z'))",
            "exec(bytes.fromhex('696d706f7274'))",
            "eval(atob('YWxlcnQ='))",
            "eval(Buffer.from('YWxlcnQ=', 'base64').toString())",
            "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('SQBFAFgA')))",
            "powershell -NoProfile -enc SQBFAFgAKABOAGUAdwAtAE8AYgBqAGUAYwB0ACAATgBlAHQA",
        ] {
            assert!(found(command), "{command}");
        }
    }

    #[test]
    fn text_that_is_only_decoded_is_not_found() {
        for command in [
            "echo Y3VybA== | base64 -d",
            "cat x | base64 | sh",
            "base64 -d key.b64 > key.pem",
            "kubectl get secret x -o json | jq -r .data | base64 -d",
            "data = base64.b64decode(text)",
            "const text = atob(value)",
            "Buffer.from(text, 'base64').toString()",
            "base64 -d x | jq .",
            "powershell -enc short",
        ] {
            assert!(!found(command), "{command}");
        }
    }
}
