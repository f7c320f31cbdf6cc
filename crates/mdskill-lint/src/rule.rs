//! [`Rule`]: a possible problem of a skill, and [`Finding`]: an occurrence of it.

use crate::SKILL_FILE;
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::frontmatter::{Field, FrontmatterError};
use crate::mentions::{self, Mention};
use crate::parsed_skill::ParsedSkill;
use crate::skill_facts::{SkillSet, Subject};
use crate::span::{Position, Span};

/// A possible problem of a skill.
#[derive(Debug)]
pub struct Rule {
    /// Stable code, for example `SK302`; its meaning never changes.
    pub code: &'static str,
    /// Name, for example `broken-path`; accepted everywhere that the code is.
    pub name: &'static str,
    /// Severity of findings that do not set their own.
    pub severity: Severity,
    /// Whether the rule is on by default.
    pub is_on: bool,
    /// Whether clients refuse to load a skill with this problem.
    pub blocks_loading: bool,
    /// Whether findings keep a skill from being installed, unless it is allowed by name.
    pub refuses: bool,
    /// One-line description of the problem.
    pub summary: &'static str,
    /// Reason for the rule: the client that breaks, or the number of skills with the problem.
    pub why: &'static str,
    /// Example of the problem.
    pub example: &'static str,
    /// How to fix the problem, in the imperative, without a full stop.
    pub how_to_fix: &'static str,
    /// Whether `--fix` can fix the findings.
    pub fixable: Fixable,
    /// The check that reports the findings.
    pub check: Check,
}

impl Rule {
    /// The usual values of the fields that most rules share.
    pub(crate) const DEFAULT: Self = Self {
        code: "",
        name: "",
        severity: Severity::Warning,
        is_on: true,
        blocks_loading: false,
        refuses: false,
        summary: "",
        why: "",
        example: "",
        how_to_fix: "",
        fixable: Fixable::No,
        check: Check::Validator,
    };

    /// Returns a diagnostic about the whole file of a finding.
    pub(crate) fn diagnostic(&self, finding: Finding, severity: Severity) -> Diagnostic {
        Diagnostic {
            code: self.code,
            severity,
            file: finding.file,
            start: Position::START,
            end: Position::START,
            message: finding.message,
            help: finding.help.unwrap_or_else(|| self.how_to_fix.to_owned()),
            blocks_loading: self.blocks_loading,
            refuses: finding.refuses,
            excerpt: None,
            fix: finding.fix,
            edit_places: Vec::new(),
        }
    }
}

/// Whether `--fix` can fix the findings of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixable {
    /// Without an automatic fix.
    No,
    /// `--fix` fixes at least some findings.
    Safe,
    /// Only `--fix --unsafe` fixes findings.
    Unsafe,
}

/// The check of a rule.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Checks one skill.
    Skill(fn(&ParsedSkill<'_>) -> Vec<Finding>),
    /// Checks the field of the frontmatter with this key.
    Field(
        &'static str,
        fn(&ParsedSkill<'_>, &Field) -> Option<Finding>,
    ),
    /// Checks the error of an invalid frontmatter.
    InvalidFrontmatter(fn(&ParsedSkill<'_>, &FrontmatterError) -> Option<Finding>),
    /// Checks each reference to a file.
    Mention(fn(&ParsedSkill<'_>, &Mention<'_>) -> Option<Finding>),
    /// Checks all skills of a repository or a folder.
    Set(fn(&SkillSet<'_>) -> Vec<(Subject, Finding)>),
    /// The validator itself reports the findings.
    Validator,
}

impl Check {
    /// Returns the findings in one skill.
    pub(crate) fn findings(self, skill: &ParsedSkill<'_>) -> Vec<Finding> {
        let finding = match self {
            Self::Skill(check) => return check(skill),
            Self::Mention(check) => {
                return mentions::all(skill)
                    .filter_map(|mention| check(skill, &mention))
                    .collect();
            }
            Self::Field(key, check) => skill.field(key).and_then(|field| check(skill, field)),
            Self::InvalidFrontmatter(check) => skill
                .frontmatter_error()
                .and_then(|error| check(skill, error)),
            Self::Set(_) | Self::Validator => None,
        };
        finding.into_iter().collect()
    }
}

/// A problem that a check found, not yet combined with its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Path of the file, relative to the skill.
    pub file: String,
    /// Span in the file, in bytes; `None` for a finding about the whole file.
    pub span: Option<Span>,
    /// Description of the problem: one sentence without a full stop.
    pub message: String,
    /// How to fix it, if it differs from the text of the rule.
    pub help: Option<String>,
    /// Severity, if it differs from the severity of the rule.
    pub severity: Option<Severity>,
    /// Automatic fix.
    pub fix: Option<Fix>,
    /// Whether it keeps the skill from being installed, unless its rule is allowed for this skill.
    pub refuses: bool,
}

impl Finding {
    /// Creates a finding at a span of `SKILL.md`.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self::in_file(SKILL_FILE, span, message)
    }

    /// Creates a finding at a span of a file.
    pub(crate) fn in_file(file: &str, span: Span, message: impl Into<String>) -> Self {
        Self {
            span: Some(span),
            ..Self::about(file, message)
        }
    }

    /// Creates a finding at a reference to a file.
    pub(crate) fn at(mention: &Mention<'_>, message: impl Into<String>) -> Self {
        Self::in_file(mention.page.path, mention.link.span, message)
    }

    /// Creates a finding about a whole file.
    pub(crate) fn about(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            span: None,
            message: message.into(),
            help: None,
            severity: None,
            fix: None,
            refuses: false,
        }
    }

    /// Makes the finding keep the skill from being installed.
    pub(crate) fn refusing(self) -> Self {
        Self {
            refuses: true,
            ..self
        }
    }

    /// Makes the finding keep the skill from being installed, unless it is a sample. The author of a skill chooses the
    /// text around it, so a sample is still a warning.
    pub(crate) fn refusing_unless(self, is_sample: bool) -> Self {
        if is_sample {
            self.with_severity(Severity::Warning)
        } else {
            self.refusing()
        }
    }

    /// Makes the finding a note if it is a sample.
    pub(crate) fn note_if(self, is_sample: bool) -> Self {
        if is_sample {
            return self.with_severity(Severity::Info);
        }
        self
    }

    /// Replaces the help of the rule.
    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }

    /// Replaces the severity of the rule.
    pub(crate) fn with_severity(self, severity: Severity) -> Self {
        Self {
            severity: Some(severity),
            ..self
        }
    }

    /// Sets the automatic fix, if there is one.
    pub(crate) fn with_fix(self, fix: impl Into<Option<Fix>>) -> Self {
        Self {
            fix: fix.into(),
            ..self
        }
    }
}

impl From<&FrontmatterError> for Finding {
    fn from(error: &FrontmatterError) -> Self {
        Self::new(error.span, error.to_string()).with_help(error.help())
    }
}
