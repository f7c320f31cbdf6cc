//! [`Score`]: rates a skill, so that it can be compared before and after its fixes.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::frontmatter::{self, Fault};
use crate::skill_files::SkillFiles;
use crate::validate::ValidationResult;

/// The rating of a skill.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Score {
    frontmatter: Readable,
    /// The number of findings by severity, the most severe first.
    findings: [usize; Severity::ALL.len()],
    /// The number of errors by code, with all rules on.
    errors: BTreeMap<&'static str, usize>,
}

/// The readable part of the frontmatter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Readable {
    /// There is no `SKILL.md`.
    NoFile,
    /// It has no frontmatter.
    NoFrontmatter,
    /// It is invalid, with this number of bytes after the error.
    UpTo(Reverse<usize>),
    /// All of it.
    All,
}

impl Readable {
    fn of(files: &dyn SkillFiles) -> Self {
        let Ok(bytes) = files.read(SKILL_FILE) else {
            return Self::NoFile;
        };
        match frontmatter::parse(&bytes) {
            Ok(_) => Self::All,
            Err(error) if matches!(error.fault, Fault::NoFrontmatter { .. }) => Self::NoFrontmatter,
            Err(error) => {
                let end = frontmatter::split(&bytes).map_or(bytes.len(), |split| split.body_offset);
                Self::UpTo(Reverse(end.saturating_sub(error.span.start)))
            }
        }
    }
}

impl Score {
    /// Returns the score of a skill from its findings with the user's rules and with all rules.
    pub fn of(files: &dyn SkillFiles, wanted: &ValidationResult, all: &ValidationResult) -> Self {
        let mut findings = [0; Severity::ALL.len()];
        for diagnostic in &wanted.diagnostics {
            findings[Severity::Error as usize - diagnostic.severity as usize] += 1;
        }
        let mut errors = BTreeMap::new();
        for diagnostic in &all.diagnostics {
            if diagnostic.severity == Severity::Error {
                *errors.entry(diagnostic.code).or_default() += 1;
            }
        }
        Self {
            frontmatter: Readable::of(files),
            findings,
            errors,
        }
    }

    /// Returns the reason to refuse fixes that change the score from `before` to this one. Fixes may
    /// make more of the frontmatter readable, even if that reveals new findings. Other fixes must reduce
    /// the findings without a new error, which also ensures that fixing ends.
    pub fn harm_since(&self, before: &Self) -> Option<String> {
        match self.frontmatter.cmp(&before.frontmatter) {
            Ordering::Greater => return None,
            Ordering::Less => return Some("it would break the frontmatter".to_owned()),
            Ordering::Equal => {}
        }
        let count_before = |code| before.errors.get(code).copied().unwrap_or(0);
        let new = self
            .errors
            .iter()
            .find(|(code, count)| **count > count_before(*code));
        match new {
            Some((code, _)) => Some(format!("it would introduce an error {code}")),
            None if self.findings >= before.findings => {
                Some("it would not reduce the findings".to_owned())
            }
            None => None,
        }
    }
}
