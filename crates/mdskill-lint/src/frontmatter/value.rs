//! [`Value`]: a YAML value, built under a budget.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{
    DeserializeSeed, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::MAX_DEPTH;

/// A value of the frontmatter. Numbers keep a text, because only texts mean
/// anything to a skill.
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
    /// Returns the text without the white space around it, when it is a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text.trim()),
            _ => None,
        }
    }

    /// Returns what kind of value it is, with an article.
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

    /// Returns the value as a key; none for a list or a map.
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

/// A budget that was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spent {
    /// The number of values.
    Nodes,
    /// [`MAX_DEPTH`].
    Depth,
}

/// What has been built of a document. The parser follows an alias as often as it stands there,
/// so what counts is what is built, not what is written: a few lines of aliases of aliases
/// would be billions of values, and an anchor around its own alias would have no end.
#[derive(Debug)]
pub(super) struct Built {
    nodes: Cell<usize>,
    spent: Cell<Option<Spent>>,
    at_most: usize,
    refuses_twins: bool,
}

impl Built {
    /// Begins a document of at most so many values.
    pub fn at_most(nodes: usize) -> Self {
        Self {
            nodes: Cell::new(0),
            spent: Cell::new(None),
            at_most: nodes,
            refuses_twins: false,
        }
    }

    /// Refuses a key that stands twice in one map; else both are built.
    pub fn refusing_twins(self) -> Self {
        Self {
            refuses_twins: true,
            ..self
        }
    }

    /// Returns the budget that was spent, if one was.
    pub fn spent(&self) -> Option<Spent> {
        self.spent.get()
    }

    /// Returns what builds the outermost value.
    pub fn root(&self) -> Budget<'_> {
        Budget {
            built: self,
            depth: 0,
        }
    }
}

/// Builds a value within what is left; shared by all levels, so that nothing that multiplies
/// values can grow past it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget<'a> {
    built: &'a Built,
    depth: usize,
}

impl Budget<'_> {
    fn deeper(self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self
        }
    }
}

impl<'de> DeserializeSeed<'de> for Budget<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        let nodes = self.built.nodes.get() + 1;
        self.built.nodes.set(nodes);
        let spent = match () {
            () if nodes > self.built.at_most => Spent::Nodes,
            () if self.depth > MAX_DEPTH => Spent::Depth,
            () => return from.deserialize_any(self),
        };
        self.built.spent.set(Some(spent));
        Err(D::Error::custom("over a budget"))
    }
}

impl<'de> Visitor<'de> for Budget<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    /// An empty document comes as no value at all.
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
            if let (true, Some(name)) = (self.built.refuses_twins, Value::as_key(&key))
                && !seen.insert(name.clone())
            {
                return Err(A::Error::custom(format!(
                    "`{name}` stands twice in one map"
                )));
            }
            map.push((key, entries.next_value_seed(self.deeper())?));
        }
        Ok(Value::Map(map))
    }

    /// A value with a tag of its own: the value counts, what its tag means is the author's.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (IgnoredAny, value) = tagged.variant()?;
        value.newtype_variant_seed(self)
    }
}
