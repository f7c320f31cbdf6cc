//! [`Together`]: what is found in skills and between them, sorted by skill.

use super::discover::Lying;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::skill_facts::{SkillFacts, SkillSet};
use mdskill_lint::{Settings, ValidationResult, validate_set};

/// What was found in the skills of one repository or folder.
pub(super) struct Together {
    /// Each skill's place, and what was found in it, sorted by file and place.
    pub skills: Vec<(String, Vec<Diagnostic>)>,
    /// What was found in loose files, whose paths are as they are shown.
    pub loose: Vec<Diagnostic>,
}

impl Together {
    /// Looks at skills together, and at the loose files between them.
    pub fn of(
        checked: Vec<(String, ValidationResult)>,
        loose: &[&Lying],
        settings: &Settings,
    ) -> Self {
        let mut found: Vec<Vec<Diagnostic>> = Vec::with_capacity(checked.len());
        let mut facts: Vec<(String, SkillFacts)> = Vec::with_capacity(checked.len());
        for (skill, checked) in checked {
            found.push(checked.diagnostics);
            facts.push((skill, checked.facts));
        }
        let loose: Vec<String> = loose.iter().map(|file| file.shown.clone()).collect();
        let set = SkillSet {
            skills: &facts,
            flat_files: &loose,
        };
        let mut between = Vec::new();
        for (skill, diagnostic) in validate_set(&set, settings) {
            match skill {
                Some(at) => found[at].push(diagnostic),
                None => between.push(diagnostic),
            }
        }
        let sorted = |(found, (skill, _)): (Vec<Diagnostic>, (String, SkillFacts))| {
            let mut found = found;
            found.sort_by(|a, b| (&a.file, a.start, a.code).cmp(&(&b.file, b.start, b.code)));
            (skill, found)
        };
        Self {
            skills: found.into_iter().zip(facts).map(sorted).collect(),
            loose: between,
        }
    }

    /// Drops what does not count: `drop` gets the place of a skill, or nothing for loose files,
    /// and what was found there.
    pub fn filter(&mut self, drop: impl Fn(&str, &mut Vec<Diagnostic>)) {
        drop("", &mut self.loose);
        for (skill, found) in &mut self.skills {
            drop(skill, found);
        }
    }
}
