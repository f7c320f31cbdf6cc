//! Reading `mdskill.toml`: its tables.

use toml_edit::Item;

use super::Config;
use super::policy;
use super::rules::{self, Rules, meant};
use crate::policy::{Key, Policy};
use crate::toml::{self, Fault};

/// The tables of the file.
const TABLES: [&str; 2] = ["policy", "rules"];

/// Reads the file's text.
pub(super) fn config(text: &str) -> Result<Config, Fault> {
    let document = toml::parse(text)?;
    let mut config = Config::default();
    for (key, item) in document.iter() {
        match key {
            "policy" => config.policy = policy(item)?,
            "rules" => config.rules = rules(item)?,
            _ if Key::ALL.iter().any(|known| known.word() == key) => {
                let problem = format!("`{key}` has no place here: write it below `[policy]`");
                return Err(Fault::of_key(document.as_table(), key, problem));
            }
            // Most configurations of other checkers have no table around these.
            _ if rules::is_key(key) => {
                let problem = format!("`{key}` has no place here: write it below `[rules]`");
                return Err(Fault::of_key(document.as_table(), key, problem));
            }
            _ => {
                let problem = format!("there is no table `{key}`{}", meant(key, TABLES));
                return Err(Fault::of_key(document.as_table(), key, problem));
            }
        }
    }
    Ok(config)
}

fn rules(item: &Item) -> Result<Rules, Fault> {
    let table = item.as_table_like();
    let table = table.ok_or_else(|| Fault::of(item, "`rules` is a table: write `[rules]`"))?;
    rules::read(table)
}

fn policy(item: &Item) -> Result<Policy, Fault> {
    let table = item.as_table_like();
    let table = table.ok_or_else(|| Fault::of(item, "`policy` is a table: write `[policy]`"))?;
    policy::read(table)
}
