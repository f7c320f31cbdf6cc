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
        for note in found.ignored {
            section.ok(skill.name.to_string(), "ignored by git");
            section.but(context, Status::Problem, note, None);
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
