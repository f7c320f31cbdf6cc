//! [`ObjectId`]: the id of a git object.

use std::fmt;
use std::str::FromStr;

use crate::hex::{read_hex, write_hex};

/// A SHA-1 object id: of a commit, a tree, a tag or a blob.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 20]);

/// A text that is not 40 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an object id of 40 hexadecimal digits")]
pub struct ObjectIdError(String);

impl ObjectId {
    /// Creates an id from its 20 bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Returns the 20 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Returns the first seven digits, for output.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..7].to_owned()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl FromStr for ObjectId {
    type Err = ObjectIdError;

    fn from_str(text: &str) -> Result<Self, ObjectIdError> {
        read_hex(text)
            .map(Self)
            .ok_or_else(|| ObjectIdError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_digits_round_trip_and_nothing_else_parses() {
        let text = "367cb6a4a182cf7e9b0a17c9429f7411ddd9cf35";
        assert_eq!(text.parse::<ObjectId>().unwrap().to_string(), text);
        for wrong in [
            "",
            "367cb6a",
            &text[1..],
            "zz7cb6a4a182cf7e9b0a17c9429f7411ddd9cf35",
        ] {
            assert!(wrong.parse::<ObjectId>().is_err());
        }
    }
}
