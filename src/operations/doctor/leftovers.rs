//! Files that interrupted and forced commands left: journals, staging folders, and the trash.

use indicatif::HumanBytes;

use super::{Section, Status};
use crate::context::Context;
use crate::fs;
use crate::hint::{HasHint, Hint};
use crate::install::journal::Journals;
use crate::lockfile::Lockfile;

pub(super) fn check(context: &Context<'_>, lockfile: Option<&Lockfile>) -> Section {
    let scope = &context.scope;
    let mut section = Section::new("leftovers");
    if let Err(error) = scope.check_state() {
        section.ok("state folder", scope.display(&scope.state()));
        section.but(context, Status::Problem, error.to_string(), error.hint());
        return section;
    }
    let mut is_interrupted = false;
    match Journals::find(scope) {
        Ok(journals) => {
            if let Some(ours) = &journals.ours {
                is_interrupted = true;
                section.ok("journal", scope.display(&ours.path));
                section.but(
                    context,
                    Status::Warning,
                    "a command was interrupted",
                    Hint::command("list")
                        .then(" finishes or undoes it, as every other command does"),
                );
            }
            for foreign in &journals.foreign {
                section.ok("journal", scope.display(foreign));
                section.but(
                    context,
                    Status::Warning,
                    "another user or machine wrote it, so it is ignored",
                    Hint::text("look for skills in `.mdskill-stage-*` next to their folder, then remove it"),
                );
            }
        }
        Err(error) => {
            section.ok("journal", "unreadable");
            section.but(context, Status::Problem, error.to_string(), error.hint());
        }
    }
    for target in lockfile.iter().flat_map(|lockfile| &lockfile.targets) {
        let stage = scope.stage(target);
        if !is_interrupted && fs::look(&stage).ok().flatten().is_some() {
            section.ok("staging folder", scope.display(&stage));
            section.but(
                context,
                Status::Problem,
                "an interrupted command left it, or it came with the project",
                Hint::text("move the files that you need out of it, and remove it"),
            );
        }
    }
    let trash = scope.trash();
    if trash.is_dir() {
        let listing = fs::tree::list(&trash).unwrap_or_default();
        let bytes = listing.files.iter().map(|file| file.metadata.len()).sum();
        let folders = std::fs::read_dir(&trash).map_or(0, Iterator::count);
        let folders = match folders {
            1 => "1 folder".to_owned(),
            number => format!("{number} folders"),
        };
        let place = scope.display(&trash);
        section.ok(
            "trash",
            format!("{place}: {folders}, {}", HumanBytes(bytes)),
        );
    }
    section
}
