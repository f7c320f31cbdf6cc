//! Reads the tables of `mdskill.toml`.

use toml_edit::Item;

use super::Config;
use super::policy;
use super::rules::{self, Rules, did_you_mean};
use crate::policy::{Key, Policy};
use crate::toml::{self, Fault};

/// The tables of the file.
const TABLES: [&str; 2] = ["policy", "rules"];

/// Reads the text of the file.
pub(super) fn config(text: &str) -> Result<Config, Fault> {
    let document = toml::parse(text)?;
    let mut config = Config::default();
    for (key, item) in document.iter() {
        match key {
            "policy" => config.policy = policy(item)?,
            "rules" => config.rules = rules(item)?,
            _ if Key::ALL.iter().any(|known| known.word() == key) => {
                let problem = format!("`{key}` is not a table: move it below `[policy]`");
                return Err(Fault::of_key(document.as_table(), key, problem));
            }
            // The configurations of most other linters have no table around these keys.
            _ if rules::is_key(key) => {
                let problem = format!("`{key}` is not a table: move it below `[rules]`");
                return Err(Fault::of_key(document.as_table(), key, problem));
            }
            _ => {
                let problem = format!("unknown table `{key}`{}", did_you_mean(key, TABLES));
                return Err(Fault::of_key(document.as_table(), key, problem));
            }
        }
    }
    Ok(config)
}

fn rules(item: &Item) -> Result<Rules, Fault> {
    let table = item.as_table_like();
    let table = table.ok_or_else(|| Fault::of(item, "`rules` must be a table: write `[rules]`"))?;
    rules::read(table)
}

fn policy(item: &Item) -> Result<Policy, Fault> {
    let table = item.as_table_like();
    let table =
        table.ok_or_else(|| Fault::of(item, "`policy` must be a table: write `[policy]`"))?;
    policy::read(table)
}
