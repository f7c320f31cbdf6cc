//! [`Results`]: the findings in skills and across skills, sorted by skill.

use super::discover::DiskPath;
use mdskill_lint::diagnostic::Diagnostic;
use mdskill_lint::skill_facts::{SkillFacts, SkillSet};
use mdskill_lint::{Settings, ValidationResult, validate_set};

/// The findings in the skills of one repository or folder.
pub(super) struct Results {
    /// Each skill's folder with its findings, sorted by file and position.
    pub skills: Vec<(String, Vec<Diagnostic>)>,
    /// The findings about loose files, whose paths are as shown to the user.
    pub loose: Vec<Diagnostic>,
}

impl Results {
    /// Adds the findings across skills, and about loose files, to those of each skill.
    pub(super) fn of(
        checked: Vec<(String, ValidationResult)>,
        loose: &[&DiskPath],
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
        let mut about_loose = Vec::new();
        for (skill, diagnostic) in validate_set(&set, settings) {
            match skill {
                Some(at) => found[at].push(diagnostic),
                None => about_loose.push(diagnostic),
            }
        }
        let sorted = |(found, (skill, _)): (Vec<Diagnostic>, (String, SkillFacts))| {
            let mut found = found;
            found.sort_by(|a, b| (&a.file, a.start, a.code).cmp(&(&b.file, b.start, b.code)));
            (skill, found)
        };
        Self {
            skills: found.into_iter().zip(facts).map(sorted).collect(),
            loose: about_loose,
        }
    }

    /// Filters the findings: `drop` gets the folder of a skill, or "" for loose files, and its
    /// findings.
    pub(super) fn filter(&mut self, drop: impl Fn(&str, &mut Vec<Diagnostic>)) {
        drop("", &mut self.loose);
        for (skill, found) in &mut self.skills {
            drop(skill, found);
        }
    }
}
