//! Skills as the trade knows them: where they lie, what is in them, what they say of themselves.

pub mod body;
pub mod discover;
pub mod files;
pub mod frontmatter;
pub mod position;
pub mod select;

/// A skill as far as validating it needs: its folder's name, the paths in it, and its SKILL.md.
#[derive(Debug, Clone, Copy)]
pub struct SkillView<'a> {
    /// Name of the skill's folder; empty when the skill is the root of its repository.
    pub folder: &'a str,
    /// Every file of the skill, sorted, relative to its folder, with forward slashes.
    pub paths: &'a [String],
    /// The content of `SKILL.md`; not looked at when `paths` has no such file.
    pub skill_md: &'a [u8],
}
