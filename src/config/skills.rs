//! [`Allowed`]: the tables `[skills.NAME]`, which hold what a project allows one skill.

use std::collections::BTreeMap;
use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, value};

use super::ConfigError;
use super::rules::did_you_mean;
use crate::fs::{self, atomic};
use crate::source::Source;
use crate::toml::{self, Fault};
use mdskill_lint::Settings;
use mdskill_lint::name::SkillName;
use mdskill_lint::rule::Rule;
use mdskill_lint::settings::exactly;

/// The keys of a table.
const KEYS: [&str; 2] = ["allow", "source"];

/// The rules that each skill may break.
#[derive(Debug, Clone, Default)]
pub struct Allowed(BTreeMap<SkillName, Entry>);

/// One table.
#[derive(Debug, Clone)]
struct Entry {
    /// The only source whose skill is allowed; `None` for any source.
    source: Option<Source>,
    rules: Vec<&'static Rule>,
}

/// The result of [`withdraw`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawn {
    /// The table was removed, or would be. It allowed these rules.
    Removed(Vec<&'static str>),
    /// The table stays, because someone wrote it or a part of it by hand. It allows these rules.
    Stays(Vec<&'static str>),
}

impl Allowed {
    /// Returns the codes of the rules that a skill from this source may break.
    #[must_use]
    pub fn codes(&self, name: &SkillName, source: &Source) -> Vec<&'static str> {
        let entry = self.0.get(name);
        let entry = entry.filter(|entry| entry.is_for(source));
        entry.map(Entry::codes).unwrap_or_default()
    }

    /// Adds what holds for any source to the settings of the rules, and what holds for the source
    /// that `source_of` returns.
    pub(super) fn add_to<'a>(
        &self,
        settings: &mut Settings,
        source_of: impl Fn(&SkillName) -> Option<&'a Source>,
    ) {
        for (name, entry) in &self.0 {
            let source = source_of(name);
            if entry.source.is_none() || source.is_some_and(|source| entry.is_for(source)) {
                for rule in &entry.rules {
                    settings.allow(name.as_str(), rule);
                }
            }
        }
    }
}

impl Entry {
    fn is_for(&self, source: &Source) -> bool {
        self.source.as_ref().is_none_or(|allowed| allowed == source)
    }

    fn codes(&self) -> Vec<&'static str> {
        self.rules.iter().map(|rule| rule.code).collect()
    }
}

/// Reads the tables. An unknown key is an error, and so is a group of rules, because what is dangerous
/// is allowed by name.
pub(super) fn read(tables: &dyn TableLike) -> Result<Allowed, Fault> {
    let mut allowed = Allowed::default();
    for (key, item) in tables.iter() {
        let name = SkillName::from_frontmatter(key)
            .map_err(|error| Fault::of_key(tables, key, error.to_string()))?;
        let table = toml::table(
            item,
            &format!("`{key}` must be a table: write `[skills.{key}]`"),
        )?;
        allowed.0.insert(name, entry(key, table)?);
    }
    Ok(allowed)
}

fn entry(name: &str, table: &dyn TableLike) -> Result<Entry, Fault> {
    let mut entry = Entry {
        source: None,
        rules: Vec::new(),
    };
    for (key, item) in table.iter() {
        match key {
            "allow" => {
                let expected = "`allow` must be a list of rules such as `[\"A203\"]`";
                for (at, word) in toml::texts(item, expected)? {
                    let rule = exactly(word).ok_or_else(|| {
                        Fault::new(at, format!("`{word}` is not a code or a name of one rule"))
                    })?;
                    if entry.rules.iter().all(|known| known.code != rule.code) {
                        entry.rules.push(rule);
                    }
                }
            }
            "source" => {
                let source = item.as_str().unwrap_or_default().parse();
                let source = source.map_err(|_| {
                    let expected = "`source` must be a source as in mdskill.lock, such as `\"github:owner/repo\"`";
                    Fault::of(item, expected)
                })?;
                entry.source = Some(source);
            }
            _ => {
                let hint = did_you_mean(key, KEYS);
                let problem = format!("unknown key `{key}` in `[skills.{name}]`{hint}");
                return Err(Fault::of_key(table, key, problem));
            }
        }
    }
    Ok(entry)
}

/// Writes that a skill from this source may break these rules into the configuration at `path`, and keeps
/// everything else in it as it is. What was allowed for another source is replaced, because the user has
/// read this skill and not that one.
///
/// # Errors
/// If the file can't be read, is not valid, or can't be written.
pub fn allow(
    path: &Path,
    name: &SkillName,
    source: &Source,
    rules: &[&Rule],
) -> Result<(), ConfigError> {
    let (before, mut document) = open(path)?;
    let bad = |problem: &str| bad(path, problem);
    let problem = "`skills` must be a table: write `[skills.NAME]`";
    let skills = document.entry("skills").or_insert_with(implicit_table);
    let skills = skills.as_table_like_mut().ok_or_else(|| bad(problem))?;
    let skill = skills
        .entry(name.as_str())
        .or_insert(Item::Table(Table::new()));
    let skill = skill.as_table_like_mut().ok_or_else(|| bad(problem))?;
    let noted = skill.get("source").and_then(Item::as_str);
    let is_noted = noted.is_some();
    let noted: Option<Source> = noted.and_then(|noted| noted.parse().ok());
    if noted.as_ref() != Some(source) {
        if is_noted {
            skill.remove("allow");
        }
        skill.insert("source", value(source.to_string()));
    }
    let allowed = skill.entry("allow").or_insert(value(Array::new()));
    let allowed = allowed
        .as_array_mut()
        .ok_or_else(|| bad("`allow` must be a list"))?;
    for rule in rules {
        let is_known = allowed
            .iter()
            .filter_map(|item| exactly(item.as_str()?))
            .any(|known| known.code == rule.code);
        if !is_known {
            allowed.push(rule.code);
        }
    }
    write(path, before.as_deref(), &document)
}

/// Removes what [`allow`] wrote for a skill from this source, unless `dry_run`. Returns `None` if nothing is
/// allowed for a skill of this name.
///
/// # Errors
/// If the file can't be read, is not valid, or can't be written.
pub fn withdraw(
    path: &Path,
    name: &SkillName,
    source: &Source,
    dry_run: bool,
) -> Result<Option<Withdrawn>, ConfigError> {
    let config = super::Config::read(path)?;
    let allowed = config.rules.allowed.0.get(name);
    let Some(entry) = allowed.filter(|entry| !entry.rules.is_empty()) else {
        return Ok(None);
    };
    let (before, mut document) = open(path)?;
    let skills = document.get_mut("skills").and_then(Item::as_table_mut);
    let is_ours = entry.source.as_ref() == Some(source)
        && skills.as_ref().is_some_and(|skills| is_plain(skills, name));
    let Some(skills) = skills.filter(|_| is_ours) else {
        return Ok(Some(Withdrawn::Stays(entry.codes())));
    };
    if !dry_run {
        skills.remove(name.as_str());
        write(path, before.as_deref(), &document)?;
    }
    Ok(Some(Withdrawn::Removed(entry.codes())))
}

/// Whether the table of a skill has no comment, which the user would lose.
fn is_plain(skills: &Table, name: &SkillName) -> bool {
    let table = skills.get(name.as_str()).and_then(Item::as_table);
    table.is_some_and(|table| {
        let above = table.decor().prefix().and_then(|above| above.as_str());
        !table.to_string().contains('#') && above.is_none_or(|above| above.trim().is_empty())
    })
}

type Opened = (Option<Vec<u8>>, DocumentMut);

/// Reads the bytes of the file, if it exists, and its document.
fn open(path: &Path) -> Result<Opened, ConfigError> {
    let before = fs::read_if_found(path)?;
    let text = String::from_utf8(before.clone().unwrap_or_default());
    let text = text.map_err(|_| bad(path, "the file is not UTF-8"))?;
    let document = text.parse::<DocumentMut>();
    let document = document.map_err(|error| bad(path, error.message()))?;
    Ok((before, document))
}

fn write(path: &Path, before: Option<&[u8]>, document: &DocumentMut) -> Result<(), ConfigError> {
    let text = document.to_string();
    let is_written = match before {
        Some(before) if before == text.as_bytes() => true,
        Some(before) => atomic::exchange(path, before, text.as_bytes())?,
        None => atomic::create(path, text.as_bytes()).map(|()| true)?,
    };
    if is_written {
        Ok(())
    } else {
        Err(bad(
            path,
            "the file is not a plain file, or was changed in the meantime",
        ))
    }
}

fn bad(path: &Path, problem: &str) -> ConfigError {
    ConfigError::Bad {
        path: path.to_owned(),
        line: 1,
        problem: problem.to_owned(),
    }
}

/// A table without a header of its own: `[skills.NAME]` is one.
fn implicit_table() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}
