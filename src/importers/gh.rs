//! What `gh skill` writes into the frontmatter of an installed `SKILL.md`.

use super::{Evidence, ImportedSkill, Tool, put_path, repository, short_ref};
use crate::oid::ObjectId;
use crate::skill::frontmatter::{self, Value};
use crate::source::Source;

/// Reads the `SKILL.md` of the installed folder of that name; nothing when `gh skill` did not
/// install it.
#[must_use]
pub fn read(folder: &str, text: &[u8]) -> Option<ImportedSkill> {
    let frontmatter = frontmatter::parse(text).ok()?;
    let Value::Map(metadata) = &frontmatter.metadata()?.value else {
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
    let mut claim = ImportedSkill::new(Tool::Gh, folder, repository(&get("github-repo")?));
    let tree = get("github-tree-sha").and_then(|text| text.parse::<ObjectId>().ok());
    match tree {
        Some(tree) => claim.evidence = Evidence::Tree(tree),
        None => {
            let reason = "its frontmatter has no `github-tree-sha`, as an older gh wrote it; `gh skill update` adds it";
            claim.source = Err(reason.to_owned());
        }
    }
    put_path(&mut claim, get("github-path").as_deref());
    let reference = get("github-ref");
    let is_tag = |name: &String| name.starts_with("refs/tags/");
    let is_pinned = get("github-pinned").is_some();
    if let (Some(name), false) = (reference.as_ref().filter(|name| is_tag(name)), is_pinned) {
        claim.note = Some(format!(
            "gh followed the latest release; it stays at the tag `{0}` now, and a range (`@^{1}`) follows newer ones",
            short_ref(name),
            short_ref(name).trim_start_matches('v')
        ));
    }
    claim.is_pinned = is_pinned && !reference.as_ref().is_some_and(is_tag);
    claim.reference = reference.map(|name| short_ref(&name).to_owned());
    Some(claim)
}
