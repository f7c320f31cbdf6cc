//! From specs to skills that are ready to install: resolved, found, fetched, read, validated.

mod open;

use std::path::Path;

pub use open::Opened;

use crate::context::Context;
use crate::digest::Digest;
use crate::fetch::is_git_folder;
use crate::fetch::resolve::Query;
use crate::lockfile::Entry;
use crate::operations::OpError;
use crate::skill::GitFiles;
use crate::skill::tree::SkillTree;
use crate::source::Source;
use crate::spec::{Spec, SpecSource};
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::name::SkillName;
use mdskill_lint::{Settings, ValidationResult, validate};

/// A skill that is ready to install: its files are safe to write and all here.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Where it comes from.
    pub source: Source,
    /// Its folder in the source.
    pub path: String,
    /// What `update` will follow.
    pub git_ref: Option<String>,
    /// The commit it was taken from.
    pub commit: Option<ObjectId>,
    /// Its files.
    pub files: SkillTree,
    /// The name it lands under.
    pub name: SkillName,
    /// What is worth saying about its name or its ref, as a sentence.
    pub note: Option<String>,
    /// What validating found, on the tree as it will lie on disk.
    pub diagnostics: Vec<Diagnostic>,
    /// The folders of other skills that its links lead to, as its repository has them.
    pub siblings: Vec<String>,
}

impl Candidate {
    /// Returns the spec that names exactly this skill.
    #[must_use]
    pub fn spec(&self) -> String {
        full_spec(&self.source, &self.path)
    }

    /// Returns its block for the lockfile.
    #[must_use]
    pub fn entry(&self, digest: Digest) -> Entry {
        let mut entry = Entry::new(
            self.source.clone(),
            self.path.clone(),
            self.files.tree,
            digest,
        );
        entry.git_ref.clone_from(&self.git_ref);
        entry.commit = self.commit;
        entry
    }
}

/// Returns the spec of the skill at `path` in `source`.
#[must_use]
pub fn full_spec(source: &Source, path: &str) -> String {
    match path {
        "" => source.spec_prefix().trim_end_matches('/').to_owned(),
        path => format!("{}/{path}", source.spec_prefix()),
    }
}

/// Returns the source of a spec; a folder's is made relative to the scope's root.
///
/// # Errors
/// When a local folder is not there.
pub fn source_of(context: &Context<'_>, spec: &Spec) -> Result<Source, OpError> {
    let SpecSource::Folder(typed) = &spec.origin else {
        return Ok(spec.source());
    };
    let path = context.env.current_dir.join(typed);
    let path = path
        .canonicalize()
        .map_err(|_| OpError::Usage(format!("there is no {}", path.display())))?;
    if path.is_file() || is_git_folder(&path) {
        return Ok(Source::Git {
            url: format!("file://{}", path.display()),
        });
    }
    let root = context
        .scope
        .root
        .canonicalize()
        .unwrap_or_else(|_| context.scope.root.clone());
    Ok(Source::Folder {
        path: relative(&root, &path),
    })
}

/// Returns `path` as seen from `root`, with forward slashes: no machine's path in the lockfile.
#[must_use]
pub fn relative(root: &Path, path: &Path) -> String {
    let shared = root
        .components()
        .zip(path.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = root.components().skip(shared).map(|_| "..".to_owned());
    let down = path
        .components()
        .skip(shared)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

/// Returns what `spec` leads to behind its ref.
#[must_use]
pub fn query_of(spec: &Spec) -> Query {
    match (&spec.origin, &spec.git_ref) {
        (
            SpecSource::Web {
                page: Some(page), ..
            },
            _,
        ) => Query::Page(page.clone()),
        (_, Some(git_ref)) => Query::GitRef(git_ref.clone()),
        (_, None) => Query::Default,
    }
}

/// Validates the skill in the folder `path` of the tree `root`, whose files are listed and loaded,
/// under the folder's name that it has or will have. It is somebody else's: its comments silence
/// nothing.
#[must_use]
pub fn diagnose(
    objects: &Objects,
    root: ObjectId,
    path: &str,
    folder: &str,
    files: &SkillTree,
    settings: &Settings,
) -> ValidationResult {
    let view = GitFiles::of(objects, root, path, folder, files);
    validate(&view, &settings.for_untrusted())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_as_seen_from_the_root() {
        let seen = |root: &str, path: &str| relative(Path::new(root), Path::new(path));
        assert_eq!(seen("/p", "/p/skills/x"), "skills/x");
        assert_eq!(seen("/p/q", "/p/skills"), "../skills");
        assert_eq!(seen("/p", "/p"), ".");
    }
}
