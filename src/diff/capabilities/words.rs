//! The words of shells that are no programs, and the programs that run others.

/// What a shell does itself: POSIX, bash and zsh.
const BUILTINS: [&str; 73] = [
    "alias",
    "autoload",
    "bg",
    "bind",
    "bindkey",
    "break",
    "builtin",
    "caller",
    "cd",
    "chdir",
    "command",
    "compdef",
    "compgen",
    "complete",
    "compopt",
    "continue",
    "declare",
    "dirs",
    "disable",
    "disown",
    "echo",
    "emulate",
    "enable",
    "eval",
    "exec",
    "exit",
    "export",
    "false",
    "fc",
    "fg",
    "getopts",
    "hash",
    "help",
    "history",
    "integer",
    "jobs",
    "kill",
    "let",
    "local",
    "logout",
    "mapfile",
    "noglob",
    "popd",
    "print",
    "printf",
    "pushd",
    "pwd",
    "read",
    "readarray",
    "readonly",
    "rehash",
    "return",
    "set",
    "setopt",
    "shift",
    "shopt",
    "source",
    "suspend",
    "test",
    "times",
    "trap",
    "true",
    "type",
    "typeset",
    "ulimit",
    "umask",
    "unalias",
    "unfunction",
    "unset",
    "unsetopt",
    "wait",
    "whence",
    "zmodload",
];
/// Words of the language, as far as they are not read apart.
const KEYWORDS: [&str; 9] = [
    "done", "esac", "fi", "in", "until", "coproc", "foreach", "end", "endif",
];
/// Where systems keep programs: `/usr/bin/curl` is `curl`.
const FOLDERS: [&str; 6] = [
    "/bin/",
    "/sbin/",
    "/usr/bin/",
    "/usr/sbin/",
    "/usr/local/bin/",
    "/opt/homebrew/bin/",
];
/// A name that ends so is a file of somebody's, which a shell finds only by accident.
const FILES: [&str; 16] = [
    "bash", "bat", "cmd", "js", "json", "log", "md", "mjs", "pl", "ps1", "py", "rb", "sh", "ts",
    "txt", "yml",
];
/// The few programs whose names begin with a capital; other such words begin a sentence.
const CAPITALS: [&str; 4] = ["R", "Rscript", "Xvfb", "Xorg"];
/// Longest name that is taken for one.
const MAX_NAME: usize = 64;

/// What is behind a word in the place of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// To a command: `if`, `!`.
    ToCommand,
    /// To a command behind options, some of which have a value; these are them.
    ThroughOptions(&'static [&'static str]),
    /// To a text that is a command, behind `-c`.
    ToScript,
    /// To a text that is a command.
    ToText,
    /// To a command behind `-exec`.
    ToExec,
    /// Into a `case`.
    ToCase,
    /// To a function's name.
    ToFunction,
    /// Into `[[`.
    ToTest,
    /// To no command.
    Nowhere,
}

/// Returns what is behind a word in the place of a command.
pub(super) fn behind(word: &str) -> Leads {
    match in_folder(word).unwrap_or(word) {
        "if" | "then" | "elif" | "else" | "do" | "while" | "until" | "!" | "{" | "time"
        | "coproc" => Leads::ToCommand,
        "case" => Leads::ToCase,
        "function" => Leads::ToFunction,
        "[[" => Leads::ToTest,
        "eval" => Leads::ToText,
        "find" => Leads::ToExec,
        "sh" | "bash" | "zsh" | "dash" | "ksh" | "fish" | "su" => Leads::ToScript,
        "builtin" | "nohup" | "setsid" | "unbuffer" | "caffeinate" | "noglob" => {
            Leads::ThroughOptions(&[])
        }
        "command" | "exec" => Leads::ThroughOptions(&["-a"]),
        "sudo" | "doas" => {
            Leads::ThroughOptions(&["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-r", "-t"])
        }
        "env" => Leads::ThroughOptions(&["-u", "-C"]),
        "nice" | "watch" => Leads::ThroughOptions(&["-n"]),
        "ionice" => Leads::ThroughOptions(&["-c", "-n"]),
        "stdbuf" => Leads::ThroughOptions(&["-i", "-o", "-e"]),
        "timeout" => Leads::ThroughOptions(&["-s", "-k"]),
        "xargs" => Leads::ThroughOptions(&["-I", "-n", "-P", "-L", "-d", "-a", "-s", "-E"]),
        _ => Leads::Nowhere,
    }
}

/// Whether what is piped into a program is a command.
pub(super) fn reads_commands(word: &str) -> bool {
    let word = in_folder(word).unwrap_or(word);
    word == "ssh" || word != "su" && behind(word) == Leads::ToScript
}

/// Returns the program that a word in the place of a command calls; nothing for what the shell does itself,
/// and for a path: that is a file of the skill or of whoever runs it.
pub(super) fn program(word: &str) -> Option<&str> {
    let name = in_folder(word).unwrap_or(word);
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "_-.+".contains(c);
    let is_name = name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '+' || c == '_')
        && name.chars().all(is_letter)
        && name.contains(|c: char| c.is_ascii_alphabetic());
    let is_own = matches!(
        behind(name),
        Leads::ToCommand | Leads::ToCase | Leads::ToFunction
    ) || BUILTINS.contains(&name)
        || KEYWORDS.contains(&name)
        || matches!(name, "for" | "select");
    let is_name = is_name || CAPITALS.contains(&name);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    (is_name && !is_own && !FILES.contains(&extension)).then_some(name)
}

fn in_folder(word: &str) -> Option<&str> {
    let found = FOLDERS.iter().find_map(|folder| word.strip_prefix(folder));
    found.filter(|name| !name.contains('/'))
}
