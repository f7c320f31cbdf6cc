//! Parses `mdskill.lock`. Every error has the byte offset of the problem.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use toml_edit::{Item, Table, Value};

use super::{Entry, Lockfile, VERSION};
use crate::target::Target;
use crate::toml::{self, Fault};
use mdskill_lint::name::SkillName;
use mdskill_lint::path::fold;

/// The maximum number of folders in a list of targets. All known agents together read fewer.
const MAX_TARGETS: usize = 100;

/// Parses the text of a lockfile.
pub(super) fn read(text: &str) -> Result<Lockfile, Fault> {
    let document = toml::parse(text)?;
    check_version(document.as_table())?;
    let mut lockfile = Lockfile::default();
    for (key, item) in document.iter() {
        match key {
            "version" => {}
            "targets" => lockfile.targets = read_targets(item)?,
            "skill" => lockfile.skills = read_skills(item)?,
            unknown => {
                lockfile.unknown.insert(unknown.to_owned(), inline(item));
            }
        }
    }
    Ok(lockfile)
}

fn check_version(table: &Table) -> Result<(), Fault> {
    let Some(item) = table.get("version") else {
        return Err(Fault::new(
            0,
            "`version = 1` is missing: not a lockfile of mdskill",
        ));
    };
    match item.as_integer() {
        Some(VERSION) => Ok(()),
        Some(newer) if newer > VERSION => {
            let problem = format!(
                "version {newer} was written by a newer mdskill; this one reads version {VERSION}: update mdskill"
            );
            Err(Fault::of(item, problem))
        }
        _ => Err(Fault::of(item, "`version` is not 1")),
    }
}

fn read_targets(item: &Item) -> Result<Vec<Target>, Fault> {
    let not_a_list = || Fault::of(item, "`targets` is not a list of folders");
    let target = |value: &Value| {
        let text = value.as_str().ok_or_else(not_a_list)?;
        text.parse()
            .map_err(|error| Fault::of(item, format!("{error}")))
    };
    let targets = item.as_array().ok_or_else(not_a_list)?;
    if targets.len() > MAX_TARGETS {
        let count = targets.len();
        let problem =
            format!("`targets` has {count} folders, more than the limit of {MAX_TARGETS}");
        return Err(Fault::of(item, problem));
    }
    targets.iter().map(target).collect()
}

fn read_skills(item: &Item) -> Result<BTreeMap<SkillName, Entry>, Fault> {
    let not_blocks = || Fault::of(item, "`skill` is not a list of `[[skill]]` blocks");
    let blocks = item.as_array_of_tables().ok_or_else(not_blocks)?;
    let mut skills = BTreeMap::new();
    let mut folded = BTreeSet::new();
    for table in blocks {
        let start = table.span().map_or(0, |span| span.start);
        let (name, entry) = read_entry(table, start)?;
        if !folded.insert(fold(name.as_str())) {
            return Err(Fault::new(start, format!("duplicate entry for `{name}`")));
        }
        skills.insert(name, entry);
    }
    Ok(skills)
}

fn read_entry(table: &Table, start: usize) -> Result<(SkillName, Entry), Fault> {
    let name = required(table, "name", start)?;
    let source = required(table, "source", start)?;
    let tree = required(table, "tree", start)?;
    let digest = required(table, "digest", start)?;
    let path: String = required(table, "path", start)?;
    if path.split('/').any(|part| part == ".." || part == ".") || path.starts_with('/') {
        let problem = format!("`{path}` is not a path inside a repository");
        return Err(Fault::of_key(table, "path", problem));
    }
    let mut entry = Entry::new(source, path, tree, digest);
    entry.git_ref = optional(table, "ref")?;
    entry.version = optional(table, "version")?;
    entry.commit = optional(table, "commit")?;
    entry.signed_by = optional(table, "signed-by")?;
    entry.signed_tag = optional(table, "signed-tag")?;
    entry.download = optional(table, "download")?;
    entry.edits = optional(table, "edits")?;
    for (key, item) in table {
        match key {
            "name" | "source" | "path" | "ref" | "version" | "commit" | "tree" | "digest"
            | "signed-by" | "signed-tag" | "download" | "edits" => {}
            "gone" => {
                let is_gone = item.as_bool();
                entry.is_gone =
                    is_gone.ok_or_else(|| Fault::of(item, "`gone` is not true or false"))?;
            }
            "targets" => entry.targets = Some(read_targets(item)?),
            unknown => {
                entry.unknown.insert(unknown.to_owned(), inline(item));
            }
        }
    }
    if entry.commit.is_none() && !entry.source.is_unversioned() {
        return Err(Fault::new(
            start,
            format!("`commit` of `{name}` is missing"),
        ));
    }
    Ok((name, entry))
}

fn required<T: FromStr<Err: Display>>(table: &Table, key: &str, start: usize) -> Result<T, Fault> {
    optional(table, key)?.ok_or_else(|| Fault::new(start, format!("`{key}` is missing")))
}

fn optional<T: FromStr<Err: Display>>(table: &Table, key: &str) -> Result<Option<T>, Fault> {
    let Some(item) = table.get(key) else {
        return Ok(None);
    };
    let text = item
        .as_str()
        .ok_or_else(|| Fault::of(item, format!("`{key}` is not a string")))?;
    text.parse()
        .map(Some)
        .map_err(|error: T::Err| Fault::of(item, format!("`{key}`: {error}")))
}

/// Returns the TOML of a value on one line, with tables as inline tables.
fn inline(item: &Item) -> String {
    let mut item = item.clone();
    item.make_value();
    match item.into_value() {
        Ok(mut value) => {
            value.decor_mut().clear();
            value.to_string()
        }
        Err(_) => String::new(),
    }
}
