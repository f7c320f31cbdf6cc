//! The files of a folder or a commit, for comparisons.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The git modes of a folder, an executable, a file, a link.
pub const FOLDER: u32 = 0o040_000;
pub const EXECUTABLE: u32 = 0o100_755;
pub const FILE: u32 = 0o100_644;
pub const LINK: u32 = 0o120_000;

/// The size of the largest file whose bytes are read.
const LARGEST_READ: u64 = 64 << 20;

/// Paths with their git modes and bytes; the bytes of a link are its target.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub entries: BTreeMap<String, (u32, Vec<u8>)>,
}

impl Snapshot {
    /// Reads a folder. A missing folder is empty.
    pub fn of(folder: &Path) -> Self {
        let mut snapshot = Self::default();
        snapshot.look(folder, "");
        snapshot
    }

    /// Returns the same files with `folder` before each path.
    pub fn beneath(self, folder: &str) -> Self {
        let entries = self
            .entries
            .into_iter()
            .map(|(path, entry)| (format!("{folder}/{path}"), entry));
        Self {
            entries: entries.collect(),
        }
    }

    /// Returns the files of both.
    pub fn with(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// The paths, including folders.
    pub fn paths(&self) -> Vec<&str> {
        self.entries.keys().map(String::as_str).collect()
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> String {
        let (_, bytes) = self
            .entries
            .get(path)
            .unwrap_or_else(|| panic!("no {path} among {:?}", self.paths()));
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Asserts that both are equal; the message names every path that differs.
    #[track_caller]
    pub fn assert_same(&self, other: &Self) {
        let differences = self.differences(other);
        assert!(
            differences.is_empty(),
            "these differ:\n{}",
            differences.join("\n")
        );
    }

    /// Returns a line for each path that differs, this side first.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        for (path, ours) in &self.entries {
            match other.entries.get(path) {
                None => lines.push(format!("  {path}: {}, then gone", described(ours))),
                Some(theirs) if theirs != ours => {
                    lines.push(format!(
                        "  {path}: {}, then {}",
                        described(ours),
                        described(theirs)
                    ));
                }
                Some(_) => {}
            }
        }
        let added = other
            .entries
            .iter()
            .filter(|(path, _)| !self.entries.contains_key(*path));
        lines.extend(
            added.map(|(path, theirs)| format!("  {path}: not there, then {}", described(theirs))),
        );
        lines
    }

    /// Adds the folders above every entry: git lists files only.
    pub fn with_folders(mut self) -> Self {
        let paths: Vec<String> = self.entries.keys().cloned().collect();
        for path in paths {
            for (at, _) in path.match_indices('/') {
                self.entries
                    .entry(path[..at].to_owned())
                    .or_insert((FOLDER, Vec::new()));
            }
        }
        self
    }

    fn look(&mut self, folder: &Path, above: &str) {
        let Ok(children) = std::fs::read_dir(folder) else {
            return;
        };
        for child in children {
            let child = child
                .expect("an entry of a folder that was just opened")
                .path();
            let name = child.file_name().unwrap_or_default().to_string_lossy();
            let path = if above.is_empty() {
                name.into_owned()
            } else {
                format!("{above}/{name}")
            };
            let seen =
                std::fs::symlink_metadata(&child).unwrap_or_else(|error| panic!("{path}: {error}"));
            let entry = if seen.is_dir() {
                self.look(&child, &path);
                (FOLDER, Vec::new())
            } else if seen.is_symlink() {
                (
                    LINK,
                    std::fs::read_link(&child)
                        .expect("a link")
                        .as_os_str()
                        .as_bytes()
                        .to_vec(),
                )
            } else if !seen.is_file() || seen.len() > LARGEST_READ {
                // Reading a pipe would wait, and a sparse file may be as large as any number.
                let text = format!("{:?} of {} bytes", seen.file_type(), seen.len());
                (seen.permissions().mode(), text.into_bytes())
            } else {
                let mode = if seen.permissions().mode() & 0o100 == 0 {
                    FILE
                } else {
                    EXECUTABLE
                };
                (
                    mode,
                    std::fs::read(&child).unwrap_or_else(|error| panic!("{path}: {error}")),
                )
            };
            self.entries.insert(path, entry);
        }
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = self
            .entries
            .iter()
            .map(|(path, entry)| (path, described(entry)));
        formatter.debug_map().entries(lines).finish()
    }
}

fn described((mode, bytes): &(u32, Vec<u8>)) -> String {
    match (*mode, std::str::from_utf8(bytes)) {
        (FOLDER, _) => "a folder".to_owned(),
        (_, Ok(text)) if text.len() <= 60 => format!("{mode:o} {text:?}"),
        _ => format!("{mode:o} {} bytes", bytes.len()),
    }
}
