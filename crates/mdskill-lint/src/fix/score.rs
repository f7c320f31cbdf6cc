//! [`Score`]: rates a skill, so that it can be compared before and after its fixes.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::SKILL_FILE;
use crate::diagnostic::{Diagnostic, Severity};
use crate::frontmatter::{self, Fault};
use crate::rules::unknown_field;
use crate::skill_files::SkillFiles;
use crate::validate::ValidationResult;

/// The rating of a skill.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Score {
    /// See [`unreadable`].
    unreadable: usize,
    /// The number of fields with a wrong name that has a fix: their values are not validated yet.
    misspelled: usize,
    /// The number of findings by severity, the most severe first.
    findings: [usize; Severity::ALL.len()],
    /// The number of errors by code, with all rules on.
    errors: BTreeMap<&'static str, usize>,
}

/// Returns the number of bytes from the first error of the frontmatter to its end; 0 without an error.
fn unreadable(files: &dyn SkillFiles) -> usize {
    const NO_FILE: usize = usize::MAX;
    const NO_FRONTMATTER: usize = usize::MAX - 1;
    let Ok(bytes) = files.read(SKILL_FILE) else {
        return NO_FILE;
    };
    match frontmatter::parse(&bytes) {
        Ok(_) => 0,
        Err(error) if matches!(error.fault, Fault::NoFrontmatter { .. }) => NO_FRONTMATTER,
        Err(error) => {
            let end = frontmatter::split(&bytes).map_or(bytes.len(), |split| split.body_offset);
            end.saturating_sub(error.span.start).max(1)
        }
    }
}

impl Score {
    /// Returns the score of a skill from its findings with the user's rules and with all rules.
    pub(super) fn of(
        files: &dyn SkillFiles,
        wanted: &ValidationResult,
        all: &ValidationResult,
    ) -> Self {
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
        let is_misspelled =
            |found: &&Diagnostic| found.code == unknown_field::RULE.code && found.fix.is_some();
        Self {
            unreadable: unreadable(files),
            misspelled: wanted.diagnostics.iter().filter(is_misspelled).count(),
            findings,
            errors,
        }
    }

    /// Returns the reason to refuse fixes that change the score from `before` to this one. Fixes may
    /// make more of the frontmatter readable, even if that reveals new findings. So may those that
    /// correct the name of a field, except errors. Other fixes must reduce the findings without a new
    /// error. Fixing ends, because each fix reduces one of the three numbers and none before it.
    pub(super) fn harm_since(&self, before: &Self) -> Option<String> {
        match self.unreadable.cmp(&before.unreadable) {
            Ordering::Less => return None,
            Ordering::Greater => return Some("it would break the frontmatter".to_owned()),
            Ordering::Equal => {}
        }
        for (code, count) in &self.errors {
            if *count > before.errors.get(code).copied().unwrap_or(0) {
                return Some(format!("it would introduce an error {code}"));
            }
        }
        match self.misspelled.cmp(&before.misspelled) {
            Ordering::Less => return None,
            Ordering::Greater => return Some("it would misspell a field".to_owned()),
            Ordering::Equal => {}
        }
        (self.findings >= before.findings).then(|| "it would not reduce the findings".to_owned())
    }
}
