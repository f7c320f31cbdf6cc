//! Checks the objects of a cached source, because a power cut or a full disk may have damaged them.
//!
//! libgit2 reports some damage, does not see other damage, and reads a truncated object for ever. Packs,
//! indexes, and single objects have a checksum, but to check it takes as long as to read the file.
//! [`FILE`] therefore lists the files that were checked, with their sizes and times, and only files that
//! differ from the list are checked again.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::ZlibDecoder;
use sha1::{Digest, Sha1};

use crate::fs::{self, At};
use crate::platform;
use mdskill_git::ObjectId;
use mdskill_git::objects::MAX_OBJECT_BYTES;

/// The file that lists the checked files of a source.
pub(super) const FILE: &str = "mdskill-checked";
/// The first bytes of an index, with its version.
const INDEX_HEADER: [u8; 8] = *b"\xfftOc\0\0\0\x02";
/// The length of a checksum.
const CHECKSUM: usize = 20;
/// The beginnings of the names of files that git and libgit2 are writing.
const UNFINISHED: [&str; 4] = ["pack_git2_", "tmp_", "incoming-", fs::atomic::PREFIX];
/// An object database that this one borrows from. mdskill writes none.
const ALTERNATES: &str = "objects/info/alternates";

/// The result of a check.
pub(super) enum Checked {
    /// Every object is as it was written.
    Good {
        /// Whether there are files of fetches that have not ended, or were killed.
        has_unfinished: bool,
    },
    /// A file is damaged, with the reason.
    Damaged(String),
}

/// The files of objects with their paths in `objects`, and fingerprints that change when they do.
#[derive(Default)]
struct Files {
    found: BTreeMap<String, String>,
    /// An entry with the name of such a file that is not one.
    not_a_file: Option<String>,
    has_unfinished: bool,
}

/// Checks the files of objects in the folder of a source that were not checked before.
///
/// # Errors
/// When one can't be read.
pub(super) fn check(folder: &Path) -> Result<Checked, fs::Error> {
    let objects = folder.join("objects");
    let files = Files::list(folder)?;
    if let Some(name) = files.not_a_file {
        return Ok(Checked::Damaged(format!("{name} is not a regular file")));
    }
    if fs::look(&folder.join(ALTERNATES))?.is_some() {
        return Ok(Checked::Damaged(format!("{ALTERNATES} is not its own")));
    }
    let known = read_known(folder);
    let is_known = |name: &String| known.get(name) == files.found.get(name);
    let unknown = files.found.keys().filter(|name| !is_known(name));
    let mut has_unknown = false;
    for name in unknown {
        has_unknown = true;
        let is_good = match name.rsplit_once('.') {
            // A pack without an index is not used, and neither is an index without a pack.
            Some((stem, _)) if !files.has_both(stem) => true,
            Some((stem, "idx")) => is_good_index(&objects, stem)?,
            Some((stem, _)) => is_good_pack(&objects, stem)?,
            None => is_good_object(&objects, name)?,
        };
        if !is_good {
            return Ok(Checked::Damaged(format!("{name} has a wrong checksum")));
        }
    }
    if has_unknown {
        write_known(folder, &files.found);
    }
    Ok(Checked::Good {
        has_unfinished: files.has_unfinished,
    })
}

/// Records all objects in the folder of a source as checked, after this process has fetched.
pub(super) fn record(folder: &Path) {
    if let Ok(files) = Files::list(folder) {
        write_known(folder, &files.found);
    }
}

/// Removes the files of killed fetches. The caller has locked the source, so no process is writing them.
pub(super) fn remove_unfinished(folder: &Path) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in entries(&folder) {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_unfinished(&entry.file_name().to_string_lossy()) {
                drop(super::folder::remove(&entry.path()));
            } else if is_folder {
                folders.push(entry.path());
            }
        }
    }
}

fn is_unfinished(name: &str) -> bool {
    let is_lock = Path::new(name).extension().is_some_and(|end| end == "lock");
    is_lock || UNFINISHED.iter().any(|start| name.starts_with(start))
}

fn entries(folder: &Path) -> impl Iterator<Item = std::fs::DirEntry> {
    let entries = std::fs::read_dir(folder);
    entries.into_iter().flatten().flatten()
}

impl Files {
    fn list(folder: &Path) -> Result<Self, fs::Error> {
        let mut files = Self::default();
        let names = entries(folder).map(|entry| entry.file_name());
        files.has_unfinished = names
            .into_iter()
            .any(|name| is_unfinished(&name.to_string_lossy()));
        let objects = folder.join("objects");
        for entry in std::fs::read_dir(&objects).at("list", &objects)? {
            let name = entry.at("list", &objects)?.file_name();
            let name = name.to_string_lossy();
            if name.len() == 2 && is_hex(&name) {
                files.list_in(&objects, &name)?;
            }
        }
        files.list_in(&objects, "pack")?;
        Ok(files)
    }

    fn list_in(&mut self, objects: &Path, within: &str) -> Result<(), fs::Error> {
        let folder = objects.join(within);
        for entry in std::fs::read_dir(&folder).at("list", &folder)? {
            let entry = entry.at("list", &folder)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            self.has_unfinished |= is_unfinished(&name);
            let end = name.rsplit_once('.').map(|(_, end)| end);
            if !(matches!(end, Some("pack" | "idx")) || name.len() == 38 && is_hex(&name)) {
                continue;
            }
            let path = format!("{within}/{name}");
            // A pack may just get its final name.
            match fs::look(&entry.path())? {
                Some(metadata) if metadata.is_file() => {
                    self.found.insert(path, platform::fingerprint(&metadata));
                }
                Some(_) => self.not_a_file = Some(path),
                None => {}
            }
        }
        Ok(())
    }

    fn has_both(&self, stem: &str) -> bool {
        let has = |end| self.found.contains_key(&format!("{stem}.{end}"));
        has("pack") && has("idx")
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether an index has its own checksum at the end.
fn is_good_index(objects: &Path, stem: &str) -> Result<bool, fs::Error> {
    let path = objects.join(format!("{stem}.idx"));
    let file = fs::open_plain(&path).at("read", &path)?;
    let mut head = Vec::new();
    let read = (&file)
        .take(INDEX_HEADER.len() as u64)
        .read_to_end(&mut head);
    read.at("read", &path)?;
    let file = fs::open_plain(&path).at("read", &path)?;
    let checksum = checksum_of(&file).at("read", &path)?;
    Ok(head == INDEX_HEADER && checksum.is_some())
}

/// Whether a pack has its own checksum at the end, and the same one is in its index.
fn is_good_pack(objects: &Path, stem: &str) -> Result<bool, fs::Error> {
    let path = objects.join(format!("{stem}.pack"));
    let file = fs::open_plain(&path).at("read", &path)?;
    let checksum = checksum_of(&file).at("read", &path)?;
    let path = objects.join(format!("{stem}.idx"));
    let index = std::fs::read(&path).at("read", &path)?;
    let in_index = index.len().checked_sub(2 * CHECKSUM);
    let in_index = in_index.and_then(|at| index[at..].first_chunk::<CHECKSUM>().copied());
    Ok(checksum.is_some() && checksum == in_index)
}

/// Returns the checksum at the end of a file; `None` if it is not that of the content before.
fn checksum_of(mut file: &File) -> std::io::Result<Option<[u8; CHECKSUM]>> {
    let Some(length) = file.metadata()?.len().checked_sub(CHECKSUM as u64) else {
        return Ok(None);
    };
    let mut content = file.take(length);
    let hash = hash(&mut content)?;
    let mut end = Vec::with_capacity(CHECKSUM);
    file.read_to_end(&mut end)?;
    let end: Option<[u8; CHECKSUM]> = end.try_into().ok();
    Ok(end.filter(|end| *end == hash))
}

/// Whether the file of a single object has the object that its name promises.
fn is_good_object(objects: &Path, name: &str) -> Result<bool, fs::Error> {
    let path = objects.join(name);
    let file = fs::open_plain(&path).at("read", &path)?;
    // The header of an object has fewer than 64 bytes.
    let mut content = ZlibDecoder::new(file).take(MAX_OBJECT_BYTES as u64 + 64);
    let id = hash(&mut content).map(ObjectId::from_bytes);
    Ok(id.is_ok_and(|id| id.to_string() == name.replace('/', "")))
}

fn hash(content: &mut impl Read) -> std::io::Result<[u8; CHECKSUM]> {
    let mut hash = Sha1::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        match content.read(&mut chunk)? {
            0 => return Ok(hash.finalize().into()),
            count => hash.update(&chunk[..count]),
        }
    }
}

fn read_known(folder: &Path) -> BTreeMap<String, String> {
    let text = fs::open_plain(&folder.join(FILE)).and_then(std::io::read_to_string);
    text.ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

/// Writes the list. An error is ignored, because the files are then checked again.
fn write_known(folder: &Path, found: &BTreeMap<String, String>) {
    if let Ok(text) = serde_json::to_vec(found) {
        drop(fs::atomic::write_cache(&folder.join(FILE), &text));
    }
}
