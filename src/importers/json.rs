//! JSON as other tools write it: read with the line of what is wrong, and every key of a map once.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{MAX_SKILLS, ParseError};

/// Reads a text.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, ParseError> {
    serde_json::from_str(text).map_err(|error| {
        let told = error.to_string();
        let problem = told.split(" at line ").next().unwrap_or_default();
        ParseError {
            line: error.line().max(1),
            problem: problem.to_owned(),
        }
    })
}

/// A map in which each key stands once: JSON itself lets a later one hide an earlier.
pub(super) struct UniqueMap<T>(pub Vec<(String, T)>);

impl<T> Default for UniqueMap<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for UniqueMap<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
    type Value = UniqueMap<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map by names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<UniqueMap<T>, A::Error> {
        let (mut entries, mut seen) = (Vec::new(), HashSet::new());
        while let Some(name) = map.next_key::<String>()? {
            if !seen.insert(name.clone()) {
                let problem = format!("`{name}` stands here a second time");
                return Err(A::Error::custom(problem));
            }
            if entries.len() >= MAX_SKILLS {
                return Err(A::Error::custom(format!("more than {MAX_SKILLS} entries")));
            }
            entries.push((name, map.next_value()?));
        }
        Ok(UniqueMap(entries))
    }
}
