//! [`Rule`]: one thing that can be wrong with a skill, and [`Finding`]: that it is.

use crate::SKILL_FILE;
use crate::diagnostic::{Fix, Severity};
use crate::frontmatter::FrontmatterError;
use crate::parsed_skill::ParsedSkill;
use crate::skill_facts::{SetFinding, SkillSet};
use crate::span::Span;

/// One thing that can be wrong with a skill.
#[derive(Debug)]
pub struct Rule {
    /// Stable code, `SK302`; it never changes its meaning.
    pub code: &'static str,
    /// Its name, `broken-path`; as good as the code wherever one is asked for.
    pub name: &'static str,
    /// How much a finding matters, unless the finding says otherwise.
    pub severity: Severity,
    /// Whether it runs without being asked for.
    pub is_on: bool,
    /// Whether clients do not load the skill at all because of it.
    pub blocks_loading: bool,
    /// What the rule finds, in one line.
    pub summary: &'static str,
    /// Why it matters: the client it breaks or the number of skills that have it.
    pub why: &'static str,
    /// What breaks the rule.
    pub example: &'static str,
    /// How to mend it, as a command to the author, without a full stop.
    pub mend: &'static str,
    /// What a program can mend.
    pub fixable: Fixable,
    /// What finds it.
    pub check: Check,
}

/// What a program can mend of a rule's findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixable {
    /// Nothing: it takes a person.
    No,
    /// What `--fix` does.
    Safe,
    /// What only `--fix --unsafe` does.
    Unsafe,
}

/// What finds what a rule is about.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// A look at one skill.
    Skill(fn(&ParsedSkill<'_>) -> Vec<Finding>),
    /// A look at all skills of a repository or a folder.
    Set(fn(&SkillSet<'_>) -> Vec<SetFinding>),
    /// The validator itself, while it does its work.
    Validator,
}

/// What a check found, before its rule gives it a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// File inside the skill.
    pub file: String,
    /// Where in the file, in bytes; nothing when it is about the file as a whole.
    pub span: Option<Span>,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it; empty for what the rule says.
    pub help: String,
    /// Another severity than the rule's.
    pub severity: Option<Severity>,
    /// How a program can mend it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Returns a finding at a place of `SKILL.md`.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::in_file(SKILL_FILE, span, message, help)
    }

    /// Returns a finding at a place of a file.
    #[must_use]
    pub fn in_file(
        file: &str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            span: Some(span),
            ..Self::about(file, message, help)
        }
    }

    /// Returns a finding about a file as a whole.
    #[must_use]
    pub fn about(file: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            span: None,
            message: message.into(),
            help: help.into(),
            severity: None,
            fix: None,
        }
    }

    /// Returns the same finding with another severity than the rule's.
    #[must_use]
    pub fn as_severe_as(self, severity: Severity) -> Self {
        Self {
            severity: Some(severity),
            ..self
        }
    }

    /// Returns the same finding with a fix.
    #[must_use]
    pub fn fixed_by(self, fix: Fix) -> Self {
        Self {
            fix: Some(fix),
            ..self
        }
    }
}

impl From<&FrontmatterError> for Finding {
    fn from(error: &FrontmatterError) -> Self {
        Self::new(error.span, error.to_string(), error.help())
    }
}
