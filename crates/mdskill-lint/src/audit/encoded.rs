//! Commands that run a text that they decode, so that a reader does not see what is run.

use crate::downloads::{is_evaluated, is_shell};

/// Texts before a decoded text that a shell then runs.
const RUNNERS: [&str; 11] = [
    "eval ",
    "eval\"",
    "iex ",
    "iex(",
    "Invoke-Expression",
    "source <(",
    ". <(",
    "sh <(",
    "-c \"$(",
    "-c $(",
    "-e \"$(",
];
/// Functions that decode a text.
const CALLS: [&str; 10] = [
    "b64decode(",
    "base64_decode(",
    "decode_base64(",
    "a2b_base64(",
    "unhexlify(",
    "fromhex(",
    "atob(",
    "fromCharCode(",
    "zlib.decompress(",
    "marshal.loads(",
];
/// Minimum number of characters of an encoded command of PowerShell.
const MIN_ENCODED: usize = 40;
/// Maximum number of bytes between a decoded text and the command that runs it.
const MAX_DISTANCE: usize = 2000;

/// Whether a command that names an encoding at byte `at` runs the decoded text.
pub(crate) fn runs_decoded(command: &str, at: usize) -> bool {
    let (before, after) = command.split_at(at);
    if ["owershell", "owerShell", "OWERSHELL", "pwsh"]
        .iter()
        .any(|name| after.starts_with(name))
    {
        return has_encoded_command(after);
    }
    decodes(after)
        && (RUNNERS.iter().any(|runner| before.contains(runner))
            || is_evaluated(before)
            || pipes_into_shell(after))
}

/// `powershell -NoProfile -e SQBFAFgA…`, where the name of the option may be cut.
fn has_encoded_command(command: &str) -> bool {
    let trimmed = |word| str::trim_matches(word, ['"', '\'', ',', '[', ']', '(', ')']);
    let words: Vec<&str> = command.split_whitespace().map(trimmed).collect();
    words.windows(2).any(|pair| {
        let option = pair[0]
            .strip_prefix(['-', '/'])
            .map(str::to_ascii_lowercase);
        let is_encoded = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        option.is_some_and(|option| {
            option == "ec" || !option.is_empty() && "encodedcommand".starts_with(&option)
        }) && pair[1].len() >= MIN_ENCODED
            && pair[1].chars().all(is_encoded)
    })
}

/// Whether a command that decodes at byte `at` keeps the text in a variable that the commands after it run:
/// `x=$(base64 -d f)` and `eval "$x"`, `x = b64decode(s)` and `exec(x)`.
pub(crate) fn runs_decoded_variable(command: &str, at: usize, following: &str) -> bool {
    let Some((name, _)) = command[..at].split_once('=') else {
        return false;
    };
    let name = name.split_whitespace().next_back().unwrap_or_default();
    let name = name.trim_start_matches('$');
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(is_part) || !decodes(&command[at..]) {
        return false;
    }
    let near = &following[..following.floor_char_boundary(MAX_DISTANCE)];
    near.match_indices(name).any(|(at, _)| {
        let (before, after) = (&near[..at], &near[at + name.len()..]);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = after.lines().next().unwrap_or_default();
        let start = line.trim_end_matches(['$', '{', '"']);
        let is_variable = start.len() < line.len();
        !after.starts_with(is_part)
            && (is_evaluated(line) && !before.ends_with(is_part)
                || is_variable && (is_run(start) || pipes_into_shell(rest)))
    })
}

/// Whether a command that begins like this runs the variable after it.
fn is_run(start: &str) -> bool {
    let mut words = start.split_whitespace().rev();
    match words.next() {
        Some("eval" | "iex" | "-c" | "-lc" | "-ec") => true,
        Some("<<<") => words.next().is_some_and(is_shell),
        _ => false,
    }
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
    // Texts of escapes, ROT13, and reversed texts.
    const TEXTS: [&str; 8] = [
        "printf ", "-e '\\", "-e \"\\", "rot13", "rot_13", "N-ZA-M", "n-za-m", "rev ",
    ];
    let mut starts = CALLS.iter().chain(&TEXTS);
    if starts.any(|call| after.starts_with(call)) {
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
        "base64" | "base32" | "openssl" => words.any(|word| {
            let short = word.strip_prefix('-').filter(|word| !word.starts_with('-'));
            let is_short = short.is_some_and(|short| short.contains(['d', 'D']));
            word == "--decode"
                || if program == "openssl" {
                    word == "-d"
                } else {
                    is_short
                }
        }),
        "xxd" => words.any(|word| word.starts_with("-r") || word == "-p" && command.contains("-r")),
        "uudecode" => true,
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
        decodes_and_runs(command)
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
            "openssl base64 -d -in f | sh",
            "openssl enc -d -aes-256-cbc -in f -k x | bash",
            "printf '\\x6c\\x73' | sh",
            "eval \"$(printf '\\154\\163')\"",
            "echo -e '\\x6c\\x73' | sh",
            "echo 'sl' | rev | sh",
            "echo yf | tr 'A-Za-z' 'N-ZA-Mn-za-m' | bash",
            "uudecode -o - f | sh",
            "eval \"`base64 -d f`\"",
            ". <(base64 -d f)",
            "exec(zlib.decompress(base64.b64decode(x)))",
            "exec(binascii.unhexlify('6c73'))",
            "exec(codecs.decode('yf', 'rot13'))",
            "eval(String.fromCharCode(97, 98))",
            "perl -MMIME::Base64 -e 'eval(decode_base64(\"bHM=\"))'",
            "pwsh -e SQBFAFgAKABOAGUAdwAtAE8AYgBqAGUAYwB0ACAATgBlAHQA",
            "subprocess.run(['PowerShell', '-EncodedCommand', 'SQBFAFgAKABOAGUAdwAtAE8AYgBqAGUAYwB0ACAATgBlAHQA'])",
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
            "eval with base64_decode pattern",
            "pattern.exec(atob(value))",
            "eval(x); y = atob(value)",
            "printf '\\x1b[1m%s' \"$x\" | less",
            "openssl enc -aes-256-cbc -in f | sh",
            "cat f | rev | cut -d. -f1 | rev",
        ] {
            assert!(!found(command), "{command}");
        }
    }

    #[test]
    fn decoded_variable_that_is_run_is_found() {
        let found = |text: &str| {
            let (command, following) = text.split_once('\n').unwrap();
            let mut words = crate::audit::hits(command);
            words.any(|(_, span)| runs_decoded_variable(command, span.start, following))
        };
        for text in [
            "x=$(echo bHM= | base64 -d)\necho a\neval \"$x\"\n",
            "local x=$(base64 -d f)\nbash -c \"${x}\"\n",
            "x=`base64 -d f`\necho \"$x\" | sh\n",
            "x=$(xxd -r -p f)\nsh <<< \"$x\"\n",
            "code = base64.b64decode(text)\nexec(code)\n",
            "const code = atob(text);\nnew Function(code)();\n",
            "$x = [Convert]::FromBase64String($y)\niex $x\n",
        ] {
            assert!(found(text), "{text}");
        }
        for text in [
            "x=$(echo bHM= | base64 -d)\necho \"$x\"\n",
            "x=$(base64 f)\neval \"$x\"\n",
            "code = base64.b64decode(text)\nexec(codes)\nprint(code)\n",
            "const code = atob(text);\npattern.exec(code);\n",
        ] {
            assert!(!found(text), "{text}");
        }
    }
}
