//! The table `[policy]`.

use toml_edit::{Item, TableLike};

use super::rules::did_you_mean;
use crate::policy::{Key, Pin, Policy, Sources};
use crate::toml::{self, Fault};
use mdskill_lint::capability::Kind;

/// Reads the table. An unknown key or value is an error.
pub(super) fn read(table: &dyn TableLike) -> Result<Policy, Fault> {
    let mut policy = Policy::default();
    for (key, item) in table.iter() {
        match key {
            "sources" => policy.sources = Some(sources(item)?),
            "min-age" => {
                let word = text(
                    item,
                    "`min-age` must be a string such as \"12h\", \"3d\", or \"2w\"",
                )?;
                let age = word.parse();
                policy.min_age = Some(age.map_err(|error| Fault::of(item, format!("{error}")))?);
            }
            "deny" => policy.deny = deny(item)?,
            "pin" => policy.pin = Some(pin(item)?),
            "signed" => {
                let expected = "`signed` must be true or false";
                policy.signed = item.as_bool().ok_or_else(|| Fault::of(item, expected))?;
            }
            _ => {
                let known = Key::ALL.map(Key::word);
                let mut hint = did_you_mean(key, known);
                if hint.is_empty() {
                    hint = format!("; the keys are {}", known.join(", "));
                }
                let problem = format!("unknown key `{key}` in `[policy]`{hint}");
                return Err(Fault::of_key(table, key, problem));
            }
        }
    }
    Ok(policy)
}

fn text<'a>(item: &'a Item, problem: &str) -> Result<&'a str, Fault> {
    item.as_str().ok_or_else(|| Fault::of(item, problem))
}

fn sources(item: &Item) -> Result<Sources, Fault> {
    let expected = "`sources` must be a list of globs such as `[\"github:acme/*\"]`; an empty list allows nothing";
    let texts = toml::texts(item, expected)?;
    let globs: Vec<&str> = texts.iter().map(|(_, glob)| *glob).collect();
    Sources::new(&globs).map_err(|(at, problem)| Fault::new(texts[at].0, problem))
}

fn deny(item: &Item) -> Result<Vec<Kind>, Fault> {
    let expected = "`deny` must be a list of capabilities such as `[\"scripts\", \"hooks\"]`";
    let texts = toml::texts(item, expected)?;
    let kind = |(at, word): (usize, &str)| {
        word.parse().map_err(|error| {
            let words = Kind::ALL.map(Kind::word);
            let hint = match did_you_mean(word, words) {
                hint if hint.is_empty() => format!("; valid capabilities are {}", words.join(", ")),
                hint => hint,
            };
            Fault::new(at, format!("{error}{hint}"))
        })
    };
    texts.into_iter().map(kind).collect()
}

fn pin(item: &Item) -> Result<Pin, Fault> {
    let expected = "`pin` must be \"tag\" or \"commit\"";
    match text(item, expected)? {
        "tag" => Ok(Pin::Tag),
        "commit" => Ok(Pin::Commit),
        other => {
            let hint = did_you_mean(other, [Pin::Tag.word(), Pin::Commit.word()]);
            Err(Fault::of(
                item,
                format!("unknown pin `{other}`: {expected}{hint}"),
            ))
        }
    }
}
