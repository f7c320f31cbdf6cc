//! The installed skills, also those that mdskill does not manage.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use super::cached::document_of;
use super::index::Document;
use crate::context::Context;
use crate::fs;
use crate::operations::OpError;
use crate::operations::import::skill_folders::SkillFolders;
use crate::operations::installed::{InstalledSkill, SkillFolder};
use crate::source::Source;
use crate::target::Target;
use mdskill_lint::SKILL_FILE;

/// The largest `SKILL.md` whose text is searched.
const MAX_SKILL_FILE: u64 = 256 << 10;

/// An installed skill.
pub(super) struct Installed {
    /// The folder, as shown to the user.
    pub(super) place: String,
    /// The source and the folder in it; `None` if mdskill does not manage it.
    pub(super) origin: Option<(Source, String)>,
}

/// Reads the installed skills, with what is indexed of each.
pub(super) fn read(context: &Context<'_>) -> Result<(Vec<Installed>, Vec<Document>), OpError> {
    let scope = &context.scope;
    let lockfile = context.read_lockfile()?.unwrap_or_default();
    let mut installed = Vec::new();
    let mut documents = Vec::new();
    let mut targets: BTreeSet<Target> = lockfile.targets.iter().cloned().collect();
    for skill in InstalledSkill::all(scope, &lockfile) {
        targets.extend(skill.targets.iter().cloned());
        let mut folders = SkillFolder::all(scope, skill.name, skill.targets);
        let there = folders.find_map(|folder| Some((folder.place(), read_text(&folder.path)?)));
        // The files may be missing.
        let Some((place, text)) = there else { continue };
        documents.push(document_of(skill.name.as_str(), &text));
        installed.push(Installed {
            place,
            origin: Some((skill.entry.source.clone(), skill.entry.path.clone())),
        });
    }
    if targets.is_empty() {
        targets.extend(SkillFolders::find(scope)?.targets);
    }
    for target in targets {
        let entries = std::fs::read_dir(scope.target(&target));
        for entry in entries.into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let mut managed = lockfile.skills.keys();
            if managed.any(|managed| managed.as_str() == name) {
                continue;
            }
            if let Some(text) = read_text(&entry.path()) {
                documents.push(document_of(&name, &text));
                installed.push(Installed {
                    place: scope.display(&entry.path()),
                    origin: None,
                });
            }
        }
    }
    Ok((installed, documents))
}

/// Returns the beginning of a skill's `SKILL.md`; `None` if it is missing, or not a plain file.
fn read_text(folder: &Path) -> Option<Vec<u8>> {
    let file = fs::open_plain(&folder.join(SKILL_FILE)).ok()?;
    let mut text = Vec::new();
    file.take(MAX_SKILL_FILE).read_to_end(&mut text).ok()?;
    Some(text)
}
