//! SK205: two skills have the same name.

use std::collections::HashMap;

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::naming;
use crate::rule::{Check, Finding, Rule};
use crate::skill_facts::{SkillSet, Subject};

pub(crate) const RULE: Rule = Rule {
    code: "SK205",
    name: "duplicate-name",
    severity: Severity::Error,
    summary: "two skills have the same name",
    why: "A client loads one of them and skips the other, and a user who installs by name can get either; 3 of 2,672 public skills.",
    example: "name: brand-guidelines in two folders",
    how_to_fix: "give each skill a unique name",
    check: Check::Set(check),
    ..Rule::DEFAULT
};

fn check(set: &SkillSet<'_>) -> Vec<(Subject, Finding)> {
    let mut first = HashMap::new();
    let mut found = Vec::new();
    for (at, (place, facts)) in set.skills.iter().enumerate() {
        let Some(name) = &facts.name else { continue };
        let seen = (place, facts.fingerprint);
        let (earlier, fingerprint) = *first
            .entry((set.name_scope(at), &name.text))
            .or_insert(seen);
        if earlier != place {
            let shown = naming::shortened(&name.text);
            // A repository may contain one skill twice, in a plugin and on its own: both copies
            // are the same.
            let is_copy = fingerprint == facts.fingerprint && folder(earlier) == folder(place);
            let message = format!("`{shown}` is also the name of the skill in `{earlier}`");
            let severity = if is_copy {
                Severity::Info
            } else {
                RULE.severity
            };
            let finding = Finding::about(SKILL_FILE, message).with_severity(severity);
            found.push((Subject::Name(at), finding));
        }
    }
    found
}

fn folder(place: &str) -> &str {
    place.rsplit('/').next().unwrap_or(place)
}
