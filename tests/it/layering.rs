//! Imports point down, and no crate has an import circle.
//!
//! cargo enforces the borders between crates. This test enforces those between the modules of the
//! program, and keeps crates whose future is uncertain in one place each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The modules of the program from the bottom up. A module may import those of lower layers, and
/// of its own layer as long as there is no circle.
const LAYERS: &[&[&str]] = &[
    // Values
    &[
        "digest", "glob", "hint", "parallel", "platform", "redact", "source", "spec", "target",
        "toml",
    ],
    // Environment and disk
    &["dirs", "env", "fs", "interrupt"],
    // Domain
    &[
        "config",
        "diff",
        "fetch",
        "importers",
        "lockfile",
        "merge",
        "policy",
        "skill",
    ],
    &["install"],
    &["context"],
    &["operations"],
    &["output"],
    &["commands"],
];

/// Crates that may have to be replaced, each with the files that name it: replacing it is a change
/// of these files.
const CONTAINED: &[(&str, &[&str])] = &[
    ("serde_yaml", &["crates/mdskill-lint/src/frontmatter.rs"]),
    (
        "granit_parser",
        &["crates/mdskill-lint/src/frontmatter/places.rs"],
    ),
    (
        "pulldown_cmark",
        &[
            "crates/mdskill-lint/src/markdown.rs",
            "crates/mdskill-lint/src/markdown/points.rs",
            "crates/mdskill-site/src/markdown.rs",
            "crates/mdskill-site/src/markdown/table.rs",
            "src/output/terminal_markdown/blocks.rs",
            "src/output/terminal_markdown/table.rs",
        ],
    ),
    ("hl_lite", &["crates/mdskill-site/src/code.rs"]),
    ("hyper", &["src/operations/site/preview.rs"]),
    (
        "tar",
        &[
            "crates/mdskill-site/src/machine/archive.rs",
            "src/fetch/site/archive.rs",
        ],
    ),
    (
        "minijinja",
        &[
            "crates/mdskill-site/src/pages/file.rs",
            "crates/mdskill-site/src/pages/skill.rs",
            "crates/mdskill-site/src/templates.rs",
        ],
    ),
    ("clap_mangen", &["src/output/manual.rs"]),
    ("clap_complete", &["src/commands/completions/complete.rs"]),
    ("directories", &["src/dirs.rs"]),
    ("rustls", &["crates/mdskill-git/src/http/client.rs"]),
    ("libgit2_sys", &["crates/mdskill-git/src/options.rs"]),
    (
        "git2",
        &[
            "crates/mdskill-git/src/error.rs",
            "crates/mdskill-git/src/line_diff.rs",
            "crates/mdskill-git/src/merge_file.rs",
            "crates/mdskill-git/src/objects.rs",
            "crates/mdskill-git/src/oid.rs",
            "crates/mdskill-git/src/options.rs",
            "crates/mdskill-git/src/work_tree.rs",
        ],
    ),
];

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Returns the files with Rust code below a folder, without those that hold tests only.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs"
        {
            found.push(path);
        }
    }
    found
}

/// Returns the code of a file up to its unit tests, without comments.
fn code(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let (code, _) = text
        .split_once("#[cfg(test)]\nmod tests {")
        .unwrap_or((&text, ""));
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the identifier at the start of a text.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// Returns which top-level modules of a crate import which, by `crate::module`.
fn imports(src: &Path) -> Edges {
    let mut edges = Edges::new();
    for file in sources(src) {
        let module = file.strip_prefix(src).unwrap().iter().next().unwrap();
        let module = module.to_str().unwrap().trim_end_matches(".rs").to_owned();
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        let code = code(&file);
        let imported = edges.entry(module.clone()).or_default();
        for (at, prefix) in code.match_indices("crate::") {
            let name = word(&code[at + prefix.len()..]);
            let exists = src.join(name).is_dir() || src.join(format!("{name}.rs")).exists();
            if exists && name != module {
                imported.insert(name.to_owned());
            }
        }
    }
    edges
}

/// Returns a circle in the imports, if there is one.
fn circle(edges: &Edges) -> Option<Vec<String>> {
    fn visit(
        module: &str,
        edges: &Edges,
        path: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> bool {
        if let Some(start) = path.iter().position(|visited| visited == module) {
            path.drain(..start);
            return true;
        }
        if done.contains(module) {
            return false;
        }
        path.push(module.to_owned());
        for imported in edges.get(module).into_iter().flatten() {
            if visit(imported, edges, path, done) {
                return true;
            }
        }
        path.pop();
        done.insert(module.to_owned());
        false
    }
    let (mut path, mut done) = (Vec::new(), BTreeSet::new());
    let mut modules = edges.keys();
    modules
        .any(|module| visit(module, edges, &mut path, &mut done))
        .then_some(path)
}

fn crates() -> Vec<PathBuf> {
    let mut folders = vec![Path::new(ROOT).join("src")];
    for entry in std::fs::read_dir(Path::new(ROOT).join("crates")).unwrap() {
        folders.push(entry.unwrap().path().join("src"));
    }
    folders
}

#[test]
fn imports_point_down() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let mut wrong = Vec::new();
    for (module, imported) in imports(&Path::new(ROOT).join("src")) {
        let Some(own) = layer(&module) else {
            wrong.push(format!("`{module}` is missing in LAYERS"));
            continue;
        };
        let up = imported
            .iter()
            .filter(|name| layer(name).is_some_and(|layer| layer > own));
        wrong.extend(up.map(|name| format!("`{module}` imports `{name}`, which is above it")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_in_the_layers_exist() {
    let src = Path::new(ROOT).join("src");
    for module in LAYERS.iter().copied().flatten() {
        let exists = src.join(module).is_dir() || src.join(format!("{module}.rs")).exists();
        assert!(exists, "{module}");
    }
}

#[test]
fn no_crate_has_an_import_circle() {
    for src in crates() {
        let circle = circle(&imports(&src));
        assert_eq!(circle, None, "{}", src.display());
    }
}

#[test]
fn import_circle_is_found() {
    let edges = |pairs: &[(&str, &str)]| {
        let mut edges = Edges::new();
        for (from, to) in pairs {
            edges
                .entry((*from).to_owned())
                .or_default()
                .insert((*to).to_owned());
        }
        edges
    };
    assert_eq!(circle(&edges(&[("a", "b"), ("a", "c"), ("b", "c")])), None);
    let found = circle(&edges(&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")]));
    assert_eq!(found.unwrap(), ["b", "c", "d"]);
}

#[test]
fn replaceable_crates_are_named_in_one_place() {
    let root = Path::new(ROOT);
    for src in crates() {
        for file in sources(&src) {
            let code = code(&file);
            let path = file.strip_prefix(root).unwrap().to_str().unwrap();
            for (name, files) in CONTAINED {
                let is_named = code.contains(&format!("{name}::"));
                assert!(!is_named || files.contains(&path), "{path} names `{name}`");
            }
        }
    }
}
