//! The metadata that `gh skill` adds to the frontmatter of an installed `SKILL.md`.

use super::{Evidence, ImportedSkill, Tool, repository, short_ref};
use crate::source::Source;
use mdskill_lint::frontmatter::{self, Value};

/// Reads the `SKILL.md` of the installed folder with this name; none unless `gh skill` installed it.
#[must_use]
pub fn read(folder: &str, text: &[u8]) -> Option<ImportedSkill> {
    let frontmatter = frontmatter::parse(text).ok()?;
    let Value::Map(metadata) = &frontmatter.field("metadata")?.value else {
        return None;
    };
    let get = |wanted: &str| {
        let found = metadata
            .iter()
            .find(|(key, _)| key.text() == Some(wanted))?;
        found.1.as_key().filter(|text| !text.is_empty())
    };
    if let (None, Some(path)) = (get("github-repo"), get("local-path")) {
        return Some(ImportedSkill::new(
            Tool::Gh,
            folder,
            Ok(Source::Folder { path }),
        ));
    }
    let mut skill = ImportedSkill::new(Tool::Gh, folder, repository(&get("github-repo")?));
    match get("github-tree-sha").map(|text| text.parse()) {
        Some(Ok(tree)) => skill.evidence = Evidence::Tree(tree),
        _ => {
            let reason = "its frontmatter has no `github-tree-sha`, because an older gh wrote it; `gh skill update` adds it";
            skill.source = Err(reason.to_owned());
        }
    }
    skill.set_path(get("github-path").as_deref());
    let is_pinned = get("github-pinned").is_some();
    if let Some(git_ref) = get("github-ref") {
        let name = short_ref(&git_ref);
        let is_tag = git_ref.starts_with("refs/tags/");
        if is_tag && !is_pinned {
            skill.note = Some(format!(
                "gh followed the latest release; it stays at the tag `{name}` now, and a range (`@^{}`) follows newer ones",
                name.trim_start_matches('v')
            ));
        }
        skill.is_pinned = is_pinned && !is_tag;
        skill.git_ref = Some(name.to_owned());
    } else {
        skill.is_pinned = is_pinned;
    }
    Some(skill)
}
