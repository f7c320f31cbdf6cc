//! [`Rules`]: the table `[rules]`.

use toml_edit::{Item, TableLike};

use super::per_path::PerPath;
use crate::skill::select::nearest;
use crate::toml::{self, Fault};
use mdskill_lint::rule::Rule;
use mdskill_lint::settings::named;
use mdskill_lint::{Level, Profile, Settings};

/// The keys that are no rule's name.
pub(super) const WORDS: [&str; 5] = ["profile", "strict", "select", "ignore", "per-path"];

/// Which rules count, how much and where.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Which rules count, and how much.
    pub settings: Settings,
    /// Whether warnings count as errors do.
    pub is_strict: bool,
    /// Which rules are ignored where.
    pub per_path: PerPath,
}

/// What a line says of a rule or a group of rules.
struct Wish<'a> {
    rules: &'a str,
    level: Level,
    /// How many rules are meant.
    breadth: usize,
}

/// Reads the table.
pub(super) fn read(table: &dyn TableLike) -> Result<Rules, Fault> {
    let mut read = Rules::default();
    let mut wishes = Vec::new();
    // A key stands for one rule or group, so it has the last word over the lists.
    for key in ["select", "ignore"] {
        if let Some(item) = table.get(key) {
            let level = match key {
                "select" => Level::Own,
                _ => Level::Off,
            };
            wishes.extend(named_in(key, item)?.into_iter().map(|(rules, meant)| Wish {
                rules,
                level,
                breadth: meant.len(),
            }));
        }
    }
    for (key, item) in table.iter() {
        match key {
            "profile" => read.settings.profile = profile(item)?,
            "strict" => {
                let strict = item.as_bool();
                read.is_strict =
                    strict.ok_or_else(|| Fault::of(item, "`strict` is true or false"))?;
            }
            "select" | "ignore" => {}
            "per-path" => read.per_path = per_path(item)?,
            rules => wishes.push(wish_of_key(table, rules, item)?),
        }
    }
    // The narrower wins, wherever it stands: `SK302 = "warning"` counts beside `ignore = ["SK3"]`.
    wishes.sort_by_key(|wish| std::cmp::Reverse(wish.breadth));
    for wish in wishes {
        let set = read.settings.set(wish.rules, wish.level);
        set.map_err(|error| Fault::of_key(table, wish.rules, error.to_string()))?;
    }
    Ok(read)
}

fn profile(item: &Item) -> Result<Profile, Fault> {
    let word = item.as_str().unwrap_or_default();
    word.parse()
        .map_err(|error| Fault::of(item, format!("{error}")))
}

fn wish_of_key<'a>(table: &dyn TableLike, key: &'a str, item: &Item) -> Result<Wish<'a>, Fault> {
    let rules = named(key).map_err(|no_rule| {
        let word = meant(key, WORDS);
        let hint = match word.is_empty() {
            true => no_rule.hint(),
            false => word,
        };
        let problem = format!("`{key}` is no key of `[rules]`, and no rule{hint}");
        Fault::of_key(table, key, problem)
    })?;
    if let [rule] = rules[..]
        && let Some(twin) = twin_of(table, key, rule)
    {
        let problem = format!("`{key}` and `{twin}` are the same rule: keep one of the two");
        return Err(Fault::of_key(table, key, problem));
    }
    Ok(Wish {
        rules: key,
        level: level(key, item)?,
        breadth: rules.len(),
    })
}

/// Returns the key above this one that is another name of its rule.
fn twin_of<'a>(table: &'a dyn TableLike, key: &str, rule: &Rule) -> Option<&'a str> {
    let above = table.iter().map(|(other, _)| other);
    let mut above = above.take_while(|other| *other != key);
    above.find(|other| *other == rule.name || other.eq_ignore_ascii_case(rule.code))
}

fn level(key: &str, item: &Item) -> Result<Level, Fault> {
    const LEVELS: [&str; 4] = ["error", "warning", "info", "off"];
    let is_one_of = "\"error\", \"warning\", \"info\" or \"off\"";
    let Some(word) = item.as_str() else {
        return Err(Fault::of(item, format!("`{key}` is {is_one_of}")));
    };
    if word == "off" {
        return Ok(Level::Off);
    }
    word.parse().map(Level::At).map_err(|_| {
        let hint = meant(word, LEVELS);
        Fault::of(
            item,
            format!("`{word}` is no level: write {is_one_of}{hint}"),
        )
    })
}

fn per_path(item: &Item) -> Result<PerPath, Fault> {
    let table = item.as_table_like().ok_or_else(|| {
        Fault::of(
            item,
            "`per-path` is a table: write `[rules.per-path]`, and a line for each glob",
        )
    })?;
    let mut globs = Vec::new();
    for (glob, item) in table.iter() {
        let mut codes = Vec::new();
        for (_, rules) in named_in(glob, item)? {
            codes.extend(rules.into_iter().map(|rule| rule.code));
        }
        globs.push((glob, codes));
    }
    PerPath::new(&globs).map_err(|(at, problem)| Fault::of_key(table, globs[at].0, problem))
}

/// Reads a list of rules and groups, each as it is written and with the rules that it means.
fn named_in<'a>(key: &str, item: &'a Item) -> Result<Vec<(&'a str, Vec<&'static Rule>)>, Fault> {
    let texts = toml::texts(item);
    let texts = texts.ok_or_else(|| {
        Fault::of(
            item,
            format!("`{key}` is a list of rules: write `[\"SK301\", \"broken-path\"]`"),
        )
    })?;
    let named = texts.into_iter().map(|(at, text)| {
        let rules = named(text).map_err(|error| Fault::new(at, error.to_string()))?;
        Ok((text, rules))
    });
    named.collect()
}

/// Whether a key has its place in the table: one of its words, a rule or a group.
pub(super) fn is_key(key: &str) -> bool {
    WORDS.contains(&key) || named(key).is_ok()
}

/// Says which of the known words may be meant; nothing when none is like it.
pub(super) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let nearest = nearest(known, word, 1).pop();
    nearest.map_or_else(String::new, |known| format!("; is `{known}` meant?"))
}
