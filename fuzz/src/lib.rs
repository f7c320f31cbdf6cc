//! The bodies of the fuzz targets. Each takes any bytes and panics when a property does not hold.
//!
//! `tests/it/fuzz.rs` runs the same functions as property tests.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use mdskill::config::Config;
use mdskill::digest::FileMode;
use mdskill::fetch::unpack_archive;
use mdskill::importers::{apm, gh, npx};
use mdskill::install::recovery;
use mdskill::install::scope::Scope;
use mdskill::lockfile::Lockfile;
use mdskill::lockfile::conflict_line;
use mdskill::merge::{File, Files, Labels, OnConflict, merge as merge_files};
use mdskill::skill::discover;
use mdskill::spec::Spec;
use mdskill_git::ObjectId;
use mdskill_git::objects::{Objects, TreeEntry};
use mdskill_git::pkt_line::{Decoder, Pkt};
use mdskill_git::progress::Progress;
use mdskill_git::protocol::{CapabilityList, PackResponse, Reader, RefList, ResponseParser};
use mdskill_lint::capabilities::capabilities;
use mdskill_lint::diagnostic::{Diagnostic, Safety};
use mdskill_lint::path::{SkillPath, is_refused_by_git};
use mdskill_lint::skill_files::MemoryFiles;
use mdskill_lint::{Settings, apply_fixes, frontmatter as yaml, markdown as pages};

/// A spec that parses is displayed as a text that parses to the same.
pub fn spec(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match text.parse::<Spec>() {
        Ok(spec) => {
            let _source = spec.source();
            assert_eq!(spec.to_string().parse::<Spec>().unwrap(), spec);
        }
        Err(error) => assert!(!error.to_string().contains('\u{1b}')),
    }
}

/// Frames do not depend on how the bytes arrive in chunks.
pub fn pkt_line(data: &[u8]) {
    let frames = |size: usize| {
        let mut decoder = Decoder::default();
        let mut frames: Vec<Pkt> = Vec::new();
        for chunk in data.chunks(size) {
            decoder.push(chunk);
            loop {
                match decoder.next_pkt() {
                    Ok(Some(frame)) => frames.push(frame),
                    Ok(None) => break,
                    Err(_) => return (frames, false),
                }
            }
        }
        (frames, decoder.is_empty())
    };
    let whole = frames(data.len().max(1));
    for size in [1, 3, 5] {
        assert_eq!(frames(size), whole, "in chunks of {size}");
    }
}

/// Answers of a server do not depend on chunks either, and a bad pack makes no object readable.
pub fn protocol(data: &[u8]) {
    fn answer<A: ResponseParser>(data: &[u8], size: usize, empty: A) -> Option<A> {
        let mut reader = Reader::new(empty);
        for chunk in data.chunks(size) {
            if reader.push(chunk).ok()? {
                break;
            }
        }
        reader.finish().ok()
    }
    let size = data.len().max(1);
    let refs = |size| {
        answer(data, size, RefList::of(&[String::new()]))
            .map(|list| format!("{:?}", list.into_refs()))
    };
    assert_eq!(refs(1), refs(size));
    let capabilities = |size| {
        let list = answer(data, size, CapabilityList::default());
        list.map(|list| format!("{:?}", list.capabilities))
    };
    assert_eq!(capabilities(1), capabilities(size));

    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::create(&folder.path().join("objects.git")).unwrap();
    let received = Received::default();
    let deadline = Instant::now() + Duration::from_mins(1);
    let pack = PackResponse::new(&objects, &received, deadline);
    if let Some(pack) = answer(data, size, pack) {
        let _complete = pack.finish();
    }
    assert!(received.0.get() <= data.len() as u64);
}

/// Counts the bytes of a pack.
#[derive(Default)]
struct Received(Cell<u64>);

impl Progress for Received {
    fn received(&self, count: u64) {
        self.0.set(self.0.get() + count);
    }
}

/// Finding skills in a tree that git itself would not write ends, and finds only what is there.
///
/// The data are folders, separated by zero bytes, each inside the next. Each line is an entry: its
/// first byte is the kind, the rest the name.
pub fn discovery(data: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::create(&folder.path().join("objects.git")).unwrap();
    let page = objects.write_blob(b"---\nname: a\n---\n").unwrap();
    let mut inner = objects.write_tree(&[]).unwrap();
    let mut names = 0;
    for level in data.split(|byte| *byte == 0).take(40) {
        let mut entries = Vec::new();
        for line in level.split(|byte| *byte == b'\n').take(40) {
            let Some((kind, name)) = line.split_first() else {
                continue;
            };
            names += usize::from(name.eq_ignore_ascii_case(b"SKILL.md"));
            let (mode, id) = match kind % 5 {
                0 => (0o100_644, page),
                1 => (TreeEntry::SYMLINK, objects.write_blob(name).unwrap()),
                2 => (TreeEntry::SUBMODULE, page),
                3 => (0o100_755, inner),
                _ => (TreeEntry::TREE, inner),
            };
            let name = name.to_vec();
            entries.push(TreeEntry { mode, name, id });
        }
        inner = objects.write_tree(&entries).unwrap();
    }
    if let Ok(found) = discover::discover(&objects, inner) {
        assert!(names > 0 || found.skills.is_empty());
        assert!(found.skills.is_sorted_by(|a, b| a.path <= b.path));
    }
}

/// An archive is refused, or has files with names that git accepts, together not larger than the limit.
///
/// The data is an archive, and a tar, once more with a checksum in each block that could be a header.
pub fn archive(data: &[u8]) {
    let mut with_checksums = data.to_vec();
    for block in with_checksums.chunks_exact_mut(512) {
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    }
    for archive in [data.to_vec(), gzip(data), gzip(&with_checksums)] {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::create(&folder.path().join("objects.git")).unwrap();
        if let Ok(tree) = unpack_archive(&archive, &objects) {
            let limit = (archive.len() * 200).max(16 << 20);
            assert!(size_of_tree(&objects, tree) <= limit);
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Checks the names in a tree, and returns the number of bytes of its files.
fn size_of_tree(objects: &Objects, tree: ObjectId) -> usize {
    let mut names = Vec::new();
    let mut size = 0;
    for entry in objects.tree(tree).unwrap() {
        let name = String::from_utf8(entry.name.clone()).unwrap();
        assert!(!is_refused_by_git(&name), "{name:?}");
        size += match entry.mode {
            TreeEntry::TREE => size_of_tree(objects, entry.id),
            0o100_644 | 0o100_755 | TreeEntry::SYMLINK => objects.blob(entry.id).unwrap().len(),
            mode => panic!("{mode:o}"),
        };
        names.push(name);
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), objects.tree(tree).unwrap().len());
    size
}

/// Problems of a frontmatter are inside of the file, and so is what it holds.
pub fn frontmatter(data: &[u8]) {
    match yaml::parse(data) {
        Ok(parsed) => {
            for field in parsed.fields() {
                assert!(field.key_span.end <= data.len() && field.value_span.end <= data.len());
            }
        }
        Err(error) => {
            assert!(error.span.start <= error.span.end && error.span.end <= data.len());
            assert!(!error.help().is_empty());
        }
    }
}

/// The place of each link in Markdown is a valid range of the text.
pub fn markdown(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let found = pages::read(text, 0);
    let spans = found.links.iter().map(|link| &link.span);
    let blocks = found.links.iter().map(|link| &link.block);
    let parts = found.blocks.iter().chain(&found.comments);
    let parts = parts.chain(&found.code_blocks).chain(&found.code_spans);
    for span in spans.chain(blocks).chain(parts) {
        assert!(text.get(span.start..span.end).is_some(), "{span:?}");
    }
}

/// Every rule can look at any skill, and no finding is left that a fix could remove.
///
/// The data is `SKILL.md`, a page and a script, separated by bytes of 255.
pub fn skill(data: &[u8]) {
    let mut files = data.splitn(3, |byte| *byte == 255);
    let paths = ["SKILL.md", "references/page.md", "scripts/run.sh"];
    let skill = paths.iter().fold(MemoryFiles::new("a"), |skill, path| {
        skill.with(path, files.next().unwrap_or_default())
    });
    let _found = capabilities(&skill);
    let fixed = apply_fixes(&skill, &Settings::default(), Safety::Unsafe);
    let is_refused =
        |left: &Diagnostic| fixed.refused.iter().any(|it| it.finding.code == left.code);
    for left in &fixed.checked.diagnostics {
        assert!(left.fix.is_none() || is_refused(left), "{left:?}");
    }
}

/// A problem of a configuration has a line of the file, and no file of another tool breaks its reader.
pub fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Err((line, problem)) = Config::parse(text) {
        let lines = text.split('\n').count();
        assert!((1..=lines).contains(&line), "{line} of {lines}: {problem}");
    }
    let _skills = (apm::read(text), npx::project(text), npx::personal(text));
    let _skill = gh::read("a", data);
}

/// A lockfile that parses is written as a text that parses to the same; a conflict has two sides
/// or a line with a problem.
pub fn lockfile(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let lines = text.split('\n').count();
    match Lockfile::parse(text) {
        Ok(lockfile) => {
            let written = lockfile.to_text();
            assert_eq!(Lockfile::parse(&written).unwrap().to_text(), written);
        }
        Err((line, problem)) => {
            assert!((1..=lines).contains(&line), "{line} of {lines}: {problem}");
        }
    }
    if let Some(line) = conflict_line(text) {
        assert!((1..=text.lines().count()).contains(&line));
    }
}

/// For any journal, recovery leaves everything outside of the skill folders alone.
pub fn journal(data: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let project = folder.path().join("project");
    for (path, text) in [
        ("outside/keep", "1"),
        ("project/.git/config", "2"),
        ("project/src/main.rs", "3"),
        ("project/mdskill.lock", "4"),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::create_dir_all(project.join(".mdskill")).unwrap();
    std::fs::create_dir_all(project.join(".github/skills/a")).unwrap();
    let before = others(folder.path());
    std::fs::write(project.join(".mdskill/journal.json"), data).unwrap();
    let _recovered = recovery::recover(&Scope::project(project));
    assert_eq!(others(folder.path()), before);
}

/// The files below `folder` that no journal may touch.
fn others(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with(".mdskill") {
                folders.push(path);
            } else if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                files.insert(path.display().to_string(), bytes);
            }
        }
    }
    files
}

/// Changes of one side are applied, and both orders of the sides find the same conflicts.
///
/// The data is three texts, separated by bytes of 255.
pub fn merge(data: &[u8]) {
    let mut texts = data.splitn(3, |byte| *byte == 255);
    let mut side = || {
        let path = SkillPath::parse("SKILL.md").unwrap();
        let bytes = texts.next().unwrap_or_default().into();
        let mode = FileMode::Regular;
        Files::from([(path, File { mode, bytes })])
    };
    let (base, ours, theirs) = (side(), side(), side());
    let labels = Labels {
        ours: "ours",
        theirs: "theirs",
    };
    for on_conflict in [
        OnConflict::Stop,
        OnConflict::Markers,
        OnConflict::Ours,
        OnConflict::Theirs,
    ] {
        for (ours, theirs) in [(&base, &ours), (&ours, &base), (&ours, &ours)] {
            let changed = if ours == &base { theirs } else { ours };
            let merged = merge_files(&base, ours, theirs, labels, on_conflict);
            assert_eq!(&merged.files, changed);
            assert!(merged.conflicts.is_empty());
        }
        let one = merge_files(&base, &ours, &theirs, labels, on_conflict);
        let other = merge_files(&base, &theirs, &ours, labels, on_conflict);
        assert_eq!(one.conflicts.len(), other.conflicts.len());
    }
}
