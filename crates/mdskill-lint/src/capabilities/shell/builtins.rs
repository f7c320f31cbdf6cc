//! The words of shells that are not programs, and the programs that run others.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Role;

/// Commands of POSIX shells, bash and zsh.
const BUILTINS: &str = "alias autoload bg bind bindkey break builtin caller cd chdir command compdef \
    compgen complete compopt continue declare dirs disable disown echo emulate enable eval exec exit \
    export false fc fg getopts hash help history integer jobs kill let local logout mapfile noglob popd \
    print printf pushd pwd read readarray readonly rehash return set setopt shift shopt source suspend \
    test times trap true type typeset ulimit umask unalias unfunction unset unsetopt wait whence zmodload";
/// Keywords that are not followed by a command.
const KEYWORDS: &str = "case coproc done end endif esac fi for foreach in select";
/// Both. Each word of a text may be one.
static OF_SHELL: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let words = [BUILTINS, KEYWORDS].into_iter();
    words.flat_map(str::split_ascii_whitespace).collect()
});
/// System folders of programs: `/usr/bin/curl` is `curl`.
const FOLDERS: &str = "/bin/ /sbin/ /usr/bin/ /usr/sbin/ /usr/local/bin/ /opt/homebrew/bin/";
/// Extensions of files that are not on the search path of a shell.
const EXTENSIONS: [&str; 16] = [
    "bash", "bat", "cmd", "js", "json", "log", "md", "mjs", "pl", "ps1", "py", "rb", "sh", "ts",
    "txt", "yml",
];
/// The few programs with a capital; other such words begin a sentence.
const CAPITALS: [&str; 4] = ["R", "Rscript", "Xvfb", "Xorg"];
/// Maximum length of the name of a program.
const MAX_NAME: usize = 64;

/// Returns the role of the word after this first word of a command.
pub(super) fn role_after(word: &str) -> Role {
    match in_folder(word).unwrap_or(word) {
        "if" | "then" | "elif" | "else" | "do" | "while" | "until" | "!" | "{" | "time" => {
            Role::Program
        }
        "function" => Role::FunctionName,
        "builtin" | "caffeinate" | "command" | "doas" | "env" | "exec" | "ionice" | "nice"
        | "noglob" | "nohup" | "setsid" | "stdbuf" | "sudo" | "timeout" | "unbuffer" | "watch"
        | "xargs" => Role::Wrapped,
        _ => Role::Argument,
    }
}

/// Returns the program that the first word of a command calls. Returns `None` for a builtin, and for
/// a path, which is a file of the skill or of its user.
pub(super) fn program(word: &str) -> Option<&str> {
    let name = in_folder(word).unwrap_or(word);
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "_-.+".contains(c);
    let is_name = name.len() <= MAX_NAME
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '+' || c == '_')
        && name.chars().all(is_letter)
        && name.contains(|c: char| c.is_ascii_alphabetic());
    if !is_name && !CAPITALS.contains(&name) {
        return None;
    }
    let is_of_shell =
        matches!(role_after(name), Role::Program | Role::FunctionName) || OF_SHELL.contains(name);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let is_file = extension.is_some_and(|extension| EXTENSIONS.contains(&extension));
    (!is_of_shell && !is_file).then_some(name)
}

fn in_folder(word: &str) -> Option<&str> {
    let mut folders = FOLDERS.split_ascii_whitespace();
    let name = folders.find_map(|folder| word.strip_prefix(folder));
    name.filter(|name| !name.contains('/'))
}
