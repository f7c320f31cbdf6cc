//! The lockfile form of version 0.1.0: each block follows one of 64 numbered comment lines.

use mdskill::digest::FileDigest;
use std::fmt::Write;

/// Converts a lockfile to that form.
pub fn numbered(plain: &str) -> String {
    let (head, blocks) = plain.split_once("\n[[skill]]\n").unwrap_or((plain, ""));
    let mut text = format!(
        "{head}\n# Each skill stands below its number, so that git can merge what two branches do.\n"
    );
    for number in 0..64 {
        writeln!(text, "# {number:02}").unwrap();
        let in_number = blocks
            .split("\n[[skill]]\n")
            .filter(|block| number_of(block) == Some(number));
        for (position, block) in in_number.enumerate() {
            let gap = if position == 0 { "\n" } else { "" };
            write!(text, "{gap}[[skill]]\n{}\n\n", block.trim_end()).unwrap();
        }
    }
    text
}

/// The first byte of the name's SHA-256, divided by four.
fn number_of(block: &str) -> Option<u8> {
    let name = block.strip_prefix("name = \"")?.split('"').next()?;
    Some(FileDigest::of(name.as_bytes()).0[0] / 4)
}
