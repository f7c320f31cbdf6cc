//! [`Rule`]: one thing that can be wrong with a skill, and [`Context`]: what it looks at.

use crate::diagnostic::{Diagnostic, Severity};
use crate::skill::SkillView;
use crate::skill::body::{self, Reference};
use crate::skill::frontmatter::{self, Field, Frontmatter, FrontmatterError};
use crate::skill::position::Position;
use crate::validate::tree::Tree;

/// The file that makes a folder a skill. Source: specification, "Directory structure".
pub const SKILL_MD: &str = "SKILL.md";

/// One thing that can be wrong with a skill.
#[derive(Debug)]
pub struct Rule {
    /// Stable code, `SK302`; it never changes its meaning.
    pub code: &'static str,
    /// How much a finding matters, unless the finding says otherwise.
    pub severity: Severity,
    /// Whether clients do not load the skill at all because of it.
    pub blocks_loading: bool,
    /// What the rule finds, in one line.
    pub summary: &'static str,
    /// Why it matters: the client it breaks or the number of skills that have it.
    pub why: &'static str,
    /// What breaks the rule.
    pub example: &'static str,
    /// Returns what is found.
    pub check: fn(&Context<'_>) -> Vec<Finding>,
}

impl Rule {
    /// Returns what this rule finds, as diagnostics.
    #[must_use]
    pub fn diagnostics(&self, context: &Context<'_>) -> Vec<Diagnostic> {
        let findings = (self.check)(context).into_iter();
        findings.map(|finding| self.diagnostic(finding)).collect()
    }

    fn diagnostic(&self, finding: Finding) -> Diagnostic {
        Diagnostic {
            code: self.code,
            severity: finding.severity.unwrap_or(self.severity),
            file: finding.file,
            line: finding.at.line,
            column: finding.at.column,
            message: finding.message,
            help: finding.help,
            blocks_loading: self.blocks_loading,
        }
    }
}

/// What a check found, before its rule gives it a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// File inside the skill.
    pub file: String,
    /// Where in the file.
    pub at: Position,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Another severity than the rule's.
    pub severity: Option<Severity>,
}

impl Finding {
    /// Returns a finding in `SKILL.md`.
    #[must_use]
    pub fn new(at: Position, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            file: SKILL_MD.to_owned(),
            at,
            message: message.into(),
            help: help.into(),
            severity: None,
        }
    }
}

impl From<&FrontmatterError> for Finding {
    fn from(error: &FrontmatterError) -> Self {
        Self::new(error.at, error.to_string(), error.help())
    }
}

/// A skill, read once for all rules.
#[derive(Debug)]
pub struct Context<'a> {
    /// The skill.
    pub skill: &'a SkillView<'a>,
    /// The paths in it.
    pub tree: Tree<'a>,
    /// What its body refers to.
    pub references: Vec<Reference>,
    /// Its frontmatter; none without a `SKILL.md`.
    frontmatter: Option<Result<Frontmatter, FrontmatterError>>,
}

impl<'a> Context<'a> {
    /// Reads `skill`. The body is read even when the YAML before it is broken.
    #[must_use]
    pub fn new(skill: &'a SkillView<'a>) -> Self {
        let tree = Tree::new(skill.paths);
        let has_skill_md = tree.has_file(SKILL_MD);
        let document = frontmatter::split(skill.skill_md).ok();
        let document = document.filter(|_| has_skill_md);
        Self {
            skill,
            tree,
            references: document
                .map(|document| body::references(document.body, document.body_line))
                .unwrap_or_default(),
            frontmatter: has_skill_md.then(|| frontmatter::parse(skill.skill_md)),
        }
    }

    /// Returns the frontmatter when it could be read.
    #[must_use]
    pub fn frontmatter(&self) -> Option<&Frontmatter> {
        self.frontmatter.as_ref()?.as_ref().ok()
    }

    /// Returns why the frontmatter could not be read.
    #[must_use]
    pub fn frontmatter_error(&self) -> Option<&FrontmatterError> {
        self.frontmatter.as_ref()?.as_ref().err()
    }

    /// Returns the field of that key of a readable frontmatter.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.frontmatter()?.field(key)
    }
}
