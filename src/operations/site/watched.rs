//! [`Watched`]: the files on this machine that a site is made from.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use super::Options;
use super::repositories::groups_of;
use crate::context::Context;
use crate::fs;
use crate::operations::OpError;
use crate::operations::installed::InstalledSkill;
use crate::platform;
use crate::source::Source;

/// The folders with many files that are not of skills.
const LEFT_OUT: [&str; 4] = [".git", ".venv", "node_modules", "target"];

/// The files on this machine that a site is made from.
#[derive(Debug)]
pub(crate) struct Watched {
    paths: Vec<PathBuf>,
}

impl Watched {
    /// The files that say which skills are shown, and how. They need not exist.
    pub(crate) fn settings(context: &Context<'_>) -> Self {
        let scope = &context.scope;
        Self {
            paths: vec![scope.config(), scope.lockfile.clone()],
        }
    }

    /// Finds the files of a site: its folders with skills, its theme, and its templates.
    ///
    /// # Errors
    /// When a spec or the lockfile is invalid.
    pub(crate) fn of(context: &Context<'_>, options: &Options) -> Result<Self, OpError> {
        let root = &context.scope.root;
        let mut paths = Vec::new();
        for group in groups_of(context, &options.specs)? {
            if let Source::Folder { path } = &group.source {
                paths.push(root.join(path));
            }
        }
        if options.installed {
            let lockfile = context.lockfile()?.unwrap_or_default();
            for skill in InstalledSkill::all(&context.scope, &lockfile) {
                paths.extend(skill.folders().map(|folder| folder.path));
            }
        }
        let own = options.theme.iter().chain(&options.templates);
        paths.extend(own.map(|path| context.env.current_dir.join(path)));
        Ok(Self { paths })
    }

    /// Returns a number that differs after a file changed.
    pub(crate) fn state(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for path in &self.paths {
            let path = &fs::real(path);
            if let Ok(Some(there)) = fs::look(path) {
                platform::fingerprint(&there).hash(&mut hasher);
            }
            let is_left_out = |path: &str| {
                let name = path.rsplit('/').next().unwrap_or_default();
                LEFT_OUT.contains(&name)
            };
            // A folder that can't be listed is reported when its pages are made.
            let listed =
                fs::tree::list_without(path, &mut |path, is_folder| is_folder && is_left_out(path));
            let listed = listed.unwrap_or_default();
            for file in listed.files {
                file.path.hash(&mut hasher);
                platform::fingerprint(&file.metadata).hash(&mut hasher);
            }
            for link in listed.special_files {
                let there = fs::look(&path.join(&link)).ok().flatten();
                link.hash(&mut hasher);
                there
                    .map(|there| platform::fingerprint(&there))
                    .hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}
