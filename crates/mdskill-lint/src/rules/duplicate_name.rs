//! SK205: two skills have the same name.

use std::collections::HashMap;

use crate::diagnostic::Severity;
use crate::naming;
use crate::rule::{Check, Fixable, Rule};
use crate::skill_facts::{SetFinding, SkillSet, Subject};

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK205",
    name: "duplicate-name",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "two skills have the same name",
    why: "A client keeps one of them and skips the other, and a person who asks for the name gets either; 3 of 2,672 public skills.",
    example: "name: brand-guidelines in two folders",
    mend: "give each skill a name of its own",
    fixable: Fixable::No,
    check: Check::Set(check),
};

fn check(set: &SkillSet<'_>) -> Vec<SetFinding> {
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
            // A repository may ship one skill twice, as a plugin and by itself: whichever is
            // taken is the same.
            let is_copy = fingerprint == facts.fingerprint && folder(earlier) == folder(place);
            found.push(SetFinding {
                subject: Subject::Name(at),
                message: format!("`{shown}` is also the name of the skill in `{earlier}`"),
                help: RULE.mend.to_owned(),
                severity: is_copy.then_some(Severity::Info),
            });
        }
    }
    found
}

fn folder(place: &str) -> &str {
    place.rsplit('/').next().unwrap_or(place)
}
