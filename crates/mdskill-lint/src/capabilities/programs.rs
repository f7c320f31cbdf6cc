//! Files that are programs, and files that the system may execute.

use super::Found;
use crate::capability::Kind;
use crate::skill_files::{Entry, EntryKind, SkillFiles};

/// What interpreters, shells and systems run by its name's end. Markup, styles and data are
/// not among them, and neither are languages that only a build makes a program of, except those
/// that one command builds and runs (`go run`, `cargo script`, `java File.java`, `dotnet run`).
const EXTENSIONS: [&str; 47] = [
    "applescript",
    "awk",
    "bash",
    "bat",
    "cgi",
    "cjs",
    "cmd",
    "com",
    "command",
    "cs",
    "csx",
    "dll",
    "dylib",
    "exe",
    "fish",
    "go",
    "groovy",
    "jar",
    "java",
    "jl",
    "js",
    "jsx",
    "ksh",
    "kts",
    "lua",
    "mjs",
    "msi",
    "mts",
    "php",
    "pl",
    "pm",
    "ps1",
    "psm1",
    "py",
    "pyc",
    "pyw",
    "r",
    "rb",
    "rs",
    "sh",
    "so",
    "swift",
    "tcl",
    "ts",
    "tsx",
    "vbs",
    "wasm",
];
/// What lies below `scripts/` and is read, not run.
const READ: [&str; 32] = [
    "bib",
    "cfg",
    "conf",
    "css",
    "csv",
    "docx",
    "gif",
    "gitignore",
    "html",
    "ini",
    "ipynb",
    "jpeg",
    "jpg",
    "json",
    "jsonl",
    "lock",
    "log",
    "markdown",
    "md",
    "pdf",
    "png",
    "pptx",
    "rst",
    "svg",
    "toml",
    "tsv",
    "txt",
    "xlsx",
    "xml",
    "xsd",
    "yaml",
    "yml",
];
/// How a compiled program begins: ELF, Mach-O of both orders and sizes, WebAssembly. (`MZ` of
/// Windows is two letters: its name's end is surer.)
const MAGIC: [[u8; 4]; 7] = [
    *b"\x7fELF",
    [0xfe, 0xed, 0xfa, 0xce],
    [0xfe, 0xed, 0xfa, 0xcf],
    [0xce, 0xfa, 0xed, 0xfe],
    [0xcf, 0xfa, 0xed, 0xfe],
    [0xca, 0xfe, 0xba, 0xbe],
    *b"\0asm",
];

pub(super) fn look(view: &dyn SkillFiles, entry: &Entry, found: &mut Found) {
    let EntryKind::File { is_executable, .. } = entry.kind else {
        return;
    };
    let path = entry.path.as_str();
    if is_executable {
        found.add(Kind::Executable, path, path, None);
    }
    if is_named_as_program(path) || begins_as_program(view, path) {
        found.add(Kind::Script, path, path, None);
    }
}

fn is_named_as_program(path: &str) -> bool {
    let extension = extension(path);
    let has = |known: &[&str]| known.contains(&extension.as_str());
    let is_below_scripts = path
        .split('/')
        .rev()
        .skip(1)
        .any(|folder| folder == "scripts");
    has(&EXTENSIONS) || is_below_scripts && !has(&READ)
}

/// Returns the end of a file's name behind the last dot, in small letters; nothing when there
/// is none.
pub(super) fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.unwrap_or_default().to_ascii_lowercase()
}

fn begins_as_program(view: &dyn SkillFiles, path: &str) -> bool {
    let beginning = view.beginning(path, 4).unwrap_or_default();
    beginning.starts_with(b"#!") || MAGIC.iter().any(|magic| beginning.starts_with(magic))
}
