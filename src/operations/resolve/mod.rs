//! Resolves specs to skills that can be installed: found, fetched, and validated.

mod candidate;
mod choose;
mod early_checks;
mod linked;
mod listed;
mod open;
mod site;
pub(crate) mod typed;

use std::borrow::Cow;
use std::path::Path;

pub(crate) use candidate::name_to_install;
pub(crate) use open::{CommitOrigin, Opened};
use serde::Serialize;
pub(crate) use typed::Subject;

use crate::context::Context;
use crate::digest::Digest;
use crate::fetch::is_git_folder;
use crate::fetch::resolve::Query;
use crate::lockfile::Entry;
use crate::operations::OpError;
use crate::policy::Signed;
use crate::skill::GitFiles;
use crate::skill::discover::Found;
use crate::skill::hidden::Hidden;
use crate::skill::tree::SkillTree;
use crate::source::Source;
use crate::spec::{ROOT, Spec, SpecSource};
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::capability::Capability;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::name::SkillName;
use mdskill_lint::{Settings, ValidationResult, validate};

/// A skill that can be installed: its files are safe to write, and were fetched.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The source.
    pub(crate) source: Source,
    /// The folder in the source.
    pub(crate) path: String,
    /// The ref that `update` will follow.
    pub(crate) git_ref: Option<String>,
    /// The tag, if the ref is a tag or a range.
    pub(crate) version: Option<String>,
    /// The commit; `None` for a local folder or a site.
    pub(crate) commit: Option<ObjectId>,
    /// The digest of the file of a site that it was downloaded in.
    pub(crate) download: Option<Digest>,
    /// The origin of a commit that was given by its id.
    pub(crate) origin: Option<CommitOrigin>,
    /// The signature of the commit or its tag, if the policy requires one.
    pub(crate) signature: Option<Signed>,
    /// The files.
    pub(crate) files: SkillTree,
    /// The name to install it under.
    pub(crate) name: SkillName,
    /// A note about its name or its ref, as a sentence.
    pub(crate) note: Option<String>,
    /// The note that files of a local folder are not copied, as a sentence.
    pub(crate) not_copied: Option<String>,
    /// The findings in it.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The paths of other skills in the repository that it links to.
    pub(crate) siblings: Vec<String>,
    /// Its capabilities, the most severe first.
    pub(crate) capabilities: Vec<Capability>,
    /// The findings of the audit that are shown before it is installed.
    pub(crate) dangers: Vec<Diagnostic>,
}

impl Candidate {
    /// Returns the spec of exactly this skill.
    pub(crate) fn spec(&self) -> String {
        full_spec(&self.source, &self.path)
    }

    /// Whether its folder is the root of a repository.
    pub(crate) fn is_whole_repository(&self) -> bool {
        self.path.is_empty() && !self.source.is_unversioned()
    }

    /// Returns all notes about it.
    pub(crate) fn notes(&self) -> Vec<String> {
        let files = self.files.files.len();
        let root = self.is_whole_repository();
        let root = root.then(|| format!("the whole repository: {files} files"));
        let notes = self.note.iter().chain(&self.not_copied);
        notes.cloned().chain(root).collect()
    }

    /// Whether it lets commands run without asking the user, or the audit has found something.
    pub(crate) fn needs_consent(&self) -> bool {
        let mut capabilities = self.capabilities.iter();
        !self.dangers.is_empty() || capabilities.any(|one| one.kind.needs_consent())
    }

    /// Returns its entry for the lockfile.
    pub(crate) fn entry(&self, digest: Digest) -> Entry {
        let (source, path) = (self.source.clone(), self.path.clone());
        let mut entry = Entry::new(source, path, self.files.tree, digest);
        entry.git_ref.clone_from(&self.git_ref);
        entry.version.clone_from(&self.version);
        entry.commit = self.commit;
        entry.download = self.download;
        entry.set_signature(self.signature.as_ref());
        entry
    }
}

/// The skills that a spec without a name means, and those that it leaves out.
pub(crate) struct Selection {
    /// The skills, sorted by path.
    pub(crate) skills: Vec<Found>,
    /// The hidden skills that are left out, sorted by path.
    pub(crate) hidden: Vec<HiddenSkill>,
}

/// A skill that is left out because it is hidden.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct HiddenSkill {
    /// The name of its folder, or of the repository for a skill at the root.
    pub(crate) name: String,
    /// Its folder.
    pub(crate) path: String,
    /// The reason.
    pub(crate) reason: Hidden,
}

/// Returns the spec of the skill at `path` in `source`.
pub(crate) fn full_spec(source: &Source, path: &str) -> String {
    match path {
        "" => source.spec_prefix().trim_end_matches('/').to_owned(),
        path => format!("{}/{path}", source.spec_prefix()),
    }
}

/// Returns the spec of exactly the skill at `path`, even if it is at the root and there are others.
pub(crate) fn exact_spec(source: &Source, path: &str) -> String {
    match (source, path) {
        (Source::GitHub { .. } | Source::Git { .. } | Source::Site { .. }, "") => {
            full_spec(source, ROOT)
        }
        _ => full_spec(source, path),
    }
}

/// Returns the source of a spec. The path of a local folder is made relative to the root of the scope.
pub(crate) fn source_of(context: &Context<'_>, spec: &Spec) -> Result<Source, OpError> {
    let SpecSource::Folder(typed) = &spec.origin else {
        return Ok(spec.source());
    };
    let path = context.env.current_dir.join(typed).canonicalize();
    let mut path = path.map_err(|_| OpError::NoSuchPath(typed.clone()))?;
    if path.is_file() && path.ends_with(SKILL_FILE) {
        path.pop();
    }
    if !path.is_file() && !path.is_dir() {
        return Err(OpError::NotASource(path));
    }
    if path.is_file() || is_git_folder(&path) {
        return Ok(Source::Git {
            url: format!("file://{}", path.display()),
        });
    }
    let root = &context.scope.root;
    let root = root.canonicalize().unwrap_or_else(|_| root.clone());
    Ok(Source::Folder {
        path: relative(&root, &path),
    })
}

/// Returns `path` relative to `root`, with forward slashes, because the lockfile has no paths of a
/// machine.
pub(crate) fn relative(root: &Path, path: &Path) -> String {
    let both = root.components().zip(path.components());
    let shared = both.take_while(|(a, b)| a == b).count();
    let up = root.components().skip(shared).map(|_| "..".into());
    let down = path.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_string_lossy());
    let parts: Vec<Cow<'_, str>> = up.chain(down).collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

/// Returns the ref or page of a spec.
pub(crate) fn query_of(spec: &Spec) -> Query {
    if let SpecSource::Web { page, .. } = &spec.origin
        && let Some(page) = page
    {
        return Query::Page(page.clone());
    }
    let git_ref = spec.git_ref.clone();
    git_ref.map_or(Query::Default, Query::GitRef)
}

/// Validates the skill in the folder `path` of the tree `root`, under the name `folder`, with the
/// given files. Its comments disable no rule, because another author wrote them.
pub(crate) fn diagnose(
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
    fn path_is_relative_to_the_root() {
        let seen = |root: &str, path: &str| relative(Path::new(root), Path::new(path));
        assert_eq!(seen("/p", "/p/skills/x"), "skills/x");
        assert_eq!(seen("/p/q", "/p/skills"), "../skills");
        assert_eq!(seen("/p", "/p"), ".");
    }
}
