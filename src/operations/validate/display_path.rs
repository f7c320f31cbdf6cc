//! Formats paths for display: relative to the current directory, with forward slashes.

use std::path::Path;

/// Returns a path as shown to the user.
pub(super) fn display_path(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    match text.trim_end_matches('/') {
        "" if text.is_empty() => ".".to_owned(),
        "" => "/".to_owned(),
        text => text.to_owned(),
    }
}
