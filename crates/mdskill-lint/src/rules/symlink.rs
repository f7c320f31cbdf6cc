//! SK501: a symbolic link in a skill.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::references::path_index;
use crate::rule::{Check, Finding, Fixable, Rule};
use crate::skill_files::EntryKind;

/// See the module.
pub const RULE: Rule = Rule {
    code: "SK501",
    name: "symlink",
    severity: Severity::Error,
    is_on: true,
    blocks_loading: false,
    summary: "a symbolic link in a skill",
    why: "A link that leaves the skill leads nowhere once the skill is copied, or to a file of the user; an agent reads what it should not. None of 2,672 public skills has any, so a finding is news.",
    example: "references/api.md -> ../../../shared/api.md",
    mend: "put a copy of the file in the link's place",
    fixable: Fixable::No,
    check: Check::Skill(check),
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries().iter();
    let links = entries.filter_map(|entry| match &entry.kind {
        EntryKind::Link { target } => Some((entry.path.as_str(), target.as_str())),
        _ => None,
    });
    let found = links.map(|(path, target)| {
        let (severity, message, help) = match destination(skill, path, target) {
            Destination::Outside => (
                Severity::Error,
                format!("the symbolic link `{path}` leads out of the skill, to `{target}`"),
                "",
            ),
            Destination::Nowhere => (
                Severity::Info,
                format!("the symbolic link `{path}` leads nowhere"),
                "remove it, or add the file it should lead to",
            ),
            Destination::Inside => (
                Severity::Info,
                format!(
                    "`{path}` is a symbolic link to `{target}`, and some clients copy no links"
                ),
                "",
            ),
        };
        Finding::about(path, message, help).as_severe_as(severity)
    });
    found.collect()
}

/// Where a link leads.
enum Destination {
    /// To a file or folder of the skill.
    Inside,
    /// To nothing in the skill.
    Nowhere,
    /// Out of the skill.
    Outside,
}

/// Returns where a link leads: its target is seen from the folder that it lies in.
fn destination(skill: &ParsedSkill<'_>, path: &str, target: &str) -> Destination {
    let inside = match target.starts_with(['/', '~']) {
        true => None,
        false => path_index::join(path_index::folder_of(path), target),
    };
    match inside {
        None => Destination::Outside,
        Some(_) if target.is_empty() => Destination::Nowhere,
        Some(inside) if skill.paths.find_exact(&inside).is_none() => Destination::Nowhere,
        Some(_) => Destination::Inside,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Profile;
    use crate::skill_files::{Entry, MemoryFiles};

    #[test]
    fn a_link_is_as_bad_as_the_place_it_leads_to() {
        let severity = |path: &str, target: &str| {
            let link = Entry {
                path: path.to_owned(),
                kind: EntryKind::Link {
                    target: target.to_owned(),
                },
            };
            let skill = MemoryFiles::new("a").with("SKILL.md", "x").with_entry(link);
            check(&ParsedSkill::new(&skill, Profile::default()))[0].severity
        };
        for (path, target) in [
            ("a", "../b"),
            ("r/a", "../../b"),
            ("r/a", "/etc/passwd"),
            ("a", "~/b"),
        ] {
            assert_eq!(
                severity(path, target),
                Some(Severity::Error),
                "{path} -> {target}"
            );
        }
        for (path, target) in [
            ("a", "SKILL.md"),
            ("r/a", "../SKILL.md"),
            ("a", "b"),
            ("a", ""),
        ] {
            assert_eq!(
                severity(path, target),
                Some(Severity::Info),
                "{path} -> {target}"
            );
        }
    }
}
