//! [`Difference`]: how the installed files of a skill differ from a version of it.

use super::installed_copies::InstalledCopy;
use crate::fs::leftover::is_leftover;
use crate::importers::Tool;
use crate::skill::tree::SkillTree;
use mdskill_lint::leftovers::is_made_by_tools;

/// The paths of the files that differ.
#[derive(Debug, Default)]
pub(super) struct Difference {
    changed: Vec<String>,
    deleted: Vec<String>,
    added: Vec<String>,
    modes: Vec<String>,
}

impl Difference {
    /// Compares the installed files with a version.
    pub fn between(version: &SkillTree, copy: &InstalledCopy) -> Self {
        let mut difference = Self::default();
        let mut added = copy.files.clone();
        added.retain(|path, _| !is_leftover(path, |file| copy.files.contains_key(file)));
        for file in &version.files {
            let path = file.path.as_str().to_owned();
            added.remove(&path);
            match copy.files.get(&path) {
                None => difference.deleted.push(path),
                Some(installed) if installed.id != file.id => difference.changed.push(path),
                Some(installed) if installed.mode != file.mode => difference.modes.push(path),
                Some(_) => {}
            }
        }
        difference.added = added.into_keys().collect();
        difference
    }

    /// Whether no file differs.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Whether the tool itself can have made it by installing the version.
    pub fn is_made_by(&self, tool: Tool) -> bool {
        // A cache such as `__pycache__` may be in a repository and need not be in a copy.
        let may_lack = |path: &String| tool.leaves_out(path) || is_made_by_tools(path);
        self.added.is_empty()
            && self.changed.iter().all(|path| tool.rewrites(path))
            && self.deleted.iter().all(may_lack)
    }

    /// Returns the number of files that differ.
    pub fn count(&self) -> usize {
        self.changed.len() + self.deleted.len() + self.added.len() + self.modes.len()
    }

    /// Returns a line for each file: its path and how it differs.
    pub fn lines(&self) -> Vec<String> {
        let kinds = [
            (&self.changed, "changed"),
            (&self.deleted, "deleted"),
            (&self.added, "added"),
            (&self.modes, "mode changed"),
        ];
        let lines = kinds.iter().flat_map(|(paths, kind)| {
            let paths = paths.iter();
            paths.map(move |path| format!("{path} ({kind})"))
        });
        let mut lines: Vec<String> = lines.collect();
        lines.sort();
        lines
    }
}
