//! The shelves: lines that stand in every lockfile, each skill below the one of its number.
//!
//! git merges two changes when a line that neither touched lies between them. Blocks that stand
//! side by side have none: two branches that add a skill each at the same place conflict. So the
//! places are fixed. What stands on two shelves always merges, and within one the blank line
//! behind each block keeps a block's update apart from what happens to the next.
//!
//! Of two random names, one pair in 64 shares a shelf. More shelves would make the file of
//! a small project mostly lines without content; fewer conflict more often.

use std::fmt::Write;

use crate::digest::FileDigest;
use crate::name::SkillName;
use crate::path::fold;

/// How many there are. A change moves nearly every block once, so it never changes.
const SHELVES: usize = 64;
const WHY: &str =
    "# Each skill stands below its number, so that git can merge what two branches do.\n";

/// Returns the shelf of a skill: the first byte of the SHA-256 of its folded name, by four.
///
/// `printf %s NAME | sha256sum` tells it too. It holds for ever: two mdskills that disagree
/// would move each other's blocks.
pub(super) fn shelf_of(name: &SkillName) -> usize {
    let FileDigest(bytes) = FileDigest::of(fold(name.as_str()).as_bytes());
    usize::from(bytes[0]) / (256 / SHELVES)
}

/// Returns all shelves with the blocks on them, which come sorted by name.
pub(super) fn to_text<'a>(blocks: impl Iterator<Item = (&'a SkillName, String)>) -> String {
    let mut shelves = vec![String::new(); SHELVES];
    for (name, block) in blocks {
        let shelf = &mut shelves[shelf_of(name)];
        if shelf.is_empty() {
            shelf.push('\n');
        }
        shelf.push_str(&block);
        shelf.push('\n');
    }
    let mut text = WHY.to_owned();
    for (number, shelf) in shelves.iter().enumerate() {
        let _never_fails = write!(text, "# {number:02}\n{shelf}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers are `sha256sum`'s first two digits by four.
    #[test]
    fn a_skill_has_the_same_number_for_ever_however_it_is_spelled() {
        let shelf = |name: &str| shelf_of(&SkillName::from_folder(name).unwrap());
        assert_eq!(shelf("pdf"), 0xc3 / 4);
        assert_eq!(shelf("async-python-patterns"), 0xea / 4);
        assert_eq!(shelf("PDF"), shelf("pdf"));
        assert_eq!(shelf("caf\u{e9}"), shelf("cafe\u{301}"));
    }

    #[test]
    fn real_names_spread_over_all_shelves() {
        let mut filled = vec![0_usize; SHELVES];
        for number in 0..6400 {
            let name = SkillName::from_folder(&format!("skill-{number}")).unwrap();
            filled[shelf_of(&name)] += 1;
        }
        assert!(
            filled.iter().all(|count| (50..=150).contains(count)),
            "{filled:?}"
        );
    }
}
