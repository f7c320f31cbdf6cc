//! An author who edits installed skills.

use super::Walk;
use crate::support::snapshot::{FILE, FOLDER};
use std::os::unix::fs::PermissionsExt;

/// A pseudo-random number generator with the same sequence on every run (`SplitMix64`).
pub struct Dice(pub u64);

impl Dice {
    /// Returns a number below `count`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }
}

impl Walk {
    /// Edits a third of the files, and sometimes adds or deletes one.
    pub fn edit(&mut self) {
        let disk = self.disk();
        let files = disk.entries.iter().filter(|(_, (mode, _))| *mode != FOLDER);
        for (path, (mode, bytes)) in files {
            let Ok(text) = std::str::from_utf8(bytes) else {
                continue;
            };
            if self.dice.roll(3) != 0 {
                continue;
            }
            self.tally.edits += 1;
            let mark = format!("edit {:05} by hand\n", self.tally.edits);
            match self.dice.roll(40) {
                0 => {
                    let (skill, _) = path.split_once('/').unwrap();
                    let notes = format!("{skill}/notes-{}.md", self.tally.edits);
                    std::fs::write(self.path(&notes), mark).unwrap();
                }
                1 if !path.ends_with("/SKILL.md") => self.delete(path),
                2..=4 => {
                    let bits = if *mode == FILE { 0o755 } else { 0o644 };
                    let bits = PermissionsExt::from_mode(bits);
                    std::fs::set_permissions(self.path(path), bits).unwrap();
                }
                _ => {
                    let text = self.edit_text(path, text, mark);
                    std::fs::write(self.path(path), text).unwrap();
                }
            }
        }
    }

    /// Changes, inserts, deletes or appends a line, well below the frontmatter of a skill's page.
    fn edit_text(&mut self, path: &str, text: &str, mark: String) -> String {
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let first = match path.ends_with("/SKILL.md") {
            true => {
                lines
                    .iter()
                    .skip(1)
                    .position(|line| line == "---\n")
                    .unwrap_or(0)
                    + 6
            }
            false => 0,
        };
        let place = first + self.dice.roll(lines.len().saturating_sub(first).max(1));
        match self.dice.roll(4) {
            0 if place < lines.len() => lines[place] = mark,
            1 if place < lines.len() => lines.insert(place, mark),
            2 if place < lines.len() => drop(lines.remove(place)),
            _ => {
                if let Some(line) = lines.last_mut().filter(|line| !line.ends_with('\n')) {
                    line.push('\n');
                }
                lines.push(mark);
            }
        }
        lines.concat()
    }

    fn delete(&self, file: &str) {
        let path = self.path(file);
        std::fs::remove_file(&path).unwrap();
        // git does not store empty folders; removing others fails.
        let within = path.ancestors().skip(1).take(file.matches('/').count() - 1);
        within
            .take_while(|folder| std::fs::remove_dir(folder).is_ok())
            .for_each(drop);
    }
}
