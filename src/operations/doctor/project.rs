//! The project: its root, lockfile, configuration, and the states of its skills.

use std::collections::BTreeMap;

use super::folders::writable_file;
use super::{Section, Status};
use crate::context::Context;
use crate::hint::{HasHint, Hint};
use crate::lockfile::{Lockfile, LockfileError};
use crate::operations::OpError;
use crate::operations::import::other_lockfiles;
use crate::operations::installed::{InstalledSkill, read_folders};
use crate::operations::state::State;

pub(super) fn check(
    context: &Context<'_>,
    lockfile: &Result<Option<Lockfile>, LockfileError>,
) -> Section {
    let scope = &context.scope;
    let name = if scope.is_personal { "user" } else { "project" };
    let mut section = Section::new(name);
    section.ok("root", scope.root.display().to_string());
    check_lockfile(context, lockfile, &mut section);
    check_config(context, &mut section);
    if let Ok(Some(lockfile)) = lockfile {
        states(context, lockfile, &mut section);
    }
    let others = other_lockfiles(context);
    if !others.is_empty() {
        section.ok("other tools", others.join(", "));
        if !matches!(lockfile, Ok(Some(_))) {
            section.but(
                context,
                Status::Warning,
                "another tool has installed skills here, and mdskill does not manage them",
                Hint::command("import").then(" adopts them"),
            );
        }
    }
    section
}

fn check_lockfile(
    context: &Context<'_>,
    lockfile: &Result<Option<Lockfile>, LockfileError>,
    section: &mut Section,
) {
    let path = &context.scope.lockfile;
    match lockfile {
        Ok(None) => section.ok("lockfile", format!("no {}", context.scope.display(path))),
        Ok(Some(lockfile)) => {
            let skills = match lockfile.skills.len() {
                1 => "1 skill".to_owned(),
                number => format!("{number} skills"),
            };
            section.ok(
                "lockfile",
                format!("{}, {skills}", context.scope.display(path)),
            );
        }
        Err(error) => {
            section.ok("lockfile", context.scope.display(path));
            let hint = error.hint().or_else(|| {
                let shows = "`git log -p mdskill.lock` shows who changed it; restore a version that can be read";
                Some(Hint::text(shows))
            });
            section.but(context, Status::Problem, error.to_string(), hint);
            return;
        }
    }
    if let Err(reason) = writable_file(path) {
        section.but(
            context,
            Status::Problem,
            reason,
            Hint::text("check the ownership and permissions of that file and its folder"),
        );
    } else if is_old_form(context) {
        section.but(
            context,
            Status::Warning,
            "it has the numbered comments of version 0.1.0",
            Hint::command("lock").then(" rewrites it without them"),
        );
    }
}

/// Whether the lockfile has the comments `# 00` to `# 63`, which the first version wrote.
fn is_old_form(context: &Context<'_>) -> bool {
    let text = Lockfile::read_text(&context.scope.lockfile).ok().flatten();
    let is_number = |line: &str| {
        line.strip_prefix("# ")
            .is_some_and(|number| number.len() == 2 && number.parse::<u8>().is_ok())
    };
    text.is_some_and(|text| text.lines().any(is_number))
}

fn check_config(context: &Context<'_>, section: &mut Section) {
    let path = context.scope.config();
    let shown = context.scope.display(&path);
    match context.config() {
        Ok(_) if path.exists() => section.ok("configuration", shown),
        Ok(_) => section.ok("configuration", format!("no {shown}")),
        Err(error) => {
            section.ok("configuration", shown);
            let error = OpError::Config(error);
            let hint = error.hint().unwrap_or_else(|| {
                Hint::command("schema config").then(" prints all keys, and their values")
            });
            section.but(context, Status::Problem, error.to_string(), hint);
        }
    }
}

/// Adds the states of the installed skills in one line.
fn states(context: &Context<'_>, lockfile: &Lockfile, section: &mut Section) {
    let skills = InstalledSkill::all(&context.scope, lockfile);
    let states: Result<Vec<State>, crate::fs::Error> =
        read_folders(context, skills).and_then(|folders| {
            let states = folders.iter();
            let states =
                states.map(|(skill, folder, files)| State::of(context, *skill, folder, files));
            states.collect()
        });
    let states = match states {
        Ok(states) => states,
        Err(error) => {
            section.ok("skills", "unreadable");
            section.but(context, Status::Problem, error.to_string(), error.hint());
            return;
        }
    };
    if states.is_empty() {
        return;
    }
    let mut counts: BTreeMap<State, usize> = BTreeMap::new();
    for state in &states {
        *counts.entry(*state).or_default() += 1;
    }
    let totals = counts
        .iter()
        .map(|(state, number)| format!("{number} {}", state.word()));
    section.ok("skills", totals.collect::<Vec<_>>().join(", "));
    let has = |state| counts.contains_key(&state);
    if has(State::Conflict) {
        section.but(
            context,
            Status::Problem,
            "some files have conflict markers",
            Hint::command("verify").then(" lists them; resolve them, then run `mdskill keep NAME`"),
        );
    } else if has(State::Missing) {
        section.but(
            context,
            Status::Problem,
            "some installed skills are missing",
            Hint::command("install").then(" restores them"),
        );
    } else if has(State::Modified) {
        section.but(
            context,
            Status::Warning,
            "some files differ from the lockfile",
            Hint::command("verify").then(" lists them, and shows what to do"),
        );
    }
}
