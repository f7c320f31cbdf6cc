//! The digests in the lockfile, recomputed without the program.

use super::Walk;
use crate::history::lock_of;
use crate::support::snapshot::{EXECUTABLE, FOLDER};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

impl Walk {
    /// Checks the digests of a sample by the recipe in the documentation.
    pub fn recompute(&mut self) {
        let lock = lock_of(&self.context);
        let kept: Vec<&String> = lock
            .keys()
            .filter(|name| lock[*name].contains_key("edits"))
            .collect();
        if kept.is_empty() {
            return;
        }
        let name = kept[self.dice.roll(kept.len())];
        assert_eq!(digest(&self.path(name)), lock[name]["edits"], "{name}");
        let upstream = tempfile::tempdir_in(self.context.path("temp")).unwrap();
        for (path, (mode, bytes)) in &self.clone.tree(&lock[name]["tree"]).entries {
            let place = upstream.path().join(path);
            match *mode {
                FOLDER => std::fs::create_dir_all(place).unwrap(),
                mode => {
                    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
                    std::fs::write(&place, bytes).unwrap();
                    let bits = if mode == EXECUTABLE { 0o755 } else { 0o644 };
                    std::fs::set_permissions(place, PermissionsExt::from_mode(bits)).unwrap();
                }
            }
        }
        assert_eq!(digest(upstream.path()), lock[name]["digest"], "{name}");
    }
}

/// Returns the digest of a folder by the recipe in the documentation.
fn digest(folder: &Path) -> String {
    let readme = include_str!("../../../docs/reference/lockfile.md");
    let recipe = readme
        .split("```sh\n")
        .find(|block| block.starts_with("find . -type f"));
    let recipe = recipe.unwrap().split("```").next().unwrap();
    let outcome = Command::new("sh")
        .args(["-euc", recipe])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(outcome.status.success());
    let outcome = String::from_utf8(outcome.stdout).unwrap();
    format!("sha256:{}", outcome.trim_end_matches("  -\n"))
}
