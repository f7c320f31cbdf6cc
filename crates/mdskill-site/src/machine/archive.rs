//! The archive of a skill, `SKILL.md` at its root. The same files make the same bytes.

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use crate::model::File;

/// The name of the archive, next to the page of the skill.
pub(super) const ARCHIVE: &str = "skill.tar.gz";

/// Returns a compressed tar archive of the files of a skill; `None` if a path does not fit into one.
#[must_use]
pub fn archive(files: &[File]) -> Option<Vec<u8>> {
    // Neither a name nor a time, which would differ each time.
    let compressed = GzBuilder::new().write(Vec::new(), Compression::default());
    let mut tar = Builder::new(compressed);
    for file in files {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(if file.executable { 0o755 } else { 0o644 });
        header.set_size(file.original.len() as u64);
        let added = tar.append_data(&mut header, &file.path, file.original.as_slice());
        added.ok()?;
    }
    tar.into_inner()
        .and_then(flate2::write::GzEncoder::finish)
        .ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn file(path: &str, text: &str, executable: bool) -> File {
        File {
            path: path.to_owned(),
            original: text.as_bytes().to_vec(),
            executable,
            ..File::default()
        }
    }

    #[test]
    fn archive_has_the_files_with_their_modes() {
        let long = format!("{}/x.md", "folder/".repeat(40).trim_end_matches('/'));
        let files = [
            file("SKILL.md", "# A", false),
            file("scripts/run.sh", "true\n", true),
            file(&long, "x", false),
        ];
        let bytes = archive(&files).unwrap();
        assert_eq!(archive(&files).unwrap(), bytes);
        let mut read = tar::Archive::new(flate2::read::GzDecoder::new(&*bytes));
        let read = read.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            let path = entry.path().unwrap().to_string_lossy().into_owned();
            (path, text, entry.header().mode().unwrap())
        });
        let expected = [
            ("SKILL.md".to_owned(), "# A".to_owned(), 0o644),
            ("scripts/run.sh".to_owned(), "true\n".to_owned(), 0o755),
            (long, "x".to_owned(), 0o644),
        ];
        assert_eq!(read.collect::<Vec<_>>(), expected);
    }
}
