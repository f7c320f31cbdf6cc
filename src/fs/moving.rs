//! Moves folders and files, also where the system can't rename them: to another file system, out of
//! the lower layer of an overlay (a container image), and across a bind mount.
//!
//! There, an entry is copied, flushed, put in place by a rename, and removed from its old place. So the
//! new place never has a part of it. A kill can leave both, or a part at the old place; the caller
//! compares them with [`is_part_of`].

use std::fs::{File, FileTimes, Metadata};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{At, Error, create_folder, flush, flush_entries, look, open_plain, open_plain_with};
use super::{remove_file, remove_folder, rename_new};
use crate::platform;

/// The folder, next to the new or the old place, that has an entry while it is copied or removed. It
/// hides a skill from agents, which search one level below a target.
const MOVING: &str = ".mdskill-moving";

/// Moves a folder or file, and copies it if it can't be renamed.
///
/// # Errors
/// If it can't be moved, or is changed while it is copied. Then it is still at its old place.
pub fn move_entry(from: &Path, to: &Path) -> Result<(), Error> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => copy_and_remove(from, to),
        renamed => renamed.at("move here", to),
    }
}

/// Like [`move_entry`], but fails if `to` exists.
///
/// # Errors
/// As [`move_entry`], and if `to` exists.
pub fn move_new(from: &Path, to: &Path) -> Result<(), Error> {
    match rename_new(from, to) {
        Err(error) if error.source.kind() == ErrorKind::CrossesDevices => copy_and_remove(from, to),
        renamed => renamed,
    }
}

/// Removes what an interrupted move left in the folder of its old or new place.
///
/// # Errors
/// If it can't be removed.
pub fn remove_moving(folder: &Path) -> Result<(), Error> {
    let moving = folder.join(MOVING);
    match look(&moving)? {
        Some(there) if there.is_dir() => remove_folder(&moving),
        _ => Ok(()),
    }
}

/// Whether everything in the folder or file `part` is also in `whole`, with the same content.
///
/// # Errors
/// If one can't be read.
pub fn is_part_of(part: &Path, whole: &Path) -> Result<bool, Error> {
    for (path, there) in entries(part)? {
        let (one, other) = (join(part, &path), join(whole, &path));
        let Some(kept) = look(&other)?.filter(|kept| kept.file_type() == there.file_type()) else {
            return Ok(false);
        };
        let is_same = if there.is_file() {
            kept.len() == there.len() && has_same_bytes(&one, &other)?
        } else if there.is_symlink() {
            let read = |link: &Path| std::fs::read_link(link).at("read the link", link);
            read(&one)? == read(&other)?
        } else {
            true
        };
        if !is_same {
            return Ok(false);
        }
    }
    Ok(true)
}

fn has_same_bytes(one: &Path, other: &Path) -> Result<bool, Error> {
    let open = |path: &Path| open_plain(path).map(io::BufReader::new).at("read", path);
    let (mut left, mut right) = (open(one)?.bytes(), open(other)?.bytes());
    loop {
        match (
            left.next().transpose().at("read", one)?,
            right.next().transpose().at("read", other)?,
        ) {
            (None, None) => return Ok(true),
            (one, other) if one == other => {}
            _ => return Ok(false),
        }
    }
}

fn copy_and_remove(from: &Path, to: &Path) -> Result<(), Error> {
    let folder = to.parent().unwrap_or(Path::new("."));
    let moving = folder.join(MOVING);
    remove_moving(folder)?;
    create_folder(&moving)?;
    let copied = copy_to(from, to, &moving);
    let emptied = remove_moving(folder);
    copied.and(emptied)?;
    remove_old(from).or_else(|error| {
        give_back(from, to)?;
        Err(error)
    })
}

/// Copies to `from` what is missing there, and removes the copy `to`.
fn give_back(from: &Path, to: &Path) -> Result<(), Error> {
    for (path, metadata) in entries(to)? {
        let missing = join(from, &path);
        if look(&missing)?.is_none() {
            copy_entry(&join(to, &path), &missing, &metadata)?;
        }
    }
    flush(from.parent().unwrap_or(Path::new(".")))?;
    remove(to)
}

fn remove(path: &Path) -> Result<(), Error> {
    if look(path)?.is_some_and(|there| there.is_dir()) {
        remove_folder(path)
    } else {
        remove_file(path)
    }
}

fn copy_to(from: &Path, to: &Path, moving: &Path) -> Result<(), Error> {
    let seen = entries(from)?;
    let copy = moving.join("new");
    for (path, metadata) in &seen {
        copy_entry(&join(from, path), &join(&copy, path), metadata)?;
    }
    // After the files in them, because a folder may be read-only.
    for (path, metadata) in seen.iter().rev().filter(|(_, there)| there.is_dir()) {
        let path = join(&copy, path);
        platform::keep_owner(&path, metadata);
        std::fs::set_permissions(&path, metadata.permissions()).at("write", &path)?;
    }
    flush(moving)?;
    // A file that was saved after it was copied would be lost.
    if !is_unchanged(&seen, &entries(from)?) {
        return Err(io::Error::other("it was changed while it was copied")).at("move", from);
    }
    std::fs::rename(&copy, to).at("move here", to)?;
    flush_entries(to.parent().unwrap_or(Path::new(".")))
}

/// Removes the old folder, if possible after it is renamed, so that a kill leaves no part of it.
fn remove_old(from: &Path) -> Result<(), Error> {
    let folder = from.parent().unwrap_or(Path::new("."));
    let moving = folder.join(MOVING);
    let old = moving.join("old");
    let is_aside = create_folder(&moving).is_ok() && std::fs::rename(from, &old).is_ok();
    let removed = if is_aside { Ok(()) } else { remove(from) };
    removed.and(remove_moving(folder))
}

type Entries = Vec<(PathBuf, Metadata)>;

/// Lists everything below `root`, and `root` itself with an empty path, folders before their entries.
fn entries(root: &Path) -> Result<Entries, Error> {
    let mut all = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(path) = open.pop() {
        let place = join(root, &path);
        let metadata = place.symlink_metadata().at("look at", &place)?;
        if metadata.is_dir() {
            for entry in std::fs::read_dir(&place).at("list", &place)? {
                open.push(path.join(entry.at("list", &place)?.file_name()));
            }
        }
        all.push((path, metadata));
    }
    Ok(all)
}

fn is_unchanged(before: &Entries, after: &Entries) -> bool {
    let key = |(path, there): &(PathBuf, Metadata)| {
        // Reading a folder or a file changes only the time of the last access.
        (path.clone(), there.len(), there.modified().ok())
    };
    let keys = |entries: &Entries| {
        entries
            .iter()
            .map(key)
            .collect::<std::collections::BTreeSet<_>>()
    };
    keys(before) == keys(after)
}

/// Like [`Path::join`], which would add a slash for an empty path. A file with a slash is not found.
fn join(root: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() {
        root.to_owned()
    } else {
        root.join(path)
    }
}

fn copy_entry(from: &Path, to: &Path, metadata: &Metadata) -> Result<(), Error> {
    if metadata.is_dir() {
        return std::fs::create_dir(to).at("create the folder", to);
    }
    if metadata.is_symlink() {
        let target = std::fs::read_link(from).at("read the link", from)?;
        return platform::make_link(&target, to).at("create the link", to);
    }
    let mut source = open_plain(from).at("copy", from)?;
    let mut options = File::options();
    options.write(true).create_new(true);
    // The file may be private, so no other user may read the copy at any time.
    platform::make_private(&mut options);
    let mut copy = open_plain_with(&mut options, to).at("write", to)?;
    io::copy(&mut source, &mut copy).at("copy", from)?;
    platform::keep_owner(to, metadata);
    let times = metadata
        .modified()
        .map(|at| FileTimes::new().set_modified(at));
    copy.set_permissions(metadata.permissions())
        .and_then(|()| times.map_or(Ok(()), |times| copy.set_times(times)))
        .at("write", to)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    /// A folder with everything that a skill's folder can have: nested and read-only folders, links, modes.
    fn original(root: &Path) -> PathBuf {
        let folder = root.join("one");
        std::fs::create_dir_all(folder.join("scripts/deep/empty")).unwrap();
        for (path, text, mode) in [
            ("SKILL.md", "text", 0o644),
            (".env", "SECRET=1", 0o600),
            ("scripts/run.sh", "#!/bin/sh", 0o755),
            ("scripts/deep/fixed", "x", 0o444),
        ] {
            std::fs::write(folder.join(path), text).unwrap();
            std::fs::set_permissions(folder.join(path), PermissionsExt::from_mode(mode)).unwrap();
        }
        symlink("../nothing", folder.join("scripts/link")).unwrap();
        std::fs::set_permissions(
            folder.join("scripts/deep"),
            PermissionsExt::from_mode(0o555),
        )
        .unwrap();
        folder
    }

    /// The path, kind, mode, owner, time and text of everything below a folder.
    fn facts(folder: &Path) -> Vec<String> {
        let fact = |(path, there): &(PathBuf, Metadata)| {
            let file = join(folder, path);
            let text = std::fs::read(&file).unwrap_or_default();
            let link = std::fs::read_link(&file).unwrap_or_default();
            let (path, link) = (path.display(), link.display());
            let time = there.is_file().then(|| there.modified().unwrap());
            let (mode, owner) = (there.mode(), there.uid());
            format!("{path} {mode:o} {owner} {time:?} {text:?} {link}")
        };
        let mut facts: Vec<String> = entries(folder).unwrap().iter().map(fact).collect();
        facts.sort();
        facts
    }

    #[test]
    fn copied_folder_is_the_same_and_the_original_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let from = original(root.path());
        let before = facts(&from);
        let to = root.path().join("trash/one-1");
        std::fs::create_dir(root.path().join("trash")).unwrap();
        copy_and_remove(&from, &to).unwrap();
        assert_eq!(facts(&to), before);
        assert!(!from.exists());
        let left = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
        assert_eq!(
            (left(root.path()), left(&root.path().join("trash"))),
            (1, 1)
        );
        copy_and_remove(&to.join(".env"), &root.path().join(".env")).unwrap();
        assert_eq!(
            std::fs::metadata(root.path().join(".env")).unwrap().mode() & 0o777,
            0o600
        );
        assert!(!to.join(".env").exists());
        remove_folder(&to).unwrap();
    }

    #[test]
    fn failed_copy_leaves_the_original_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let from = original(root.path());
        let before = facts(&from);
        std::fs::create_dir(root.path().join("full")).unwrap();
        std::fs::write(root.path().join("full/one-1"), "a file").unwrap();
        assert!(copy_and_remove(&from, &root.path().join("full/one-1")).is_err());
        assert_eq!(facts(&from), before);
        assert_eq!(
            std::fs::read_dir(root.path().join("full")).unwrap().count(),
            1
        );
        std::fs::set_permissions(from.join("scripts/deep"), PermissionsExt::from_mode(0o755))
            .unwrap();
    }

    #[test]
    fn part_has_only_entries_of_the_whole() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("whole/SKILL.md", "text");
        write("whole/a/b", "x");
        write("part/a/b", "x");
        write("other/a/b", "y");
        write("folder/a/b/c", "x");
        let is_part = |one: &str, other: &str| {
            is_part_of(&root.path().join(one), &root.path().join(other)).unwrap()
        };
        assert!(is_part("part", "whole") && is_part("whole", "whole"));
        for other in ["other", "folder"] {
            assert!(!is_part(other, "whole"), "{other}");
        }
        assert!(!is_part("whole", "part"));
    }
}
