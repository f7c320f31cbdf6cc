//! The tables `[skills.NAME]`: what a project allows one skill.

use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, value};

use super::ConfigError;
use super::rules::did_you_mean;
use crate::fs::{self, atomic};
use crate::toml::{self, Fault};
use mdskill_lint::Settings;
use mdskill_lint::name::SkillName;
use mdskill_lint::rule::Rule;
use mdskill_lint::settings::exactly;

/// Reads the tables into the settings of the rules. An unknown key is an error, and so is a group of rules,
/// because what is dangerous is allowed by name.
pub(super) fn read(tables: &dyn TableLike, settings: &mut Settings) -> Result<(), Fault> {
    for (name, item) in tables.iter() {
        if let Err(error) = SkillName::from_frontmatter(name) {
            return Err(Fault::of_key(tables, name, error.to_string()));
        }
        let table = toml::table(
            item,
            &format!("`{name}` must be a table: write `[skills.{name}]`"),
        )?;
        for (key, item) in table.iter() {
            if key != "allow" {
                let hint = did_you_mean(key, ["allow"]);
                let problem = format!("unknown key `{key}` in `[skills.{name}]`{hint}");
                return Err(Fault::of_key(table, key, problem));
            }
            let expected = "`allow` must be a list of rules such as `[\"A203\"]`";
            for (at, word) in toml::texts(item, expected)? {
                let rule = exactly(word).ok_or_else(|| {
                    Fault::new(at, format!("`{word}` is not a code or a name of one rule"))
                })?;
                settings.allow(name, rule);
            }
        }
    }
    Ok(())
}

/// Writes that a skill may break these rules into the configuration at `path`, and keeps everything else
/// in it as it is.
///
/// # Errors
/// If the file can't be read, is not valid, or can't be written.
pub fn allow(path: &Path, name: &SkillName, rules: &[&Rule]) -> Result<(), ConfigError> {
    let before = fs::read_if_found(path)?;
    let bad = |problem: &str| ConfigError::Bad {
        path: path.to_owned(),
        line: 1,
        problem: problem.to_owned(),
    };
    let text = String::from_utf8(before.clone().unwrap_or_default());
    let text = text.map_err(|_| bad("the file is not UTF-8"))?;
    let document = text.parse::<DocumentMut>();
    let mut document = document.map_err(|error| bad(error.message()))?;
    let problem = "`skills` must be a table: write `[skills.NAME]`";
    let skills = document.entry("skills").or_insert_with(implicit_table);
    let skills = skills.as_table_like_mut().ok_or_else(|| bad(problem))?;
    let skill = skills
        .entry(name.as_str())
        .or_insert(Item::Table(Table::new()));
    let skill = skill.as_table_like_mut().ok_or_else(|| bad(problem))?;
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
    let text = document.to_string();
    let is_written = match &before {
        Some(before) if before == text.as_bytes() => true,
        Some(before) => atomic::exchange(path, before, text.as_bytes())?,
        None => atomic::create(path, text.as_bytes()).map(|()| true)?,
    };
    if is_written {
        Ok(())
    } else {
        Err(bad(
            "the file is not a plain file, or was changed in the meantime",
        ))
    }
}

/// A table without a header of its own: `[skills.NAME]` is one.
fn implicit_table() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}
