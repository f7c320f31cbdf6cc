//! [`PerPath`]: which rules are ignored where.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Which rules are ignored where.
#[derive(Debug, Clone, Default)]
pub struct PerPath {
    globs: GlobSet,
    /// The codes of the rules that each glob ignores.
    codes: Vec<Vec<&'static str>>,
}

impl PerPath {
    /// Makes it of globs, each with the codes of the rules that are ignored there.
    ///
    /// # Errors
    /// The index of the first glob that is none, and why.
    pub fn new(globs: &[(&str, Vec<&'static str>)]) -> Result<Self, (usize, String)> {
        let mut builder = GlobSetBuilder::new();
        for (at, (glob, _)) in globs.iter().enumerate() {
            let from_root = glob.strip_prefix("./").unwrap_or(glob);
            if from_root.starts_with('/') || from_root.split('/').any(|part| part == "..") {
                let problem =
                    format!("`{glob}` leads out of the project: write it as seen from its root");
                return Err((at, problem));
            }
            // `*` stays within a folder, as a shell's does; `**` does not.
            let built = GlobBuilder::new(from_root.trim_end_matches('/'))
                .literal_separator(true)
                .backslash_escape(true)
                .build();
            builder.add(built.map_err(|error| (at, error.to_string()))?);
        }
        // What is left to fail is the automaton's size.
        let globs_built = builder.build();
        Ok(Self {
            globs: globs_built.map_err(|error| (0, error.to_string()))?,
            codes: globs.iter().map(|(_, codes)| codes.clone()).collect(),
        })
    }

    /// Whether nothing is ignored anywhere.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Returns the codes of the rules that are ignored in a file, whose path is as seen from
    /// the project's root; a glob that means a folder means all that is in it.
    #[must_use]
    pub fn ignored_in(&self, file: &str) -> BTreeSet<&'static str> {
        let above = file.match_indices('/').map(|(at, _)| &file[..at]);
        let globs = above
            .chain([file])
            .flat_map(|path| self.globs.matches(path));
        globs
            .flat_map(|at| self.codes[at].iter().copied())
            .collect()
    }
}
