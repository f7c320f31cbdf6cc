//! [`PerPath`]: the rules that are ignored in some files.

use std::collections::BTreeSet;

use crate::glob::Glob;

/// The rules that are ignored in some files: globs, each with the codes of its rules.
#[derive(Debug, Clone, Default)]
pub struct PerPath(Vec<(Glob, Vec<&'static str>)>);

impl PerPath {
    /// Ignores rules in the files that `glob` matches.
    ///
    /// # Errors
    /// The problem of an invalid glob.
    pub(super) fn ignore(&mut self, glob: &str, codes: Vec<&'static str>) -> Result<(), String> {
        let from_root = glob.strip_prefix("./").unwrap_or(glob);
        if from_root.starts_with('/') || from_root.split('/').any(|part| part == "..") {
            return Err(format!(
                "`{glob}` is outside of the project: write a path relative to the project root"
            ));
        }
        let compiled = Glob::new(from_root.trim_end_matches('/'));
        let compiled =
            compiled.map_err(|problem| format!("`{glob}` is not a valid glob: {problem}"))?;
        self.0.push((compiled, codes));
        Ok(())
    }

    /// Whether the list has zero globs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the codes of the rules that are ignored in `file`, a path relative to the project
    /// root. A glob that matches a folder matches everything in it.
    #[must_use]
    pub fn ignored_in(&self, file: &str) -> BTreeSet<&'static str> {
        let folders = file.match_indices('/').map(|(at, _)| &file[..at]);
        let paths: Vec<&str> = folders.chain([file]).collect();
        let matching = self.0.iter();
        let matching = matching.filter(|(glob, _)| paths.iter().any(|path| glob.is_match(path)));
        matching.flat_map(|(_, codes)| codes).copied().collect()
    }
}
