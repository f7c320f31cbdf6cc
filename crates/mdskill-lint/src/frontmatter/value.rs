//! [`Value`]: a YAML value, built under a budget.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{
    DeserializeSeed, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::{Fault, MAX_DEPTH};

/// A value of the frontmatter. A number is kept as text, because skills use only texts.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`; `yes` and `on` are texts (YAML 1.2).
    Bool(bool),
    /// A number, as the parser prints it.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    List(Vec<Self>),
    /// A map in the order of the file, duplicates included.
    Map(Vec<(Self, Self)>),
}

impl Value {
    /// Returns the text without surrounding white space, if the value is a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text.trim()),
            _ => None,
        }
    }

    /// Returns the kind of the value, with an article.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "empty",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// Returns the value as a key, or `None` for a list or a map.
    #[must_use]
    pub fn as_key(&self) -> Option<String> {
        match self {
            Self::Null => Some("null".to_owned()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(text) | Self::String(text) => Some(text.clone()),
            Self::List(_) | Self::Map(_) => None,
        }
    }
}

/// The limits of a document, and the number of values built so far.
///
/// Limits values count, not written ones, because the parser expands every use of an alias: a few
/// lines of aliases of aliases would become billions of values, and an anchor that contains its
/// own alias would never end.
pub(super) struct Limits {
    nodes: Cell<usize>,
    /// The exceeded limit, as the fault to report.
    pub exceeded: Cell<Option<Fault>>,
    at_most: usize,
    rejects_duplicates: bool,
}

impl Limits {
    /// Creates limits for a document of at most `nodes` values.
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            nodes: Cell::new(0),
            exceeded: Cell::new(None),
            at_most: nodes,
            rejects_duplicates: false,
        }
    }

    /// Rejects a duplicate key in a map. Without this, both entries are kept.
    pub(super) fn rejecting_duplicates(self) -> Self {
        Self {
            rejects_duplicates: true,
            ..self
        }
    }

    /// Returns the builder of the outermost value.
    pub(super) fn root(&self) -> Builder<'_> {
        Builder {
            limits: self,
            depth: 0,
        }
    }
}

/// Builds a value within the limits. All levels share the count, so that nothing that multiplies
/// values can exceed it.
#[derive(Clone, Copy)]
pub(super) struct Builder<'a> {
    limits: &'a Limits,
    depth: usize,
}

impl Builder<'_> {
    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }
}

impl<'de> DeserializeSeed<'de> for Builder<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let nodes = self.limits.nodes.get() + 1;
        self.limits.nodes.set(nodes);
        let exceeded = if nodes > self.limits.at_most {
            Fault::TooManyNodes
        } else if self.depth > MAX_DEPTH {
            Fault::TooDeep
        } else {
            return from.deserialize_any(self);
        };
        self.limits.exceeded.set(Some(exceeded));
        Err(D::Error::custom("limit exceeded"))
    }
}

impl<'de> Visitor<'de> for Builder<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    /// The parser reports an empty document as no value.
    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.deeper())? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key_seed(self.deeper())? {
            if let (true, Some(name)) = (self.limits.rejects_duplicates, Value::as_key(&key))
                && !seen.insert(name.clone())
            {
                return Err(A::Error::custom(format!("duplicate key `{name}`")));
            }
            map.push((key, entries.next_value_seed(self.deeper())?));
        }
        Ok(Value::Map(map))
    }

    /// Keeps the value of a custom tag and ignores the tag.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (IgnoredAny, value) = tagged.variant()?;
        value.newtype_variant_seed(self)
    }
}
