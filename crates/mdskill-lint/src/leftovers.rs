//! Recognizes files that tools create in a skill's folder, such as caches.

/// Whether a part of the path is the name of a file or folder that tools create.
///
/// The name alone is not proof: use it to ignore files in a report, never to delete or to trust them.
#[must_use]
pub fn is_made_by_tools(path: &str) -> bool {
    path.split('/').any(|name| {
        matches!(
            name,
            "__pycache__"
                | ".DS_Store"
                | "Thumbs.db"
                | "desktop.ini"
                | "node_modules"
                | ".venv"
                | ".pytest_cache"
                | ".mypy_cache"
                | ".ruff_cache"
                | ".ipynb_checkpoints"
        )
    })
}
