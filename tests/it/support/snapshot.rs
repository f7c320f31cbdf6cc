//! What a folder or a commit holds, byte for byte, so that two of them can be compared.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Git's mode of a folder, an executable, a file, a link.
pub const FOLDER: u32 = 0o040_000;
pub const EXECUTABLE: u32 = 0o100_755;
pub const FILE: u32 = 0o100_644;
pub const LINK: u32 = 0o120_000;

/// Paths, each with its mode as git writes it, and its bytes; a link's bytes are where it points.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub entries: BTreeMap<String, (u32, Vec<u8>)>,
}

impl Snapshot {
    /// Looks at a folder on disk. A folder that is not there holds nothing.
    pub fn of(folder: &Path) -> Self {
        let mut snapshot = Self::default();
        snapshot.look(folder, "");
        snapshot
    }

    /// The same with every path under `folder`, to be put together with others.
    pub fn beneath(self, folder: &str) -> Self {
        let entries = self
            .entries
            .into_iter()
            .map(|(path, entry)| (format!("{folder}/{path}"), entry));
        Self {
            entries: entries.collect(),
        }
    }

    /// Both together.
    pub fn with(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        self
    }

    /// The paths, folders too.
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

    /// Fails, naming every path that is not the same in both.
    #[track_caller]
    pub fn assert_same(&self, other: &Self) {
        let differences = self.differences(other);
        assert!(
            differences.is_empty(),
            "these differ:\n{}",
            differences.join("\n")
        );
    }

    /// One line for each path that is not the same in both; this side is said first.
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
