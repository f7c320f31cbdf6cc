//! Packs are stored as git would store them.

use std::fs::read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mdskill_git::ObjectId;
use mdskill_git::objects::Objects;
use mdskill_git::progress::Silent;

use crate::support::noise::noise;
use crate::support::pack_maker::{BLOB, PackMaker, delta, sha1};
use crate::support::repo::Repo;

/// Returns the files with this extension in a folder.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let has_extension = |path: &PathBuf| path.extension().is_some_and(|end| end == extension);
    paths.filter(has_extension).collect()
}

/// Packs all objects with these arguments, and asserts that writing the pack in chunks of each size makes the
/// files that git has made.
fn assert_indexed_as_by_git(repo: &Repo, arguments: &[&str], chunks: &[usize]) {
    let folder = tempfile::tempdir().unwrap();
    let prefix = folder.path().join("x");
    let pack = [
        &["pack-objects", "-q", "--all"],
        arguments,
        &[prefix.to_str().unwrap()],
    ];
    repo.git(&pack.concat());
    let made = files(folder.path(), "pack").remove(0);
    let bytes = read(&made).unwrap();
    for size in chunks {
        let store = folder.path().join(format!("{size}.git"));
        let objects = Objects::create(&store).unwrap();
        let deadline = Instant::now() + Duration::from_mins(5);
        let mut writer = objects.pack_writer(&Silent, deadline);
        for chunk in bytes.chunks(*size) {
            writer.write(chunk).unwrap();
        }
        writer.finish().unwrap();
        let packs = store.join("objects/pack");
        let (pack, index) = (files(&packs, "pack"), files(&packs, "idx"));
        assert_eq!(std::fs::read_dir(&packs).unwrap().count(), 2);
        assert!(read(&pack[0]).unwrap() == bytes, "{arguments:?}");
        let expected = read(made.with_extension("idx")).unwrap();
        assert!(read(&index[0]).unwrap() == expected, "{arguments:?} {size}");
    }
}

#[test]
fn pack_is_indexed_as_by_git() {
    let folder = tempfile::tempdir().unwrap();
    let mut repo = Repo::create(folder.path(), "acme/skills");
    let mut text = String::new();
    for version in 0..30 {
        text.insert_str(0, &format!("Line {version} of a text\n"));
        text += &"Another line ".repeat(version);
        text.push('\n');
        repo.write("skills/one/SKILL.md", &text);
        repo.write(&format!("skills/{version}/new.md"), &text);
        repo.commit("Change");
    }
    repo.annotated_tag("v1");
    let whole = usize::MAX;
    assert_indexed_as_by_git(&repo, &["--delta-base-offset"], &[1, 7, 4096, whole]);
    assert_indexed_as_by_git(&repo, &[], &[1000, whole]);
    assert_indexed_as_by_git(&repo, &["--window=0"], &[whole]);
    assert_indexed_as_by_git(&repo, &["--depth=4000", "--window=300"], &[whole]);
}

/// Objects that are not kept in memory are read again from the pack for the deltas on them.
#[test]
fn pack_larger_than_the_memory_is_indexed_as_by_git() {
    // libgit2 caches no larger objects, so a chain of those would exceed another limit.
    const SIZE: usize = 1 << 20;
    let folder = tempfile::tempdir().unwrap();
    let mut repo = Repo::create(folder.path(), "acme/skills");
    let mut bytes = noise(SIZE);
    for version in 0..90 {
        bytes[version * 1000] ^= 1;
        repo.write("assets/data.bin", &bytes);
        repo.commit("Change");
    }
    assert_indexed_as_by_git(&repo, &["--delta-base-offset"], &[1 << 16]);
    assert_indexed_as_by_git(&repo, &[], &[1 << 16]);
}

/// Of a delta on an object that is there twice, the second time as a delta on what the first one is the base of, the
/// base is found.
#[test]
fn base_that_is_made_again_of_its_own_delta_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let objects = Objects::create(&folder.path().join("x.git")).unwrap();
    let id = |bytes: &[u8]| sha1(&[format!("blob {}\0", bytes.len()).as_bytes(), bytes].concat());
    let mut pack = PackMaker::default();
    pack.object(BLOB, b"one");
    pack.delta_of_id(&id(b"one"), &delta(3, 3, b"\x03two"));
    pack.delta_of_id(&id(b"two"), &delta(3, 3, b"\x03one"));
    // So that the first ones are not kept.
    for size in 0..5 {
        pack.object(BLOB, &vec![0; (14 << 20) + size]);
    }
    pack.delta_of_id(&id(b"one"), &delta(3, 5, b"\x05three"));
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut writer = objects.pack_writer(&Silent, deadline);
    writer.write(&pack.pack()).unwrap();
    writer.finish().unwrap();
    let three = ObjectId::from_bytes(id(b"three").try_into().unwrap());
    assert_eq!(objects.blob(three).unwrap(), "three");
}
