//! Files that tools leave in a folder that is used or worked on.

/// Whether a path leads to or through what tools make in a folder that is used or worked on.
///
/// By names alone, so it serves to judge what an author wrote, never to delete or to trust.
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
