//! [`Standing`]: how well a skill stands, so that a fix that does harm is found out.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use crate::diagnostic::Severity;
use crate::skill::discover::SKILL_FILE;
use crate::skill::frontmatter::{self, Fault};
use crate::validate::Checked;
use crate::view::SkillView;

/// How well a skill stands, to compare it with itself before a fix.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Standing {
    frontmatter: Readable,
    /// How much is found of what was asked for, the severest first.
    found: [usize; Severity::ALL.len()],
    /// The errors that are found with all rules, by code.
    errors: BTreeMap<&'static str, usize>,
}

/// How far a client comes with a skill's frontmatter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Readable {
    /// There is no `SKILL.md`, or it has no frontmatter.
    Missing,
    /// It is broken, with so many bytes of it left from the fault on.
    Broken(Reverse<usize>),
    /// It can be read.
    Whole,
}

impl Readable {
    fn of(view: &dyn SkillView) -> Self {
        let Ok(bytes) = view.read(SKILL_FILE) else {
            return Self::Missing;
        };
        match frontmatter::parse(&bytes) {
            Ok(_) => Self::Whole,
            Err(error) if matches!(error.fault, Fault::NoFrontmatter { .. }) => Self::Missing,
            Err(error) => {
                let end = frontmatter::split(&bytes).map_or(bytes.len(), |split| split.body_offset);
                Self::Broken(Reverse(end.saturating_sub(error.span.start)))
            }
        }
    }
}

impl Standing {
    /// Returns how `view` stands, by what was asked for and by `all` that can be found.
    pub fn of(view: &dyn SkillView, asked_for: &Checked, all: &Checked) -> Self {
        let mut found = [0; Severity::ALL.len()];
        for diagnostic in &asked_for.diagnostics {
            found[Severity::Error as usize - diagnostic.severity as usize] += 1;
        }
        let mut errors = BTreeMap::new();
        for diagnostic in &all.diagnostics {
            if diagnostic.severity == Severity::Error {
                *errors.entry(diagnostic.code).or_default() += 1;
            }
        }
        Self {
            frontmatter: Readable::of(view),
            found,
            errors,
        }
    }

    /// Whether fixes may do this: read more than before, whatever is then seen for the first
    /// time; or, with as much to be read, find less than before, and no new error.
    pub fn is_better_than(&self, before: &Self) -> bool {
        match self.frontmatter.cmp(&before.frontmatter) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => {
                let is_new = |(code, count): (&&str, &usize)| {
                    *count > before.errors.get(*code).copied().unwrap_or(0)
                };
                self.found < before.found && !self.errors.iter().any(is_new)
            }
        }
    }
}
