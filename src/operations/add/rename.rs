//! `add --name`: the `name` in `SKILL.md` is changed, as a recorded edit, because clients require it to be
//! that of the folder.

use crate::operations::OpError;
use crate::skill::tree::SkillTree;
use mdskill_git::objects::Objects;
use mdskill_lint::SKILL_FILE;
use mdskill_lint::frontmatter;
use mdskill_lint::name::SkillName;

/// Words that YAML does not read as text.
const NOT_TEXT: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// Returns the files with this name in `SKILL.md`; `None` if it has the name, or no name to change.
pub(super) fn renamed(
    files: &SkillTree,
    objects: &Objects,
    name: &SkillName,
) -> Result<Option<SkillTree>, OpError> {
    let mut is_changed = false;
    let mut changed = Vec::with_capacity(files.files.len());
    for file in &files.files {
        let mut bytes = files.bytes(file, objects)?.into_owned();
        if file.path.as_str() == SKILL_FILE
            && let Some(page) = with_name(&bytes, name)
        {
            (bytes, is_changed) = (page, true);
        }
        changed.push((file.path.clone(), file.mode, bytes));
    }
    // The result has the files of an accepted skill, and one of them a few bytes longer.
    Ok(SkillTree::of_files(changed).ok().filter(|_| is_changed))
}

fn with_name(page: &[u8], name: &SkillName) -> Option<Vec<u8>> {
    let frontmatter = frontmatter::parse(page).ok()?;
    let field = frontmatter.field("name")?;
    let (declared, _) = frontmatter::summary(page);
    if declared.as_deref() == Some(name.as_str()) || field.value_span == field.key_span {
        return None;
    }
    let name = name.as_str();
    let is_text = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !NOT_TEXT.contains(&name);
    let name = if is_text {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    };
    let span = field.value_span;
    Some([&page[..span.start], name.as_bytes(), &page[span.end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_value_of_the_name_changes() {
        let changed = |page: &str, name: &str| {
            let name = SkillName::from_frontmatter(name).unwrap();
            let page = with_name(page.as_bytes(), &name)?;
            Some(String::from_utf8(page).unwrap())
        };
        assert_eq!(
            changed(
                "---\r\nname:   'a' # it\r\ndescription: name\r\n---\r\nname: a\r\n",
                "uv"
            )
            .as_deref(),
            Some("---\r\nname:   uv # it\r\ndescription: name\r\n---\r\nname: a\r\n")
        );
        assert_eq!(
            changed("---\nname: a\n---\n", "123").as_deref(),
            Some("---\nname: \"123\"\n---\n")
        );
        assert_eq!(changed("---\nname: a\n---\n", "a"), None);
        assert_eq!(changed("---\ndescription: a\n---\n", "a"), None);
        assert_eq!(changed("no frontmatter", "a"), None);
    }
}
