//! The other skills of the repository that a skill sends its reader to.

use std::collections::BTreeSet;

use crate::skill::discover::SKILL_FILE;
use crate::validate::context::{Context, Role};
use crate::validate::hedge::is_placeholder;
use crate::view::Lies;

/// Most ways out of a skill that are followed; 31 is the most that was seen to be meant.
const MAX_WAYS_OUT: usize = 500;

/// Returns the folders of the skills that links of this one lead to, as the repository has them.
pub(super) fn siblings(context: &Context<'_>) -> Vec<String> {
    let Some(place) = context.skill.place() else {
        return Vec::new();
    };
    let mut ways_out = BTreeSet::new();
    for page in context.pages.iter().filter(|page| page.role != Role::Aside) {
        let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for reference in &page.markdown.references {
            let target = reference.target.as_str();
            let leaves = target.starts_with("../") || target.contains("/../");
            if leaves && ways_out.len() < MAX_WAYS_OUT && !is_placeholder(target) {
                ways_out.extend(resolved(place, folder, target));
            }
        }
    }
    let skill_around = |way: &String| {
        let folders =
            std::iter::successors(Some(way.as_str()), |path| Some(path.rsplit_once('/')?.0));
        let mut folders = folders.filter(|folder| !is_below(folder, place));
        folders
            .find(|folder| is_skill(context, folder))
            .map(str::to_owned)
    };
    let found: BTreeSet<String> = ways_out.iter().filter_map(skill_around).collect();
    found.into_iter().collect()
}

fn is_skill(context: &Context<'_>, folder: &str) -> bool {
    let skill_file = format!("{folder}/{SKILL_FILE}");
    context.skill.in_repository(&skill_file) == Some(Lies::File)
}

/// Whether a path is the skill's own folder or in it: that comes along with the skill.
fn is_below(path: &str, place: &str) -> bool {
    let rest = path.strip_prefix(place);
    place.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns where `target` leads from `folder` in the skill at `place`, as the repository has it;
/// nothing when it leaves that, too.
fn resolved(place: &str, folder: &str, target: &str) -> Option<String> {
    let mut segments: Vec<&str> = Vec::new();
    for segment in [place, folder, target]
        .into_iter()
        .flat_map(|path| path.split('/'))
    {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            segment => segments.push(segment),
        }
    }
    (!segments.is_empty()).then(|| segments.join("/"))
}

#[cfg(test)]
mod tests {
    use crate::validate::{Settings, validate};
    use crate::view::MemoryView;

    fn siblings(text: &str) -> Vec<String> {
        let skill = MemoryView::new("one")
            .with("SKILL.md", format!("---\nname: one\n---\n{text}\n"))
            .with("references/more.md", "See [it](../../four/SKILL.md).\n")
            .inside(
                "skills/one",
                &[
                    "README.md",
                    "skills/two/SKILL.md",
                    "skills/two/references/deep/x.md",
                    "skills/three/notes.md",
                    "skills/four/SKILL.md",
                ],
            );
        validate(&skill, &Settings::default()).siblings
    }

    #[test]
    fn links_out_of_a_skill_lead_to_its_siblings() {
        let two = ["skills/four", "skills/two"];
        assert_eq!(siblings("Use [two](../two/SKILL.md)."), two);
        assert_eq!(siblings("Use [two](../two/references/deep/x.md)."), two);
        assert_eq!(siblings("Use [two](../two), [two](../two/)."), two);
    }

    #[test]
    fn what_is_no_skill_is_no_sibling() {
        let text = "[a](../three/notes.md) [b](../../README.md) [c](../one/SKILL.md) \
                    [d](../../../../x) [e](../gone/SKILL.md) [f](references/../SKILL.md) [g](../{x}/y)";
        assert_eq!(siblings(text), ["skills/four"]);
    }
}
