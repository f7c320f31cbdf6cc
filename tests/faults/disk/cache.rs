//! A damaged cache costs a fetch.

use crate::scene::scene;
use crate::suite::Group;
use crate::watch::Watch;
use std::path::{Path, PathBuf};

type Damage = (&'static str, fn(&Path));

/// What a power cut, a full disk, or another program may leave of the folder of a source.
const DAMAGES: [Damage; 22] = [
    ("no_head", |store| remove(&store.join("HEAD"))),
    ("head_is_a_folder", |store| {
        replace_by_folder(&store.join("HEAD"));
    }),
    ("no_configuration", |store| remove(&store.join("config"))),
    ("configuration_is_binary", |store| {
        write(&store.join("config"), &[0; 99]);
    }),
    ("configuration_of_a_newer_git", |store| {
        write(
            &store.join("config"),
            b"[core]\nrepositoryformatversion = 9\n",
        );
    }),
    ("no_address", |store| remove(&store.join("mdskill-source"))),
    ("address_is_empty", |store| {
        write(&store.join("mdskill-source"), b"");
    }),
    ("address_is_a_folder", |store| {
        replace_by_folder(&store.join("mdskill-source"));
    }),
    ("no_refs", |store| remove(&store.join("refs"))),
    ("no_objects", |store| remove(&store.join("objects"))),
    ("objects_are_a_file", |store| {
        write(&store.join("objects"), b"");
    }),
    ("no_packs", |store| remove(&store.join("objects/pack"))),
    ("packs_are_a_file", |store| {
        write(&store.join("objects/pack"), b"");
    }),
    ("pack_without_index", |store| of_packs(store, "idx", remove)),
    ("index_without_pack", |store| {
        of_packs(store, "pack", remove);
    }),
    ("empty_pack", |store| {
        of_packs(store, "pack", |file| write(file, b""));
    }),
    ("empty_index", |store| {
        of_packs(store, "idx", |file| write(file, b""));
    }),
    ("pack_of_zeros", |store| {
        of_packs(store, "pack", |file| change(file, |bytes| bytes.fill(0)));
    }),
    ("half_a_pack", |store| {
        of_packs(store, "pack", |file| {
            change(file, |bytes| bytes.truncate(bytes.len() / 2));
        });
    }),
    ("one_bit_of_the_index", |store| {
        of_packs(store, "idx", |file| {
            change(file, |bytes| *bytes.last_mut().unwrap() ^= 1);
        });
    }),
    ("foreign_pack", |store| {
        for end in ["idx", "pack"] {
            write(&store.join(format!("objects/pack/pack-1.{end}")), b"x");
        }
    }),
    ("source_is_a_file", |store| write(store, b"x")),
];

/// The same for the cache as a whole.
const OF_ALL: [Damage; 4] = [
    ("sources_are_a_file", |cache| {
        write(&cache.join("store-v1"), b"");
    }),
    ("foreign_files", |cache| {
        write(&cache.join("store-v1/x"), b"x");
        std::fs::create_dir_all(cache.join("store-v1/y/z")).unwrap();
        std::os::unix::fs::symlink("/", cache.join("store-v1/root")).unwrap();
    }),
    ("times_of_commits_are_a_file", |cache| {
        write(&cache.join("seen-v1"), b"x");
    }),
    ("clock_went_back", |cache| {
        let future = std::time::SystemTime::now() + std::time::Duration::from_secs(1 << 30);
        for folder in [
            cache.join("store-v1"),
            store(cache),
            store(cache).join("objects/pack"),
        ] {
            for file in entries(&folder).into_iter().chain([folder]) {
                let file = std::fs::File::open(file).unwrap();
                file.set_modified(future).unwrap();
            }
        }
    }),
];

pub(super) fn register(group: &mut Group<'_>) {
    for (name, damage) in DAMAGES {
        group.case(format!("cache_{name}"), move || {
            survives(|cache| damage(&store(cache)));
        });
    }
    for (name, damage) in OF_ALL {
        group.case(format!("cache_{name}"), move || survives(damage));
    }
}

fn survives(damage: impl Fn(&Path)) {
    let context = scene("cached").before.copy();
    let watch = Watch::over(&context);
    std::fs::remove_dir_all(context.project().join(".github")).unwrap();
    damage(&context.path("cache"));
    let outcome = Watch::run(context.mdskill(["install"]));
    assert!(
        outcome.ok().stderr.matches("warning:").count() <= 1,
        "{outcome}"
    );
    watch.settle();
    let again = Watch::run(context.mdskill(["install"]));
    again.ok().never_says("warning:");
    Watch::run(context.mdskill(["cache", "prune", "--days=0"])).ok();
    watch.settle();
}

/// The folder of the only source.
fn store(cache: &Path) -> PathBuf {
    let mut stores = entries(&cache.join("store-v1"));
    assert_eq!(stores.len(), 1, "{stores:?}");
    stores.remove(0)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn of_packs(store: &Path, end: &str, work: impl Fn(&Path)) {
    let files = entries(&store.join("objects/pack"));
    for file in files {
        if file.extension().is_some_and(|found| found == end) {
            work(&file);
        }
    }
}

fn change(file: &Path, work: impl Fn(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(file).unwrap();
    work(&mut bytes);
    write(file, &bytes);
}

fn write(path: &Path, bytes: &[u8]) {
    if path.exists() {
        remove(path);
    }
    std::fs::write(path, bytes).unwrap();
}

fn remove(path: &Path) {
    if path.is_dir() {
        std::fs::remove_dir_all(path).unwrap();
    } else {
        std::fs::remove_file(path).unwrap();
    }
}

fn replace_by_folder(path: &Path) {
    remove(path);
    std::fs::create_dir(path).unwrap();
}
