//! SK501: a symbolic link that can't be installed.

use crate::SKILL_FILE;
use crate::diagnostic::Severity;
use crate::naming;
use crate::parsed_skill::ParsedSkill;
use crate::rule::{Check, Finding, Rule};
use crate::skill_files::EntryKind;

pub(crate) const RULE: Rule = Rule {
    code: "SK501",
    name: "symlink",
    severity: Severity::Error,
    summary: "a symbolic link that leads nowhere, or out of the repository",
    why: "A link to a file or folder of the same repository is installed as what it leads to. Any other link is broken after installation, or it points to a private file of the user, which an agent then reads, so the skill is not installed.",
    example: "references/api.md -> /home/me/api.md",
    how_to_fix: "replace the link with a copy of the file",
    check: Check::Skill(check),
    ..Rule::DEFAULT
};

fn check(skill: &ParsedSkill<'_>) -> Vec<Finding> {
    let entries = skill.files.entries().iter();
    // SK008 reports a `SKILL.md` that can't be read.
    let links = entries.filter(|entry| entry.path != SKILL_FILE);
    let found = links.filter_map(|entry| match &entry.kind {
        EntryKind::Link { target, fault } => {
            let path = naming::shortened(&entry.path);
            let target = naming::shortened(target);
            let message =
                format!("the symbolic link `{path}` -> `{target}` can't be installed: {fault}");
            Some(Finding::about(&entry.path, message))
        }
        _ => None,
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::LinkFault;
    use crate::profile::Profile;
    use crate::skill_files::{Entry, MemoryFiles};

    #[test]
    fn reason_is_that_of_the_link() {
        let link = Entry {
            path: "r/a".to_owned(),
            kind: EntryKind::Link {
                target: "../../../b".to_owned(),
                fault: LinkFault::Outside,
            },
        };
        let skill = MemoryFiles::new("a").with("SKILL.md", "x").with_entry(link);
        let found = check(&ParsedSkill::new(&skill, Profile::default()));
        assert_eq!(
            found[0].message,
            "the symbolic link `r/a` -> `../../../b` can't be installed: it leads out of the repository"
        );
    }
}
