//! Leftovers: files that the system or an interpreter makes in a skill that is merely used.

/// Whether the file at `path` may be dropped without asking, because the next use of the skill
/// makes it again: compiled Python beside its source, or what a file manager keeps of a folder.
///
/// `is_file` says which files the skill has. A folder of such a name proves nothing: people and
/// strangers can put anything into it. A leftover may belong to a skill (2 of 12,331 real files
/// do), so it counts where a digest counts it.
#[must_use]
pub fn is_leftover(path: &str, is_file: impl Fn(&str) -> bool) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini") || is_compiled(folder, name, is_file)
}

/// Whether `name` in `folder` is what Python makes of a source that is there:
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
    fn only_files_of_a_known_form_are_leftovers() {
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
