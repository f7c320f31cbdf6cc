//! Where a skill's block stands: below the line of its number, and 64 such lines stand in every
//! lockfile.
//!
//! git merges two changes when a line that neither touched lies between them. Blocks that stand
//! side by side have none: two branches that add a skill each at the same place conflict. So the
//! places are fixed. What stands below two numbers always merges, and within one the blank line
//! behind each block keeps a block's update apart from what happens to the next.
//!
//! Of two random names, one pair in 64 has the same number. More numbers would make the file of
//! a small project mostly lines without content; fewer conflict more often.

use std::fmt::Write;

use crate::digest::FileDigest;
use crate::name::SkillName;
use crate::path::fold;

/// How many there are. A change moves nearly every block once, so it never changes.
const NUMBERS: usize = 64;
const WHY: &str =
    "# Each skill stands below its number, so that git can merge what two branches do.\n";

/// Returns the number of a skill: the first byte of the SHA-256 of its folded name, by four.
///
/// `printf %s NAME | sha256sum` tells it too. It holds for ever: two mdskills that disagree
/// would move each other's blocks.
pub(super) fn number_of(name: &SkillName) -> usize {
    let FileDigest(bytes) = FileDigest::of(fold(name.as_str()).as_bytes());
    usize::from(bytes[0]) / (256 / NUMBERS)
}

/// Returns all numbers with the blocks below them, which come sorted by name.
pub(super) fn to_text<'a>(blocks: impl Iterator<Item = (&'a SkillName, String)>) -> String {
    let mut places = vec![String::new(); NUMBERS];
    for (name, block) in blocks {
        let place = &mut places[number_of(name)];
        if place.is_empty() {
            place.push('\n');
        }
        place.push_str(&block);
        place.push('\n');
    }
    let mut text = WHY.to_owned();
    for (number, place) in places.iter().enumerate() {
        let _never_fails = write!(text, "# {number:02}\n{place}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers are `sha256sum`'s first two digits by four.
    #[test]
    fn a_skill_has_the_same_number_for_ever_however_it_is_spelled() {
        let number = |name: &str| number_of(&SkillName::from_folder(name).unwrap());
        assert_eq!(number("pdf"), 0xc3 / 4);
        assert_eq!(number("async-python-patterns"), 0xea / 4);
        assert_eq!(number("PDF"), number("pdf"));
        assert_eq!(number("caf\u{e9}"), number("cafe\u{301}"));
    }

    #[test]
    fn real_names_spread_over_all_numbers() {
        let mut filled = vec![0_usize; NUMBERS];
        for number in 0..6400 {
            let name = SkillName::from_folder(&format!("skill-{number}")).unwrap();
            filled[number_of(&name)] += 1;
        }
        assert!(
            filled.iter().all(|count| (50..=150).contains(count)),
            "{filled:?}"
        );
    }
}
