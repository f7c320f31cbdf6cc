//! Estimates the number of tokens of a text.

/// Every model counts differently; for English text, this is a good approximation.
pub const CHARACTERS_PER_TOKEN: usize = 4;

/// Returns the approximate number of tokens of this number of characters.
#[must_use]
pub const fn estimate(characters: usize) -> usize {
    characters / CHARACTERS_PER_TOKEN
}

/// Returns the number of characters of a text, which may not be UTF-8.
#[must_use]
pub fn characters(text: &[u8]) -> usize {
    // All bytes of a character but the first are continuation bytes.
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        for text in ["", "abc", "äöü 技能 👩"] {
            assert_eq!(characters(text.as_bytes()), text.chars().count());
        }
        assert_eq!(estimate(characters("äöüß技能技能".as_bytes())), 2);
    }
}
