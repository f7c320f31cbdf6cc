use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Change, Severity};
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

/// What is found of references in a skill at `skills/a` of a repository, by code, severity and file.
fn of_references(view: &MemoryView) -> Vec<(&'static str, Severity, String)> {
    let found = validate(view, &Settings::default()).diagnostics.into_iter();
    let found = found.filter(|found| found.code.starts_with("SK3"));
    found
        .map(|found| (found.code, found.severity, found.file))
        .collect()
}

fn skill_that_says(body: &str) -> MemoryView {
    let text = format!("---\nname: a\ndescription: b\n---\n{body}\n");
    MemoryView::new("a")
        .with("SKILL.md", text)
        .with("references/b.md", "# B\n")
}

#[test]
fn what_leaves_the_skill_is_judged_by_its_repository() {
    let body = "b [x](../c/references/x.md) [y](../../LICENSE.md) `../c/SKILL.md`";
    let here = |code, severity| (code, severity, "SKILL.md".to_owned());
    let known = skill_that_says(body).inside(
        "skills/a",
        &["skills/c/SKILL.md", "skills/c/references/x.md"],
    );
    let checked = validate(&known, &Settings::default());
    assert_eq!(checked.siblings, ["skills/c"]);
    assert_eq!(
        of_references(&known),
        [
            here("SK305", Severity::Warning),
            here("SK301", Severity::Error),
            here("SK305", Severity::Warning)
        ]
    );
    // Without a repository nobody knows.
    let unknown = skill_that_says(body);
    assert_eq!(
        of_references(&unknown),
        [
            here("SK305", Severity::Warning),
            here("SK305", Severity::Warning)
        ]
    );
    assert!(validate(&unknown, &Settings::default()).siblings.is_empty());
    // It may leave and come back.
    let back = skill_that_says("[b](../a/references/b.md)").inside("skills/a", &[]);
    assert_eq!(of_references(&back), []);
    // A skill around this one is no sibling.
    let nested = skill_that_says("b [up](../SKILL.md)").inside("skills/a", &["skills/SKILL.md"]);
    assert_eq!(validate(&nested, &Settings::default()).siblings, [""; 0]);
}

#[test]
fn a_page_that_people_fill_in_is_told_of_but_mildly() {
    use Severity::{Error, Info, Warning};
    let body = "[x](x.md) `references/y.md` [z](../SKILL.md#nothing)\n";
    let view = skill_that_says("b, page")
        .with("references/page.md", body)
        .with("assets/page.md", body);
    let severities: Vec<_> = of_references(&view)
        .into_iter()
        .map(|(code, severity, file)| (file.starts_with("assets"), code, severity))
        .collect();
    assert_eq!(
        severities,
        [
            (true, "SK301", Info),
            (true, "SK302", Info),
            (true, "SK308", Info),
            (false, "SK301", Error),
            (false, "SK302", Warning),
            (false, "SK308", Warning),
        ]
    );
}

#[test]
fn the_right_spelling_replaces_the_path_and_nothing_else() {
    let text = "b\n[references/B.md](./references/B.md#b \"references/B.md\") `references/B.md` <a href='references/B.md'> [x][y]\n\n[y]: references/B.md";
    let view = skill_that_says(text);
    let skill_md = format!("---\nname: a\ndescription: b\n---\n{text}\n");
    let found = validate(&view, &Settings::default()).diagnostics;
    let mended: Vec<String> = found
        .iter()
        .filter(|found| found.code == "SK304")
        .filter_map(|found| match &found.fix.as_ref()?.change {
            Change::Edit(edits) => Some(format!(
                "{}{}{}",
                &skill_md[edits[0].span.start - 8..edits[0].span.start],
                edits[0].replacement,
                &skill_md[edits[0].span.end..edits[0].span.end + 2]
            )),
            _ => None,
        })
        .collect();
    assert_eq!(
        mended,
        [
            "s/B.md](./references/b.md#b",
            "B.md\") `references/b.md` ",
            "a href='references/b.md'>"
        ]
    );
    // What is defined elsewhere has no fix, but is found.
    let count = found.iter().filter(|found| found.code == "SK304").count();
    assert_eq!(count, 4);
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

fn numbered(piece: impl Fn(usize) -> String, count: usize) -> String {
    let body: String = (0..count).map(piece).collect();
    format!("---\na: b\n---\n{body}")
}

#[test]
fn thousands_of_files_that_name_each_other_take_linear_time() {
    let links = |n: usize| {
        format!(
            "[next]({}.md) [far](../../{n}/x.md) `assets/{n}.md`\n",
            n + 1
        )
    };
    let files = (0..3000).map(|n| (format!("references/{n}.md"), links(n)));
    let skill = MemoryView::new("a").with("SKILL.md", "---\nname: a\ndescription: b\n---\n");
    let skill = files.fold(skill, |skill, (path, text)| skill.with(&path, text));
    let skill = skill.inside("skills/a", &["skills/b/SKILL.md"]);
    let begun = std::time::Instant::now();
    assert!(validate(&skill, &Settings::default()).diagnostics.len() >= 6000);
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
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
        numbered(|n| format!("[{n}](../{n}.md)"), 15_000),
        numbered(|n| format!("[{n}](references/{n}.md#{n}) "), 10_000),
        numbered(|n| format!("`references/{n}.md` "), 10_000),
        numbered(|n| format!("- `scripts/{n}.py`\n"), 10_000),
        numbered(|n| format!("[Name {n}] assets/{n}.md\n"), 10_000),
        numbered(|n| format!("# {n}\n[{n}](#{n})\n"), 10_000),
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
