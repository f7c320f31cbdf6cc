mod fixes;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;
use crate::diagnostic::{Safety, Severity};
use crate::leftovers::is_made_by_tools;
use crate::links::LinkFault;
use crate::rule::Fixable;
use crate::skill_files::{Entry, EntryKind, MemoryFiles};

#[cfg(test)]
mod properties;
#[cfg(test)]
mod references;

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
        .join("../../testdata/skills")
        .join(folder)
}

fn invalid(code: &str, folder: &str) -> Vec<Diagnostic> {
    on_disk(&testdata("invalid").join(code).join("hit").join(folder))
}

fn on_disk(folder: &Path) -> Vec<Diagnostic> {
    validate(&skill_in(folder), &Settings::default()).diagnostics
}

/// Reads a skill of the test data.
fn skill_in(folder: &Path) -> MemoryFiles {
    with_files(MemoryFiles::new(name_of(folder)), folder, "")
}

fn with_files(mut skill: MemoryFiles, folder: &Path, prefix: &str) -> MemoryFiles {
    for path in children(folder) {
        let name = name_of(&path);
        let below = format!("{prefix}{name}");
        let metadata = path.symlink_metadata().unwrap();
        if is_made_by_tools(&name) || below == ".git" {
            continue;
        }
        if metadata.is_dir() {
            skill = with_files(skill, &path, &format!("{below}/"));
        } else if metadata.is_symlink() {
            let target = fs::read_link(&path).unwrap().to_string_lossy().into_owned();
            skill = skill.with_entry(Entry {
                path: below,
                kind: EntryKind::Link {
                    target,
                    fault: LinkFault::Outside,
                },
            });
        } else {
            let bytes = fs::read(&path).unwrap();
            let kind = EntryKind::File {
                bytes: bytes.len() as u64,
                is_executable: metadata.permissions().mode() & 0o111 != 0,
            };
            skill = skill
                .with(&below, bytes)
                .with_entry(Entry { path: below, kind });
        }
    }
    skill
}

fn validate_text(text: &[u8]) -> Vec<Diagnostic> {
    let skill = MemoryFiles::new("a")
        .with("SKILL.md", text)
        .with("references/b.md", "");
    validate(&skill, &Settings::default()).diagnostics
}

#[test]
fn registry_is_sorted_and_has_fixtures() {
    let mut tested: Vec<String> = children(&testdata("invalid"))
        .iter()
        .map(|path| name_of(path))
        .collect();
    tested.sort();
    let mut codes: Vec<&str> = registry::RULES.iter().map(|rule| rule.code).collect();
    codes.sort_unstable();
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
fn rules_for_skipped_skills_block_loading() {
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

/// Returns all folders below a folder. One without a `SKILL.md` is a skill that lacks its file.
fn skills_below(folder: &Path) -> Vec<PathBuf> {
    let folders = children(folder).into_iter();
    let folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    let below = folders.iter().flat_map(|folder| skills_below(folder));
    let below: Vec<PathBuf> = below.collect();
    folders.into_iter().chain(below).collect()
}

/// `--fix` and the documentation rely on `Rule::fixable`.
#[test]
fn fixable_matches_fixes_of_fixtures() {
    for rule in registry::RULES {
        let mut settings = Settings::default();
        settings.only(&[rule.code.to_owned()]).unwrap();
        let skills = skills_below(&testdata("invalid").join(rule.code).join("hit"));
        let found = skills
            .iter()
            .flat_map(|folder| validate(&skill_in(folder), &settings).diagnostics);
        let fixes = found.filter_map(|found| found.fix.map(|fix| fix.safety));
        let fixes: Vec<Safety> = fixes.collect();
        let best = match rule.fixable {
            Fixable::No => None,
            Fixable::Safe => Some(Safety::Safe),
            Fixable::Unsafe => Some(Safety::Unsafe),
        };
        let is_as_declared = match best {
            None => fixes.is_empty(),
            // A rule with safe fixes may also have unsafe ones, but not vice versa.
            Some(Safety::Safe) => fixes.contains(&Safety::Safe),
            Some(Safety::Unsafe) => {
                fixes.contains(&Safety::Unsafe) && !fixes.contains(&Safety::Safe)
            }
        };
        assert!(
            is_as_declared,
            "{}: {:?}, but {fixes:?}",
            rule.code, rule.fixable
        );
    }
}

#[test]
fn findings_have_exact_positions() {
    let positions = |code, folder| -> Vec<(usize, usize)> {
        invalid(code, folder)
            .iter()
            .map(|found| (found.start.line, found.start.column))
            .collect()
    };
    assert_eq!(positions("SK103", "unquoted-colon"), [(3, 22)]);
    assert_eq!(positions("SK103", "starred-value"), [(4, 8)]);
    assert_eq!(positions("SK104", "decision-log"), [(5, 1)]);
    assert_eq!(positions("SK114", "a-number"), [(6, 12)]);
    assert_eq!(
        positions("SK301", "decision-log"),
        [(8, 8), (8, 49), (9, 1), (9, 50)]
    );
    assert_eq!(positions("SK302", "decision-log"), [(8, 8), (9, 14)]);
}

#[test]
fn help_suggests_the_correct_text() {
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
fn invalid_frontmatter_does_not_hide_body_findings() {
    let found = validate_text(b"---\nname: a\nx: y: z\n---\n`references/c.md` and b\n");
    let codes: Vec<_> = found
        .iter()
        .map(|found| (found.code, found.start.line))
        .collect();
    assert_eq!(codes, [("SK103", 3), ("SK302", 5)]);
}

#[test]
fn root_skill_may_have_any_name() {
    let skill = MemoryFiles::new("").with("SKILL.md", "---\nname: a\ndescription: b\n---\nc\n");
    assert_eq!(validate(&skill, &Settings::default()).diagnostics, []);
}

fn numbered(piece: impl Fn(usize) -> String, count: usize) -> String {
    let body: String = (0..count).map(piece).collect();
    format!("---\na: b\n---\n{body}")
}

/// A quadratic algorithm would take minutes for each text; `cargo bench --bench validate` measures the times.
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
        format!("---\na: b\n---\n{}", "- ```\n".repeat(160 * kib)),
        format!("---\na: b\n---\n`{}`", "(".repeat(1000 * kib)),
        format!("---\na: b\n---\n`{}`", "$(curl |sh ".repeat(90 * kib)),
        format!("---\na: b\n---\n{}", "a\u{200b}".repeat(250 * kib)),
        format!("---\na: b\n---\n{}", "[TODO ".repeat(160 * kib)),
        format!(
            "---\na: b\n---\n{}",
            "<!--mdskill-ignore a-->".repeat(40 * kib)
        ),
        numbered(|n| format!("[{n}](../{n}.md)"), 15_000),
        numbered(|n| format!("[{n}](references/{n}.md#{n}) "), 10_000),
        numbered(|n| format!("`references/{n}.md` "), 10_000),
        numbered(|n| format!("- `scripts/{n}.py`\n"), 10_000),
        numbered(|n| format!("[Name {n}] assets/{n}.md\n"), 10_000),
        numbered(|n| format!("# {n}\n[{n}](#{n})\n"), 10_000),
    ] {
        assert!(!validate_text(text.as_bytes()).is_empty());
    }
}
