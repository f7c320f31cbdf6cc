//! Reads the tables of `mdskill.toml`.

use super::Config;
use super::limits;
use super::policy;
use super::rules::{self, did_you_mean};
use super::search;
use super::site;
use super::skills;
use crate::policy::Key;
use crate::toml::{self, Fault};

/// Reads the text of the file.
pub(super) fn config(text: &str) -> Result<Config, Fault> {
    let document = toml::parse(text)?;
    let mut config = Config::default();
    for (key, item) in document.iter() {
        match key {
            "limits" => {
                let table = toml::table(item, "`limits` must be a table: write `[limits]`")?;
                config.limits = limits::read(table)?;
            }
            "policy" => {
                let table = toml::table(item, "`policy` must be a table: write `[policy]`")?;
                config.policy = policy::read(table)?;
            }
            "rules" => {
                let table = toml::table(item, "`rules` must be a table: write `[rules]`")?;
                config.rules = rules::read(table)?;
            }
            "search" => {
                let table = toml::table(item, "`search` must be a table: write `[search]`")?;
                config.search = search::read(table)?;
            }
            "site" => {
                let table = toml::table(item, "`site` must be a table: write `[site]`")?;
                config.site = site::read(table)?;
            }
            "skills" => {}
            _ => return Err(Fault::of_key(document.as_table(), key, misplaced(key))),
        }
    }
    // `[rules]` replaces all settings, wherever it is in the file.
    if let Some(item) = document.get("skills") {
        let tables = toml::table(item, "`skills` must be a table: write `[skills.NAME]`")?;
        config.rules.allowed = skills::read(tables)?;
    }
    config.rules.settings.limits = config.limits;
    Ok(config)
}

/// Returns the problem of a key that is not a table of the file.
fn misplaced(key: &str) -> String {
    // The configurations of most other linters have no table around these keys.
    let table = if Key::ALL.iter().any(|known| known.word() == key) {
        "policy"
    } else if limits::KEYS.contains(&key) {
        "limits"
    } else if search::KEYS.contains(&key) {
        "search"
    } else if site::KEYS.contains(&key) {
        "site"
    } else if rules::is_key(key) {
        "rules"
    } else {
        return format!(
            "unknown table `{key}`{}",
            did_you_mean(
                key,
                ["limits", "policy", "rules", "search", "site", "skills"]
            )
        );
    };
    format!("`{key}` is not a table: move it below `[{table}]`")
}
