//! Leftovers: files that the system or an interpreter creates when a skill is used.

use std::path::Path;

/// Whether the file at `path` may be removed without a question, because the next use of the skill
/// creates it again: compiled Python next to its source, or the folder data of a file manager.
///
/// `is_file` returns whether the skill has a file. The name of a folder is not enough, because a
/// folder can contain anything. Some skills include leftovers (2 of 12,331 real files), so digests
/// include them, too.
#[must_use]
pub fn is_leftover(path: &str, is_file: impl Fn(&str) -> bool) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini") || is_compiled(folder, name, is_file)
}

/// Whether everything at `path` is a cache that tools make again, or a file of a file manager. A name is
/// not enough for `__pycache__`, because people put other files there.
#[must_use]
pub fn is_cache(path: &Path) -> bool {
    let is_folder = path.is_dir();
    match path.file_name().and_then(|name| name.to_str()) {
        Some(".DS_Store" | "Thumbs.db" | "desktop.ini") => !is_folder,
        Some(".pytest_cache" | ".mypy_cache" | ".ruff_cache") => is_folder,
        Some("__pycache__") => super::tree::list(path).is_ok_and(|listing| {
            let is_file = |source: &str| path.with_file_name(source).is_file();
            let mut files = listing.files.iter();
            listing.special_files.is_empty()
                && files.all(|file| is_leftover(&format!("__pycache__/{}", file.path), is_file))
        }),
        _ => false,
    }
}

/// Whether `name` in `folder` is compiled Python whose source exists:
/// `__pycache__/NAME.TAG.pyc` beside `NAME.py` (PEP 3147).
fn is_compiled(folder: &str, name: &str, is_file: impl Fn(&str) -> bool) -> bool {
    let Some(above) = folder.strip_suffix("__pycache__") else {
        return false;
    };
    let Some(stem) = name.strip_suffix(".pyc") else {
        return false;
    };
    // A source may have dots in its name, and so may a tag.
    let mut dots = stem.match_indices('.').map(|(at, _)| at);
    (above.is_empty() || above.ends_with('/'))
        && dots.any(|at| at > 0 && is_file(&format!("{above}{}.py", &stem[..at])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_file_names_are_leftovers() {
        let files = ["run.py", "scripts/a.py", "scripts/b.c.py"];
        let is = |path: &str| is_leftover(path, |file| files.contains(&file));
        for path in [
            "__pycache__/run.cpython-312.pyc",
            "scripts/__pycache__/a.cpython-312.opt-1.pyc",
            "scripts/__pycache__/b.c.cpython-312.pyc",
            ".DS_Store",
            "assets/Thumbs.db",
            "assets/desktop.ini",
        ] {
            assert!(is(path), "{path}");
        }
        for path in [
            "__pycache__/a.cpython-312.pyc",
            "scripts/__pycache__/a.pyc",
            "scripts/__pycache__/a.py",
            "scripts/__pycache__/.cpython-312.pyc",
            "scripts/__pycache__/notes.md",
            "scripts/__pycache__/deep/a.cpython-312.pyc",
            "scripts/my__pycache__/a.cpython-312.pyc",
            "scripts/a.cpython-312.pyc",
            "Thumbs.db/run.sh",
            "desktop.ini/evil/SKILL.md",
            "ds_store",
        ] {
            assert!(!is(path), "{path}");
        }
    }
}
