//! Programs and executable files.

use super::Found;
use crate::capability::Kind;
use crate::skill_files::{Entry, EntryKind, SkillFiles};

/// Extensions of programs and scripts. Of compiled languages, only those are included that one
/// command builds and runs (`go run`, `cargo script`, `java File.java`, `dotnet run`).
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
/// Extensions of texts and data below `scripts/`.
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
/// First bytes of compiled programs: ELF, Mach-O of both byte orders and sizes, WebAssembly. The
/// `MZ` of Windows is also a word, so the extension is more reliable there.
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

/// Whether the extension or the folder of a file is that of a program.
pub(crate) fn is_named_as_program(path: &str) -> bool {
    let extension = extension(path);
    let mut folders = path.split('/').rev().skip(1);
    EXTENSIONS.contains(&extension.as_str())
        || folders.any(|folder| folder == "scripts") && !READ.contains(&extension.as_str())
}

/// Returns the extension of a file in lower case, or an empty text.
pub(super) fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    extension.unwrap_or_default().to_ascii_lowercase()
}

fn begins_as_program(view: &dyn SkillFiles, path: &str) -> bool {
    let beginning = view.beginning(path, 4).unwrap_or_default();
    beginning.starts_with(b"#!") || MAGIC.iter().any(|magic| beginning.starts_with(magic))
}
