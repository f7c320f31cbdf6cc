//! The targets: whether they can be written, and which agents read them.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Section, Status};
use crate::context::Context;
use crate::fs;
use crate::hint::{HasHint, Hint};
use crate::lockfile::Lockfile;
use crate::operations::add::targets_of_new;
use crate::operations::agents::{agents_of, blind_agents};
use crate::platform;
use crate::target::Target;

/// The most agents that a line names.
const MAX_NAMED: usize = 6;

/// Returns a section for each target, and one for all of them.
pub(super) fn check(context: &Context<'_>, lockfile: Option<&Lockfile>) -> Vec<Section> {
    let empty = Lockfile::default();
    let lockfile = lockfile.unwrap_or(&empty);
    let own = lockfile
        .skills
        .values()
        .flat_map(|entry| &entry.targets)
        .flatten();
    let mut targets: BTreeSet<Target> = lockfile.targets.iter().chain(own).cloned().collect();
    if targets.is_empty() {
        targets.extend(targets_of_new(context, lockfile).unwrap_or_default());
    }
    let targets: Vec<Target> = targets.into_iter().collect();
    let mut sections: Vec<Section> = targets
        .iter()
        .map(|target| check_target(context, target))
        .collect();
    let blind = blind_agents(context, &targets);
    if let Some(last) = sections.last_mut().filter(|_| !blind.is_empty()) {
        last.ok(
            "not read by",
            format!("{} (see `mdskill agents`)", blind.join(", ")),
        );
    }
    if let Ok(config) = context.dirs.config() {
        let mut section = Section::new("user folder");
        section.ok("folder", config.display().to_string());
        if let Err(reason) = writable(&config) {
            section.but(
                context,
                Status::Warning,
                format!("{reason}, so `-g` can't install skills"),
                Hint::text("set MDSKILL_CONFIG_DIR to a folder that you can write to"),
            );
        }
        sections.push(section);
    }
    sections
}

fn check_target(context: &Context<'_>, target: &Target) -> Section {
    let mut section = Section::about("target", target.to_string());
    let path = context.scope.target(target);
    let is_there = path.is_dir();
    section.ok(
        "folder",
        if is_there {
            "exists"
        } else {
            "not created yet"
        },
    );
    if let Err(error) = context.scope.check_target(target) {
        section.but(context, Status::Problem, error.to_string(), error.hint());
    } else if let Err(reason) = writable(&path) {
        section.but(
            context,
            Status::Problem,
            reason,
            Hint::text("check the ownership and permissions of that directory"),
        );
    }
    let readers = agents_of(context, target);
    let value = match readers.split_at(readers.len().min(MAX_NAMED)) {
        ([], _) => "no known agent".to_owned(),
        (first, []) => first.join(", "),
        (first, rest) => format!("{} and {} more", first.join(", "), rest.len()),
    };
    section.ok("read by", value);
    section
}

/// Returns why files can't be written in a folder, which may not exist yet.
pub(super) fn writable(folder: &Path) -> Result<(), String> {
    let existing = folder
        .ancestors()
        .find(|above| fs::look(above).ok().flatten().is_some());
    match existing {
        Some(existing) if !existing.is_dir() => {
            Err(format!("{} is not a folder", existing.display()))
        }
        Some(existing) if !platform::can_write_in(existing) => {
            Err(format!("{} can't be written", existing.display()))
        }
        _ => Ok(()),
    }
}

/// Returns why a file can't be created or replaced.
pub(super) fn writable_file(file: &Path) -> Result<(), String> {
    if file.exists() && !platform::can_write(file) {
        return Err(format!("{} can't be written", file.display()));
    }
    file.parent().map_or(Ok(()), writable)
}
