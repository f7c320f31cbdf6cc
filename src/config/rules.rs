//! [`Rules`]: the table `[rules]`.

use toml_edit::{Item, TableLike};

use super::per_path::PerPath;
use super::skills::Allowed;
use crate::skill::select::nearest;
use crate::source::Source;
use crate::toml::{self, Fault};
use mdskill_lint::name::SkillName;
use mdskill_lint::rule::Rule;
use mdskill_lint::settings::named;
use mdskill_lint::{Level, Profile, Settings};

/// The keys that are not names of rules.
pub(super) const KEYS: [&str; 5] = ["profile", "strict", "select", "ignore", "per-path"];

/// The enabled rules and their severities.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The enabled rules, and the severity of each, without what single skills may break.
    pub settings: Settings,
    /// The rules that single skills may break.
    pub allowed: Allowed,
    /// Whether warnings count as errors.
    pub is_strict: bool,
    /// The rules that are ignored in some files.
    pub per_path: PerPath,
}

impl Rules {
    /// Returns the settings for the skills of a source: a skill of the same name from another source is
    /// not the one that was allowed.
    #[must_use]
    pub fn settings_for(&self, source: &Source) -> Settings {
        self.settings_by(|_| Some(source))
    }

    /// Returns the settings for skills whose source the name decides, such as installed skills. Without
    /// a source, only what is allowed for any source holds.
    #[must_use]
    pub fn settings_by<'a>(
        &self,
        source_of: impl Fn(&SkillName) -> Option<&'a Source>,
    ) -> Settings {
        let mut settings = self.settings.clone();
        self.allowed.add_to(&mut settings, source_of);
        settings
    }
}

/// A rule or a group of rules, the number of its rules, and the level that a line sets for it.
type LevelSetting<'a> = (&'a str, usize, Level);

/// Reads the table.
pub(super) fn read(table: &dyn TableLike) -> Result<Rules, Fault> {
    let mut read = Rules::default();
    let mut levels: Vec<LevelSetting<'_>> = Vec::new();
    // A key sets one rule or group, so it takes precedence over the lists.
    for (key, level) in [("select", Level::Own), ("ignore", Level::Off)] {
        if let Some(item) = table.get(key) {
            let named = named_in(key, item)?.into_iter();
            levels.extend(named.map(|(rules, meant)| (rules, meant.len(), level)));
        }
    }
    for (key, item) in table.iter() {
        match key {
            "profile" => read.settings.profile = profile(item)?,
            "strict" => {
                let strict = item.as_bool();
                read.is_strict =
                    strict.ok_or_else(|| Fault::of(item, "`strict` must be true or false"))?;
            }
            "select" | "ignore" => {}
            "per-path" => read.per_path = per_path(item)?,
            rules => levels.push(setting_of_key(table, rules, item)?),
        }
    }
    // The more specific setting wins, in any order: `SK302 = "warning"` overrides `ignore = ["SK3"]`.
    levels.sort_by_key(|(_, breadth, _)| std::cmp::Reverse(*breadth));
    for (rules, _, level) in levels {
        let set = read.settings.set(rules, level);
        set.map_err(|error| Fault::of_key(table, rules, error.to_string()))?;
    }
    Ok(read)
}

fn profile(item: &Item) -> Result<Profile, Fault> {
    let word = item.as_str().unwrap_or_default();
    word.parse()
        .map_err(|error| Fault::of(item, format!("{error}")))
}

fn setting_of_key<'a>(
    table: &dyn TableLike,
    key: &'a str,
    item: &Item,
) -> Result<LevelSetting<'a>, Fault> {
    let rules = named(key).map_err(|no_rule| {
        let mut hint = did_you_mean(key, KEYS);
        if hint.is_empty() {
            hint = no_rule.hint();
        }
        let problem = format!("`{key}` is neither a key of `[rules]` nor a rule{hint}");
        Fault::of_key(table, key, problem)
    })?;
    if let [rule] = rules[..]
        && let Some(duplicate) = duplicate_of(table, key, rule)
    {
        let problem = format!("`{key}` and `{duplicate}` are the same rule: keep one of them");
        return Err(Fault::of_key(table, key, problem));
    }
    Ok((key, rules.len(), level(key, item)?))
}

/// Returns the key above `key` that names the same rule.
fn duplicate_of<'a>(table: &'a dyn TableLike, key: &str, rule: &Rule) -> Option<&'a str> {
    let above = table.iter().map(|(other, _)| other);
    let mut above = above.take_while(|other| *other != key);
    above.find(|other| *other == rule.name || other.eq_ignore_ascii_case(rule.code))
}

fn level(key: &str, item: &Item) -> Result<Level, Fault> {
    const LEVELS: [&str; 4] = ["error", "warning", "info", "off"];
    const EXPECTED: &str = "\"error\", \"warning\", \"info\", or \"off\"";
    let Some(word) = item.as_str() else {
        return Err(Fault::of(item, format!("`{key}` must be {EXPECTED}")));
    };
    if word == "off" {
        return Ok(Level::Off);
    }
    word.parse().map(Level::At).map_err(|_| {
        let hint = did_you_mean(word, LEVELS);
        Fault::of(
            item,
            format!("unknown level `{word}`: use {EXPECTED}{hint}"),
        )
    })
}

fn per_path(item: &Item) -> Result<PerPath, Fault> {
    let expected = "`per-path` must be a table: write `[rules.per-path]`, with one line per glob";
    let table = toml::table(item, expected)?;
    let mut per_path = PerPath::default();
    for (glob, item) in table.iter() {
        let rules = named_in(glob, item)?
            .into_iter()
            .flat_map(|(_, rules)| rules);
        let ignored = per_path.ignore(glob, rules.map(|rule| rule.code).collect());
        ignored.map_err(|problem| Fault::of_key(table, glob, problem))?;
    }
    Ok(per_path)
}

/// Reads a list of rules and groups, each as written and with the rules that it names.
fn named_in<'a>(key: &str, item: &'a Item) -> Result<Vec<(&'a str, Vec<&'static Rule>)>, Fault> {
    let expected =
        format!("`{key}` must be a list of rules such as `[\"SK301\", \"broken-path\"]`");
    let texts = toml::texts(item, &expected)?;
    let named = texts.into_iter().map(|(at, text)| {
        let rules = named(text).map_err(|error| Fault::new(at, error.to_string()))?;
        Ok((text, rules))
    });
    named.collect()
}

/// Whether a key belongs in the table: a key of it, a rule, or a group.
pub(super) fn is_key(key: &str) -> bool {
    KEYS.contains(&key) || named(key).is_ok()
}

/// Returns a hint with the known word most similar to `word`, or an empty text if none is similar.
pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let nearest = nearest(known, word, 1).pop();
    nearest.map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}
