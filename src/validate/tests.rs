use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Severity;
use crate::view::{DiskView, MemoryView};

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn children(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn testdata(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/skills")
        .join(folder)
}

fn invalid(code: &str, folder: &str) -> Vec<Diagnostic> {
    on_disk(&testdata("invalid").join(code).join("hit").join(folder))
}

fn on_disk(folder: &Path) -> Vec<Diagnostic> {
    let view = DiskView::open(folder, None).unwrap();
    validate(&view, &Settings::default()).diagnostics
}

fn validate_text(text: &[u8]) -> Vec<Diagnostic> {
    let view = MemoryView::new("a")
        .with("SKILL.md", text)
        .with("references/b.md", "");
    validate(&view, &Settings::default()).diagnostics
}

#[test]
fn every_rule_has_fixtures_and_the_registry_is_sorted() {
    let mut tested: Vec<String> = children(&testdata("invalid"))
        .iter()
        .map(|path| name_of(path))
        .collect();
    tested.sort();
    let codes: Vec<&str> = registry::RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(tested, codes);
}

#[test]
fn valid_fixtures_have_no_findings() {
    let skills = children(&testdata("valid"));
    assert!(skills.len() >= 4);
    for skill in skills {
        assert_eq!(on_disk(&skill), [], "{}", skill.display());
    }
}

#[test]
fn what_blocks_loading_is_what_clients_skip() {
    let blocking: Vec<&str> = registry::RULES
        .iter()
        .filter(|rule| rule.blocks_loading)
        .map(|rule| rule.code)
        .collect();
    assert_eq!(
        blocking,
        [
            "SK001", "SK002", "SK101", "SK102", "SK103", "SK104", "SK105", "SK210"
        ]
    );
    assert!(registry::rule("SK302").is_some_and(|rule| !rule.blocks_loading));
}

#[test]
fn findings_stand_where_the_fault_is() {
    let places = |code, folder| -> Vec<(usize, usize)> {
        invalid(code, folder)
            .iter()
            .map(|found| (found.start.line, found.start.column))
            .collect()
    };
    assert_eq!(places("SK103", "unquoted-colon"), [(3, 22)]);
    assert_eq!(places("SK103", "starred-value"), [(4, 8)]);
    assert_eq!(places("SK104", "decision-log"), [(5, 1)]);
    assert_eq!(places("SK114", "a-number"), [(5, 3)]);
    assert_eq!(
        places("SK301", "decision-log"),
        [(8, 8), (8, 49), (9, 1), (9, 50)]
    );
    assert_eq!(places("SK302", "decision-log"), [(8, 8), (9, 14)]);
}

#[test]
fn messages_tell_the_author_what_to_write() {
    let colon = &invalid("SK103", "unquoted-colon")[0];
    assert_eq!(
        colon.help,
        "quote the whole value: `description: \"Use when: someone shares minutes\"`"
    );
    let hyphens = &invalid("SK202", "-edge--hyphens")[0];
    assert!(hyphens.message.contains("starts or ends") && hyphens.message.contains("has `--`"));
    let renamed = &invalid("SK001", "decision-log")[0];
    assert_eq!(renamed.file, "skill.md");
    assert_eq!(invalid("SK114", "a-number")[0].severity, Severity::Warning);
    assert_eq!(invalid("SK114", "a-list")[0].severity, Severity::Error);
    let case = &invalid("SK304", "decision-log")[0];
    assert_eq!(case.help, "write `references/Style.md`");
}

#[test]
fn a_broken_frontmatter_does_not_hide_a_broken_body() {
    let found = validate_text(b"---\nname: a\nx: y: z\n---\n`references/c.md` and b\n");
    let codes: Vec<_> = found
        .iter()
        .map(|found| (found.code, found.start.line))
        .collect();
    assert_eq!(codes, [("SK103", 3), ("SK302", 5)]);
}

#[test]
fn a_root_skill_has_no_folder_to_differ_from() {
    let view = MemoryView::new("").with("SKILL.md", "---\nname: a\ndescription: b\n---\n");
    assert_eq!(validate(&view, &Settings::default()).diagnostics, []);
}

fn a_skill_like_text() -> impl Strategy<Value = String> {
    let front = "(name: a\n|description: b\n|x: c: d\n|metadata: [a]\n|y: \"\n|\t|- a\n|é: >\n  b\n|allowed-tools: a, b\n){0,6}";
    let body = "(`references/b.md` |`references/c.md`|\\[x\\]\\(references/é.md\\)|```\n|\n|é|> |\\| ){0,12}";
    (front, "(---\n|--- \n|)", body)
        .prop_map(|(front, fence, body)| format!("---\n{front}{fence}{body}"))
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let lines = bytes.split(|byte| *byte == b'\n').count();
        prop_assert!(validate_text(&bytes).iter().all(|found| (1..=lines).contains(&found.start.line)));
    }

    #[test]
    fn every_finding_lies_inside_the_file(text in a_skill_like_text()) {
        let lines: Vec<&str> = text.split('\n').collect();
        for found in validate_text(text.as_bytes()) {
            prop_assert!(found.start.line >= 1 && found.end.line <= lines.len(), "{found:?}");
            prop_assert!(found.start <= found.end && found.end.column <= lines[found.end.line - 1].chars().count() + 1, "{found:?}");
        }
    }

    #[test]
    fn crlf_gives_the_findings_of_lf(text in a_skill_like_text()) {
        let crlf = text.replace('\n', "\r\n");
        let places = |text: &str| -> Vec<_> {
            let found = validate_text(text.as_bytes()).into_iter();
            found.map(|found| (found.code, found.start, found.message)).collect()
        };
        prop_assert_eq!(places(&text), places(&crlf));
    }
}

/// Each of these takes a quadratic reader minutes.
#[test]
fn hostile_texts_take_linear_time() {
    let front = |yaml: String| format!("---\n{yaml}\n---\n");
    let kib = 1024;
    for text in [
        front(format!("a: {}", "b ".repeat(31 * kib))),
        front(format!("a: [{}]", "b,".repeat(31 * kib))),
        front(format!("a: [{}]", "'b',".repeat(15 * kib))),
        front("a: b\n".repeat(12 * kib)),
        front("[".repeat(63 * kib)),
        front("? ".repeat(31 * kib)),
        front("- ".repeat(31 * kib)),
        front(format!("a: {}", "b\n ".repeat(20 * kib))),
        front(format!("a: b: {}", "\n c".repeat(20 * kib))),
        format!("---\na: b\n---\n{}", "`assets/b.md` ".repeat(5 * kib)),
        format!("---\na: b\n---\n{}", "[".repeat(1000 * kib)),
        format!(
            "---\na: b\n---\n{}",
            "[a](references/c.md)".repeat(50 * kib)
        ),
    ] {
        let begun = std::time::Instant::now();
        assert!(!validate_text(text.as_bytes()).is_empty());
        let taken = begun.elapsed();
        assert!(
            taken.as_secs() < 10,
            "{taken:?}: {}",
            text.get(..40).unwrap_or_default()
        );
    }
}
