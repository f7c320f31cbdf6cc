//! `includeIf.gitdir`: files that a user includes for the repositories below a folder.
//!
//! git evaluates the condition against the repository in which it runs. mdskill runs git outside of
//! the project, so that it does not read the project's own configuration, and evaluates it here.
//!
//! Source: git-config(1), "Conditional includes".

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// Returns the file that is included if the condition is about `git_dir`.
///
/// `origin` is where the condition is written, as `git config --show-origin` shows it.
pub(super) fn path(
    condition: &str,
    value: &str,
    origin: &str,
    git_dir: &Path,
    home: Option<&Path>,
) -> Option<PathBuf> {
    let folder = Path::new(origin.strip_prefix("file:").unwrap_or(origin)).parent()?;
    let (pattern, ignores_case) = match condition.strip_prefix("gitdir:") {
        Some(pattern) => (pattern, false),
        None => (condition.strip_prefix("gitdir/i:")?, true),
    };
    let pattern = absolute(pattern, folder, home)?;
    let canonical = git_dir.canonicalize();
    let git_dirs = [Some(git_dir), canonical.as_deref().ok()];
    let matches = git_dirs.into_iter().flatten().any(|git_dir| {
        let git_dir = git_dir.to_string_lossy();
        if ignores_case {
            fast_glob::glob_match(pattern.to_lowercase(), git_dir.to_lowercase())
        } else {
            fast_glob::glob_match(&pattern, git_dir.as_ref())
        }
    });
    let file = match (value.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => folder.join(value),
    };
    matches.then_some(file)
}

/// Returns the pattern for the path of a git folder.
fn absolute(pattern: &str, folder: &Path, home: Option<&Path>) -> Option<String> {
    let pattern = if pattern.ends_with('/') {
        Cow::Owned(format!("{pattern}**"))
    } else {
        Cow::Borrowed(pattern)
    };
    if let Some(rest) = pattern.strip_prefix("~/") {
        return Some(format!("{}/{rest}", escaped(home?)));
    }
    if let Some(rest) = pattern.strip_prefix("./") {
        return Some(format!("{}/{rest}", escaped(folder)));
    }
    let is_absolute = Path::new(pattern.as_ref()).is_absolute();
    Some(if is_absolute {
        pattern.into_owned()
    } else {
        format!("**/{pattern}")
    })
}

/// Escapes the special characters of a pattern.
fn escaped(folder: &Path) -> String {
    let mut text = String::new();
    for letter in folder.to_string_lossy().chars() {
        if "*?[]{}!\\".contains(letter) {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn file_is_included_for_repositories_below_folder() {
        let included = |condition, git_dir: &str| {
            let home = Some(Path::new("/users/a[d]a"));
            let git_dir = Path::new(git_dir);
            path(
                condition,
                "work.inc",
                "file:/users/a[d]a/.gitconfig",
                git_dir,
                home,
            )
        };
        let file = Some(PathBuf::from("/users/a[d]a/work.inc"));
        for (condition, git_dir) in [
            ("gitdir:~/code/", "/users/a[d]a/code/project/.git"),
            ("gitdir:./code/", "/users/a[d]a/code/group/project/.git"),
            ("gitdir:code/", "/srv/code/project/.git"),
            ("gitdir:/srv/*/.git", "/srv/project/.git"),
            ("gitdir/i:/SRV/", "/srv/project/.git"),
        ] {
            assert_eq!(included(condition, git_dir), file, "{condition}");
        }
        for (condition, git_dir) in [
            ("gitdir:~/code/", "/users/a[d]a/play/project/.git"),
            ("gitdir:~/code/", "/users/ada/code/project/.git"),
            ("gitdir:/SRV/", "/srv/project/.git"),
            ("onbranch:main", "/srv/project/.git"),
            ("hasconfig:remote.*.url:https://x/**", "/srv/project/.git"),
        ] {
            assert_eq!(included(condition, git_dir), None, "{condition}");
        }
    }
}
