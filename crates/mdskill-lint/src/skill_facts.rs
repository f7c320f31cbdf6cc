//! [`SkillSet`]: the facts of several skills, compared by cross-skill rules.

use std::collections::BTreeSet;

use crate::agents;
use crate::diagnostic::Excerpt;
use crate::span::Position;

/// The facts of a skill that rules compare with other skills.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkillFacts {
    /// A hash of its `SKILL.md`, valid within one run of the program.
    pub fingerprint: u64,
    /// Its frontmatter's name.
    pub name: Option<FieldFact>,
    /// Its frontmatter's description.
    pub description: Option<FieldFact>,
    /// Codes of the cross-skill rules that its own comments silence.
    pub silenced: BTreeSet<&'static str>,
}

/// A field of a frontmatter, and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFact {
    /// The field's text.
    pub text: String,
    /// The start of the value.
    pub start: Position,
    /// The end of the value.
    pub end: Position,
    /// The first line of the value.
    pub excerpt: Option<Excerpt>,
}

/// The skills of a repository or a folder.
#[derive(Debug, Clone, Copy)]
pub struct SkillSet<'a> {
    /// The displayed path and the facts of each skill.
    pub skills: &'a [(String, SkillFacts)],
    /// The displayed paths of Markdown files in a folder where clients expect only folders of skills.
    pub flat_files: &'a [String],
}

impl SkillSet<'_> {
    /// Returns the folder within which the name of this skill must be unique: the agent's folder
    /// that it is installed in, or an empty path for the whole set. Copies in `.github/skills` and
    /// in `.claude/skills` are not duplicates, because that is how a skill is installed for several agents.
    #[must_use]
    pub fn name_scope(&self, skill: usize) -> &str {
        let path = self.skills.get(skill).map_or("", |(path, _)| path);
        agents::agent_folder(path).unwrap_or_default()
    }
}

/// The subject of a cross-skill finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The name of the skill with this index.
    Name(usize),
    /// The description of the skill with this index.
    Description(usize),
    /// A flat file.
    FlatFile,
}
