//! The attributes and ignore rules of the project's git that change or swallow installed files.

use super::{Section, Status};
use crate::context::Context;
use crate::hint::Hint;
use crate::lockfile::Lockfile;
use crate::operations::git_notes::{self, ATTRIBUTES};
use crate::operations::installed::InstalledSkill;

/// The most problems that are listed.
const MAX_PROBLEMS: usize = 5;

pub(super) fn check(context: &Context<'_>, lockfile: &Lockfile) -> Section {
    let mut section = Section::new("git rules");
    let mut skills = 0;
    for skill in InstalledSkill::all(&context.scope, lockfile) {
        skills += 1;
        let found = git_notes::problems(context, skill);
        for (target, conversion) in found.conversions {
            section.ok(skill.name.to_string(), "changed by git");
            section.but(
                context,
                Status::Problem,
                conversion,
                Hint::text(format!(
                    "add the line `{ATTRIBUTES}` to {target}/.gitattributes"
                )),
            );
        }
        if let Some((first, others)) = found.ignored.split_first() {
            let value = match others.len() {
                0 => "ignored by git".to_owned(),
                others => format!("ignored by git: one file, and {others} or more others"),
            };
            section.ok(skill.name.to_string(), value);
            section.but(context, Status::Problem, first, None);
        }
        if section.checks.len() >= MAX_PROBLEMS {
            return section;
        }
    }
    if section.checks.is_empty() && skills > 0 {
        section.ok("installed files", "neither changed nor ignored by git");
    }
    section
}
