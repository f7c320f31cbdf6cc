//! [`PerPath`]: the rules that are ignored in some files.

use std::collections::BTreeSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// The rules that are ignored in some files.
#[derive(Debug, Clone, Default)]
pub struct PerPath {
    globs: GlobSet,
    /// The codes of the rules that each glob ignores.
    codes: Vec<Vec<&'static str>>,
}

impl PerPath {
    /// Compiles globs, each with the codes of the rules that are ignored in matching files.
    ///
    /// # Errors
    /// The index of the first invalid glob, and the problem.
    pub fn new(globs: &[(&str, Vec<&'static str>)]) -> Result<Self, (usize, String)> {
        let mut builder = GlobSetBuilder::new();
        for (at, (glob, _)) in globs.iter().enumerate() {
            let from_root = glob.strip_prefix("./").unwrap_or(glob);
            if from_root.starts_with('/') || from_root.split('/').any(|part| part == "..") {
                let problem = format!(
                    "`{glob}` is outside of the project: write a path relative to the project root"
                );
                return Err((at, problem));
            }
            // `*` matches within a folder, as in a shell; `**` matches any number of folders.
            let built = GlobBuilder::new(from_root.trim_end_matches('/'))
                .literal_separator(true)
                .backslash_escape(true)
                .build();
            builder.add(built.map_err(|error| (at, error.to_string()))?);
        }
        // This can fail only because the automaton is too large.
        let globs_built = builder.build();
        Ok(Self {
            globs: globs_built.map_err(|error| (0, error.to_string()))?,
            codes: globs.iter().map(|(_, codes)| codes.clone()).collect(),
        })
    }

    /// Whether there are no globs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// Returns the codes of the rules that are ignored in `file`, a path relative to the project
    /// root. A glob that matches a folder matches everything in it.
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
