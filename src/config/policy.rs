//! The table `[policy]`.

use toml_edit::{Item, TableLike};

use super::rules::meant;
use crate::policy::{Key, Pin, Policy, Sources};
use crate::toml::{self, Fault};
use mdskill_lint::capability::Kind;

/// Reads the table. Nothing in it is guessed: what nobody understands is an error.
pub(super) fn read(table: &dyn TableLike) -> Result<Policy, Fault> {
    let mut policy = Policy::default();
    for (key, item) in table.iter() {
        match key {
            "sources" => policy.sources = Some(sources(item)?),
            "min-age" => {
                let word = text(item, "`min-age` is a text, as \"3d\", \"12h\" or \"2w\"")?;
                let age = word.parse();
                policy.min_age = Some(age.map_err(|error| Fault::of(item, format!("{error}")))?);
            }
            "deny" => policy.deny = deny(item)?,
            "pin" => policy.pin = Some(pin(item)?),
            _ => {
                let hint = meant(key, Key::ALL.map(Key::word));
                let problem = format!("there is no key `{key}` in `[policy]`{hint}");
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
    let texts = toml::texts(item);
    let texts = texts.ok_or_else(|| {
        Fault::of(
            item,
            "`sources` is a list of globs: write `[\"github:acme/*\"]`; an empty one allows nothing",
        )
    })?;
    let globs: Vec<&str> = texts.iter().map(|(_, glob)| *glob).collect();
    Sources::new(&globs).map_err(|(at, problem)| Fault::new(texts[at].0, problem))
}

fn deny(item: &Item) -> Result<Vec<Kind>, Fault> {
    let texts = toml::texts(item);
    let texts = texts.ok_or_else(|| {
        Fault::of(
            item,
            "`deny` is a list of capabilities: write `[\"scripts\", \"hooks\"]`",
        )
    })?;
    let kind = |(at, word): (usize, &str)| {
        word.parse().map_err(|error| {
            let words = Kind::ALL.map(Kind::word);
            let hint = match meant(word, words) {
                hint if hint.is_empty() => format!("; there are {}", words.join(", ")),
                hint => hint,
            };
            Fault::new(at, format!("{error}{hint}"))
        })
    };
    texts.into_iter().map(kind).collect()
}

fn pin(item: &Item) -> Result<Pin, Fault> {
    let is_one_of = "`pin` is \"tag\" or \"commit\"";
    match text(item, is_one_of)? {
        "tag" => Ok(Pin::Tag),
        "commit" => Ok(Pin::Commit),
        other => {
            let hint = meant(other, [Pin::Tag.word(), Pin::Commit.word()]);
            Err(Fault::of(
                item,
                format!("`{other}` pins nothing: {is_one_of}{hint}"),
            ))
        }
    }
}
