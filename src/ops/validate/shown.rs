//! Paths as they are told: as seen from where the command was started, with forward slashes.

use std::path::Path;

/// Returns a path as it is told.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./")
        .unwrap_or(&text)
        .trim_end_matches('/')
        .to_owned()
}

/// Returns the file as seen from where its folder is seen from.
pub(super) fn join(folder: &str, file: &str) -> String {
    match folder {
        "" | "." => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}
