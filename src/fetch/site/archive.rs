//! Unpacks an archive into git objects: a zip or a tar.gz of a stranger, within limits.
//!
//! Nothing is written but objects, so no name in an archive leads to a file. The names inside a skill are
//! checked like those of a repository before the skill is installed.

use std::cell::Cell;
use std::collections::HashSet;
use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use rawzip::{CompressionMethod, ZipArchive};

use mdskill_git::ObjectId;
use mdskill_git::objects::{MAX_OBJECT_BYTES, ObjectError, Objects, TreeBuilder, TreeEntry};
use mdskill_lint::limits::Size;
use mdskill_lint::path::{collision, is_refused_by_git};

/// The limit of entries, that of the files of one skill. Folders count even if they are not listed.
const MAX_ENTRIES: usize = 50_000;
/// The limit of unpacked bytes, that of a decoded pack.
const MAX_UNPACKED: u64 = 512 << 20;
/// The limit of unpacked bytes for each packed one. Text seldom reaches 20, and a bomb 1,000.
const MAX_RATIO: u64 = 200;
/// The unpacked bytes up to which the ratio does not matter.
const MIN_FOR_RATIO: u64 = 16 << 20;
/// The limit of a path, that of the search for skills.
const MAX_PATH_BYTES: usize = 4096;
/// The limit of the target of a link, that of the system.
const MAX_LINK_BYTES: u64 = 4096;
/// The folder in which macOS puts what a zip can't express.
const MACOS_FOLDER: &str = "__MACOSX";

const FILE: u32 = 0o100_644;
const EXECUTABLE: u32 = 0o100_755;

/// An archive can't be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The archive is damaged, too large, or refused, for this reason.
    #[error("{0}")]
    Bad(String),
    /// An object can't be written.
    #[error(transparent)]
    Objects(#[from] ObjectError),
}

type Unpacked<T> = Result<T, ArchiveError>;

fn bad<T>(problem: impl Into<String>) -> Unpacked<T> {
    Err(ArchiveError::Bad(problem.into()))
}

/// Unpacks a zip or a tar.gz, and returns its tree. A single folder around everything is left out,
/// because its name often has a version.
///
/// # Errors
/// When it is not an archive, is damaged, or is refused.
pub fn unpack(bytes: &[u8], objects: &Objects) -> Unpacked<ObjectId> {
    let mut unpacker = Unpacker {
        objects,
        entries: Vec::new(),
        seen: HashSet::new(),
        unpacked: 0,
        limit: (bytes.len() as u64)
            .saturating_mul(MAX_RATIO)
            .clamp(MIN_FOR_RATIO, MAX_UNPACKED),
    };
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        unpacker.zip(bytes)?;
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        unpacker.tar(bytes)?;
    } else {
        return bad("it is neither a zip nor a tar.gz");
    }
    unpacker.finish()
}

struct Unpacker<'o> {
    objects: &'o Objects,
    /// The path, mode, and blob of each file and link.
    entries: Vec<(String, u32, ObjectId)>,
    seen: HashSet<String>,
    unpacked: u64,
    limit: u64,
}

impl Unpacker<'_> {
    fn zip(&mut self, bytes: &[u8]) -> Unpacked<()> {
        let damaged = |error: rawzip::Error| ArchiveError::Bad(format!("it is damaged: {error}"));
        let archive = ZipArchive::from_slice(bytes).map_err(damaged)?;
        let mut entries = archive.entries();
        while let Some(entry) = entries.next_entry().map_err(damaged)? {
            let Some(path) = self.path(entry.file_path().as_bytes())? else {
                continue;
            };
            let mode = entry.mode().value();
            if entry.is_dir() || mode & 0o170_000 == 0o040_000 {
                continue;
            }
            let mode = match mode & 0o170_000 {
                0o100_000 | 0 if mode & 0o111 != 0 => EXECUTABLE,
                0o100_000 | 0 => FILE,
                TreeEntry::SYMLINK => TreeEntry::SYMLINK,
                _ => return bad(format!("{} is not a regular file", quoted(&path))),
            };
            if entry.flags().is_encrypted() {
                return bad(format!("{} is encrypted", quoted(&path)));
            }
            let packed = archive.get_entry(entry.wayfinder()).map_err(damaged)?;
            match entry.compression_method() {
                CompressionMethod::STORE => {
                    self.add(path, mode, packed.verifying_reader(packed.data()))?;
                }
                CompressionMethod::DEFLATE => {
                    let inflated = DeflateDecoder::new(packed.data());
                    self.add(path, mode, packed.verifying_reader(inflated))?;
                }
                _ => {
                    return bad(format!("{} is neither stored nor deflated", quoted(&path)));
                }
            }
        }
        Ok(())
    }

    fn tar(&mut self, bytes: &[u8]) -> Unpacked<()> {
        // What tar itself reads, such as long names, counts, too.
        let count = Cell::new(0);
        let stream = Counted {
            inner: MultiGzDecoder::new(bytes),
            count: &count,
            limit: self.limit,
        };
        let limit = self.limit;
        let explain = |error: io::Error| match count.get() > limit {
            true => too_large(limit),
            false => ArchiveError::Bad(format!("it is damaged: {error}")),
        };
        let mut archive = tar::Archive::new(stream);
        for entry in archive.entries().map_err(explain)? {
            let entry = entry.map_err(explain)?;
            let kind = entry.header().entry_type();
            if kind.is_pax_global_extensions() {
                continue;
            }
            let path = entry.path_bytes();
            let Some(path) = self.path(&path)? else {
                continue;
            };
            if kind.is_dir() {
                continue;
            }
            if kind.is_symlink() {
                let target = entry.link_name_bytes().unwrap_or_default();
                let target = target.into_owned();
                self.add(path, TreeEntry::SYMLINK, target.as_slice())?;
                continue;
            }
            if !(kind.is_file() || kind.is_contiguous()) {
                return bad(format!("{} is not a regular file", quoted(&path)));
            }
            let mode = entry.header().mode().map_err(explain)?;
            let mode = if mode & 0o111 == 0 { FILE } else { EXECUTABLE };
            let added = self.add(path, mode, entry);
            if added.is_err() && count.get() > limit {
                return Err(too_large(limit));
            }
            added?;
        }
        Ok(())
    }

    /// Checks the path of an entry; `None` for one that is left out.
    fn path(&mut self, bytes: &[u8]) -> Unpacked<Option<String>> {
        if self.seen.len() >= MAX_ENTRIES {
            return too_many();
        }
        let shown = || quoted(&String::from_utf8_lossy(&bytes[..bytes.len().min(80)]));
        let Ok(path) = std::str::from_utf8(bytes) else {
            return bad(format!("the name {} is not UTF-8", shown()));
        };
        if path.len() > MAX_PATH_BYTES {
            return bad(format!("the name {} is too long", shown()));
        }
        let mut plain = path;
        while let Some(rest) = plain.strip_prefix("./") {
            plain = rest;
        }
        let is_folder = plain.ends_with('/');
        let plain = plain.strip_suffix('/').unwrap_or(plain);
        if plain.is_empty() || plain == "." {
            return match path {
                "" | "/" => bad("it has an entry without a name"),
                _ => Ok(None),
            };
        }
        if plain.starts_with('/') {
            return bad(format!("the name {} is absolute", shown()));
        }
        if plain.contains('\\') {
            return bad(format!("the name {} has a backslash", shown()));
        }
        if plain.split('/').any(is_refused_by_git) {
            return bad(format!(
                "the name {} has an empty part, `.`, `..`, or `.git`",
                shown()
            ));
        }
        if plain.split('/').next() == Some(MACOS_FOLDER) {
            return Ok(None);
        }
        // Folders may be listed twice, and need not be listed.
        if !self.seen.insert(plain.to_owned()) && !is_folder {
            return bad(format!("it has {} twice", shown()));
        }
        Ok(Some(plain.to_owned()))
    }

    fn add(&mut self, path: String, mode: u32, content: impl Read) -> Unpacked<()> {
        let most = if mode == TreeEntry::SYMLINK {
            MAX_LINK_BYTES
        } else {
            MAX_OBJECT_BYTES as u64
        };
        let remaining = self.limit - self.unpacked;
        let mut bytes = Vec::new();
        let read = content
            .take(most.min(remaining) + 1)
            .read_to_end(&mut bytes);
        if bytes.len() as u64 > remaining {
            return Err(too_large(self.limit));
        }
        if bytes.len() as u64 > most {
            let limit = Size(usize::try_from(most).unwrap_or(usize::MAX));
            return bad(format!("{} is larger than {limit}", quoted(&path)));
        }
        if let Err(error) = read {
            return bad(format!("{} is damaged: {error}", quoted(&path)));
        }
        self.unpacked += bytes.len() as u64;
        let blob = self.objects.write_blob(&bytes)?;
        self.entries.push((path, mode, blob));
        Ok(())
    }

    fn finish(mut self) -> Unpacked<ObjectId> {
        // Few short files may have thousands of folders each.
        self.entries
            .sort_unstable_by(|one, other| one.0.cmp(&other.0));
        if self.entries.len() + self.folders() > MAX_ENTRIES {
            return too_many();
        }
        let paths = || self.entries.iter().map(|(path, ..)| path.as_str());
        if let Some((one, other)) = collision(paths()) {
            return bad(format!(
                "{} and {} are the same file on some file systems",
                quoted(&one),
                quoted(&other)
            ));
        }
        let top = |path: &str| path.split_once('/').map(|(top, _)| top.to_owned());
        let common = paths().next().and_then(top);
        if let Some(common) =
            common.filter(|common| paths().all(|path| top(path).as_ref() == Some(common)))
        {
            for (path, ..) in &mut self.entries {
                path.drain(..=common.len());
            }
        }
        let mut tree = TreeBuilder::default();
        for (path, mode, blob) in &self.entries {
            tree.insert(path, *mode, *blob);
        }
        Ok(tree.finish(&mut |entries| self.objects.write_tree(entries))?)
    }

    /// Returns the number of folders of the entries, which are sorted.
    fn folders(&self) -> usize {
        let (mut count, mut before) = (0, "");
        for (path, ..) in &self.entries {
            let both = path.bytes().zip(before.bytes());
            let shared = both.take_while(|(one, other)| one == other).count();
            count += path
                .bytes()
                .skip(shared)
                .filter(|byte| *byte == b'/')
                .count();
            before = path;
        }
        count
    }
}

fn too_many<T>() -> Unpacked<T> {
    bad(format!("it has more than {MAX_ENTRIES} entries"))
}

fn too_large(limit: u64) -> ArchiveError {
    let limit = Size(usize::try_from(limit).unwrap_or(usize::MAX));
    ArchiveError::Bad(format!("it unpacks to more than {limit}"))
}

fn quoted(path: &str) -> String {
    format!("`{}`", path.escape_debug())
}

/// Counts the bytes that are read, and fails beyond a limit.
struct Counted<'c, R> {
    inner: R,
    count: &'c Cell<u64>,
    limit: u64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        if self.count.get() > self.limit {
            return Err(io::Error::other("too large"));
        }
        Ok(read)
    }
}
