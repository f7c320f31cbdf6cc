//! The size of a folder that other processes may change.

use std::path::Path;
use std::time::SystemTime;

/// The size of a folder.
pub(crate) struct Size {
    /// The sum of the sizes of its files, in bytes.
    pub(crate) bytes: u64,
    /// The time of the last change of a file, or 1970 without files.
    pub(crate) newest: SystemTime,
}

/// Returns the size of a folder. The time is that of the files whose names are `counted`. What can't be
/// read, for example because it was just removed, is not included. Links are not followed.
pub(crate) fn of(folder: &Path, counted: impl Fn(&str) -> bool) -> Size {
    let mut size = Size {
        bytes: 0,
        newest: SystemTime::UNIX_EPOCH,
    };
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        for entry in entries {
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_dir() {
                folders.push(entry.path());
                continue;
            }
            size.bytes += metadata.len();
            if let Ok(modified) = metadata.modified()
                && entry.file_name().to_str().is_some_and(&counted)
            {
                size.newest = size.newest.max(modified);
            }
        }
    }
    size
}
