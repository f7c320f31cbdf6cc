//! The house keeps its shape: imports point down, and every way sideways is on the list.
//!
//! `src/lib.rs` tells the same to people. A red test here is a question: does the new import belong, or does the code
//! lie in the wrong room?

use crate::support::imports::{self, Module, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The layers, from below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Words,
    Machine,
    Nouns,
    Organs,
    Verbs,
    Face,
}
use Layer::{Face, Machine, Nouns, Organs, Verbs, Words};

#[derive(Clone, Copy)]
struct Room {
    name: &'static str,
    layer: Layer,
    /// Rooms of the same layer that it may import.
    beside: &'static [&'static str],
    /// Rooms below that it has no business with.
    never: &'static [&'static str],
}

const fn room(name: &'static str, layer: Layer, beside: &'static [&'static str]) -> Room {
    Room {
        name,
        layer,
        beside,
        never: &[],
    }
}

const fn without(room: Room, never: &'static [&'static str]) -> Room {
    Room { never, ..room }
}

/// What can be answered without the machine must be: it is then tested without it.
const THE_MACHINE: &[&str] = &["env", "dirs", "fs", "http", "git", "interrupt", "process"];

const HOUSE: &[Room] = &[
    room("path", Words, &[]),
    room("oid", Words, &[]),
    room("name", Words, &["path"]),
    room("digest", Words, &["oid"]),
    room("source", Words, &["path"]),
    room("spec", Words, &["oid", "path", "source"]),
    room("span", Words, &[]),
    room("toml", Words, &[]),
    room("capability", Words, &[]),
    room("diagnostic", Words, &["span"]),
    room("hint", Words, &[]),
    room("progress", Words, &[]),
    room("env", Machine, &[]),
    room("dirs", Machine, &["env"]),
    room("interrupt", Machine, &[]),
    room("platform", Machine, &[]),
    room("process", Machine, &["env", "platform"]),
    room("fs", Machine, &["platform"]),
    room("http", Machine, &["env", "process"]),
    room("git", Machine, &["env", "http", "process"]),
    without(
        room("skill", Nouns, &[]),
        &["env", "dirs", "fs", "http", "interrupt"],
    ),
    without(room("target", Nouns, &[]), THE_MACHINE),
    without(room("importers", Nouns, &["skill", "target"]), THE_MACHINE),
    without(
        room("lockfile", Nouns, &["target"]),
        &["env", "dirs", "http", "git"],
    ),
    room("fetch", Nouns, &["skill"]),
    without(
        room("view", Nouns, &["skill"]),
        &["env", "dirs", "http", "interrupt"],
    ),
    without(
        room("diff", Nouns, &["skill", "view"]),
        &["env", "dirs", "fs", "http", "interrupt"],
    ),
    without(
        room("merge", Nouns, &["skill"]),
        &["env", "dirs", "fs", "http", "interrupt"],
    ),
    without(
        room("validate", Nouns, &["skill", "target", "view"]),
        THE_MACHINE,
    ),
    without(room("policy", Nouns, &[]), THE_MACHINE),
    without(
        room("config", Nouns, &["policy", "skill", "validate"]),
        &["env", "dirs", "http", "git"],
    ),
    without(
        room("install", Organs, &[]),
        &["env", "dirs", "http", "fetch", "validate"],
    ),
    room("context", Verbs, &[]),
    room("ops", Verbs, &["context"]),
    without(
        room("cli", Face, &[]),
        &["context", "ops", "install", "fetch", "lockfile"],
    ),
    room("ui", Face, &[]),
    room("commands", Face, &["cli", "ui"]),
];

/// What verbs share. A verb imports these, never another verb.
const SHARED_BY_VERBS: &[&str] = &[
    "apply",
    "candidate",
    "change",
    "findings",
    "gate",
    "installed",
    "own_source",
];

/// Crates whose future is uncertain, each with the only files that name it: exchanging it is work in those.
///
/// One file each, but for git2: merging texts has nothing in common with reading objects, and would be the first to be
/// exchanged alone.
const FEW_FILES_EACH: &[(&str, &[&str])] = &[
    ("serde_yaml", &["skill/frontmatter.rs"]),
    (
        "git2",
        &["git/objects.rs", "git/merge_file.rs", "git/line_diff.rs"],
    ),
    ("libgit2_sys", &["git/objects.rs"]),
    ("rustls", &["http/client.rs"]),
    ("directories", &["dirs.rs"]),
    ("pulldown_cmark", &["skill/markdown.rs"]),
];

/// Returns what breaks the rules, a sentence each.
fn faults(sources: &[Source]) -> Vec<String> {
    let test_files: BTreeSet<Module> = sources
        .iter()
        .flat_map(|source| {
            source
                .test_modules
                .iter()
                .map(|name| child(&source.module, name))
        })
        .collect();
    let modules: BTreeSet<&Module> = sources.iter().map(|source| &source.module).collect();
    let mut found = Vec::new();
    let mut between_rooms = BTreeMap::new();
    let mut between_files = BTreeMap::new();
    for source in sources
        .iter()
        .filter(|source| !test_files.contains(&source.module))
    {
        let Some(from) = source.module.first() else {
            continue;
        };
        if !HOUSE.iter().any(|room| room.name == from) {
            found.push(format!(
                "{}: the room `{from}` is not in the table",
                source.file
            ));
        }
        for import in &source.imports {
            let Some(module) = home_of(import, &modules) else {
                continue;
            };
            if module[0] != *from {
                found.extend(
                    fault_between(from, &module[0]).map(|why| format!("{}: {why}", source.file)),
                );
                edge(&mut between_rooms, from.clone(), module[0].clone());
            } else if !source.module.starts_with(&module) {
                found.extend(
                    fault_of_verb(&source.module, &module)
                        .map(|why| format!("{}: {why}", source.file)),
                );
                edge(
                    &mut between_files,
                    source.module.join("::"),
                    module.join("::"),
                );
            }
        }
        for (name, only) in FEW_FILES_EACH {
            if source.words.contains(*name) && !only.contains(&source.file.as_str()) {
                found.push(format!(
                    "{}: only {} names the crate `{name}`",
                    source.file,
                    only.join(" or ")
                ));
            }
        }
    }
    for circle in [circle(&between_rooms), circle(&between_files)]
        .into_iter()
        .flatten()
    {
        found.push(format!(
            "these import each other in a circle: {}",
            circle.join(" -> ")
        ));
    }
    // Several names of one import are one fault.
    found.dedup();
    found
}

fn fault_between(from: &str, to: &str) -> Option<String> {
    let find = |name: &str| HOUSE.iter().find(|room| room.name == name);
    let (from, to) = (find(from)?, find(to)?);
    let fault = match from.layer.cmp(&to.layer) {
        _ if from.never.contains(&to.name) => "has no business with",
        std::cmp::Ordering::Less => "points up to",
        std::cmp::Ordering::Equal if !from.beside.contains(&to.name) => "points sideways to",
        _ => return None,
    };
    Some(format!("`{}` {fault} `{}`", from.name, to.name))
}

fn fault_of_verb(from: &[String], to: &[String]) -> Option<String> {
    let is_shared = |module: &[String]| SHARED_BY_VERBS.contains(&module[1].as_str());
    // A verb's own folder is the verb.
    let is_between_verbs = from[0] == "ops" && from.len() > 1 && to.len() > 1 && from[1] != to[1];
    (is_between_verbs && !is_shared(to))
        .then(|| format!("`{}` imports the verb `{}`", from.join("::"), to[1]))
}

/// The module that has what a path names: the longest beginning that is one.
fn home_of(path: &[String], modules: &BTreeSet<&Module>) -> Option<Module> {
    (1..=path.len())
        .rev()
        .map(|length| path[..length].to_vec())
        .find(|beginning| modules.contains(beginning))
}

fn child(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

type Edges = BTreeMap<String, BTreeSet<String>>;

fn edge(edges: &mut Edges, from: String, to: String) {
    edges.entry(from).or_default().insert(to);
}

/// Finds a way that comes back to where it began.
fn circle(edges: &Edges) -> Option<Vec<String>> {
    fn walk(edges: &Edges, way: &mut Vec<String>, done: &mut BTreeSet<String>) -> bool {
        let here = way.last().cloned().unwrap_or_default();
        for next in edges.get(&here).into_iter().flatten() {
            let begun = way.iter().position(|step| step == next);
            way.push(next.clone());
            if let Some(begun) = begun {
                way.drain(..begun);
                return true;
            }
            if !done.contains(next) && walk(edges, way, done) {
                return true;
            }
            way.pop();
        }
        done.insert(here);
        false
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|start| {
        let mut way = vec![start.clone()];
        walk(edges, &mut way, &mut done).then_some(way)
    })
}

fn sources_in(folder: &str) -> Vec<Source> {
    imports::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .into_iter()
        .map(|(name, path)| imports::read(&name, &std::fs::read_to_string(path).unwrap()))
        .collect()
}

fn faults_of(files: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<_> = files
        .iter()
        .map(|(name, text)| imports::read(name, text))
        .collect();
    faults(&sources)
}

#[test]
fn imports_point_down() {
    let found = faults(&sources_in("src"));
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_table_names_no_room_that_is_gone() {
    let sources = sources_in("src");
    for room in HOUSE {
        let exists = |name: &str| sources.iter().any(|source| source.module == [name]);
        assert!(exists(room.name), "there is no room `{}`", room.name);
        for other in room.beside.iter().chain(room.never) {
            assert!(
                exists(other),
                "`{}` names `{other}`, which is gone",
                room.name
            );
        }
    }
}

#[test]
fn no_forgotten_files() {
    for folder in ["src", "tests/it", "benches/end_to_end"] {
        let sources = sources_in(folder);
        let declared: BTreeSet<Module> = sources
            .iter()
            .flat_map(|source| {
                let names = source.modules.iter().chain(&source.test_modules);
                names.map(|name| child(&source.module, name))
            })
            .collect();
        for source in sources.iter().filter(|source| !source.module.is_empty()) {
            assert!(
                declared.contains(&source.module),
                "{folder}/{} is no module of anything: it is never compiled",
                source.file
            );
        }
    }
}

#[test]
fn an_import_that_points_up_or_sideways_is_found() {
    let up = [
        ("fs/lock.rs", "use crate::ops::add::Options;"),
        ("ops/add.rs", ""),
    ];
    assert_eq!(faults_of(&up), ["fs/lock.rs: `fs` points up to `ops`"]);
    let in_a_body = [
        (
            "name.rs",
            "fn f() { let x = 'a'; super::fs::read::<u8>(x) }",
        ),
        ("fs/mod.rs", ""),
    ];
    assert_eq!(faults_of(&in_a_body), ["name.rs: `name` points up to `fs`"]);
    let grouped = [
        (
            "ui/error.rs",
            "pub use crate::{name::{self, Name as N}, commands::{add::{A, B}, *}};",
        ),
        ("name.rs", ""),
        ("commands/mod.rs", ""),
    ];
    assert_eq!(
        faults_of(&grouped),
        ["ui/error.rs: `ui` points sideways to `commands`"]
    );
    let impure = [("validate/rule.rs", "use crate::fs;"), ("fs/mod.rs", "")];
    assert_eq!(
        faults_of(&impure),
        ["validate/rule.rs: `validate` has no business with `fs`"]
    );
    let verbs = [
        ("ops/add.rs", "use super::{apply, list::List};"),
        ("ops/apply.rs", ""),
        ("ops/list.rs", ""),
    ];
    assert_eq!(
        faults_of(&verbs),
        ["ops/add.rs: `ops::add` imports the verb `list`"]
    );
    let stranger = [("attic.rs", "")];
    assert_eq!(
        faults_of(&stranger),
        ["attic.rs: the room `attic` is not in the table"]
    );
    let yaml = [("lockfile.rs", "fn f() { serde_yaml::from_str() }")];
    assert_eq!(
        faults_of(&yaml),
        ["lockfile.rs: only skill/frontmatter.rs names the crate `serde_yaml`"]
    );
}

#[test]
fn a_circle_is_found() {
    let files = [
        ("git/pkt_line.rs", "use super::objects::Objects;"),
        ("git/objects.rs", "use crate::git::protocol::Ref;"),
        ("git/protocol.rs", "use super::pkt_line;"),
    ];
    let expected = "these import each other in a circle: git::objects -> git::protocol -> git::pkt_line -> git::objects";
    assert_eq!(faults_of(&files), [expected]);
    // What a folder's parent defines is there for its children; the parent may use them.
    let family = [
        (
            "http/mod.rs",
            "pub mod retry; use retry::Retry; pub enum HttpError { Late(self::retry::Retry) }",
        ),
        ("http/retry.rs", "use super::HttpError;"),
    ];
    assert!(faults_of(&family).is_empty());
    let rooms = Edges::from([
        ("a".to_owned(), BTreeSet::from(["b".to_owned()])),
        ("b".to_owned(), BTreeSet::from(["a".to_owned()])),
    ]);
    assert_eq!(circle(&rooms).unwrap(), ["a", "b", "a"]);
}

#[test]
fn comments_texts_and_tests_are_not_imports() {
    let text = r##"
        //! See [`crate::ops`].
        /* crate::ops /* nested */ crate::ops */
        pub(super) const A: &str = "crate::ops\"crate::ops";
        const B: &str = r#"crate::ops" crate::ops"#;
        fn of<'a>(text: &'a str) -> [char; 2] { ['"', '\''] }
        #[cfg(test)]
        fn only_for_tests(_: [u8; 2]) { crate::ops::f() }
        #[cfg(test)]
        mod tests { use crate::ops::add; mod inner { use crate::ops; } }
        #[cfg(all(test, unix))]
        mod more;
    "##;
    let files = [
        ("name.rs", text),
        ("name/more.rs", "use crate::ops::add;"),
        ("ops/mod.rs", ""),
    ];
    assert!(faults_of(&files).is_empty(), "{:?}", faults_of(&files));
    // What stands behind all that is seen.
    let seen = format!("{text} use crate::ops;");
    assert_eq!(faults_of(&[("name.rs", seen.as_str()), files[2]]).len(), 1);
}
