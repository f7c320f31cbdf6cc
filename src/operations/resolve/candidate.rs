//! [`Origin`]: checks the skills of a repository that can be installed.

use super::{Candidate, full_spec};
use crate::operations::OpError;
use crate::skill::discover::Found;
use crate::skill::tree::{Memory, SkillTree, TreeError};
use crate::skill::{GitFiles, skill_text};
use crate::source::Source;
use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_lint::limits::Limits;
use mdskill_lint::name::SkillName;
use mdskill_lint::{SKILL_FILE, Settings, frontmatter, validate_with_capabilities};

/// The most files that a note lists.
const MAX_NOT_COPIED: usize = 5;

/// The repository of the candidates. Other threads own it, too.
pub(super) struct Origin {
    pub(super) source: Source,
    pub(super) git_ref: Option<String>,
    pub(super) version: Option<String>,
    pub(super) commit: Option<ObjectId>,
    pub(super) root: ObjectId,
    pub(super) settings: Settings,
    /// The memory for files from validation to installation.
    pub(super) memory: Memory,
    pub(super) limits: Limits,
    /// The files of a local folder that were left out, and whether git decided that.
    pub(super) left_out: (Vec<String>, bool),
}

impl Origin {
    /// Checks a skill whose files are here.
    pub(super) fn candidate(
        &self,
        objects: &Objects,
        found: &Found,
        tree: Result<SkillTree, TreeError>,
    ) -> Result<Candidate, OpError> {
        let refuse = |error| OpError::Refused {
            spec: full_spec(&self.source, &found.path),
            source: error,
        };
        let mut files = tree.map_err(refuse)?;
        files
            .load(objects, &self.memory, self.limits)
            .map_err(refuse)?;
        let skill_file = match files.in_memory(SKILL_FILE) {
            Some(bytes) => bytes.clone(),
            None => skill_text(objects, found.skill_file)?,
        };
        let folder = found.folder();
        let folder = folder.unwrap_or_else(|| self.source.repository_name());
        let frontmatter = frontmatter::parse(&skill_file);
        let declared = frontmatter.as_ref().ok();
        let declared = declared.and_then(|frontmatter| frontmatter.text_of("name"));
        let (name, note) = name_of(declared, folder)?;
        let (root, path, settings) = (self.root, &found.path, &self.settings);
        let view = GitFiles::of(objects, root, path, name.as_str(), &files);
        let settings = settings.for_untrusted();
        let (checked, capabilities) =
            validate_with_capabilities(&view, &settings, Some(frontmatter));
        Ok(Candidate {
            dangers: Vec::new(),
            source: self.source.clone(),
            path: path.clone(),
            git_ref: self.git_ref.clone(),
            version: self.version.clone(),
            commit: self.commit,
            download: None,
            signature: None,
            origin: None,
            diagnostics: checked.diagnostics,
            siblings: checked.siblings,
            capabilities: capabilities.into_iter().collect(),
            files,
            name,
            note,
            not_copied: not_copied(path, &self.left_out.0, self.left_out.1),
        })
    }
}

/// Returns the note that files of the skill at `path` are not copied, if there are such files.
fn not_copied(path: &str, left_out: &[String], is_by_git: bool) -> Option<String> {
    let inside = |file: &String| {
        let below = file.strip_prefix(path)?;
        let below = if path.is_empty() {
            below
        } else {
            below.strip_prefix('/')?
        };
        Some(below.to_owned())
    };
    let mut files: Vec<String> = left_out.iter().filter_map(inside).collect();
    let more = files.len().saturating_sub(MAX_NOT_COPIED);
    files.truncate(MAX_NOT_COPIED);
    if more > 0 {
        files.push(format!("{more} more"));
    }
    let files = (!files.is_empty()).then(|| files.join(", "))?;
    let reason = if is_by_git {
        "git ignores"
    } else {
        "not part of a skill"
    };
    Some(format!("not copied ({reason}): {files}"))
}

/// Returns the name in the frontmatter if it is valid, and otherwise that of the folder, because VS
/// Code uses the name of the folder and does not report an invalid name. The note says why they differ.
pub(crate) fn name_to_install(
    skill_file: &[u8],
    folder: &str,
) -> Result<(SkillName, Option<String>), OpError> {
    let (declared, _) = frontmatter::summary(skill_file);
    name_of(declared.as_deref(), folder)
}

fn name_of(declared: Option<&str>, folder: &str) -> Result<(SkillName, Option<String>), OpError> {
    let problem = match declared.map(SkillName::from_frontmatter) {
        Some(Ok(name)) => {
            let note = (name.as_str() != folder).then(|| {
                format!("installed under the name in its frontmatter; its folder is `{folder}`")
            });
            return Ok((name, note));
        }
        Some(Err(error)) => error.to_string(),
        None => "it has no name in its frontmatter".to_owned(),
    };
    let note = format!("installed under its folder's name: {problem}");
    Ok((SkillName::from_folder(folder)?, Some(note)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_frontmatter_name_is_used() {
        let landed = |text: &str, folder| {
            let (name, note) = name_to_install(text.as_bytes(), folder).unwrap();
            (name.to_string(), note.is_some())
        };
        assert_eq!(
            landed("---\nname: pdf\n---\n", "pdf"),
            ("pdf".to_owned(), false)
        );
        assert_eq!(
            landed("---\nname: pdf\n---\n", "pdf-tools"),
            ("pdf".to_owned(), true)
        );
        assert_eq!(
            landed("---\nname: ../x\n---\n", "pdf"),
            ("pdf".to_owned(), true)
        );
        assert_eq!(landed("no frontmatter", "pdf"), ("pdf".to_owned(), true));
    }
}
