//! [`file_references`]: where the pages of a skill refer to its own files.

use crate::markdown::LinkKind;
use crate::mentions;
use crate::parsed_skill::ParsedSkill;
use crate::profile::Profile;
use crate::references::resolve::Destination;
use crate::skill_files::SkillFiles;

/// A reference on a page to a file or folder that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReference {
    /// The page: its path in the skill.
    pub page: String,
    /// The line in the page, from 1.
    pub line: usize,
    /// The first byte of the reference in the page.
    pub start: usize,
    /// Its form.
    pub kind: LinkKind,
    /// Its target.
    pub target: Target,
    /// The text after `#`.
    pub fragment: Option<String>,
}

/// The target of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file or folder of the skill; the empty path is the skill itself.
    Inside(String),
    /// A path outside of the skill, in its repository.
    Outside(String),
}

/// Returns the references of all pages to files and folders that exist, sorted by page and place. They
/// are resolved as the rules resolve them.
#[must_use]
pub fn file_references(files: &dyn SkillFiles) -> Vec<FileReference> {
    let skill = ParsedSkill::new(files, Profile::default());
    let mut found = Vec::new();
    for page in &skill.pages {
        let (mut line, mut counted) = (1, 0);
        for mention in mentions::of_page(page) {
            let target = match mention.destination() {
                Destination::Inside(path) | Destination::Respelled(path) => {
                    Target::Inside((*path).to_owned())
                }
                Destination::Outside(outside) => Target::Outside(outside.path.clone()),
                _ => continue,
            };
            let start = mention.link.span.start;
            let before = page.text.as_bytes().get(counted..start).unwrap_or_default();
            line += memchr::memchr_iter(b'\n', before).count();
            counted = counted.max(start);
            found.push(FileReference {
                page: page.path.to_owned(),
                line,
                start,
                kind: mention.link.kind,
                target,
                fragment: mention.link.fragment.clone(),
            });
        }
    }
    found.sort_by(|a, b| (&a.page, a.start).cmp(&(&b.page, b.start)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skill_files::MemoryFiles;

    #[test]
    fn references_have_place_and_target() {
        let skill = MemoryFiles::new("pdf")
            .with(
                "SKILL.md",
                "---\nname: pdf\n---\nRead [forms](references/forms.md#fill) and `scripts/fill.py`.\n\nNot [this](none.md) or <https://example.com/a.md>.\n",
            )
            .with("references/forms.md", "See [the skill](../SKILL.md).\n")
            .with("scripts/fill.py", "");
        let found: Vec<_> = file_references(&skill)
            .into_iter()
            .map(|one| (one.page, one.line, one.kind, one.target, one.fragment))
            .collect();
        let inside = |path: &str| Target::Inside(path.to_owned());
        let page = |path: &str| path.to_owned();
        let fragment = Some("fill".to_owned());
        assert_eq!(
            found,
            [
                (
                    page("SKILL.md"),
                    4,
                    LinkKind::Link,
                    inside("references/forms.md"),
                    fragment
                ),
                (
                    page("SKILL.md"),
                    4,
                    LinkKind::CodeSpan,
                    inside("scripts/fill.py"),
                    None
                ),
                (
                    page("references/forms.md"),
                    1,
                    LinkKind::Link,
                    inside("SKILL.md"),
                    None
                ),
            ]
        );
    }
}
