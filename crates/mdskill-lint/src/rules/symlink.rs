//! SK501: a symbolic link in a skill.

use crate::diagnostic::Severity;
use crate::parsed_skill::ParsedSkill;
use crate::references::path_index;
use crate::rule::{Check, Finding, Rule};
use crate::skill_files::EntryKind;

pub(crate) const RULE: Rule = Rule {
    code: "SK501",
    name: "symlink",
    severity: Severity::Error,
    summary: "a symbolic link in a skill",
    why: "After installation, a link out of the skill is broken or points to a private file of the user, which an agent then reads. None of 2,672 public skills has a link.",
    example: "references/api.md -> ../../../shared/api.md",
    how_to_fix: "replace the link with a copy of the file",
    check: Check::Skill(check),
    ..Rule::DEFAULT
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
                format!("the symbolic link `{path}` points out of the skill, to `{target}`"),
                RULE.how_to_fix,
            ),
            Destination::Nowhere => (
                Severity::Info,
                format!("the symbolic link `{path}` is broken"),
                "remove the link, or add its target",
            ),
            Destination::Inside => (
                Severity::Info,
                format!(
                    "`{path}` is a symbolic link to `{target}`, and some clients do not copy links"
                ),
                RULE.how_to_fix,
            ),
        };
        Finding::about(path, message)
            .with_help(help)
            .with_severity(severity)
    });
    found.collect()
}

/// The location of the target of a link.
enum Destination {
    /// A file or folder of the skill.
    Inside,
    /// A missing path inside the skill.
    Nowhere,
    /// A path outside of the skill.
    Outside,
}

/// Returns the destination of a link. Its target is relative to the folder of the link.
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
    fn severity_depends_on_the_destination() {
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
