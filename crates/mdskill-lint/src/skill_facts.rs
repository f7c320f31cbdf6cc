//! [`SkillSet`]: what must be known of several skills at once, and [`SetFinding`]: what is wrong between them.

use std::collections::BTreeSet;

use crate::agents;
use crate::diagnostic::{Excerpt, Severity};
use crate::span::Position;

/// What is kept of a skill to compare it with others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SkillFacts {
    /// What tells its `SKILL.md` from another text, within one run of the program.
    pub fingerprint: u64,
    /// Its frontmatter's name.
    pub name: Option<FieldFact>,
    /// Its frontmatter's description.
    pub description: Option<FieldFact>,
    /// Codes of the rules between skills that its own comments silence.
    pub silenced: BTreeSet<&'static str>,
}

/// A field of a frontmatter, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFact {
    /// The field's text.
    pub text: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
    /// The line.
    pub excerpt: Option<Excerpt>,
}

/// The skills of a repository or a folder.
#[derive(Debug, Clone, Copy)]
pub struct SkillSet<'a> {
    /// Where each lies, as it is shown, and what is known of it.
    pub skills: &'a [(String, SkillFacts)],
    /// Markdown files that lie where a client looks for folders of skills, as they are shown.
    pub flat_files: &'a [String],
}

impl SkillSet<'_> {
    /// Returns the folder within which the skill of that index must be the only one of its name:
    /// the agent's folder that it is installed in, else the whole set. A copy of `skills/pdf` in
    /// `.github/skills` and another in `.claude/skills` is how a skill is installed for several
    /// agents, and is how it should be.
    #[must_use]
    pub fn name_scope(&self, skill: usize) -> &str {
        let place = self.skills.get(skill).map_or("", |(place, _)| place);
        agents::agent_folder(place).unwrap_or_default()
    }
}

/// What was found between skills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetFinding {
    /// Where.
    pub subject: Subject,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Another severity than the rule's.
    pub severity: Option<Severity>,
}

/// What a finding between skills is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The name of the skill with that index.
    Name(usize),
    /// The description of the skill with that index.
    Description(usize),
    /// The loose file with that index.
    FlatFile(usize),
}
