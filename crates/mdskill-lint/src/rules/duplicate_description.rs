//! SK214: two skills with different names have the same description.

use std::collections::HashMap;

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::naming;
use crate::rule::{Check, Finding, Rule};
use crate::skill_facts::{SkillSet, Subject};

pub(crate) const RULE: Rule = Rule {
    code: "SK214",
    name: "duplicate-description",
    severity: Severity::Warning,
    summary: "two skills with different names have the same description",
    why: "An agent chooses by the description and cannot distinguish the two; there are 10 pairs in 2,672 public skills.",
    example: "description: Works with PDF files, in pdf-read and in pdf-write",
    how_to_fix: "describe the difference between the skills in their descriptions",
    check: Check::Set(check),
    ..Rule::DEFAULT
};

fn check(set: &SkillSet<'_>) -> Vec<(Subject, Finding)> {
    let mut first = HashMap::new();
    let mut found = Vec::new();
    for (at, (place, facts)) in set.skills.iter().enumerate() {
        let (Some(name), Some(description)) = (&facts.name, &facts.description) else {
            continue;
        };
        let same = (set.name_scope(at), &description.text);
        let (earlier, earlier_name) = *first.entry(same).or_insert((place, &name.text));
        // Two skills with the same name are a finding of SK205.
        if *earlier_name != name.text {
            let shown = naming::shortened(earlier_name);
            let message = format!("`{shown}` in `{earlier}` has the same description");
            let finding = Finding::about(SKILL_FILE, message);
            found.push((Subject::Description(at), finding));
        }
    }
    found
}
